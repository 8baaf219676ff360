/** Without a network: the one file from disk in each engine, and the site after a first visit. */
import { copyFile, cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type * as playwright from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chromium, ENGINES, type Handle } from './browsers';
import { dist, host } from './host';
import { inked, type Lab, ready, sharedWorkers } from './lab';

test.each(ENGINES)('guidance-lab.html works from disk, alone: %s', async (_, open) => {
  const folder = await mkdtemp(join(tmpdir(), 'guidance lab '));
  await copyFile(join(dist, 'guidance-lab.html'), join(folder, 'guidance-lab.html'));
  const browser = await open();
  const address = `${pathToFileURL(join(folder, 'guidance-lab.html')).href}?preset=two-modes&particles=2000`;
  const opened = await browser.open(address);
  const measured = await opened.evaluate(async () => {
    await customElements.whenDefined('guidance-lab');
    const lab = document.querySelector('guidance-lab') as Lab;
    await lab.ready;
    await lab.finish();
    const { conditionalKl, step } = await lab.measure();
    const external = performance
      .getEntriesByType('resource')
      .map((entry) => entry.name)
      .filter((name) => !/^(data|blob):/.test(name));
    return { conditionalKl, step, external };
  });
  expect(measured.conditionalKl).toBeGreaterThanOrEqual(0);
  expect(measured.step).toBeGreaterThan(0);
  expect(measured.external).toEqual([]);
  if (browser.name === 'chromium') expect(await sharedWorkers(opened)).toEqual(['exact', 'particles']);
  // What on the site are places are parts of the file.
  const parts = await opened.evaluate(async () => {
    const seen = async (hash: string, selector: string, most: number) => {
      location.hash = hash;
      for (let k = 0; k < 600; k += 1) {
        const found = [...document.querySelectorAll(selector)].filter((each) => each.checkVisibility()).length;
        if (found >= most) return found >= most;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      return false;
    };
    return [
      await seen('#learn', '.lessons a', 8),
      await seen('#check', '.claims tbody tr', 15),
      await seen('#check/paths', '.experiments .run', 1),
      await seen('#', 'guidance-lab', 1),
    ];
  });
  expect(parts).toEqual([true, true, true, true]);
  expect((await inked(opened))[0]).toBeGreaterThan(0.02);
  expect(await opened.errors()).toEqual([]);
  await opened.close();
  // The mixture that draws digits is in it, too.
  const pictures = await browser.open(`${pathToFileURL(join(folder, 'guidance-lab.html')).href}?lesson=pictures`);
  const drawn = await pictures.evaluate(async () => {
    await customElements.whenDefined('guidance-lab');
    const lab = document.querySelector('guidance-lab') as Lab;
    while (!lab.shadowRoot?.querySelector('.wall')) await new Promise((resolve) => setTimeout(resolve, 50));
    await lab.finish();
    const samples = await lab.samples('exact');
    return { count: samples.length, dark: samples.filter((value) => value > 0.5).length / samples.length };
  });
  expect(drawn.count % 1960).toBe(0);
  expect(drawn.dark).toBeGreaterThan(0.02);
  expect(await pictures.errors()).toEqual([]);
  await pictures.close();
  await browser.close();
  await rm(folder, { recursive: true });
});

test.each(['index.html', 'guidance-lab.html'])('%s works without storage and without an origin', async (file) => {
  const headers = { 'content-security-policy': 'sandbox allow-scripts', 'access-control-allow-origin': '*' };
  const site = await host({ folders: { '/lab/': dist }, headers });
  for (const [, open] of ENGINES) {
    const browser = await open();
    const opened = await browser.open(`${site.origin}/lab/${file}?preset=two-modes&particles=2000`);
    const seen = await opened.evaluate(async () => {
      await customElements.whenDefined('guidance-lab');
      const lab = document.querySelector('guidance-lab') as Lab;
      await lab.ready;
      let storage = 'allowed';
      try {
        localStorage.getItem('x');
      } catch {
        storage = 'refused';
      }
      await lab.setState({ seed: 3 });
      // Longer than the address waits for the state.
      await new Promise((resolve) => setTimeout(resolve, 600));
      const language = document.querySelector('#language') as HTMLSelectElement;
      language.value = 'zh';
      language.dispatchEvent(new Event('change', { bubbles: true }));
      const until = performance.now() + 60_000;
      while (document.documentElement.lang === 'en' && performance.now() < until) {
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      const { guidanceMse } = await lab.measure();
      return { storage, guidanceMse, seed: lab.state.seed, lang: document.documentElement.lang };
    });
    expect(seen, browser.name).toEqual({
      storage: 'refused',
      guidanceMse: expect.any(Number),
      seed: 3,
      lang: 'zh-Hans',
    });
    expect((await inked(opened))[0]).toBeGreaterThan(0.02);
    expect(await opened.errors(), browser.name).toEqual([]);
    await opened.close();
    await browser.close();
  }
  await site.close();
});

test.each(ENGINES)('the site works offline after the first visit: %s', async (_, open) => {
  const browser = await open();
  const site = await host({ folders: { '/lab/': dist } });
  const opened = await browser.open(`${site.origin}/lab/?preset=wiggle`);
  await ready(opened);
  await opened.evaluate(async () => {
    await navigator.serviceWorker.ready;
    while (!navigator.serviceWorker.controller && (await caches.keys()).length === 0) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  });
  await site.close();
  // Another preset, whose painter was never shown before.
  await opened.evaluate((address: string) => {
    setTimeout(() => location.assign(address));
  }, `${site.origin}/lab/?preset=pair-2d&particles=2000`);
  await expect
    .poll(
      () => opened.evaluate<string, []>("document.readyState === 'complete' ? location.search : ''").catch(() => ''),
      { timeout: 20_000 },
    )
    .toContain('pair-2d');
  await ready(opened);
  expect(await opened.evaluate(() => (document.querySelector('guidance-lab') as Lab).state.particles)).toBe(2000);
  expect((await inked(opened))[0]).toBeGreaterThan(0.02);
  await opened.close();
  await browser.close();
});

describe('the site', () => {
  let browser: Handle<playwright.Page>;
  beforeAll(async () => {
    browser = await chromium({ webgpu: false });
  });
  afterAll(async () => browser?.close());

  test('offers itself as one file', async () => {
    const site = await host({ folders: { '/lab/': dist } });
    const opened = await browser.open(`${site.origin}/lab/`);
    // Also where the service worker answers.
    await opened.evaluate(() => (document.querySelector('guidance-lab') as Lab).ready);
    await opened.evaluate(() => navigator.serviceWorker.ready.then(() => {}));
    await opened.native.reload();
    const [download] = await Promise.all([
      opened.native.waitForEvent('download'),
      opened.native.getByRole('link', { name: 'Download the whole lab as one file' }).click(),
    ]);
    expect(download.suggestedFilename()).toBe('guidance-lab.html');
    const [saved, built] = await Promise.all([
      readFile(await download.path()),
      readFile(join(dist, 'guidance-lab.html')),
    ]);
    expect(saved.equals(built)).toBe(true);
    await opened.close();
    await site.close();
  });

  test('what was spoiled where it is kept is fetched anew', async () => {
    const site = await host({ folders: { '/lab/': dist } });
    const opened = await browser.open(`${site.origin}/lab/`);
    await ready(opened);
    await opened.evaluate(() => navigator.serviceWorker.ready.then(() => {}));
    const spoiled = await opened.evaluate(async () => {
      const [name] = await caches.keys();
      const cache = await caches.open(name as string);
      const ours = (await cache.keys()).filter(({ url }) => /(\.wasm|\.js|index\.html)$/.test(url));
      for (const request of ours)
        await cache.put(request, new Response('', { headers: { 'content-type': 'text/html' } }));
      return ours.length;
    });
    expect(spoiled).toBeGreaterThan(5);
    await opened.native.reload();
    await ready(opened);
    expect((await inked(opened))[0]).toBeGreaterThan(0.02);
    // And is whole from now on.
    const index = await opened.evaluate(async () => (await caches.match('/lab/index.html'))?.text());
    expect(index).toBe(await readFile(join(dist, 'index.html'), 'utf8'));
    await opened.close();
    await site.close();
  });

  test('works offline after the first visit, and tells of a new version', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'site-'));
    await cp(dist, folder, { recursive: true });
    const site = await host({ folders: { '/lab/': folder } });
    const opened = await browser.open(`${site.origin}/lab/?preset=wiggle`);
    const kept = () =>
      opened.evaluate(async () => {
        await navigator.serviceWorker.ready;
        const names = await caches.keys();
        const files = await Promise.all(names.map(async (name) => (await (await caches.open(name)).keys()).length));
        return { names, files };
      });
    await opened.evaluate(() => (document.querySelector('guidance-lab') as Lab).ready);
    const first = await kept();
    expect(first.names).toHaveLength(1);
    expect(first.files[0]).toBeGreaterThan(5);

    // No network at all: another preset, the charts and a painter that was never shown before.
    await opened.native.context().setOffline(true);
    await site.close();
    await opened.native.goto(`${site.origin}/lab/?preset=pair-2d&particles=2000`);
    const offline = await opened.evaluate(async () => {
      const lab = document.querySelector('guidance-lab') as Lab;
      await lab.ready;
      return lab.state.particles;
    });
    expect(offline).toBe(2000);
    expect((await inked(opened))[0]).toBeGreaterThan(0.02);

    // A new version: one file changed, and with it the version.
    const worker = await readFile(join(folder, 'service-worker.js'), 'utf8');
    const next = worker.replace(/VERSION = ["'`][0-9a-f]{16}["'`]/, "VERSION = '0123456789abcdef'");
    expect(next).not.toBe(worker);
    await writeFile(join(folder, 'service-worker.js'), next);
    const html = await readFile(join(folder, 'index.html'), 'utf8');
    await writeFile(
      join(folder, 'index.html'),
      html.replace(/(<a class="name"[^>]*>)Guidance Lab/, '$1Guidance Lab, next'),
    );
    const again = await host({ folders: { '/lab/': folder }, port: Number(new URL(site.origin).port) });
    await opened.native.context().setOffline(false);
    await opened.native.reload();
    // The old one goes on until its reader wants the new one.
    expect(await opened.native.locator('header .name').textContent()).toBe('Guidance Lab');
    const update = opened.native.locator('#update');
    await update.locator('visible=true').waitFor();
    // Scrolling to the button has the page fetch more, while the browser would let go of the old worker.
    await opened.native.locator('#reload').click();
    await expect
      .poll(() => opened.native.locator('header .name').textContent(), { timeout: 20_000 })
      .toBe('Guidance Lab, next');
    const second = await kept();
    expect(second.names).toHaveLength(1);
    expect(second.names[0]).toContain('0123456789abcdef');
    expect(second.files).toEqual(first.files);
    // It is whole without a network, whichever worker answers, and is not offered again.
    await opened.native.context().setOffline(true);
    await again.close();
    await opened.native.reload();
    expect(await opened.native.locator('header .name').textContent()).toBe('Guidance Lab, next');
    await opened.evaluate(() => (document.querySelector('guidance-lab') as Lab).ready);
    await opened.native.waitForTimeout(500);
    expect(await update.isVisible()).toBe(false);
    await opened.close();
    await rm(folder, { recursive: true });
  });
});
