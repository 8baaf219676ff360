/** Lanes side by side in the browser: on the same axes, with the same noise, told apart in words. */
import type * as playwright from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { chromium, type Handle, type Page } from './browsers';
import { atRest, eventually, type Lab, openLab } from './lab';

let browser: Handle<playwright.Page>;

beforeAll(async () => {
  browser = await chromium({ webgpu: false });
});
afterAll(async () => browser?.close());

/** Opens the finished run and chooses how its lanes are shown, by the control. */
async function open(preset: string, layout: string, view = {}): Promise<Page<playwright.Page>> {
  const page = await openLab(browser, inject('site'), `?preset=${preset}&particles=2000`, view);
  await page.evaluate(() => (document.querySelector('guidance-lab') as unknown as Lab).finish());
  await page.native.getByRole('toolbar').getByRole('button', { name: 'Undo' }).waitFor();
  await page.native.getByRole('combobox', { name: 'Show' }).selectOption(layout);
  await page.native.waitForFunction(
    (layout) => (document.querySelector('guidance-lab') as unknown as Lab).state.view.layout === layout,
    layout,
  );
  // The picture grows, and its axes follow.
  await atRest(() => page.native.locator('.picture').boundingBox());
  return page;
}

const picture = (page: Page<playwright.Page>) => page.native.locator('.picture');

describe.each(['wiggle', 'pair-2d'])('%s: three side by side', (preset) => {
  test('missing lanes are added, named in words, and start from the same noise', async () => {
    const page = await open(preset, 'trio');
    const lab = () => page.evaluate(() => (document.querySelector('guidance-lab') as unknown as Lab).state.compare);
    expect(await lab()).toEqual(['exact', 'unguided']);
    const named = page.native.getByRole('img', { name: /Side by side: unguided, exact, tested\./ });
    await expect.poll(() => named.count()).toBe(1);
    const starts = await page.evaluate(async () => {
      const lab = document.querySelector('guidance-lab') as unknown as Lab;
      await lab.reset();
      const all = [];
      for (const lane of ['unguided', 'exact', 'tested'] as const) all.push([...(await lab.samples(lane))]);
      return all;
    });
    expect(starts[0]?.length).toBeGreaterThan(1999);
    expect(starts[1]).toEqual(starts[0]);
    expect(starts[2]).toEqual(starts[0]);
    expect(await page.errors()).toEqual([]);
    await page.close();
  });

  test('the crosshair stands at the same place of each', async () => {
    const page = await open(preset, 'trio');
    const box = await picture(page).boundingBox();
    if (!box) throw new Error('no picture');
    await page.native.mouse.move(box.x + box.width * 0.86, box.y + box.height * 0.5);
    await page.native.locator('.card').waitFor();
    const hairs = () =>
      page.native.locator('.hair').evaluateAll((lines) =>
        lines
          .map((line) => ['x1', 'x2'].map((name) => Number(line.getAttribute(name))))
          .filter(([from, to]) => from === to)
          .map(([from]) => from as number),
      );
    const upright = await eventually(hairs, ({ length }) => length === 3);
    expect(upright).toHaveLength(3);
    const [first, second, third] = upright as [number, number, number];
    expect(third - second).toBeCloseTo(second - first, 3);
    expect(second - first).toBeGreaterThan(100);
    await page.close();
  });

  test('on a phone they stand below one another, and nothing scrolls sideways', async () => {
    for (const [layout, least] of [
      ['pair', 640],
      ['trio', 960],
    ] as const) {
      const page = await open(preset, layout, { width: 375, height: 812 });
      await expect.poll(async () => (await picture(page).boundingBox())?.height).toBeGreaterThanOrEqual(least);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(375);
      // By keys, too: the crosshair starts where the lane on show stands.
      await picture(page).focus();
      await page.press('ArrowRight');
      await page.native.locator('.card').waitFor();
      await page.native.getByRole('combobox', { name: 'Show' }).selectOption('single');
      await expect.poll(async () => (await picture(page).boundingBox())?.height).toBe(400);
      await page.close();
    }
  });

  test('the saved picture and the printed page have all of them', async () => {
    const page = await open(preset, 'trio');
    const [width, height] = await page.evaluate(async () => {
      const lab = document.querySelector('guidance-lab') as unknown as { picture(ratio: number): Promise<Blob> };
      const { width, height } = await createImageBitmap(await lab.picture(2));
      return [width, height];
    });
    const box = await picture(page).boundingBox();
    expect([width, height]).toEqual([2 * Math.round(box?.width ?? 0), 2 * Math.round(box?.height ?? 0)]);
    const pdf = await page.native.pdf({ preferCSSPageSize: true, printBackground: true });
    expect(pdf.toString('latin1').match(/\/Type\s*\/Page\b/g)?.length).toBe(1);
    await page.close();
  });
});
