/**
 * The static text of the page in another language: texts and labels of the HTML by the catalogue,
 * the article below the figure from `about-TAG.md`. Going back to English restores what stood there.
 */
import { LANGUAGES, languageOf, setLanguage, t } from '../words';

const ARTICLES = import.meta.glob<string>('./about-*.md', { query: '?raw', import: 'default' });
/** Each language in itself. A browser knows them too, and takes 13 ms of the page's first task to look two of them up. */
const NAMES: Record<string, string> = { en: 'English', zh: '中文' };
const ATTRIBUTES = ['aria-label', 'title'];
const originals = new Map<Node | Attr, string>();
let article: ChildNode[] | null = null;

/** What is filled or translated by others. */
const NOT_HERE = '[data-own-text], #about-text, noscript, script, #spoken, #lessons, #preset, #said, #language';

/** Every text and label of the page's own HTML, once, as it stands in English. */
function collect(): void {
  for (const root of [document.querySelector('title'), document.body]) {
    if (!root) continue;
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
    for (let node: Node | null = walker.currentNode; node; node = walker.nextNode()) {
      if (node.nodeType === Node.TEXT_NODE) {
        if (node.textContent?.trim() && !node.parentElement?.closest(NOT_HERE)) originals.set(node, node.textContent);
      } else if (node instanceof Element && (node.matches('select') || !node.closest(NOT_HERE))) {
        for (const name of ATTRIBUTES) {
          const attribute = node.getAttributeNode(name);
          if (attribute?.value) originals.set(attribute, attribute.value);
        }
      }
    }
  }
}

/** English texts of the page's HTML, for the test that all of them have a translation. */
export const normalised = (text: string): string => text.replace(/\s+/g, ' ').trim();

async function translateArticle(tag: string): Promise<void> {
  const host = document.getElementById('about-text');
  if (!host) return;
  const file = ARTICLES[`./about-${tag}.md`];
  article ??= [...host.childNodes];
  if (!file) {
    host.replaceChildren(...article);
    return;
  }
  const [source, { markdown }, { render }] = await Promise.all([file(), import('../words/markdown'), import('lit')]);
  const made = document.createElement('div');
  render(markdown(source), made);
  host.replaceChildren(made);
}

/** Shows the page in a language. */
export async function translatePage(tag: string): Promise<void> {
  if (originals.size === 0) collect();
  await setLanguage(tag);
  document.documentElement.lang = tag === 'zh' ? 'zh-Hans' : tag;
  for (const [node, original] of originals) {
    // Where a word has another meaning elsewhere, its element says by which key it is looked up.
    const key = (node instanceof Text && node.parentElement?.dataset.words) || normalised(original);
    const words = t(key);
    if (node instanceof Attr) node.value = words === key ? original : words;
    else node.textContent = words === key ? original : original.replace(original.trim(), words);
  }
  await translateArticle(tag);
}

/** The first language of ours that the reader's browser asks for. */
export function preferredLanguage(): string {
  return navigator.languages.map(languageOf).find((tag) => tag !== null) ?? 'en';
}

/** The switch in the header; the language is remembered by the address alone. */
export function setUpLanguages(menu: HTMLSelectElement, changed: () => void): Promise<void> {
  menu.replaceChildren(
    ...LANGUAGES.map((tag) => {
      const option = new Option(NAMES[tag] ?? tag, tag);
      option.lang = tag;
      return option;
    }),
  );
  const use = async (tag: string) => {
    menu.value = tag;
    await translatePage(tag);
    changed();
  };
  menu.addEventListener('change', () => void use(menu.value));
  const asked = languageOf(new URLSearchParams(location.search).get('lang'));
  // A page that is written in one language says which.
  return use(asked ?? languageOf(document.documentElement.dataset.language) ?? preferredLanguage());
}
