/** Steering pictures: the gallery of digits on the site. */
import type { Page as Native } from 'playwright-core';
import { describe, expect, inject, test } from 'vitest';
import { chromium, type Handle, type Page } from './browsers';
import { overflow, overlaps, violations } from './lab';

const open = (browser: Handle<Native>, query = '', view = {}): Promise<Page<Native>> =>
  browser.open(`${inject('site')}pictures/${query}`, { reducedMotion: true, ...view });

const CELLS = '.wall canvas';
const drawn = ({ native }: Page<Native>) => native.locator(CELLS).nth(19).waitFor();

/** How much ink a picture has, 0 to 1: its mean distance from its own paper. */
const ink = ({ native }: Page<Native>, selector: string) =>
  native.locator(selector).evaluate((canvas) => {
    const context = (canvas as HTMLCanvasElement).getContext('2d') as CanvasRenderingContext2D;
    const { data } = context.getImageData(0, 0, 14, 14);
    let sum = 0;
    for (let index = 0; index < data.length; index += 4) sum += Math.abs((data[index] as number) - (data[0] as number));
    return sum / 196 / 255;
  });

const labels = ({ native }: Page<Native>, lane: string) =>
  native.locator(`[data-lane="${lane}"] .row button > span`).allTextContents();

test('a classifier of clean images ruins digits that the exact one draws; time, gamma, digit and close view', async () => {
  const browser = await chromium({ webgpu: false });
  const page = await open(browser);
  const { native } = page;
  await drawn(page);
  const digits = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'];
  await expect.poll(() => labels(page, 'exact')).toEqual(digits);
  expect((await labels(page, 'tested')).filter((label) => label === 'lost').length).toBeGreaterThan(2);
  await native
    .getByText('Exact classifier, same γ: at the end 10 of 10 read as the digit that was asked for.')
    .waitFor();

  // A picture that is lost says why.
  await native.locator('[data-lane="tested"] .row button', { hasText: 'lost' }).first().click();
  await native.getByText('where single precision ends').waitFor();
  // By keys to the row below and along it, to one that is not.
  await page.press('ArrowDown');
  await page.press('ArrowRight');
  const chosen = native.locator('.row button[aria-pressed="true"]');
  expect(await chosen.count()).toBe(1);
  const focused = (button: Element) => button === (button.getRootNode() as ShadowRoot).activeElement;
  expect(await chosen.evaluate(focused)).toBe(true);
  // By then there is no guidance to show: a sentence stands there instead, and the way back.
  await native.getByText('guidance has nothing left to say').waitFor();
  expect(await native.locator('.close .sights canvas').count()).toBe(2);
  const time = native.getByLabel('Time, from noise to digits');
  await native.getByRole('button', { name: 'Go back in time' }).click();
  expect(await time.inputValue()).toBe('50');

  // Its path beside that of the other lane, from the same noise: both colours are there, and a sentence says where each ends.
  const paths = native.locator('.way canvas');
  const coloured = () =>
    paths.evaluate((canvas) => {
      const { width, height } = canvas as HTMLCanvasElement;
      const context = (canvas as HTMLCanvasElement).getContext('2d') as CanvasRenderingContext2D;
      const { data } = context.getImageData(0, 0, width, height);
      const found = { orange: 0, blue: 0, marks: 0 };
      for (let at = 0; at < data.length; at += 4) {
        const [r, g, b] = [data[at] as number, data[at + 1] as number, data[at + 2] as number];
        if (r - b > 100) found.orange += 1;
        else if (b - r > 100) found.blue += 1;
        else if (Math.abs(r - g) < 12 && r > 60 && r < 220) found.marks += 1;
      }
      return found;
    });
  await expect.poll(async () => Math.min(...Object.values(await coloured()))).toBeGreaterThan(100);
  expect(await paths.getAttribute('aria-label')).toMatch(
    /Classifier under test: \S+ at the end; Exact classifier, same γ: \d at the end$/,
  );

  // Back in time: noise, and guidance that is wrong.
  await expect.poll(() => ink(page, '.close canvas[data-name="error"]')).toBeGreaterThan(0.02);
  await expect.poll(() => ink(page, '.close canvas[data-name="guess"]')).toBeGreaterThan(0.02);
  expect(await native.locator('.posterior tbody tr').count()).toBe(10);
  expect(await labels(page, 'exact')).toEqual(digits.map(() => ' '));

  // A scale of 3 brings conditional sampling beside it; the address says so.
  await native.getByLabel('Guidance scale gamma, as a number').fill('3');
  await page.press('Enter');
  await native.locator('.lane[data-lane="conditional"]').waitFor();
  expect(new URL(native.url()).search).toBe('?guidance.gamma=3');
  await native.getByLabel('Digit', { exact: true }).selectOption('7');
  await time.fill('100');
  await expect.poll(() => labels(page, 'exact')).toEqual(digits.map(() => '7'));

  // The exact classifier is under no test.
  await native.getByRole('combobox', { name: 'Classifier under test' }).selectOption('exact');
  await native.locator('.lane[data-lane="tested"]').waitFor({ state: 'detached' });
  expect(new URL(native.url()).searchParams.get('classifier.kind')).toBe('exact');
  expect(await page.errors()).toEqual([]);
  await browser.close();
});

