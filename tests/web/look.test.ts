/** What meets the eye: nothing overlaps, every number explains itself, the sentence follows the switch. */
import type * as playwright from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { chromium, type Handle, type Page } from './browsers';
import { atRest, eventually, inked, type Lab, openLab, overlaps } from './lab';

let browser: Handle<playwright.Page>;

beforeAll(async () => {
  browser = await chromium({ webgpu: false });
});
afterAll(async () => browser?.close());

const finish = (page: Page<unknown>) =>
  page.evaluate(() => (document.querySelector('guidance-lab') as unknown as Lab).finish());

describe.each([
  [375, 812],
  [1280, 800],
  [1920, 1080],
] as const)('at %ix%i', (width, height) => {
  test.each(['wiggle', 'two-modes', 'pair-2d', 'three-classes'])('no text lies on text: %s', async (preset) => {
    const page = await openLab(browser, inject('site'), `?preset=${preset}`, { width, height });
    await finish(page);
    await page.native.waitForTimeout(800);
    await expect.poll(() => overlaps(page)).toEqual([]);
    await page.close();
  });
});

test('the check for overlaps sees one', async () => {
  const page = await openLab(browser, inject('site'));
  await page.evaluate(() => {
    const root = document.querySelector('guidance-lab')?.shadowRoot;
    root?.querySelector<HTMLElement>('.readouts')?.style.setProperty('margin-top', '-120px');
  });
  expect((await overlaps(page)).length).toBeGreaterThan(0);
  await page.close();
});

test('at 1280x800 the main controls, the picture and the readouts fit in the window', async () => {
  for (const preset of ['wiggle', 'pair-2d']) {
    const page = await openLab(browser, inject('site'), `?preset=${preset}`, { width: 1280, height: 800 });
    const bottoms = await page.evaluate(() => {
      const root = (document.querySelector('guidance-lab') as HTMLElement).shadowRoot as ShadowRoot;
      return ['.picture', '.timebar', '.readouts', '#gamma'].map(
        (selector) => root.querySelector(selector)?.getBoundingClientRect().bottom ?? Number.NaN,
      );
    });
    for (const bottom of bottoms) expect(bottom).toBeLessThanOrEqual(800);
    await page.close();
  }
});

test('on a phone the sentence, the picture, the time, the switch and the readouts come in this order', async () => {
  const page = await openLab(browser, inject('site'), '', { width: 375, height: 812 });
  const read = () =>
    page.evaluate(() => {
      const root = (document.querySelector('guidance-lab') as HTMLElement).shadowRoot as ShadowRoot;
      return ['.verdict', '.picture', '.timebar', 'input[name="classifier"]', '.readouts'].map(
        (selector) => root.querySelector(selector)?.getBoundingClientRect().top ?? Number.NaN,
      );
    });
  const tops = await eventually(read, (tops) => !tops.some(Number.isNaN));
  expect([...tops].sort((a, b) => a - b)).toEqual(tops);
  await page.close();
});

test('every readout says by keyboard what it is and how it was got', async () => {
  const page = await openLab(browser, inject('site'), '?preset=two-modes&classifier.kind=wiggle');
  await finish(page);
  const count = await atRest(() =>
    page.evaluate(
      () =>
        document.querySelector('guidance-lab')?.shadowRoot?.querySelectorAll('.readouts [popovertarget]').length ?? 0,
    ),
  );
  expect(count).toBeGreaterThanOrEqual(7);
  for (let index = 0; index < count; index += 1) {
    await page.evaluate((index: number) => {
      const buttons = document
        .querySelector('guidance-lab')
        ?.shadowRoot?.querySelectorAll<HTMLElement>('.readouts [popovertarget]');
      buttons?.[index]?.focus();
    }, index);
    await page.press('Enter');
    await page.native.waitForSelector(':popover-open .about p');
    const said = await page.evaluate(() => {
      const open = document.querySelector('guidance-lab')?.shadowRoot?.querySelector<HTMLElement>(':popover-open');
      const box = open?.getBoundingClientRect();
      return {
        text: open?.textContent?.replace(/\s+/g, ' ') ?? '',
        inside: !!box && box.left >= 0 && box.top >= 0 && box.right <= innerWidth && box.bottom <= innerHeight,
      };
    });
    expect(said.text.length).toBeGreaterThan(120);
    expect(said.text).toMatch(/integration|particles|histogram|two numbers|last piece of work/);
    expect(said.inside).toBe(true);
    await page.press('Escape');
    expect(
      await page.evaluate(() => document.querySelector('guidance-lab')?.shadowRoot?.querySelector(':popover-open')),
    ).toBeNull();
  }
  await page.close();
});

