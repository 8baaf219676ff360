/** A score is trained in the page, guides by its pair, and the page says whose the harm is. */
import type * as playwright from 'playwright-core';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { chromium, type Handle } from './browsers';
import { type Lab, openLab, overflow, violations } from './lab';

let browser: Handle<playwright.Page>;
beforeAll(async () => {
  browser = await chromium({ webgpu: false });
});
afterAll(() => browser?.close());

test('by hand: choose, train, guide by the pair, ask whose the harm is', async () => {
  const page = await openLab(browser, inject('site'), '?preset=wiggle&particles=500&process.steps=40', {
    width: 1280,
    height: 800,
  });
  const { native } = page;
  native.setDefaultTimeout(12_000);
  await native.getByText('Exact score', { exact: true }).click();
  await native.getByLabel('Score', { exact: true }).selectOption({ label: 'a trained network' });
  await native.getByText('Not trained yet: its score is that of the noise').waitFor();
  for (const [label, value] of [
    ['Neurons in each layer of the score', '8'],
    ['Steps of training of the score', '300'],
  ]) {
    await native.getByLabel(`${label}, as a number`).fill(value as string);
    await native.getByLabel(`${label}, as a number`).press('Tab');
  }
  await native.getByRole('button', { name: 'Train the score', exact: true }).click();
  await native.getByText('Trained for 300 steps; its mean square error is').waitFor();
  await native
    .getByLabel('Guided by', { exact: true })
    .selectOption({ label: 'the pair: with the class less without' });
  const state = () => page.evaluate(() => (document.querySelector('guidance-lab') as Lab).state);
  await expect.poll(state).toMatchObject({ score: { kind: 'learned' }, guidance: { guide: 'pair' } });
  await native.getByRole('button', { name: 'Whose harm is it?', exact: true }).click();
  await native.getByText(/^Sampling KL at the end: .* The score alone adds .* what guides alone adds/).waitFor();
  await native.getByLabel('The score itself is exact').check();
  await expect.poll(state).toMatchObject({ score: { exact: true } });
  expect(await violations(page)).toEqual([]);
  expect(await overflow(page)).toBe(0);
  // A weaker network is trained when it is asked for; a link trains what it has.
  await native.getByLabel('Guided by', { exact: true }).selectOption({ label: 'a weaker model' });
  await native.getByLabel('Neurons of the weaker model, as a number').waitFor();
  await expect.poll(() => native.url()).toMatch(/guide[^&]*weaker/);
  await native.reload();
  await native.getByText('Wrong score', { exact: true }).click();
  await native.getByText('Trained for 500 steps; its mean square error is').waitFor();
}, 60_000);