test('the error over time, and the number that people trust', async () => {
  const browser = await chromium({ webgpu: false });
  const page = await open(browser, '?classifier.kind=tempered&classifier.sharpness=0.5');
  const { native } = page;
  await drawn(page);
  await native.getByRole('button', { name: 'Measure over time' }).click();
  await native.getByText(/Clean images labelled right: 9\d.*% of 1005\./).waitFor();
  await native.locator('.measures tbody tr').nth(5).waitFor();
  // What was measured is of one classifier.
  await native.getByLabel('Sharpness b of the classifier, as a number').fill('2');
  await page.press('Enter');
  await native.locator('.measures tbody tr').first().waitFor({ state: 'detached' });
  expect(await page.errors()).toEqual([]);
  await browser.close();
});

test('a network learns to read digits, and steers them; it stops; a link trains it again', async () => {
  const browser = await chromium({ webgpu: false });
  const page = await open(browser, '?guidance.gamma=3&process.steps=40');
  const { native } = page;
  await drawn(page);
  await native.getByRole('combobox', { name: 'Classifier under test' }).selectOption('learned');
  // By hand it waits for the button, and says what it costs.
  await native.getByText(/about \d+ s on a laptop/).waitFor();
  const lane = native.locator('.lane[data-lane="tested"]');
  await lane.waitFor();
  await native.getByRole('button', { name: 'Train', exact: true }).click();
  await native.getByText(/s left: it guides with what it has learned so far/).waitFor();
  await native.getByRole('button', { name: 'Stop', exact: true }).click();
  await native.getByText(/Stopped after \d/).waitFor();
  await native.getByLabel('Steps of training, as a number').fill('150');
  await page.press('Enter');
  await native.getByText(/about \d+ s on a laptop/).waitFor();
  await native.getByRole('button', { name: 'Train', exact: true }).click();
  await native.getByText('Done: 150 steps').waitFor();
  const right = async () => (await labels(page, 'tested')).filter((label, digit) => label === String(digit)).length;
  await expect.poll(right).toBeGreaterThan(4);
  const before = await labels(page, 'tested');
  const samples = (each: typeof page) =>
    each.native
      .locator('guidance-lab')
      .evaluate(async (lab) => [
        ...(await (lab as unknown as { samples(lane: string): Promise<Float32Array> }).samples('tested')),
      ]);
  const drawnHere = await samples(page);
  await native.getByRole('button', { name: 'Measure over time' }).click();
  await native.getByText(/Clean images labelled right: [78]\d.*% of 1005\./).waitFor();
  await native.locator('.measures tbody tr').nth(5).waitFor();

  const again = await open(browser, new URL(native.url()).search);
  await again.native.getByText('Done: 150 steps').waitFor();
  await expect.poll(() => labels(again, 'tested')).toEqual(before);
  expect(await samples(again)).toEqual(drawnHere);
  expect(await page.errors()).toEqual([]);
  expect(await again.errors()).toEqual([]);
  await browser.close();
});