test('the sentence follows the switch', async () => {
  const page = await openLab(browser, inject('site'));
  const said = async () => (await page.native.locator('guidance-lab .verdict').textContent())?.replace(/\s+/g, ' ');
  await finish(page);
  await expect.poll(said).toMatch(/lands on the target; .* does not/);
  await expect.poll(said).toMatch(/at t = 0\.50 its error is 8\d% as large as/);
  await page.native.getByRole('radio', { name: 'Exact', exact: true }).check();
  await expect.poll(said).toContain('The classifier is exact');
  await page.native.getByRole('radio', { name: 'With a wiggle' }).check();
  await expect.poll(said).toContain('Two classifiers steer');
  await page.close();
});

test('an average that few samples dominate is marked', async () => {
  const marks = async (preset: string) => {
    const page = await openLab(browser, inject('site'), `?preset=${preset}`);
    await finish(page);
    const count = await atRest(() => page.native.locator('guidance-lab .mark').count());
    await page.close();
    return count;
  };
  expect(await marks('wiggle')).toBeGreaterThan(0);
  expect(await marks('two-modes')).toBe(0);
});

test('the chart of the samples has a line after a run that was not watched', async () => {
  const page = await openLab(browser, inject('site'), '?preset=two-modes&autoplay=false', {
    width: 1280,
    height: 1100,
  });
  await finish(page);
  await page.native.waitForFunction(
    () => document.querySelector('guidance-lab')?.shadowRoot?.querySelectorAll('.charts canvas').length === 2,
  );
  await expect.poll(async () => (await inked(page)).length).toBe(3);
  // The tested lane's colour is found in many columns of the second chart.
  const coloured = () =>
    page.evaluate(() => {
      const canvas = document.querySelector('guidance-lab')?.shadowRoot?.querySelectorAll('.charts canvas')[1];
      if (!(canvas instanceof HTMLCanvasElement)) return 0;
      const { width, height } = canvas;
      const pixels = canvas.getContext('2d')?.getImageData(0, 0, width, height).data ?? [];
      const seen = new Set<number>();
      for (let k = 0; k < pixels.length; k += 4) {
        if (
          (pixels[k] ?? 0) > 200 &&
          (pixels[k + 1] ?? 0) < 110 &&
          (pixels[k + 2] ?? 0) < 40 &&
          (pixels[k + 3] ?? 0) > 200
        )
          seen.add((k / 4) % width);
      }
      return seen.size;
    });
  await expect.poll(coloured).toBeGreaterThan(100);
  await page.close();
});

test('no preset scrolls sideways at 320 px, four times enlarged', async () => {
  const page = await openLab(browser, inject('site'), '', { width: 320, height: 640 });
  const names = await page.evaluate(() =>
    (document.querySelector('guidance-lab') as unknown as { presets: { name: string }[] }).presets.map(
      ({ name }) => name,
    ),
  );
  for (const name of names) {
    await page.evaluate(async (name: string) => {
      const lab = document.querySelector('guidance-lab') as unknown as Lab & { open(name: string): Promise<unknown> };
      await lab.open(name);
      await lab.finish();
    }, name);
    expect(
      await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth),
      name,
    ).toBeLessThanOrEqual(0);
  }
  await page.close();
});
