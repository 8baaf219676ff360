/** A page may show a figure in any scale, by a transform or by zoom: a pointer means what is drawn under it. */
import type * as playwright from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chromium, type Handle } from './browsers';
import { dist, type Host, host, page } from './host';
import { ready } from './lab';

const SCALES = {
  'a transform': 'transform: scale(.5); transform-origin: 0 0; width: 900px',
  'a larger transform': 'transform: scale(1.3); transform-origin: 0 0; width: 700px',
  zoom: 'zoom: .5; width: 900px',
  'a larger zoom': 'zoom: 1.5; width: 700px',
  nothing: 'width: 900px',
};

let blog: Host;
let browser: Handle<playwright.Page>;
beforeAll(async () => {
  const figure = '<guidance-lab preset="two-modes" particles="2000" controls="tools time"></guidance-lab>';
  blog = await host({
    folders: { '/lab/': dist },
    pages: Object.fromEntries(
      Object.entries(SCALES).map(([name, style]) => [
        `/${name}`,
        page(`<div style="${style}">${figure}</div>`, '<script type="module" src="/lab/guidance-lab.js"></script>'),
      ]),
    ),
  });
  browser = await chromium({ webgpu: false });
});
afterAll(async () => {
  await browser?.close();
  await blog?.close();
});

describe.each(Object.keys(SCALES))('under %s', (name) => {
  test('the card reads the place that is pointed at, and a handle goes as far as the pointer', async () => {
    const opened = await browser.open(`${blog.origin}/${encodeURIComponent(name)}`, { width: 1280, height: 1500 });
    const { native } = opened;
    await ready(opened);
    await native.locator('.picture').hover({ position: { x: 5, y: 5 } });
    await native.getByRole('button', { name: 'Edit the mixture by hand' }).waitFor();

    // Discs stand on the axis at the means: what they say of their place needs no coordinates of ours.
    await native.getByRole('button', { name: 'Edit the mixture by hand' }).click();
    const centre = async (disc: playwright.Locator) => {
      const box = await disc.boundingBox();
      if (!box) throw new Error('no box');
      return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
    };
    const discs = native.locator('.handle.mean .disc');
    const means = (await opened.evaluate(() =>
      (
        document.querySelector('guidance-lab') as unknown as { state: { mixture: { mean: number[] }[] } }
      ).state.mixture.map(({ mean }) => mean[0]),
    )) as number[];
    const places = await Promise.all(means.map((_, index) => centre(discs.nth(index))));
    const { mouse } = native;

    // A handle that is dragged by 60 px moves 60 px.
    const from = places[0] as { x: number; y: number };
    await mouse.move(from.x, from.y);
    await mouse.down();
    for (let k = 1; k <= 6; k += 1) await mouse.move(from.x + 10 * k, from.y);
    // While it is held the axes stand still; afterwards they may fit the new mixture.
    await expect.poll(async () => Math.abs((await centre(discs.nth(0))).x - from.x - 60)).toBeLessThan(1.5);
    await mouse.up();
    await native.getByRole('button', { name: 'Undo' }).click();
    await expect.poll(async () => Math.abs((await centre(discs.nth(0))).x - from.x)).toBeLessThan(1.5);
    await native.getByRole('button', { name: 'Edit the mixture by hand' }).click();

    // The card, at the places of two means and at x = -2.76 between them.
    const [a, b] = [0, 1];
    const slope = ((places[b] as { x: number }).x - from.x) / ((means[b] as number) - (means[a] as number));
    for (const x of [means[a] as number, means[b] as number, -2.76]) {
      await mouse.move(from.x + slope * (x - (means[a] as number)), from.y - 20);
      const where = native.locator('.card .where');
      await where.waitFor();
      const read = async () =>
        Number(
          /x = (-?[\d.]+)/.exec(((await where.textContent()) ?? '').replaceAll('−', '-').replace(/\s+/g, ' '))?.[1],
        );
      // A pixel of the screen may be several of the axis.
      await expect.poll(async () => Math.abs((await read()) - x)).toBeLessThan(1.2 / slope);
    }
    // The card stands beside the pointer.
    const pointer = { x: from.x + slope * (-2.76 - (means[a] as number)), y: from.y - 20 };
    const box = await native.locator('.card').boundingBox();
    const gap = Math.max((box?.x ?? 0) - pointer.x, pointer.x - (box?.x ?? 0) - (box?.width ?? 0));
    expect(Math.abs(gap)).toBeLessThan(60);
    await opened.close();
  });

  test('the menu that saves stands at its button, inside the view', async () => {
    const opened = await browser.open(`${blog.origin}/${encodeURIComponent(name)}`, { width: 1280, height: 1500 });
    const { native } = opened;
    await ready(opened);
    await opened.evaluate(() => {
      (document.querySelector('guidance-lab') as HTMLElement).setAttribute('controls', 'charts');
    });
    const button = native.getByRole('button', { name: 'Save histogram and curves' });
    await button.click();
    const menu = native.getByRole('group', { name: 'Save as' });
    await menu.waitFor();
    const [at, box] = [await button.boundingBox(), await menu.boundingBox()];
    if (!at || !box) throw new Error('no box');
    expect(Math.abs(box.x + box.width - at.x - at.width)).toBeLessThan(2);
    expect(Math.min(Math.abs(box.y - at.y - at.height), Math.abs(at.y - box.y - box.height))).toBeLessThan(12);
    await opened.close();
  });
});