interface Pictures extends HTMLElement {
  state: { classifier: { recipe?: { weights: string | null } } };
  samples(lane: string): Promise<Float32Array>;
  train: { open(file: Uint8Array): Promise<void>; save(format?: string): Promise<Uint8Array> };
}

const samplesOf = ({ native }: Page<Native>, lane: string) =>
  native.locator('guidance-lab').evaluate(async (lab, lane) => [...(await (lab as Pictures).samples(lane))], lane);

test('the tilted density by weights: a row below the others, which says what is left of its particles', async () => {
  const browser = await chromium({ webgpu: false });
  const page = await open(browser, '?classifier.kind=exact&guidance.gamma=3&process.steps=40');
  const { native } = page;
  await drawn(page);
  await native.getByRole('checkbox', { name: 'Corrected by weights to the tilted density' }).check();
  await native.getByText(/Drawn by their weights from 32 for each class/).waitFor();
  const lanes = () =>
    native.locator('.wall .lane').evaluateAll((all) => all.map((lane) => (lane as HTMLElement).dataset.lane));
  expect(await lanes()).toEqual(['exact', 'conditional', 'corrected']);
  await native.getByText(/Corrected by weights, same γ: at the end (9|10) of 10/).waitFor();
  const found = await samplesOf(page, 'corrected');
  expect(found.length).toBe(1960);
  const plain = await samplesOf(page, 'exact');
  expect(found.some((x, at) => x !== plain[at])).toBe(true);
  // Close by it has its path, and the link draws the same.
  await native.locator('[data-lane="corrected"] .row button').nth(8).click();
  await native.getByText('One picture at t = 0.002: Corrected by weights, same γ, 8 wanted').waitFor();
  await native.getByText('but for the corrected one').waitFor();
  expect(await violations(page)).toEqual([]);
  expect(await overflow(page)).toBeLessThanOrEqual(0);
  const again = await open(browser, new URL(native.url()).search);
  expect(await samplesOf(again, 'corrected')).toEqual(found);

  // Where all weights are the same it is the lane beside it, bit for bit.
  await native.getByLabel('Guidance scale gamma, as a number').fill('1');
  await page.press('Enter');
  await native.getByText('At this scale all weights are the same').waitFor();
  expect(await samplesOf(page, 'corrected')).toEqual(await samplesOf(page, 'exact'));
  // The weights belong to an SDE.
  await native.locator('input[value="ode-exponential"]').check();
  await native.locator('[data-lane="corrected"]').first().waitFor({ state: 'detached' });
  expect(await native.getByRole('checkbox', { name: 'Corrected by weights to the tilted density' }).count()).toBe(0);
  expect(new URL(native.url()).searchParams.get('compare')).toBeNull();
  expect(await page.errors()).toEqual([]);
  await browser.close();
});

