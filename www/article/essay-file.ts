/**
 * The essay is one Markdown file for each language, and becomes HTML when the site is built: it is read without a script,
 * printed, and sent to feed readers. Beside what Markdown has, there are
 *
 *     ```figure NAME       a figure: its state, its controls, what it claims, what to do (YAML)
 *     [0.32](=comb:guidanceMse@0.5)    a number: what it is in which figure; a test holds it against the figure,
 *                                      and in a caption it follows the figure
 *     [proved, Theorem 3.3](proved:steer)  [measured here](measured:)  [ours](ours:)    whose a claim is
 *     [exact](lane:exact)    a word in the colour that it has in the pictures
 *     [score](word:score)    a word of the glossary
 *     $x$  $$x$$             mathematics, which becomes MathML
 *
 * Other languages name the same figures and give their words; the states stand in English once.
 */
import { Marked, type Token, type Tokens } from 'marked';
import temml from 'temml';
import { parse } from 'yaml';
import { drawsPictures } from '../lab/named';

type Plain = Record<string, unknown>;

/** A figure as its block says it. */
export interface Figure {
  name: string;
  /** Empty where the mixture is a named one, which has no preset. */
  preset: string;
  /** Laid over the preset. */
  state: Plain;
  /** Names of controls, as in the element's attribute. */
  controls: string;
  autoplay: boolean;
  /** States that the text speaks of: patches of the figure's. */
  variants: Record<string, Plain>;
  title: string;
  /** What the still shows, for who does not see it. */
  alt: string;
  /** What to do and what is seen: Markdown. */
  caption: string;
  /** The caption that goes with it into other pages (Markdown); null: it is not offered for them. */
  embed: string | null;
  /** Its picture for previews: one state or two, each with what is said below it. */
  card: { variant: string | null; says: string }[];
}

/** `=comb/fast:guidanceMse@0.5` */
export interface Quoted {
  /** As it is printed. */
  text: string;
  figure: string;
  variant: string | null;
  quantity: string;
  /** The time of the exact values; null: the end of the run. */
  at: number | null;
}

export interface Essay {
  title: string;
  description: string;
  figures: Map<string, Figure>;
  numbers: Quoted[];
  /** The essay as HTML. `stills` is the address of their folder, `play` that of the page of the lab. */
  html(places: Places): string;
  /** What is read: Markdown without front matter and figures' blocks, but with their captions. */
  words: string;
  /** Numbers that are in no figure, with where they come from. */
  given: Record<string, string>;
}

export interface Places {
  stills(name: string): string;
  play: string;
}

/** The front matter. */
interface Head extends Pick<Essay, 'title' | 'description'> {
  names: { open: string };
  given?: Record<string, string>;
}

const FRONT = /^---\n([\s\S]*?)\n---\n/;
const FIGURE = /^```figure ([a-z-]+)\n([\s\S]*?)\n```$/gm;
const QUOTED = /^=([a-z-]+)(?:\/([a-z-]+))?:([\w.]+)(?:@([\d.]+))?$/;

/** What is read of Markdown. */
export const plainOf = (markdown: string): string =>
  markdown
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replaceAll('*', '')
    .replace(/\s+/g, ' ')
    .trim();

export const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** The leaves of a patch, as attributes and links name them. */
export function leaves(patch: Plain, at = ''): [string, string][] {
  return Object.entries(patch).flatMap(([key, value]) => {
    const path = at + key;
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return leaves(value as Plain, `${path}.`);
    return [[path, typeof value === 'string' ? value : JSON.stringify(value)] as [string, string]];
  });
}

/** What a still is of. */
export const stateOf = (figure: Figure): string =>
  [asked(figure), ...figure.card.map(({ variant }) => leaves(figure.variants[variant ?? ''] ?? {}))]
    .map((pairs) => pairs.map((pair) => pair.join('=')).join(' '))
    .join(' | ');

/** The preset, if there is one, and the state of a figure. */
const asked = ({ preset, state }: Figure): [string, string][] => [
  ...(preset ? [['preset', preset] as [string, string]] : []),
  ...leaves(state),
];

/** The tag of a figure, with `inside` shown until it has started. */
export function tagOf(figure: Figure, inside = ''): string {
  const { controls, autoplay } = figure;
  const [first, ...others] = asked(figure);
  const pairs = [first as [string, string], ['controls', controls], ...others];
  const attributes = pairs.map(([name, value]) =>
    /^[\w .,-]*$/.test(value as string)
      ? `${name}="${value}"`
      : `${name}='${(value as string).replaceAll("'", '&#39;')}'`,
  );
  return `<guidance-lab ${[...attributes, 'lock', ...(autoplay ? ['autoplay'] : [])].join(' ')}>${inside}</guidance-lab>`;
}

