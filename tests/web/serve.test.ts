/** `cargo xtask serve` is Vite's preview of `dist/`, with what the configuration says about it. */

import { readdirSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { type PreviewServer, preview } from 'vite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { dist } from './host';

let server: PreviewServer;
let origin: string;
beforeAll(async () => {
  server = await preview({ logLevel: 'silent', preview: { port: 0 } });
  const { address, port } = server.httpServer.address() as AddressInfo;
  origin = `http://${address}:${port}`;
});
afterAll(() => server?.close());

test('it is reached from this machine only', () => {
  expect(new URL(origin).hostname).toBe('127.0.0.1');
});

test('every kind of file in the site has its type, and is looked for again at each visit', async () => {
  const types: Record<string, RegExp> = {
    css: /^text\/css/,
    html: /^text\/html/,
    jpg: /^image\/jpeg/,
    js: /^text\/javascript/,
    txt: /^text\/plain/,
    svg: /^image\/svg\+xml/,
    wasm: /^application\/wasm/,
    bin: /^application\/octet-stream/,
    webmanifest: /^application\/manifest\+json/,
    webp: /^image\/webp/,
  };
  const files = readdirSync(dist, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const kinds = new Map(files.map(({ name, parentPath }) => [name.split('.').pop() ?? '', `${parentPath}/${name}`]));
  expect(kinds.size).toBeGreaterThan(4);
  for (const [kind, file] of kinds) {
    const { status, headers } = await fetch(origin + file.slice(dist.length));
    expect([file, status, headers.get('cache-control')]).toEqual([file, 200, 'no-cache']);
    expect(headers.get('content-type'), file).toMatch(types[kind] ?? /^no type is expected for this kind$/);
  }
});

test('a folder is its page, and what is not there is not found', async () => {
  const page = await fetch(`${origin}/`);
  expect([page.status, page.headers.get('content-type')]).toEqual([200, expect.stringMatching(/^text\/html/)]);
  expect(await page.text()).toContain('<guidance-lab');
  for (const place of ['read/', 'learn/', 'check/']) {
    const page = await (await fetch(`${origin}/${place}`)).text();
    expect(page).toContain('aria-current="page"');
    for (const [, path] of page.matchAll(/(?:src|href)="(\.\.?\/[^"]*)"/g))
      expect([path, (await fetch(new URL(path as string, `${origin}/${place}`))).status]).toEqual([path, 200]);
  }
  for (const path of ['/nothing', '/nothing/', '/assets', '/%2e%2e/package.json', '/..%2fpackage.json']) {
    expect([path, (await fetch(origin + path)).status]).toEqual([path, 404]);
  }
});
