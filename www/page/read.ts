/** Read: the essay. */
import { setUpPlace } from './site';

void setUpPlace();