test('a network from a file steers pictures as the one that was saved; one of other coordinates is refused', async () => {
  const browser = await chromium({ webgpu: false });
  const recipe =
    'classifier.kind=learned&classifier.recipe.hidden=[16]&classifier.recipe.steps=60&classifier.recipe.batch=64';
  const page = await open(browser, `?${recipe}&guidance.gamma=3&process.steps=40`);
  const { native } = page;
  await native.getByText('Done: 60 steps').waitFor();
  const wanted = await samplesOf(page, 'tested');
  const [saved] = await Promise.all([
    native.waitForEvent('download'),
    native.getByRole('button', { name: 'Save as safetensors' }).click(),
  ]);
  const path = await saved.path();

  const other = await open(browser, '?guidance.gamma=3&process.steps=40');
  await drawn(other);
  await other.native.getByRole('combobox', { name: 'Classifier under test' }).selectOption('learned');
  const input = other.native.getByLabel('A file with a network');
  // Of two coordinates and three classes.
  await input.setInputFiles(new URL('../data/networks/network.safetensors', import.meta.url).pathname);
  await other.native
    .getByText(
      'takes 2 coordinates and knows the classes 0, 1, 2; the mixture has 196 coordinates and the classes 0, 1, 2, 3',
    )
    .waitFor();
  await input.setInputFiles(path);
  await other.native.getByText(/From a file; its SHA-256 begins with [0-9a-f]{8}/).waitFor();
  await other.native.getByText('hidden layers: 16').waitFor();
  await other.native.getByText('The classifier under test is a network from a file.').waitFor();
  expect(await samplesOf(other, 'tested')).toEqual(wanted);
  expect(await other.native.getByText('takes 2 coordinates').count()).toBe(0);
  expect(await violations(other)).toEqual([]);
  await other.native.getByRole('button', { name: 'Measure over time' }).click();
  await other.native.locator('.measures tbody tr').nth(1).waitFor();
  // The address names it, and this browser has kept it.
  expect(new URL(other.native.url()).searchParams.get('classifier.recipe.weights')).toMatch(/^[0-9a-f]{64}$/);
  await other.native.reload();
  await other.native.getByText(/From a file; its SHA-256 begins with/).waitFor();
  expect(await samplesOf(other, 'tested')).toEqual(wanted);
  expect([...(await page.errors()), ...(await other.errors())]).toEqual([]);
  await browser.close();
});

test('links: the named mixture, a wrong value, Learn', async () => {
  const browser = await chromium({ webgpu: false });
  const named = await browser.open(
    `${inject('site')}?mixture={"named":"digits"}&guidance.gamma=2&classifier.kind=exact`,
  );
  await named.native.waitForURL('**/pictures/?guidance.gamma=2&classifier.kind=exact');
  const wrong = await open(browser, '?guidance.gamma=999');
  await wrong.native.getByText('999, but must be between').waitFor();
  // What pictures do not have is named, in the language of the page.
  const left = await open(browser, '?particles=5&guidance.gamma=2');
  await left.native.getByText('left out, as pictures have no such field: particles').waitFor();
  await drawn(left);
  const file = `classifier.kind=learned&classifier.recipe.steps=10&classifier.recipe.weights=${'0'.repeat(64)}`;
  const translated = await open(browser, `?${file}&lang=zh`);
  await translated.native.getByText('此浏览器没有 SHA-256').waitFor();
  const learn = await browser.open(`${inject('site')}learn/?lang=zh`);
  await learn.native.getByRole('link', { name: '数字' }).click();
  await learn.native.waitForURL('**/pictures/?lang=zh');
  await learn.native.getByRole('heading', { name: '引导图像' }).waitFor();
  await browser.close();
});

describe.each([
  [1280, 800, 'light', 'en'],
  [375, 812, 'dark', 'zh'],
] as const)('%i by %i, %s, %s', (width, height, colorScheme, lang) => {
  test('axe finds nothing, nothing overflows or overlaps', async () => {
    const browser = await chromium({ webgpu: false });
    const page = await open(browser, `?lang=${lang}&process.steps=40`, { width, height, colorScheme });
    await drawn(page);
    await page.native.getByLabel(lang === 'zh' ? '时间，从噪声到数字' : 'Time, from noise to digits').fill('20');
    await page.native.locator('.posterior').waitFor();
    expect(await overflow(page)).toBeLessThanOrEqual(0);
    expect(await violations(page)).toEqual([]);
    expect(await overlaps(page)).toEqual([]);
    await browser.close();
  });
});
