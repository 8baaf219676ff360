/**
 * What others learn of the site's pages: previews where somebody links to one, references, a feed and a map of the site.
 * Addresses in these have to be whole ones: GUIDANCE_LAB_SITE is where the site will stand, with a slash at the end. Without it
 * there is no feed and no map, and a preview is named from the page that it belongs to.
 */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { HtmlTagDescriptor, Plugin } from 'vite';
import { PAGES } from './vite.site.ts';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const { version } = JSON.parse(readFileSync(here('package.json'), 'utf8')) as { version: string };

const NAME = 'Guidance Lab';
const AUTHORS = 'The Guidance Lab authors';
const PUBLISHED = '2026-11-26';
const PAPERS = ['https://arxiv.org/abs/2601.21200', 'https://arxiv.org/abs/2505.01382'];

/** By the beginning of an address: the preview, what it shows, and what kind of thing the page is. */
const ABOUT: [string, { card: string; alt: string; type: string }][] = [
  [
    'read/',
    {
      card: 'same-loss',
      alt: 'Two classifiers with the same loss, one with a hundred times the guidance error',
      type: 'ScholarlyArticle',
    },
  ],
  ['learn/', { card: 'losers', alt: 'The samples that guidance makes worse', type: 'LearningResource' }],
  ['check/', { card: 'forgives', alt: 'The samples of an SDE under a wiggly classifier', type: 'WebPage' }],
  [
    '',
    {
      card: 'comb',
      alt: 'Samples that pile up in a comb beside the density that they should have',
      type: 'WebApplication',
    },
  ],
];
const aboutOf = (address: string) =>
  ABOUT.find(([start]) => address.startsWith(start))?.[1] as (typeof ABOUT)[number][1];

/** The addresses of the site's pages, the root first. */
export const ADDRESSES: readonly string[] = ['', ...Object.keys(PAGES)];

export const languageOfPage = (address: string): string => (address.endsWith('zh/') ? 'zh' : 'en');
/** The same page in each language, itself too, where a language has an address of its own. */
function translationsOf(address: string): [string, string][] {
  const english = address.replace(/zh\/$/, '');
  return ADDRESSES.includes(`${english}zh/`)
    ? [
        ['en', english],
        ['zh', `${english}zh/`],
      ]
    : [];
}
const cardFile = (address: string): string =>
  `www/article/stills/${languageOfPage(address)}/${aboutOf(address).card}-card.jpg`;
const cardName = (address: string): string => `previews/${aboutOf(address).card}-${languageOfPage(address)}.jpg`;

const meta = (attrs: Record<string, string>): HtmlTagDescriptor => ({ tag: 'meta', attrs, injectTo: 'head' });

/** What a page's head says of it; `root` is the way to the start of the site. */
export function tagsOf(address: string, title: string, description: string, site: string): HtmlTagDescriptor[] {
  const about = aboutOf(address);
  const root = site || '../'.repeat(address.split('/').length - 1) || './';
  const language = languageOfPage(address);
  const own = (name: string, content: string) => meta({ property: `og:${name}`, content });
  const cite = (name: string, content: string) => meta({ name: `citation_${name}`, content });
  const works = about.type === 'WebApplication' || about.type === 'ScholarlyArticle';
  const thing = {
    '@context': 'https://schema.org',
    '@type': about.type,
    name: title,
    description,
    inLanguage: language,
    isAccessibleForFree: true,
    author: { '@type': 'Organization', name: AUTHORS },
    datePublished: PUBLISHED,
    license: 'https://spdx.org/licenses/MIT.html',
    citation: PAPERS,
    ...(site ? { url: site + address } : {}),
    ...(about.type === 'WebApplication'
      ? { applicationCategory: 'EducationalApplication', operatingSystem: 'any', softwareVersion: version }
      : {}),
  };
  return [
    own('site_name', NAME),
    own('type', about.type === 'ScholarlyArticle' ? 'article' : 'website'),
    own('title', title),
    own('description', description),
    ...(existsSync(here(cardFile(address)))
      ? [
          own('image', root + cardName(address)),
          own('image:width', '1200'),
          own('image:height', '630'),
          own('image:alt', about.alt),
          meta({ name: 'twitter:card', content: 'summary_large_image' }),
        ]
      : []),
    ...(site
      ? [
          own('url', site + address),
          { tag: 'link', attrs: { rel: 'canonical', href: site + address }, injectTo: 'head' as const },
          {
            tag: 'link',
            attrs: { rel: 'alternate', type: 'application/atom+xml', title: NAME, href: `${root}feed.xml` },
            injectTo: 'head' as const,
          },
          ...translationsOf(address).map(([hreflang, other]) => ({
            tag: 'link',
            attrs: { rel: 'alternate', hreflang, href: site + other },
            injectTo: 'head' as const,
          })),
        ]
      : []),
    ...(works
      ? [
          cite('title', title),
          cite('author', AUTHORS),
          cite('publication_date', PUBLISHED.replaceAll('-', '/')),
          cite('language', language),
          ...(site ? [cite('public_url', site + address)] : []),
        ]
      : []),
    {
      tag: 'script',
      attrs: { type: 'application/ld+json' },
      children: JSON.stringify(thing).replaceAll('<', '\\u003c'),
      injectTo: 'head',
    },
  ];
}

