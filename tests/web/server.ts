/**
 * Serves `dist/` to the browser tests, once for all of them (Vitest's global setup).
 *
 * The site is served below `/some/path/`, because it must work under any path. A test gets the
 * address by `inject('site')`, or reads `process.env.GUIDANCE_LAB_SITE`.
 */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { extname, join, normalize, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { COLLECT_ERRORS } from './browsers';

const PREFIX = '/some/path/';

export const TYPES: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json',
};

/** Serves a folder on a free local port; the address ends with a slash. */
export function serve(root: string): Promise<{ server: Server; address: string }> {
  const server = createServer(async (request, response) => {
    try {
      const path = decodeURIComponent(new URL(request.url ?? '/', 'http://localhost').pathname);
      if (!path.startsWith(PREFIX)) throw new Error('outside the site');
      const file = normalize(join(root, path.slice(PREFIX.length), path.endsWith('/') ? 'index.html' : ''));
      if (!file.startsWith(root + sep)) throw new Error('outside the site');
      let body: Buffer | string = await readFile(file);
      const agent = request.headers['user-agent'] ?? '';
      if (extname(file) === '.html' && agent.includes('AppleWebKit') && !agent.includes('Chrome')) {
        body = body
          .toString()
          .replace(/<head[^>]*>|(?=<title)/i, (head) => `${head}<script>${COLLECT_ERRORS}</script>`);
      }
      response.writeHead(200, {
        'content-type': TYPES[extname(file)] ?? 'application/octet-stream',
        'cache-control': 'no-store',
      });
      response.end(body);
    } catch {
      response.writeHead(404, { 'content-type': 'text/plain' }).end('not found');
    }
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address ? address.port : 0;
      resolve({ server, address: `http://127.0.0.1:${port}${PREFIX}` });
    });
  });
}

declare module 'vitest' {
  interface ProvidedContext {
    /** Where `dist/` is served; ends with a slash. */
    site: string;
  }
}

/** Vitest's global setup: returns its own tear-down. */
export default async function setup(project: {
  provide(key: 'site', value: string): void;
}): Promise<() => Promise<void>> {
  const root = fileURLToPath(new URL('../../dist', import.meta.url));
  if (!existsSync(join(root, 'index.html'))) {
    throw new Error('dist/index.html is missing: run "cargo xtask build" first ("cargo xtask test web" does both)');
  }
  const { server, address } = await serve(root);
  process.env.GUIDANCE_LAB_SITE = address;
  project.provide('site', address);
  return () =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
}
