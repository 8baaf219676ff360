/** A classifier is trained in the page: small networks and few steps, so that it takes seconds on any machine. */
import type * as playwright from 'playwright-core';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { chromium, firefox, type Handle, type Page, webkit } from './browsers';
import { type Lab as Element, openLab, overflow, violations } from './lab';

interface Lab extends Element {
  train: { start(recipe?: unknown): Promise<Record<string, unknown>>; stop(): void };
  lab: { change(patch: unknown): void };
}

let browser: Handle<playwright.Page>;
beforeAll(async () => {
  browser = await chromium({ webgpu: false });
});
afterAll(() => browser?.close());

const SMALL = 'particles=500&process.steps=40';

/** The share of the guidance that is wrong at t = 1/2, in the mean square. */
const wrong = (page: Page<playwright.Page>): Promise<number> =>
  page.evaluate(async () => {
    const measured = await (document.querySelector('guidance-lab') as Lab).measure({ time: 0.5 });
    return measured.guidanceMse / measured.guidanceNorm;
  });

test.each([
  { width: 1280, height: 800, scheme: 'light' },
  { width: 375, height: 812, scheme: 'dark' },
] as const)('by hand: train, pause, stop, reset, $width wide', async ({ width, height, scheme }) => {
  const page = await openLab(browser, inject('site'), `?preset=wiggle&${SMALL}`, { width, height });
  const { native } = page;
  await native.emulateMedia({ colorScheme: scheme });
  await native.getByLabel('Other faults').selectOption({ label: 'Trained network' });
  await native.getByText('Not trained yet: it gives every class').waitFor();
  await expect.poll(() => wrong(page)).toBeCloseTo(1, 6);
  await page.evaluate(() => {
    const lab = document.querySelector('guidance-lab') as Lab;
    lab.lab.change({ classifier: { recipe: { hidden: [8], batch: 64, steps: 300, targetKl: null, seed: 7 } } });
  });
  await native.getByRole('button', { name: 'Train', exact: true }).click();
  await native.getByText('Done: 300 steps').waitFor();
  expect(await native.getByRole('img', { name: /^Loss and validation KL .* after step 300/ }).count()).toBe(1);
  expect(await wrong(page)).toBeLessThan(0.3);
  expect(await violations(page)).toEqual([]);
  expect(await overflow(page)).toBe(0);
  await native.getByRole('button', { name: 'Reset' }).click();
  await native.getByText('Not trained yet: it gives every class').waitFor();
  await expect.poll(() => wrong(page)).toBeCloseTo(1, 6);
  // More steps than anybody waits for.
  await native.getByText('Loss, penalties, steps').click();
  for (const [label, value] of [
    ['Steps of training at most', '20000'],
    ['Samples in a batch', '4096'],
    ['Spectral norm of a layer at most', '2'],
    ['Label smoothing', '0.1'],
    ['Input noise', '0.2'],
  ]) {
    await native.getByLabel(`${label}, as a number`).fill(value as string);
    await native.getByLabel(`${label}, as a number`).press('Tab');
  }
  await native.getByRole('button', { name: 'Train', exact: true }).click();
  await native.getByRole('progressbar', { name: 'Steps of the training' }).waitFor();
  const state = () => page.evaluate(() => (document.querySelector('guidance-lab') as Lab).state.classifier);
  await expect.poll(state).toMatchObject({ recipe: { spectralNorm: 2, labelSmoothing: 0.1, inputNoise: 0.2 } });
  await native.getByRole('button', { name: 'Pause the training' }).click();
  await native.getByText('Paused. What it has learned so far guides.').waitFor();
  expect(await violations(page)).toEqual([]);
  await native.getByRole('button', { name: 'Go on training' }).click();
  await native.getByRole('button', { name: 'Pause the training' }).waitFor();
  await native.getByRole('button', { name: 'Stop', exact: true }).click();
  await native.getByText(/^Stopped after [\d,]+ steps/).waitFor();
  await page.close();
});

