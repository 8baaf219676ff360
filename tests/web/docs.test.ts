/** The code of docs/api.md, run as it stands there, in the page. */
import { readFileSync } from 'node:fs';
import type * as playwright from 'playwright-core';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { chromium, type Handle, type Page } from './browsers';
import { openLab } from './lab';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const blocks = [...read('docs/api.md').matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, text = '']) => text);

let browser: Handle<playwright.Page>;
let page: Page<playwright.Page>;
beforeAll(async () => {
  browser = await chromium({ webgpu: false });
  page = await openLab(browser, inject('site'), '?preset=pair-2d&particles=500&process.steps=20');
});
afterAll(async () => browser?.close());

test('every member of the list is one of the element', async () => {
  const [list = ''] = blocks;
  const names = [...new Set([...list.matchAll(/\blab\.(\w+)/g)].map(([, name]) => name))];
  expect(names.length).toBeGreaterThan(20);
  const missing = await page.evaluate(
    (names: string[]) => names.filter((name) => !(name in (document.querySelector('guidance-lab') as HTMLElement))),
    names as string[],
  );
  expect(missing).toEqual([]);
  expect(await page.evaluate("customElements.get('guidance-lab').usage().then(({ simulations }) => simulations)")).toBe(
    1,
  );
});

test.each(blocks.slice(1))('%s', async (block) => {
  const penguins = JSON.stringify(read('tests/data/penguins.csv'));
  await page.evaluate(`(async () => {
    const lab = document.querySelector('guidance-lab');
    const file = new File([${penguins}], 'penguins.csv');
    ${block}
  })()`);
  expect(await page.errors()).toEqual([]);
});
