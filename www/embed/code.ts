/** The texts that put the present figure into another page. Everything in them is escaped for the place where it stands. */

export interface Embedding {
  /** The address of the site, ending with a slash. */
  site: string;
  title: string;
  /** The permalink's query. */
  query: URLSearchParams;
  controls: string;
  lock: boolean;
  autoplay: boolean;
  theme: 'auto' | 'light' | 'dark';
  height: number;
  /** The address of a picture of the figure, if there is one. */
  poster: string | null;
}

export function escapeHtml(text: string): string {
  const codes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
  return text.replace(/[&<>"']/g, (letter) => codes[letter] as string);
}

/** In double quotes nothing else than these can end an attribute; JSON stays legible in single ones. */
function attribute(name: string, value: string): string {
  return value.includes('"') && !value.includes("'")
    ? `${name}='${value.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}'`
    : `${name}="${escapeHtml(value)}"`;
}

/** A path can be an attribute's name; anything else in a query is not ours. */
const isName = (name: string): boolean => /^[a-z][a-zA-Z0-9.-]*$/.test(name);

export function tagCode({
  site,
  query,
  controls,
  lock,
  autoplay,
  theme,
}: Omit<Embedding, 'title' | 'height' | 'poster'>): string {
  const attributes = [...query].filter(([name]) => isName(name)).map(([name, value]) => attribute(name, value));
  if (controls !== 'all') attributes.push(attribute('controls', controls));
  if (theme !== 'auto') attributes.push(attribute('theme', theme));
  if (autoplay) attributes.push('autoplay');
  if (lock) attributes.push('lock');
  return [
    `<script type="module" src="${escapeHtml(site)}guidance-lab.js"></script>`,
    `<guidance-lab ${attributes.join(' ')}></guidance-lab>`,
  ].join('\n');
}

/** The tag for a figure as it stands, with the script beside the page that shows it. */
export function tagOf({ query }: { query: URLSearchParams }): string {
  const site = new URL('.', location.href).href;
  return `${tagCode({ site, query, controls: 'all', lock: false, autoplay: false, theme: 'auto' })}\n`;
}

/** The address of the figure alone. */
export function frameUrl({ site, query, controls, lock, autoplay, theme }: Embedding): string {
  const all = new URLSearchParams(query);
  if (controls !== 'all') all.set('controls', controls);
  if (theme !== 'auto') all.set('theme', theme);
  if (autoplay) all.set('autoplay', '');
  if (lock) all.set('lock', '');
  return `${site}embed.html?${all}`;
}

export function frameCode(embedding: Embedding): string {
  const { title, height } = embedding;
  const source = escapeHtml(frameUrl(embedding));
  return `<iframe src="${source}" title="${escapeHtml(title)}" sandbox="allow-scripts" loading="lazy" style="width:100%;height:${Math.round(height)}px;border:0"></iframe>`;
}

/** For places that take no HTML: a picture, or words, that lead to the page. */
export function markdownCode({ site, title, query, poster }: Embedding): string {
  const words = title.replace(/[[\]\\`*_<>&!]/g, '\\$&');
  // Round brackets would end the address.
  const address = (url: string): string =>
    url.replace(/[()\s<>]/g, (letter) => `%${letter.charCodeAt(0).toString(16)}`);
  const link = address(`${site}?${query}`);
  return poster ? `[![${words}](${address(poster)})](${link})` : `[${words}](${link})`;
}
