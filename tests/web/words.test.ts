/** The pages of words: the glossary with its search, and what a teacher prints. */
import type * as playwright from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { chromium, type Handle, type Page } from './browsers';
import { overflow, violations } from './lab';

let browser: Handle<playwright.Page>;

beforeAll(async () => {
  browser = await chromium({ webgpu: false });
});
afterAll(async () => browser?.close());

const open = (path: string, view = {}): Promise<Page<playwright.Page>> =>
  browser.open(`${inject('site')}${path}`, view);

test('the glossary: all words in columns, found by what they mean and by what others call them', async () => {
  const page = await open('glossary/#word-nat', { width: 1280, height: 800 });
  const { native } = page;
  const status = native.getByRole('status').filter({ hasText: /words/ });
  await status.waitFor();
  const all = Number(/of (\d+)/.exec((await status.textContent()) ?? '')?.[1]);
  expect(await native.getByRole('term').count()).toBe(all);
  // The word of the address is on the screen.
  await expect
    .poll(() => native.locator('#word-nat').evaluate((word) => word.getBoundingClientRect().top))
    .toBeLessThan(800);
  const lefts = await native
    .getByRole('term')
    .evaluateAll((terms) => terms.map((term) => Math.round(term.getBoundingClientRect().left)));
  expect(new Set(lefts).size).toBe(3);

  const search = native.getByRole('searchbox', { name: 'Search' });
  await search.fill('WEIGHT');
  await native.getByRole('term').filter({ hasText: 'Guidance scale,' }).waitFor();
  expect(await native.getByText('Nat', { exact: true }).isVisible()).toBe(false);
  await search.fill('nothing of the kind');
  await native.getByText(`0 of ${all} words`).waitFor();
  await search.fill('');
  await native.getByText(`${all} of ${all} words`).waitFor();
  expect(await page.errors()).toEqual([]);
  await page.close();
});

test('an old link to a word below the figure leads to it', async () => {
  const page = await open('#word-score');
  await page.native.waitForURL(/\/glossary\/#word-score$/);
  await page.native
    .getByRole('term')
    .filter({ hasText: /^Score/ })
    .waitFor();
  await page.close();
});

test('a lesson that does not exist leads to the list of lessons, and says so', async () => {
  const page = await open('?lesson=wobble');
  await page.native.waitForURL(/\/learn\/\?lesson=wobble$/);
  await page.native.getByText('There is no lesson “wobble”; these are the lessons.').waitFor();
  await page.native.getByRole('link', { name: 'What is a score?', exact: true }).click();
  await page.native.waitForURL(/\/\?lesson=score/);
  expect(await page.errors()).toEqual([]);
  await page.close();
});

test('an old link keeps the language that it asks for', async () => {
  const page = await open('?experiment=paths&lang=zh');
  await page.native.waitForURL(/check\/\?claim=paths&lang=zh/);
  await page.native.getByRole('heading', { name: '谁的路径是弯的' }).waitFor();
  for (const [old, place, title] of [
    ['?lang=zh#word-score', /glossary\/\?lang=zh#word-score$/, '词语与符号'],
    ['?lang=zh#experiments', /check\/\?lang=zh$/, '这些论断成立吗？'],
    ['?lesson=wobble&lang=zh', /learn\/\?lesson=wobble&lang=zh/, '课程'],
  ] as const) {
    const other = await open(old);
    await other.native.waitForURL(place);
    await other.native.getByRole('heading', { name: title, level: 1 }).waitFor();
    await other.close();
  }
  await page.close();
});

describe('notes of a lesson', () => {
  test('answers for the teacher, none on the sheet of questions, each printed by itself', async () => {
    const page = await open('notes/?lesson=wiggle');
    const { native } = page;
    const notes = native.getByRole('region', { name: 'Teacher’s notes' });
    const questions = native.getByRole('region', { name: 'Questions' });
    await notes.getByText('On the board').waitFor();
    expect(await notes.getByText(/^Answer/).count()).toBe(5);
    await notes.getByText('85% (root mean square)', { exact: false }).waitFor();
    expect(await questions.getByText('root mean square').count()).toBe(0);
    expect(await questions.getByRole('heading', { name: 'Before you go' }).count()).toBe(1);
    await page.evaluate(() => {
      const seen: (string | undefined)[] = [];
      Object.assign(globalThis, { seen, print: () => seen.push(document.documentElement.dataset.sheet) });
    });
    await questions.getByRole('button', { name: 'Print' }).click();
    await notes.getByRole('button', { name: 'Print' }).click();
    expect(await page.evaluate(() => (globalThis as unknown as { seen: string[] }).seen)).toEqual([
      'questions',
      'notes',
    ]);
    await native.emulateMedia({ media: 'print' });
    await page.evaluate(() => {
      document.documentElement.dataset.sheet = 'questions';
    });
    await notes.waitFor({ state: 'hidden' });
    expect(await questions.isVisible()).toBe(true);
    expect(await native.getByRole('button', { name: 'Print' }).count()).toBe(0);
    await page.close();
  });

  test('of a lesson that there is not: a sentence, and the list', async () => {
    const page = await open('notes/?lesson=wobble');
    await page.native.getByText('There is no lesson “wobble”').waitFor();
    await page.native.getByRole('link', { name: 'What is a score?' }).click();
    await page.native
      .getByRole('heading', { name: /^What is a score\?/ })
      .first()
      .waitFor();
    await page.close();
  });
});

describe.each([
  [1280, 800, 'light'],
  [375, 812, 'dark'],
  [320, 640, 'light'],
] as const)('%ix%i %s', (width, height, colorScheme) => {
  test.each(['glossary/', 'notes/', 'notes/?lesson=practice&lang=zh', 'glossary/?lang=zh'])(
    '%s: axe finds nothing, nothing overflows',
    async (path) => {
      const page = await open(path, { width, height, colorScheme });
      await page.native.locator('.sheet, .glossary dl').first().waitFor();
      expect(await overflow(page)).toBeLessThanOrEqual(0);
      expect(await violations(page)).toEqual([]);
      await page.close();
    },
  );
});
