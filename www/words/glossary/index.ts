/** Every symbol and term of the page, in words: `en.md`, one file for each language. */
import { html, render, type TemplateResult } from 'lit';
import { language, t } from '..';
import { inline, markdown } from '../markdown';
import { placePopover } from '../popover';

export interface Term {
  id: string;
  /** Inline Markdown. */
  title: string;
  /** Markdown. */
  text: string;
}

const FILES = import.meta.glob<string>('./*.md', { query: '?raw', import: 'default' });

export function parseGlossary(source: string): Term[] {
  return source
    .split(/^## /m)
    .slice(1)
    .map((part) => {
      const [heading = '', ...lines] = part.split('\n');
      const [id = '', ...title] = heading.split(': ');
      return { id: id.trim(), title: title.join(': ').trim(), text: lines.join('\n').trim() };
    });
}

const read = new Map<string, Promise<Term[]>>();

export function terms(tag: string): Promise<Term[]> {
  const path = `./${tag}.md` in FILES ? `./${tag}.md` : './en.md';
  let found = read.get(path);
  if (!found) {
    found = (FILES[path] as () => Promise<string>)().then(parseGlossary);
    read.set(path, found);
  }
  return found;
}

/** The whole glossary, for a page, with a search of it. */
export async function renderGlossary(host: HTMLElement, tag: string): Promise<void> {
  const all = await terms(tag);
  // A term is found by its identifier, too: what others call a thing.
  const has = ({ id, title, text }: Term, wanted: string) =>
    `${id} ${title} ${text}`.replaceAll('*', '').toLowerCase().includes(wanted);
  const show = (query: string): void => {
    const wanted = query.trim().toLowerCase();
    const found = new Set(all.filter((term) => has(term, wanted)));
    const search = ({ currentTarget }: Event) => show((currentTarget as HTMLInputElement).value);
    render(
      html`<search>
          <label>${t('Search')} <input type="search" .value=${query} @input=${search} /></label>
          <span role="status">${t('{found} of {all} words', { found: found.size, all: all.length })}</span>
        </search>
        <dl>
          ${all.map((term) => html`<div id=${`word-${term.id}`} tabindex="-1" ?hidden=${!found.has(term)}><dt>${inline(term.title)}</dt><dd>${markdown(term.text)}</dd></div>`)}
        </dl>`,
      host,
    );
  };
  show('');
}

/** A small window by the word, with what it means; `ids` separated by spaces. */
export async function showWord(anchor: HTMLElement, ids: string): Promise<void> {
  const all = await terms(language());
  const found = ids.split(' ').flatMap((id) => all.filter((each) => each.id === id));
  if (found.length === 0) return;
  const root = anchor.getRootNode();
  const parent = root instanceof ShadowRoot ? root : document.body;
  let box = parent.querySelector<HTMLElement>(':scope > .word-window');
  if (!box) {
    box = document.createElement('div');
    box.className = 'word-window popover';
    box.popover = 'auto';
    box.setAttribute('role', 'dialog');
    parent.append(box);
  }
  box.setAttribute('aria-label', t('What it means'));
  render(entries(found), box);
  box.showPopover();
  placePopover(box, anchor, { first: 'below' });
  box.tabIndex = -1;
  box.focus({ preventScroll: true });
}

function entries(found: Term[]): TemplateResult {
  return html`${found.map(({ title, text }) => html`<p class="title">${inline(title)}</p>${markdown(text)}`)}`;
}
