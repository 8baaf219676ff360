// Runs plain.js and tfjs.js in headless Chromium: `node benches/peers/browser.mjs [--only plain,tfjs]
// [--repeats 5]`. CHROMIUM names the browser (default /usr/bin/chromium). Prints JSON.
import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { dirname, extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { lookup } from 'mrmime';
import { chromium } from 'playwright-core';
import { bundled } from './bundle.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const { values } = parseArgs({
  options: { only: { type: 'string', default: 'plain,tfjs' }, repeats: { type: 'string', default: '5' } },
});
const only = values.only.split(',');
const repeats = Number(values.repeats);

const WASM = '/node_modules/@tensorflow/tfjs-backend-wasm/dist/';

async function serve() {
  const bundle = await bundled('tfjs.js');
  const server = createServer(async (request, response) => {
    try {
      const path = normalize(new URL(request.url, 'http://localhost').pathname);
      let body = '';
      if (path === '/') body = '<!doctype html><meta charset="utf-8"><title>peers</title>';
      else if (path === '/tfjs.bundle.js') body = bundle;
      else if (path !== '/favicon.ico') body = await readFile(join(here, path));
      response.writeHead(200, { 'content-type': lookup(extname(path) || '.html') ?? 'application/octet-stream' });
      response.end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

const server = await serve();
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: [
    '--no-sandbox',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--disable-quic',
  ],
}).catch((error) => {
  console.error(`Error: ${error.message.split('\n')[0]}`);
  process.exit(1);
});
try {
  const results = [];
  const peers = [
    { key: 'plain', peer: 'JavaScript (Chromium)', module: '/plain.js' },
    { key: 'tfjs', peer: 'TF.js wasm (Chromium)', module: '/tfjs.bundle.js' },
  ];
  for (const { key, peer, module } of peers.filter((p) => only.includes(p.key))) {
    const scenes = {};
    let version = browser.version();
    try {
      for (const scene of ['1d', '2d']) {
        const page = await browser.newPage();
        page.on('console', (message) => console.error(`${peer}: ${message.text()}`));
        await page.goto(`http://127.0.0.1:${server.address().port}/`);
        const [result, library] = await page.evaluate(
          async ({ module, scene, repeats, wasmPath }) => {
            const { run, version } = await import(module);
            return [await run({ scene, repeats, wasmPath }), version];
          },
          { module, scene, repeats, wasmPath: WASM },
        );
        scenes[scene] = result;
        if (library) version = library;
        await page.close();
      }
      results.push({ peer, version, scenes });
    } catch (error) {
      results.push({ peer, version, error: error.message.split('\n')[0] });
    }
  }
  console.log(JSON.stringify(results));
} finally {
  await browser.close();
  server.close();
}
