/** A site served compressed, as any host does, counting what it sends. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { lookup } from 'mrmime';

const COMPRESSED = new Set(['.html', '.js', '.css', '.wasm', '.json', '.svg', '.txt', '.xml', '.bin']);

/** `sent` grows with each answer; `close` ends it. */
export async function serve(folder) {
  const packed = new Map();
  const sent = { requests: 0, bytes: 0 };
  const server = createServer((request, response) => {
    let path = join(folder, decodeURIComponent(new URL(request.url, 'http://localhost').pathname));
    if (existsSync(path) && statSync(path).isDirectory()) path = join(path, 'index.html');
    if (!existsSync(path)) return response.writeHead(404).end();
    const small = COMPRESSED.has(extname(path));
    if (!packed.has(path)) {
      const bytes = readFileSync(path);
      packed.set(path, small ? gzipSync(bytes, { level: 9 }) : bytes);
    }
    const body = packed.get(path);
    sent.requests += 1;
    sent.bytes += body.length;
    response.writeHead(200, {
      'content-type': lookup(path) ?? 'application/octet-stream',
      // The names of all but pages change with what is in them.
      'cache-control': extname(path) === '.html' ? 'no-cache' : 'max-age=31536000',
      ...(small ? { 'content-encoding': 'gzip' } : {}),
    });
    response.end(body);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { origin: `http://127.0.0.1:${server.address().port}/`, sent, close: () => server.close() };
}
