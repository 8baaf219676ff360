/** The essay's pages: `<!-- essay: en -->` becomes the text of `www/article/en.md` when the page is built or served. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';
import { type Essay, readEssay } from './www/article/essay-file.ts';

const FOLDER = fileURLToPath(new URL('www/article/', import.meta.url));
const PLACE = /<!-- essay: (\w+) -->/g;

/** The essay in a language. */
export function essay(language: string): Essay {
  const read = (tag: string, base?: Essay) => readEssay(readFileSync(`${FOLDER}${tag}.md`, 'utf8'), base);
  const english = read('en');
  return language === 'en' ? english : read(language, english);
}

export function article(): Plugin {
  return {
    name: 'article',
    transformIndexHtml: {
      order: 'pre',
      handler: (html) =>
        html.replace(PLACE, (_, language: string) => {
          const { title, html: text } = essay(language);
          const stills = (name: string) => `/www/article/stills/${language}/${name}`;
          const play = language === 'en' ? '../' : '../../';
          return `<article class="essay" data-own-text>\n<h1>${title}</h1>\n${text({ stills, play })}</article>`;
        }),
    },
    // The text is no module of the page: the page is loaded again when it changes.
    configureServer: (server) => {
      server.watcher.on('change', (path) => {
        if (path.startsWith(FOLDER) && path.endsWith('.md')) server.ws.send({ type: 'full-reload' });
      });
    },
  };
}
