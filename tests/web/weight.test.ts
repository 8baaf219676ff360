import { expect, inject, test } from 'vitest';
import { chromium, type Page } from './browsers';
import { type Lab, openLab, violations } from './lab';

const guidance = (page: Page) =>
  page.evaluate(() => {
    const { from, to, adaptive } = (document.querySelector('guidance-lab') as Lab).state.guidance;
    return [from, to, adaptive];
  });

/** Types a number into the field beside a slider and waits until the state has taken it. */
const type = (page: Page, id: string, value: number) =>
  page.evaluate(
    async (id: string, value: number) => {
      const lab = document.querySelector('guidance-lab') as Lab;
      const slider = lab.shadowRoot?.getElementById(id);
      const field = slider?.parentElement?.querySelector<HTMLInputElement>('input[type="number"]');
      if (!field) throw new Error(`no ${id}`);
      const taken = new Promise((resolve) => lab.addEventListener('statechange', resolve, { once: true }));
      field.value = String(value);
      field.dispatchEvent(new Event('change', { bubbles: true }));
      await taken;
    },
    id,
    value,
  );

test('folded away, fetched when unfolded; each acts on the state, which stays valid', async () => {
  const browser = await chromium({ webgpu: false });
  const page = await openLab(browser, inject('site'), '?preset=two-modes&particles=2000&guidance.to=3');
  const fetched = () =>
    page.evaluate(() => performance.getEntriesByType('resource').filter(({ name }) => /weight-/.test(name)).length);
  const fold = `document.querySelector('guidance-lab').shadowRoot.querySelector('[aria-label="Guidance"] details')`;
  const words = () => page.evaluate<string, []>(`${fold}.textContent.replace(/\\s+/g, ' ').trim()`);
  expect(await fetched()).toBe(0);
  expect(await words()).toBe('Varying scale');
  await page.evaluate(`${fold}.querySelector('summary').click()`);
  await expect.poll(words).toContain('scale 1 + (γ − 1), 0 ≤ t ≤ 3; else 1');
  expect(await fetched()).toBe(1);
  await type(page, 'guidance-from', 4);
  // The ends stay in order.
  expect(await guidance(page)).toEqual([4, 4, 0]);
  await type(page, 'guidance-from', 0.5);
  await type(page, 'guidance-to', 0.25);
  expect(await guidance(page)).toEqual([0.25, 0.25, 0]);
  await type(page, 'guidance-adaptive', 1.5);
  expect(await words()).toContain('scale 1 + (γ − 1) (1 − p̂(c|x))1.5, 0.25 ≤ t ≤ 0.25; else 1');
  expect(await violations(page)).toEqual([]);
  await type(page, 'guidance-from', 0);
  await type(page, 'guidance-adaptive', 0);
  // At the horizon of 8 the interval is the whole run, whatever horizon comes next.
  await type(page, 'guidance-to', 8);
  expect(await guidance(page)).toEqual([0, 20, 0]);
  expect(await words()).toMatch(/^Constant scale/);
  expect(await page.errors()).toEqual([]);
  await browser.close();
});

test('a threshold is a rule: it keeps the samples within its bounds, and is gone at the end of its slider', async () => {
  const browser = await chromium({ webgpu: false });
  const page = await openLab(browser, inject('site'), '?preset=wiggle&particles=2000&guidance.gamma=6');
  const fold = `[...document.querySelector('guidance-lab').shadowRoot.querySelectorAll('[aria-label="Guidance"] details')][1]`;
  const farthest = () =>
    page.evaluate(async () => {
      const lab = document.querySelector('guidance-lab') as Lab;
      await lab.finish();
      return Math.max(...(await lab.samples('tested')).map(Math.abs));
    });
  const free = await farthest();
  expect(free).toBeGreaterThan(2);
  await page.evaluate(`${fold}.querySelector('summary').click()`);
  await page.native.locator('#guidance-threshold').waitFor();
  await type(page, 'guidance-threshold', 0.5);
  expect(await page.evaluate(`${fold}.textContent`)).toContain('Rules in force');
  // Five of the standard deviations that the noise still has at the end of the run, sqrt(1 - e^-2t) at t = .01.
  expect(await farthest()).toBeLessThan(0.5 + 5 * 0.141);
  expect(await violations(page)).toEqual([]);
  await type(page, 'guidance-threshold', 10);
  expect(await farthest()).toBe(free);
  expect(await page.errors()).toEqual([]);
  await browser.close();
});
