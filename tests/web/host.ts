/** Sites as their hosts serve them: folders and pages at any path, every answer with the headers that a test asks for. */
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { lookup } from 'mrmime';
import sirv from 'sirv';
import { COLLECT_ERRORS } from './browsers';

export const dist = fileURLToPath(new URL('../../dist', import.meta.url));
export const packageFolder = fileURLToPath(new URL('../../package', import.meta.url));

export interface Host {
  /** `http://127.0.0.1:port`, without a slash. */
  origin: string;
  /** The paths that were asked for, in order. */
  asked: string[];
  close(): Promise<void>;
}

export interface Site {
  /** Pages by path: `{ '/': '<!doctype html>...' }`. */
  pages?: Record<string, string>;
  /** Folders by path: `{ '/lab/': dist }`. */
  folders?: Record<string, string>;
  headers?: Record<string, string>;
  /** A port that is known to be free, instead of any. */
  port?: number;
  /** Content types by extension, instead of the right ones. */
  types?: Record<string, string>;
  /** WebKit's errors are collected in the HTML files of the folders, too. */
  collects?: boolean;
}

/** WebKit's driver hands out no errors: they are collected in the page, where its policy allows that. */
const collecting = (html: string) =>
  html.replace(/<head[^>]*>|(?=<title)/i, (head) => `${head}<script>${COLLECT_ERRORS}</script>`);

/** Serves on a free port of its own: two hosts are two origins. */
export function host(site: Site): Promise<Host> {
  const asked: string[] = [];
  // `dev`: looks for each file when it is asked for. No extensions: nothing is guessed.
  const folders = Object.entries(site.folders ?? {}).map(
    ([prefix, folder]) => [prefix, folder, sirv(folder, { dev: true, extensions: [], dotfiles: true })] as const,
  );
  const server = createServer(async (request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? '/', 'http://localhost').pathname);
    asked.push(path);
    if (path === '/favicon.ico') {
      response.writeHead(204).end();
      return;
    }
    const agent = request.headers['user-agent'] ?? '';
    const isWebkit = agent.includes('AppleWebKit') && !agent.includes('Chrome');
    const headers = new Map(Object.entries({ 'cache-control': 'no-cache', ...site.headers }));
    response.setHeaders(headers);
    const send = (html: string) => response.end(isWebkit ? collecting(html) : html);
    const notFound = () => {
      response.statusCode = 404;
      response.setHeader('content-type', 'text/plain').end('not found');
    };

    const page = site.pages?.[path];
    const extension = path.endsWith('/') ? '.html' : extname(path) || '.html';
    const type = site.types?.[extension];
    if (type) response.setHeader('content-type', type);
    if (page !== undefined) {
      if (!type) response.setHeader('content-type', `${lookup(extension)}; charset=utf-8`);
      send(page);
      return;
    }
    const found = folders.find(([prefix]) => path.startsWith(prefix));
    if (!found) {
      notFound();
      return;
    }
    const [prefix, folder, files] = found;
    const below = `${path.slice(prefix.length)}${path.endsWith('/') ? 'index.html' : ''}`;
    if (isWebkit && site.collects && extension === '.html') {
      response.setHeader('content-type', 'text/html; charset=utf-8');
      await readFile(join(folder, below), 'utf8').then(send, notFound);
    } else {
      request.url = `/${encodeURI(below)}`;
      files(request, response, notFound);
    }
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(site.port ?? 0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address ? address.port : 0;
      resolve({
        origin: `http://127.0.0.1:${port}`,
        asked,
        close: () =>
          new Promise((done) => {
            server.close(() => done());
            server.closeAllConnections();
          }),
      });
    });
  });
}

/** A small page around some HTML. */
export function page(body: string, head = ''): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>A page</title>${head}</head><body>${body}</body></html>`;
}
