/** What all four places have: the header, language and theme from the address, links that keep both, and the site for offline use. */
import './style.css';
import { toQuery } from '../lab/permalink';
import { language } from '../words';
import { byId } from './by-id';
import { copyLink, say } from './said';
import { preferredLanguage, setUpLanguages } from './translate';

/** The start of the site; ends with a slash. */
export const root = (): URL => new URL('.', (document.querySelector('body > header .name') as HTMLAnchorElement).href);

/** What an address keeps from place to place. */
export function kept(): [string, string][] {
  const theme = new URLSearchParams(location.search).get('theme');
  return [
    ...(theme === null ? [] : [['theme', theme] as [string, string]]),
    ...(language() === preferredLanguage() ? [] : [['lang', language()] as [string, string]]),
  ];
}

/** An address of the site (`check/?claim=paths`), with what is kept. */
export function address(path: string): string {
  const url = new URL(path, root());
  const query = new URLSearchParams(url.search);
  for (const [name, value] of kept()) query.set(name, value);
  url.search = toQuery(query);
  return url.href;
}

/** Goes on to another place before this one has chosen its language: the one that the address asks for is kept. */
export function goOn(path: string): void {
  const url = new URL(address(path));
  const asked = new URLSearchParams(location.search).get('lang');
  if (asked !== null) url.searchParams.set('lang', asked);
  location.replace(url);
}

/** The header's links keep the language and the theme that the address asks for. */
export function keepLinks(): void {
  if (__OFFLINE__) return;
  for (const link of document.querySelectorAll<HTMLAnchorElement>('body > header a')) {
    link.search = '';
    link.href = address(link.href);
  }
}

/** The theme that the address asks for. */
export function askedTheme(): 'light' | 'dark' | null {
  const theme = new URLSearchParams(location.search).get('theme');
  if (theme !== 'light' && theme !== 'dark') return null;
  document.documentElement.dataset.theme = theme;
  return theme;
}

/** The address says the language where the browser does not ask for it. */
function writeLanguage(): void {
  const query = new URLSearchParams(location.search);
  query.delete('lang');
  for (const [name, value] of kept()) query.set(name, value);
  const search = query.size > 0 ? `?${query}` : location.pathname;
  try {
    history.replaceState(null, '', search + location.hash);
  } catch {
    // A sandboxed frame may forbid it.
  }
}

/** A place without a figure; `changed` is called in each language that is chosen, the first too. */
export function setUpPlace(changed: () => void = () => {}): Promise<void> {
  askedTheme();
  byId('share').addEventListener('click', () => {
    byId('share-menu').hidePopover?.();
    copyLink(location.href).catch(() => say(''));
  });
  return setUpLanguages(byId<HTMLSelectElement>('language'), () => {
    writeLanguage();
    keepLinks();
    changed();
  });
}
