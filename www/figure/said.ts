/** What a figure says of itself, in words and numbers. The first frame does not wait for it. */
import sheet from './said.css?inline';

export { unknownControls } from '../controls/complaint';
export { summaryOf } from '../lab/summary';
export { readouts } from './readouts';
export { summary } from './summary';
export { verdict } from './verdict';

let style: CSSStyleSheet | null = null;

/** To be called once for each figure. */
export function styleSaid(root: ShadowRoot): void {
  if (!style) {
    style = new CSSStyleSheet();
    style.replaceSync(sheet);
  }
  root.adoptedStyleSheets = [...root.adoptedStyleSheets, style];
}
