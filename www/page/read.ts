/** Read: the essay. Each language has an address of its own. */
import '../article/essay';
import { language } from '../words';
import { address, setUpPlace } from './site';

/** Of the page; a reader of another language is led to theirs. */
const own = document.documentElement.dataset.language ?? 'en';

void setUpPlace(() => {
  if (language() !== own) location.replace(address(language() === 'en' ? 'read/' : `read/${language()}/`));
});
