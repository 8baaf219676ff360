/**
 * The site's pages: where each is served, and what all of them have. Their sources stand in `www/`, beside the code that
 * fills them; their addresses are folders beside `index.html`.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** The file of each page, by its address. `index.html` is Play. */
export const PAGES: Readonly<Record<string, string>> = {
  'read/': 'www/article/index.html',
  'read/zh/': 'www/article/zh.html',
  'learn/': 'www/lessons/index.html',
  'check/': 'www/experiments/index.html',
  'pictures/': 'www/gallery/index.html',
  'notes/': 'www/lessons/notes.html',
  'glossary/': 'www/words/glossary/index.html',
};

/** Of which place, and where the site starts from there, if not one folder up. */
const HEADER = /<!-- header: (\w+)(?: ([./]+))? -->/;
/** What the file that has all in it lacks. */
const ON_SITE = / *<!-- site -->([\s\S]*?)<!-- \/site -->\n/g;
const SHARE = /[ \t]*<!-- share -->([\s\S]*?)<!-- \/share -->\n?/;

/** The header of the page `place`; `items` are what its Share menu has beside the link. In a single file the places are parts of it. */
export function header(place: string, items: string, single: boolean, up?: string): string {
  const root = up ?? (place === 'play' ? './' : '../');
  const href = (address: string) => {
    if (!single) return root + address;
    return `#${address.slice(0, -1)}`;
  };
  return readFileSync(here('www/page/header.html'), 'utf8')
    .replace('<!-- items -->', () => items.trim())
    .replace(ON_SITE, single ? '' : '$1')
    .replace(/href="\/([^"]*)"/g, (_, address: string) => `href="${href(address)}"`)
    .replace(`data-place="${place}"`, (found) => `${found} aria-current="page"`)
    .trim();
}

/** Puts the header into a page of the site, or (`single`) of the file that has all in it. */
export function intoPages(html: string, single = false): string {
  const items = SHARE.exec(html)?.[1] ?? '';
  const own = html.replace(SHARE, '').replace(ON_SITE, single ? '' : '$1');
  return own.replace(HEADER, (_, place: string, up?: string) => header(place, items, single, up));
}

/** Serves and builds the pages at their addresses. */
export function pages(single = false): Plugin {
  const sources = new Map(Object.entries(PAGES).map(([address, file]) => [here(`${address}index.html`), here(file)]));
  return {
    name: 'pages',
    enforce: 'pre',
    // To the bundler a page stands where it will be served, so that what it names is found from there.
    resolveId: (id) => (sources.has(id) ? id : null),
    load: (id) => {
      const source = sources.get(id);
      return source ? readFileSync(source, 'utf8') : null;
    },
    transformIndexHtml: { order: 'pre', handler: (html) => intoPages(html, single) },
    configureServer: (server) => {
      server.middlewares.use((request, _, next) => {
        const [path, query] = (request.url ?? '').split('?');
        const file = PAGES[path?.slice(1) ?? ''];
        if (file) request.url = `/${file}${query === undefined ? '' : `?${query}`}`;
        next();
      });
    },
  };
}

/** The entries of the pages, for the bundler. */
export const pageInputs = (): Record<string, string> =>
  Object.fromEntries(Object.keys(PAGES).map((address) => [address.slice(0, -1), here(`${address}index.html`)]));
