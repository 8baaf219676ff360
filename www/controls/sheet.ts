/** The style of controls, for whatever brings some into a figure. */
import sheet from './sheet.css?inline';

let style: CSSStyleSheet | null = null;

export function styleControls(root: ShadowRoot): void {
  if (!style) {
    style = new CSSStyleSheet();
    style.replaceSync(sheet);
  }
  if (!root.adoptedStyleSheets.includes(style)) root.adoptedStyleSheets = [...root.adoptedStyleSheets, style];
}
