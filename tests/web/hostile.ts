/** Texts that would do harm if they were ever more than texts, and what looks for it. */
import fc from 'fast-check';
import type { Page } from './browsers';

const MARKUP = [
  '<x-evil>',
  '<img class=evil src=x onerror="globalThis.harmed=1">',
  '<script class=evil>globalThis.harmed=1</script>',
  '<svg class=evil onload="globalThis.harmed=1">',
  '<a href="javascript:globalThis.harmed=1">',
  '[a](javascript:globalThis.harmed=1)',
  '![a](x)',
  '<style class=evil>*{display:none}</style>',
  '</textarea></script></style>-->',
  '__proto__',
  'constructor',
  '{"__proto__":{"harmed":1}}',
  '{{',
  '${',
  '&lt;x-evil&gt;',
  '"',
  "'",
  '\u2028',
  'NaN',
  '1e999',
  '-9',
];
/** A text that would do something if it were ever read as markup, as a script or as a key. */
export const text = fc
  .array(
    fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...MARKUP) }, fc.string({ unit: 'grapheme', maxLength: 6 })),
    {
      minLength: 1,
      maxLength: 4,
    },
  )
  .map((pieces) => pieces.join(''));

export const PATHS = [
  'preset',
  'controls',
  'theme',
  'engine',
  'poster',
  'version',
  'mixture',
  'labels',
  'process',
  'process.sampler',
  'guidance.gamma',
  'guidance.target',
  'classifier',
  'classifier.kind',
  'compare',
  'particles',
  'seed',
  'view.field',
  '__proto__.harmed',
  'constructor.prototype.harmed',
];

/** Puts into the page what looks for harm: an element that came of a text, and what the page around would notice. */
export const watch = (opened: Page) =>
  opened.evaluate(() => {
    Object.assign(globalThis, { harm: null });
    const names = new Set(Object.keys(globalThis));
    const styles = document.querySelectorAll('style').length;
    const { origin, pathname } = location;
    const harm = () => {
      const found: string[] = [];
      const look = (root: ParentNode) => {
        for (const element of root.querySelectorAll('*')) {
          const active = [...element.attributes].some(
            ({ name, value }) => /^on/.test(name) || (/^(href|action)$/.test(name) && /^\s*javascript:/i.test(value)),
          );
          if (active || element.matches('x-evil, .evil')) found.push(element.outerHTML.slice(0, 200));
          if (element.shadowRoot) look(element.shadowRoot);
        }
      };
      look(document);
      found.push(...Object.keys(globalThis).filter((name) => !names.has(name) && !/^\d+$/.test(name)));
      if ('harmed' in {}) found.push('a prototype was changed');
      if (document.querySelectorAll('style').length !== styles) found.push('a style was added');
      if (location.origin + location.pathname !== origin + pathname) found.push('the address was changed');
      return found;
    };
    Object.assign(globalThis, { harm });
  });
