/** What a figure says of itself, in words and numbers. The first frame does not wait for it. */
export { unknownControls } from '../controls/complaint';
export { readouts } from './readouts';
export { summary } from './summary';
export { verdict } from './verdict';
