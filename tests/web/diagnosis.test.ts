import type * as playwright from 'playwright-core';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { chromium, type Handle } from './browsers';
import { type Lab, openLab, overflow, violations } from './lab';

let browser: Handle<playwright.Page>;

beforeAll(async () => {
  browser = await chromium({ webgpu: false });
});
afterAll(async () => browser?.close());

test.each([
  { width: 1280, height: 800, scheme: 'light' },
  { width: 375, height: 812, scheme: 'dark' },
] as const)('the diagnosis puts classifiers side by side, $width wide', async ({ width, height, scheme }) => {
  const page = await openLab(
    browser,
    inject('site'),
    '?preset=wiggle&particles=500&process.steps=60&classifier.form=logit&classifier.amplitude.scale=3',
    { width, height },
  );
  const { native } = page;
  await native.emulateMedia({ colorScheme: scheme });
  await page.evaluate(() => (document.querySelector('guidance-lab') as Lab).finish());
  await native.getByRole('button', { name: /^Guidance error/ }).click();
  await native.getByRole('button', { name: 'Diagnosis over the whole run' }).click();
  const panel = native.locator('.below');
  const rows = async () =>
    (await panel.locator('tbody tr:first-child').allTextContents()).map((text) => text.replace(/\s+/g, ' ').trim());
  const looks = async () =>
    (await panel.locator('.looks').allTextContents()).map((text) => text.replace(/\s+/g, ' ').trim());
  await expect.poll(async () => (await rows()).filter((row) => !row.includes('…')).length).toBe(2);
  expect((await rows())[0]).toMatch(/^With a wiggle \(under test\) .*%/);
  await expect.poll(async () => (await looks())[0] ?? '').toContain('as if a ripple of frequency 24 lay over it');
  await expect.poll(async () => (await looks())[1] ?? '').toContain('No error at any noise level.');
  await panel.getByLabel('Beside it').selectOption({ label: 'Tempered' });
  await expect
    .poll(async () => (await looks())[2] ?? '')
    .toContain('are its logits too large or too small by one factor?');
  await expect.poll(() => panel.locator('svg[role=img]').count()).toBe(4);
  expect(await violations(page)).toEqual([]);
  expect(await overflow(page)).toBe(0);
  // Another classifier under test: its row follows, the others stay.
  await panel.getByRole('button', { name: 'Put it under test' }).last().click();
  await expect.poll(async () => (await rows())[0] ?? '').toMatch(/^Tempered \(under test\)/);
  await expect.poll(rows).toHaveLength(2);
  const [download] = await Promise.all([
    native.waitForEvent('download'),
    (async () => {
      await panel.getByRole('button', { name: 'Save: Diagnosis: the curves' }).click();
      await panel.getByRole('button', { name: 'CSV' }).click();
    })(),
  ]);
  expect(download.suggestedFilename()).toBe('guidance-lab-diagnosis-curves.csv');
  await panel.getByRole('button', { name: 'Close' }).click();
  expect(await panel.count()).toBe(0);
  await page.close();
});
