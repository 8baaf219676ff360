/** No text lies on text: the page and the picture, in every layout, tool and lesson, in both languages. */
import type * as playwright from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { chromium, type Handle, type Page } from './browsers';
import { eventually, type Lab, openLab, overflow, overlaps, paintedOverlaps } from './lab';

let browser: Handle<playwright.Page>;

beforeAll(async () => {
  browser = await chromium({ webgpu: false });
});
afterAll(async () => browser?.close());

const none = (found: string[]): boolean => found.length === 0;

async function open(query: string, width: number, height: number): Promise<Page<playwright.Page>> {
  const page = await openLab(browser, inject('site'), query, { width, height });
  page.native.setDefaultTimeout(30_000);
  await page.evaluate(() => (document.querySelector('guidance-lab') as unknown as Lab).finish());
  await page.native.waitForTimeout(700);
  return page;
}

describe.each([
  [360, 640, 'en'],
  [375, 812, 'zh'],
  [900, 700, 'zh'],
  [1280, 800, 'en'],
  [1920, 1080, 'en'],
] as const)('%ix%i, %s', (width, height, lang) => {
  test.each(['wiggle', 'two-modes', 'pair-2d'])('every layout of %s', async (preset) => {
    const page = await open(`?preset=${preset}&particles=2000&lang=${lang}`, width, height);
    const found: string[] = [];
    for (const layout of ['auto', 'single', 'overlay', 'pair', 'trio', 'difference']) {
      for (const step of [0, 1]) {
        await page.evaluate(
          async (layout: string, step: number) => {
            const lab = document.querySelector('guidance-lab') as unknown as Lab & { currentStep: number };
            await lab.setState({ view: { layout }, compare: ['exact', 'unguided'] });
            await lab.step(Math.round(step * lab.state.process.steps) - lab.currentStep);
          },
          layout,
          step,
        );
        await page.native.waitForTimeout(250);
        for (const pair of await eventually(() => paintedOverlaps(page), none))
          found.push(`${layout} at ${step}: ${pair}`);
      }
      for (const pair of await eventually(() => overlaps(page), none)) found.push(`${layout}: ${pair}`);
      if ((await overflow(page)) > 0) found.push(`${layout}: scrolls sideways`);
    }
    expect(found).toEqual([]);
    await page.close();
  });

  test('the tools, a lesson and an experiment', async () => {
    const found: string[] = [];
    for (const preset of ['wiggle', 'pair-2d']) {
      const page = await open(`?preset=${preset}&lang=${lang}`, width, height);
      await page.native.locator('.mode').first().waitFor();
      for (const tool of [0, 1, 2]) {
        await page.native.locator('.mode').nth(tool).click();
        await page.native.waitForTimeout(300);
        for (const pair of await eventually(() => overlaps(page), none)) found.push(`${preset}, tool ${tool}: ${pair}`);
        if ((await overflow(page)) > 0) found.push(`${preset}, tool ${tool}: scrolls sideways`);
      }
      await page.close();
    }
    const lesson = await open(`?lesson=average&step=2&lang=${lang}`, width, height);
    // What is measured is shown after a guess.
    await lesson.native.getByRole('radio').first().check();
    await lesson.native.locator('.lesson .check .condition').first().waitFor();
    for (const pair of await eventually(() => overlaps(lesson), none)) found.push(`lesson: ${pair}`);
    await lesson.close();
    const table = await browser.open(`${inject('site')}check/?lang=${lang}`, { width, height });
    await table.native.locator('.claims tbody a').last().waitFor();
    for (const pair of await eventually(() => overlaps(table), none)) found.push(`claims: ${pair}`);
    if ((await overflow(table)) > 0) found.push('claims: scrolls sideways');
    await table.close();
    const page = await browser.open(`${inject('site')}check/?claim=counterexample&lang=${lang}`, { width, height });
    await page.native.locator('.experiments .run').click();
    await page.native.locator('.experiments .verdict').waitFor();
    await page.native.waitForTimeout(400);
    for (const pair of await eventually(() => overlaps(page), none)) found.push(`experiment: ${pair}`);
    if ((await overflow(page)) > 0) found.push('experiment: scrolls sideways');
    await page.close();
    expect(found).toEqual([]);
  });
});
