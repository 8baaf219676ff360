/** Pages of other people: a server whose every answer has the headers that a test asks for. */
import { readFile } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import { extname, join, normalize, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { COLLECT_ERRORS } from './browsers';
import { TYPES } from './server';

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
}

/** Serves on a free port of its own: two hosts are two origins. */
export function host(site: Site): Promise<Host> {
  const asked: string[] = [];
  const send = (response: ServerResponse, path: string, body: string | Buffer) => {
    const type = site.types?.[extname(path)] ?? TYPES[extname(path) || '.html'] ?? 'application/octet-stream';
    response.writeHead(200, { 'content-type': type, 'cache-control': 'no-cache', ...site.headers }).end(body);
  };
  const server = createServer(async (request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? '/', 'http://localhost').pathname);
    asked.push(path);
    if (path === '/favicon.ico') {
      response.writeHead(204).end();
      return;
    }
    const agent = request.headers['user-agent'] ?? '';
    const isWebkit = agent.includes('AppleWebKit') && !agent.includes('Chrome');
    try {
      const page = site.pages?.[path];
      if (page !== undefined) {
        // WebKit's driver hands out no errors: they are collected in the page, where its policy allows that.
        const collected = isWebkit ? page.replace(/<head>/, `<head><script>${COLLECT_ERRORS}</script>`) : page;
        send(response, path, collected);
        return;
      }
      for (const [prefix, folder] of Object.entries(site.folders ?? {})) {
        if (!path.startsWith(prefix)) continue;
        const file = normalize(join(folder, path.slice(prefix.length), path.endsWith('/') ? 'index.html' : ''));
        if (!file.startsWith(folder + sep)) break;
        send(response, file, await readFile(file));
        return;
      }
    } catch {
      // Not found, below.
    }
    response.writeHead(404, { 'content-type': 'text/plain', ...site.headers }).end('not found');
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
