/** After the last figure has left and what used it is closed, no worker lives. */
import { readFile } from 'node:fs/promises';
import type * as playwright from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { chromium, type Handle } from './browsers';
import { dist, type Host, host } from './host';
import { ready } from './lab';

/** Counts the workers that live, and tells when the last has been ended. */
const COUNT = `{
  const { Worker: Real } = globalThis;
  const alive = globalThis.workersAlive = new Set();
  globalThis.workersMade = [];
  let told = [];
  globalThis.lastWorkerEnds = () => alive.size === 0 ? Promise.resolve() : new Promise((resolve) => told.push(resolve));
  globalThis.Worker = class extends Real {
    constructor(...rest) {
      super(...rest);
      alive.add(this);
      globalThis.workersMade.push(rest[1].name);
    }
    terminate() {
      super.terminate();
      alive.delete(this);
      if (alive.size === 0) for (const tell of told.splice(0)) tell();
    }
  };
}`;

interface Counted {
  workersAlive: Set<Worker>;
  workersMade: string[];
  lastWorkerEnds(): Promise<void>;
}

let site: Host;
let browser: Handle<playwright.Page>;
beforeAll(async () => {
  const counted = async (path: string) =>
    (await readFile(`${dist}/${path}`, 'utf8')).replace('<head>', `<head><script>${COUNT}</script>`);
  site = await host({
    folders: { '/': dist },
    pages: { '/counted.html': await counted('index.html'), '/check/counted.html': await counted('check/index.html') },
  });
  browser = await chromium({ webgpu: false });
});
afterAll(async () => {
  await browser?.close();
  await site?.close();
});

test('a lesson and a state that is opened leave nothing behind', async () => {
  const opened = await browser.open(`${site.origin}/counted.html?lesson=score&particles=1000`);
  const { native } = opened;
  await ready(opened);
  await native.locator('#lesson h2').waitFor();
  // A saved state comes in.
  await native.locator('#file').setInputFiles({
    name: 'state.json',
    mimeType: 'application/json',
    buffer: Buffer.from(JSON.stringify({ version: 1, particles: 1500 })),
  });
  await native.waitForFunction(
    () =>
      (document.querySelector('guidance-lab') as unknown as { state: { particles: number } }).state.particles === 1500,
  );
  // One for exact laws comes when nothing has moved for a while.
  const made = await opened.evaluate(() => (globalThis as unknown as Counted).workersMade);
  expect(made.filter((name) => name !== 'guidance-lab sweep')).toEqual([
    'guidance-lab exact',
    'guidance-lab particles',
  ]);

  const usage = await opened.evaluate(async () => {
    const { lastWorkerEnds, workersAlive } = globalThis as unknown as Counted;
    const figure = document.querySelector('guidance-lab') as HTMLElement;
    const { usage } = customElements.get('guidance-lab') as unknown as { usage(): Promise<unknown> };
    const before = await usage();
    figure.remove();
    await lastWorkerEnds();
    return { before, after: await usage(), alive: workersAlive.size };
  });
  expect(usage).toEqual({ before: { simulations: 1, memory: expect.any(Number) }, after: null, alive: 0 });
  await opened.close();
});

test('a claim that was measured leaves nothing behind', async () => {
  const opened = await browser.open(`${site.origin}/check/counted.html?claim=reciprocal`);
  await opened.native.getByRole('combobox', { name: 'Size' }).selectOption('small');
  await opened.native.getByRole('button', { name: 'Run' }).click();
  await opened.native.locator('.experiments .verdict').waitFor();
  const alive = await opened.evaluate(async () => {
    const { lastWorkerEnds, workersAlive, workersMade } = globalThis as unknown as Counted;
    await lastWorkerEnds();
    return [workersMade.length > 0, workersAlive.size];
  });
  expect(alive).toEqual([true, 0]);
  await opened.close();
});
