/** `examples/marimo` in marimo as PyPI has it: run by its server, and exported to a page. */
import { spawn } from 'node:child_process';
import { cp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type * as playwright from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Packed, pack, root, run } from '../packages/pack';
import { chromium, freePort, type Handle, type Page } from '../web/browsers';
import { host } from '../web/host';
import { inked, type Lab } from '../web/lab';

let packed: Packed;
let programs: string;
let folder: string;
let browser: Handle<playwright.Page>;
beforeAll(async () => {
  packed = await pack();
  folder = join(packed.work, 'marimo');
  programs = join(folder, 'python/bin');
  await cp(join(root, 'examples/marimo'), folder, { recursive: true });
  await run('python3', ['-m', 'venv', 'python'], { cwd: folder });
  const packages = ['marimo==0.25.2', 'anywidget==0.11.0', join(root, 'python')];
  await run(join(programs, 'pip'), ['install', '--quiet', ...packages], { cwd: folder });
  browser = await chromium({ webgpu: false });
}, 300_000);
afterAll(async () => {
  await browser?.close();
  await packed?.remove();
});

/** The state of the figure when it stands; marimo has it in a shadow root, which locators see through. */
const shown = (opened: Page<playwright.Page>) =>
  opened.native.locator('guidance-lab').evaluate(async (lab) => {
    const { ready } = lab as Lab;
    await ready;
    return (lab as Lab).state.particles;
  });

test('marimo run: the figure is drawn, and cells follow it', async () => {
  const port = await freePort();
  const server = spawn(join(programs, 'marimo'), ['run', 'wiggle.py', '--headless', '--no-token', `--port=${port}`], {
    cwd: folder,
    stdio: 'ignore',
  });
  const address = `http://127.0.0.1:${port}/`;
  const answers = () =>
    fetch(address).then(
      ({ ok }) => ok,
      () => false,
    );
  await expect.poll(answers).toBe(true);
  const opened = await browser.open(address);
  expect(await shown(opened)).toBe(2000);
  await expect.poll(async () => (await inked(opened))[0]).toBeGreaterThan(0.02);
  await opened.native.getByText(/^With γ = 1 the KL at this step is \S+ nats\.$/).waitFor();
  await opened.native.locator('guidance-lab').evaluate((lab) => (lab as Lab).setState({ guidance: { gamma: 7 } }));
  await opened.native.getByText(/^With γ = 7 the KL at this step is \S+ nats\.$/).waitFor();
  expect(await opened.errors()).toEqual([]);
  await opened.close();
  server.kill('SIGTERM');
  await new Promise((resolve) => server.once('exit', resolve));
});

test('marimo export html: the page draws the figure without a kernel', async () => {
  await run(join(programs, 'marimo'), ['export', 'html', 'wiggle.py', '-o', 'wiggle.html', '--no-include-code'], {
    cwd: folder,
  });
  const site = await host({ pages: { '/': await readFile(join(folder, 'wiggle.html'), 'utf8') } });
  const { stdout } = await run(join(programs, 'python'), ['-c', 'import marimo; print(marimo.__path__[0])'], {
    cwd: folder,
  });
  const opened = await browser.open('about:blank');
  // What it loads from a CDN is in PyPI's package, too.
  await opened.native.context().route(/^https:/, (route) => {
    const path = /@marimo-team\/frontend@[^/]*\/dist\/([^?]*)/.exec(route.request().url())?.[1];
    return path === undefined ? route.abort() : route.fulfill({ path: join(stdout.trim(), '_static', path) });
  });
  await opened.native.goto(`${site.origin}/`);
  expect(await shown(opened)).toBe(2000);
  await expect.poll(async () => (await inked(opened))[0]).toBeGreaterThan(0.02);
  await opened.close();
  await site.close();
});
