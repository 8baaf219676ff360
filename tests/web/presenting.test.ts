/** On a projector everything is on one screen: sentence, picture, time, readouts, and the classifier's switch. */
import type * as playwright from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { chromium, type Handle } from './browsers';
import { type Lab, openLab } from './lab';

let browser: Handle<playwright.Page>;

beforeAll(async () => {
  browser = await chromium({ webgpu: false });
});
afterAll(async () => browser?.close());

/** Where the lowest of these parts of the figure, and the lesson beside it, ends. */
const bottomOf = ({ native }: { native: playwright.Page }, parts: string) =>
  native.evaluate((parts) => {
    const root = document.querySelector('guidance-lab')?.shadowRoot as ShadowRoot;
    const all = [...root.querySelectorAll(parts), ...document.querySelectorAll('.lesson')];
    return Math.max(...all.map((part) => Math.ceil(part.getBoundingClientRect().bottom)));
  }, parts);

/** By how much the page is longer than the screen. */
const scrolls = ({ native }: { native: playwright.Page }) =>
  native.evaluate(() => document.documentElement.scrollHeight - innerHeight);

describe.each([
  [1280, 720],
  [1920, 1080],
  [3840, 2160],
] as const)('%ix%i', (width, height) => {
  // The lesson about training has the longest form, and is presented here before its network is trained.
  test.each([
    '?preset=wiggle',
    '?preset=two-modes',
    '?preset=pair-2d',
    '?lesson=wiggle&step=2',
    '?lesson=average&step=2',
    '?lesson=trained&step=4',
  ])('%s', async (query) => {
    const page = await openLab(browser, inject('site'), query, { width, height });
    const { native } = page;
    if (query.includes('lesson')) await native.locator('.lesson h2').waitFor();
    await native.keyboard.press('f');
    await native.waitForFunction(() => document.documentElement.hasAttribute('data-presenting'));
    await page.evaluate(() => (document.querySelector('guidance-lab') as unknown as Lab).finish());
    if (query.includes('trained')) await native.getByRole('button', { name: 'Train again' }).waitFor();
    const lowest = () => bottomOf(page, '.verdict, .picture, .timebar, .readouts, .charts, .panel');
    await expect.poll(lowest).toBeLessThanOrEqual(height);
    await expect.poll(() => scrolls(page)).toBe(0);
    // The picture is still the larger part.
    const picture = await native.locator('guidance-lab .picture').boundingBox();
    expect(picture?.height ?? 0).toBeGreaterThan(0.3 * height);
    if (!query.includes('lesson')) {
      const kind = () =>
        native.evaluate(() => (document.querySelector('guidance-lab') as unknown as Lab).state.classifier.kind);
      const before = await kind();
      const other = before === 'exact' ? 'wiggle' : 'exact';
      await native.keyboard.press('w');
      await expect.poll(kind).toBe(other);
      expect(await native.getByRole('radio', { name: 'Exact', exact: true }).isChecked()).toBe(other === 'exact');
      await native.keyboard.press('w');
      await expect.poll(kind).toBe(before);
    }
    await page.close();
  });

  test('a lesson on pictures', async () => {
    const page = await openLab(browser, inject('site'), '?lesson=pictures&step=2', { width, height });
    const { native } = page;
    await native.locator('guidance-lab .wall canvas').first().waitFor();
    await native.keyboard.press('f');
    await native.waitForFunction(() => document.documentElement.hasAttribute('data-presenting'));
    await native.evaluate(() =>
      (document.querySelector('guidance-lab') as unknown as Lab).setState({ classifier: { kind: 'noise-blind' } }),
    );
    await expect.poll(() => native.locator('guidance-lab .controls > *').count()).toBeGreaterThan(3);
    await expect.poll(() => bottomOf(page, '.wall, .time, .controls > *')).toBeLessThanOrEqual(height);
    await expect.poll(() => scrolls(page)).toBe(0);
    // The digits are as wide as they can be.
    const wall = await native.locator('guidance-lab .wall').boundingBox();
    expect(wall?.width ?? 0).toBeGreaterThan(0.6 * width);
    await page.close();
  });
});
