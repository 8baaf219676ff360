import { expect, inject, test } from 'vitest';
import { chromium, type Page } from './browsers';
import { type Lab, openLab, openPanel, violations } from './lab';

const show = (page: Page) => openPanel(page, 'about-improved', '.below figure');

const words = (page: Page) =>
  page.evaluate(
    () =>
      document
        .querySelector('guidance-lab')
        ?.shadowRoot?.querySelector('.below header')
        ?.textContent?.replace(/\s+/g, ' ') ?? '',
  );

const count = (page: Page, selector: string) =>
  page.evaluate(
    (selector: string) => document.querySelector('guidance-lab')?.shadowRoot?.querySelectorAll(selector).length ?? 0,
    selector,
  );

/** The share that loses, by the engine's own count. */
const lost = (page: Page) =>
  page.evaluate(async () => {
    const { lanes } = await (document.querySelector('guidance-lab') as Lab).measure();
    return 1 - (lanes.tested?.fractionImproved?.estimate ?? Number.NaN);
  });

test('on a line: a share, a hatched part of the histogram, ways, a map and a paired histogram', async () => {
  const browser = await chromium({ webgpu: false });
  const page = await openLab(browser, inject('site'), '?preset=two-modes&guidance.gamma=4');
  await show(page);
  const share = Number(/^([\d.]+) ±/.exec((await words(page)).trim())?.[1]) / 100;
  // The engine counts in f32: a few ties fall the other way.
  expect(Math.abs(share - (await lost(page)))).toBeLessThan(1e-3);
  expect(share).toBeGreaterThan(0.05);
  expect(await count(page, '.lost path[fill="url(#lost-hatch)"]')).toBe(1);
  expect(await count(page, '.lost g path')).toBe(8);
  expect(await count(page, '.below figure svg[role="img"]')).toBe(2);
  expect(await violations(page)).toEqual([]);
  // Another weight is another count.
  await page.evaluate(async () => {
    const lab = document.querySelector('guidance-lab') as Lab;
    await lab.setState({ guidance: { gamma: 11 } });
    await lab.reset();
    await lab.finish();
  });
  const before = share;
  await expect
    .poll(async () => Number(/^([\d.]+) ±/.exec((await words(page)).trim())?.[1]) / 100, { timeout: 10_000 })
    .toBeLessThan(before / 2);
  // Without the lane to compare with there is nothing to count.
  await page.evaluate(() => (document.querySelector('guidance-lab') as Lab).setState({ compare: [] }));
  await expect.poll(() => words(page)).toContain('Tick “Conditional sampling”');
  expect(await count(page, '.lost path')).toBe(0);
  await page.evaluate(() =>
    document.querySelector('guidance-lab')?.shadowRoot?.querySelector<HTMLElement>('.below header button')?.click(),
  );
  expect(await count(page, '.below')).toBe(0);
  expect(await page.errors()).toEqual([]);
  await browser.close();
});

test('in the plane: a cross for each', async () => {
  const browser = await chromium({ webgpu: false });
  const page = await openLab(
    browser,
    inject('site'),
    '?preset=pair-2d&compare=["exact","conditional"]&process.sampler=exponential&particles=4000',
  );
  await show(page);
  const share = await lost(page);
  const crosses = await page.evaluate(
    () =>
      document
        .querySelector('guidance-lab')
        ?.shadowRoot?.querySelector('.lost path[clip-path]')
        ?.getAttribute('d')
        ?.split('M').length ?? 0,
  );
  expect(share).toBeGreaterThan(0);
  expect(crosses - 1).toBe(Math.min(600, Math.round(share * 4000)));
  expect(await count(page, '.below figure svg[role="img"]')).toBe(1);
  await browser.close();
});