const CDN = 'https://cdn.jsdelivr.net/npm/guidance-lab';

/** What is pasted into another page. */
export function codeOf(figure: Figure): string {
  // The file that has everything inside has no pictures.
  const script = drawsPictures(figure.state.mixture) ? 'guidance-lab.js' : 'guidance-lab.inline.js';
  return `<script type="module" src="${CDN}/${script}"></script>
<figure>
  ${tagOf(figure)}
  <figcaption><b>${plainOf(figure.title)}</b> ${plainOf(figure.embed ?? '')}</figcaption>
</figure>`;
}

function figureOf(name: string, block: string, base: Figure | undefined): Figure {
  const given = parse(block) as Partial<Figure>;
  const figure = {
    preset: '',
    state: {},
    autoplay: false,
    variants: {},
    embed: null,
    card: [],
    ...base,
    ...given,
    name,
  } as Figure;
  for (const key of ['preset', 'controls', 'title', 'alt', 'caption'] as const) {
    if (typeof figure[key] !== 'string' || (key === 'preset' && !figure.preset && !drawsPictures(figure.state.mixture)))
      throw new Error(`the essay's figure ${name} has no ${key}`);
  }
  return figure;
}

function quoted(text: string, href: string): Quoted {
  const match = QUOTED.exec(href);
  if (!match) throw new Error(`the essay quotes a number as ${href}`);
  const [, figure, variant, quantity, at] = match as unknown as [string, string, string?, string?, string?];
  return { text, figure, variant: variant ?? null, quantity: quantity as string, at: at ? Number(at) : null };
}

const math = (source: string, displayMode: boolean): string =>
  temml.renderToString(source, { displayMode, annotate: false });

/** `$x$` in a line, `$$x$$` on a line of its own. */
const MATH = [
  {
    name: 'formula',
    level: 'block' as const,
    start: (text: string) => text.indexOf('$$'),
    tokenizer(text: string) {
      const match = /^\$\$([\s\S]+?)\$\$(?:\n|$)/.exec(text);
      return match ? { type: 'formula', raw: match[0], text: match[1] } : undefined;
    },
    renderer: ({ text }: Token & { text?: string }) =>
      `<p class="formula" tabindex="0">${math(text as string, true)}</p>\n`,
  },
  {
    name: 'symbol',
    level: 'inline' as const,
    start: (text: string) => text.indexOf('$'),
    tokenizer(text: string) {
      // What follows without a space stays on its line.
      const match = /^\$([^$\n]+)\$([-.,;:)?，。；：）、]*)/.exec(text);
      return match ? { type: 'symbol', raw: match[0], text: match[1], end: match[2] } : undefined;
    },
    renderer: ({ text, end }: Token & { text?: string; end?: string }) =>
      end ? `<span class="together">${math(text as string, false)}${end}</span>` : math(text as string, false),
  },
];

/** How links are written out; a caption's numbers follow its figure. */
function link(token: Tokens.Link, words: string, live: string | null, play: string): string {
  const { href } = token;
  if (href.startsWith('=')) {
    const { figure, variant, quantity, at } = quoted(token.text, href);
    if (figure !== live || variant !== null) return words;
    return `<b class="live" data-quantity="${quantity}"${at === null ? '' : ` data-at="${at}"`}>${words}</b>`;
  }
  const [scheme, rest] = [href.slice(0, href.indexOf(':')), href.slice(href.indexOf(':') + 1)];
  if (scheme === 'lane') return `<span class="lane ${rest}">${words}</span>`;
  if (scheme === 'word') return `<a class="word" href="${play}#word-${rest}">${words}</a>`;
  if (scheme === 'proved') return `<a class="mark proved" href="#ref-${rest}">${words}</a>`;
  if (scheme === 'measured' || scheme === 'ours') return `<a class="mark ${scheme}" href="#marks">${words}</a>`;
  return `<a href="${escaped(href)}">${words}</a>`;
}