const escaped = (text: string): string => text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);

export function sitemap(site: string): string {
  const urls = ADDRESSES.map((address) => `<url><loc>${escaped(site + address)}</loc></url>`);
  return `<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">${urls.join('')}</urlset>\n`;
}

/** An entry for each page, by what its head says. */
export function feed(site: string, pages: { address: string; title: string; description: string }[]): string {
  const entries = pages.map(
    ({ address, title, description }) =>
      `<entry><id>${escaped(site + address)}</id><title>${escaped(title)}</title><updated>${PUBLISHED}T00:00:00Z</updated><link href="${escaped(site + address)}"/><summary>${escaped(description)}</summary></entry>`,
  );
  return `<?xml version="1.0" encoding="UTF-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom"><id>${escaped(site)}</id><title>${NAME}</title><updated>${PUBLISHED}T00:00:00Z</updated><author><name>${AUTHORS}</name></author><link href="${escaped(site)}"/><link rel="self" href="${escaped(site)}feed.xml"/>${entries.join('')}</feed>\n`;
}

const plain = (html: string): string =>
  html.replace(
    /&(amp|lt|gt|quot|#39);/g,
    (_, name: string) => ({ amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" })[name] as string,
  );

/** Title and description of a page, as its HTML has them. */
export function headOf(html: string): { title: string; description: string } {
  const title = /<title>([^<]*)<\/title>/.exec(html)?.[1];
  const description = /<meta\s+name="description"\s+content="([^"]*)"/.exec(html)?.[1];
  if (!title || !description) throw new Error('a page of the site has no title or no description');
  return { title: plain(title), description: plain(description) };
}

export function metadata(): Plugin {
  const site = process.env.GUIDANCE_LAB_SITE ?? '';
  if (site && !/^https?:\/\/.*\/$/.test(site))
    throw new Error('GUIDANCE_LAB_SITE is an address that ends with a slash');
  const found: { address: string; title: string; description: string }[] = [];
  return {
    name: 'metadata',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler: (html, { path }) => {
        const address = path.replace(/^\//, '').replace(/index\.html$/, '');
        const head = headOf(html);
        found.push({ address, ...head });
        return tagsOf(address, head.title, head.description, site);
      },
    },
    generateBundle: {
      order: 'post',
      handler() {
        const emit = (fileName: string, source: string | Uint8Array) =>
          this.emitFile({ type: 'asset', fileName, source });
        for (const address of ADDRESSES) {
          const file = here(cardFile(address));
          if (existsSync(file)) emit(cardName(address), readFileSync(file));
        }
        // A page that is not found stands at any depth: it is told where the site begins.
        emit(
          '404.html',
          readFileSync(here('www/page/404.html'), 'utf8').replace('href="./"', () => `href="${site || './'}"`),
        );
        if (!site) return;
        found.sort((a, b) => ADDRESSES.indexOf(a.address) - ADDRESSES.indexOf(b.address));
        emit('sitemap.xml', sitemap(site));
        emit('feed.xml', feed(site, found));
      },
    },
  };
}