test('a link trains its network, and lab.train tells how it goes', async () => {
  const query = `?preset=wiggle&${SMALL}&classifier.kind=learned&classifier.recipe.hidden=[8]&classifier.recipe.batch=64&classifier.recipe.steps=200`;
  const page = await openLab(browser, inject('site'), query);
  expect(await wrong(page)).toBeLessThan(0.5);
  await page.native.getByText('Done: 200 steps').waitFor();
  const told = await page.evaluate(async () => {
    const lab = document.querySelector('guidance-lab') as Lab;
    const told: { step: number; of: number; kl: number }[] = [];
    lab.addEventListener('trainprogress', (event) => told.push((event as CustomEvent).detail));
    const recipe = await lab.train.start({ steps: 100, seed: 3 });
    const failed = await lab.train.start({ steps: 2000, rate: 1, weightDecay: 10 }).catch((error) => error.path);
    return { told, recipe, failed, state: lab.state.classifier };
  });
  expect(told.recipe).toMatchObject({ hidden: [8], batch: 64, steps: 100, seed: 3 });
  expect(told.told.find(({ step, of }) => step === 100 && of === 100)?.kl).toBeGreaterThan(0);
  expect(told.failed).toBe('classifier.recipe.rate');
  await page.native.getByRole('alert').filter({ hasText: 'rate' }).first().waitFor();
  expect(told.state).toMatchObject({ kind: 'learned' });
  await page.close();
});

test('two networks with the same KL, side by side', async () => {
  const page = await openLab(browser, inject('site'), `?preset=wiggle&${SMALL}`, { width: 375, height: 812 });
  const { native } = page;
  await native.getByLabel('Other faults').selectOption({ label: 'Trained network' });
  await native.getByRole('button', { name: 'Compare two trainings with the same KL' }).click();
  const panel = native.locator('.below');
  await panel.getByLabel('Both until KL ≤').fill('0.02');
  await panel.getByLabel('Both until KL ≤').press('Tab');
  await panel.getByRole('button', { name: 'Train both' }).click();
  const rows = async () =>
    (await panel.locator('tbody tr').allTextContents()).map((text) => text.replace(/\s+/g, ' ').trim());
  await panel
    .getByRole('status')
    .filter({ hasText: /times as large for A as for B/ })
    .waitFor();
  const [a, b, exact] = await rows();
  for (const row of [a, b]) expect(row).toMatch(/^[AB]: .* 0\.0[01]\d* [\d,.]+% .* Put it under test$/);
  expect(exact).toMatch(/^exact – 0 0%/);
  // The bound of each error, once it is known.
  const bounds = panel.getByRole('region', { name: 'Bound on the guidance error' });
  await expect.poll(() => panel.locator('svg[role=img]').count()).toBe(7);
  expect(await bounds.locator('td').count()).toBe(14);
  for (const row of await bounds.locator('tbody tr').all()) {
    const [error, bound] = (await row.locator('td').allTextContents()).map(Number);
    expect(error).toBeLessThanOrEqual(bound as number);
  }
  expect(await violations(page)).toEqual([]);
  expect(await overflow(page)).toBe(0);
  await panel.getByRole('button', { name: 'Put it under test' }).last().click();
  await native.getByText(/^Done: the target is met after/).waitFor();
  expect(await wrong(page)).toBeLessThan(1);
  await panel.getByRole('button', { name: 'Close' }).click();
  expect(await panel.count()).toBe(0);
  await page.close();
});

test('the same seed gives the same network in each browser, bit for bit', async () => {
  const found: string[][] = [];
  for (const launch of [firefox, webkit, () => chromium({ webgpu: false })]) {
    const handle = await launch();
    const page = await openLab(handle as Handle, inject('site'), `?preset=wiggle&${SMALL}&engine=cpu`);
    found.push(
      await page.evaluate(async () => {
        const lab = document.querySelector('guidance-lab') as Lab & {
          at(points: number[], options: { time: number }): Promise<{ testedGuidance: Float64Array }>;
        };
        const told: number[] = [];
        lab.addEventListener('trainprogress', (event) => told.push((event as CustomEvent).detail.kl));
        await lab.train.start({ hidden: [8, 8], activation: 'softplus', batch: 64, steps: 100, seed: 3 });
        const { testedGuidance } = await lab.at([-1, 0.25, 2], { time: 0.5 });
        return [told.at(-1), ...testedGuidance].map(String);
      }),
    );
    await handle.close();
  }
  expect(found[0]).toHaveLength(4);
  expect(found[1]).toEqual(found[0]);
  expect(found[2]).toEqual(found[0]);
});