/** Reads one language's file; `base` is the English essay, which has the states. */
export function readEssay(source: string, base?: Essay): Essay {
  const front = FRONT.exec(source);
  if (!front) throw new Error('the essay has no front matter');
  const { title, description, names, given } = parse(front[1] as string) as Head;
  const body = source.slice(front[0].length);
  const figures = new Map<string, Figure>();
  for (const [, name, block] of body.matchAll(FIGURE)) {
    figures.set(name as string, figureOf(name as string, block as string, base?.figures.get(name as string)));
  }
  const words = body.replace(FIGURE, (_, name: string) => {
    const { title: claim, caption, embed, card } = figures.get(name) as Figure;
    return [`**${claim}** ${caption}`, embed ?? '', ...card.map(({ says }) => says)].join('\n');
  });
  const numbers = [...words.matchAll(/\[([^\]]+)\]\((=[^)\s]+)\)/g)].map(([, text, href]) =>
    quoted(text as string, href as string),
  );

  const markdown = (text: string, live: string | null, places: Places): string =>
    new Marked({
      extensions: MATH as never,
      renderer: {
        link(token) {
          return link(token, this.parser.parseInline(token.tokens), live, places.play);
        },
        heading({ tokens, depth, text: heading }) {
          const id = /\{#([\w-]+)\}\s*$/.exec(heading)?.[1];
          const inner = this.parser.parseInline(tokens).replace(/\s*\{#[\w-]+\}\s*$/, '');
          return `<h${depth}${id ? ` id="${id}"` : ''}>${inner}</h${depth}>\n`;
        },
        listitem(item) {
          const inner = this.parser.parse(item.tokens);
          const id = /^\{#([\w-]+)\}\s*/.exec(inner.replace(/^<p>/, ''));
          return id ? `<li id="${id[1]}">${inner.replace(id[0], '')}</li>\n` : `<li>${inner}</li>\n`;
        },
        table(token) {
          const cells = (row: Tokens.TableCell[], tag: string) =>
            row
              .map(({ tokens, header }, column) => {
                const head = column === 0 && !header;
                return `<${head ? 'th scope="row"' : tag}>${this.parser.parseInline(tokens)}</${head ? 'th' : tag.split(' ')[0]}>`;
              })
              .join('');
          const rows = token.rows.map((row) => `<tr>${cells(row, 'td')}</tr>`).join('\n');
          return `<div class="table" tabindex="0" role="region" aria-label="${escaped(title)}"><table><thead><tr>${cells(token.header, 'th scope="col"')}</tr></thead><tbody>${rows}</tbody></table></div>\n`;
        },
        code(token) {
          if (token.lang === 'embeds') return [...figures.values()].map((figure) => offered(figure, places)).join('');
          const name = /^figure ([a-z-]+)$/.exec(token.lang ?? '')?.[1];
          if (!name) return `<pre tabindex="0"><code>${escaped(token.text)}</code></pre>\n`;
          return drawn(figures.get(name) as Figure, places);
        },
      },
    }).parse(text) as string;

  function still(figure: Figure, { stills }: Places): string {
    const file = (size: string, theme: string) => stills(`${figure.name}-${size}-${theme}.webp`);
    const source = (size: string, theme: string, media: string[]) =>
      `<source media="${media.join(' and ')}" srcset="${file(size, theme)}">`;
    const narrow = '(max-width: 560px)';
    const dark = '(prefers-color-scheme: dark)';
    return `<picture class="still">${source('narrow', 'dark', ['screen', narrow, dark])}${source('narrow', 'light', [narrow])}${source('wide', 'dark', ['screen', dark])}<img src="${file('wide', 'light')}" alt="${escaped(figure.alt)}" loading="lazy" decoding="async"></picture>`;
  }

  function drawn(figure: Figure, places: Places): string {
    const query = new URLSearchParams(asked(figure));
    const caption = markdown(`**${figure.title}** ${figure.caption}`, figure.name, places);
    return `<figure class="live" id="figure-${figure.name}" data-controls="${figure.controls}">
${tagOf(figure, still(figure, places))}
<figcaption>${caption}<p class="source"><a href="${escaped(`${places.play}?${query}`)}">${names.open}</a></p></figcaption>
</figure>
`;
  }

  /** A figure for other pages: its preview, and what to paste. */
  function offered(figure: Figure, { stills }: Places): string {
    if (figure.embed === null) return '';
    return `<details class="embed" id="embed-${figure.name}"><summary>${plainOf(figure.title).replace(/[.。]$/, '')}</summary>
<img src="${stills(`${figure.name}-card.jpg`)}" alt="${escaped(plainOf(`${figure.title} ${figure.embed}`))}" width="1200" height="630" loading="lazy">
<pre tabindex="0"><code>${escaped(codeOf(figure))}</code></pre></details>
`;
  }

  return {
    title,
    description,
    figures,
    numbers,
    words,
    given: given ?? {},
    html: (places) => markdown(body, null, places),
  };
}
