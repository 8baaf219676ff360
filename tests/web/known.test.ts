/** What others learn of the pages: titles, previews, references, feed, map, and the page for what is not found. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type * as playwright from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { ADDRESSES, feed, headOf, sitemap, tagsOf } from '../../vite.meta';
import { chromium, type Handle } from './browsers';
import { dist } from './host';
import { overflow, violations } from './lab';

const SITE = 'https://example.org/lab/';
const pages = ADDRESSES.map((address) => {
  const html = readFileSync(join(dist, address, 'index.html'), 'utf8');
  return { address, html, ...headOf(html) };
});
const content = (html: string, name: string) =>
  new RegExp(`<meta (?:property|name)="${name}" content="([^"]*)"`).exec(html)?.[1];

test.each(pages)('/$address says what it is', ({ address, html, title, description }) => {
  expect(title).toMatch(/Guidance Lab/);
  expect(description.length).toBeGreaterThan(50);
  expect(description.length).toBeLessThan(220);
  const image = content(html, 'og:image');
  if (image !== undefined) expect([image, existsSync(join(dist, address, image))]).toEqual([image, true]);
  const thing = JSON.parse(/<script type="application\/ld\+json">([^<]*)/.exec(html)?.[1] ?? '{}');
  expect(thing).toMatchObject({ '@context': 'https://schema.org', description });
  expect(html).not.toContain('rel="canonical"');
});

test('no two pages have the same title or description', () => {
  expect(new Set(pages.map(({ title }) => title)).size).toBe(pages.length);
  expect(new Set(pages.map(({ description }) => description)).size).toBe(pages.length);
});

test('where the site stands is known, addresses are whole', () => {
  const tags = tagsOf('check/', 'A & B', 'C "D"', SITE);
  const attributes = tags.map(({ attrs }) => attrs);
  expect(attributes).toContainEqual({ rel: 'canonical', href: `${SITE}check/` });
  expect(attributes).toContainEqual({ property: 'og:url', content: `${SITE}check/` });
  const cited = tagsOf('', 'T', 'D', SITE).map(({ attrs }) => attrs?.name);
  expect(cited).toEqual(expect.arrayContaining(['citation_title', 'citation_author', 'citation_public_url']));
});

let browser: Handle<playwright.Page>;
beforeAll(async () => {
  browser = await chromium({ webgpu: false });
});
afterAll(async () => browser?.close());

test('the map and the feed are XML with every page', async () => {
  const page = await browser.open('about:blank');
  const read = (text: string, tag: string) =>
    page.evaluate(
      (text: string, tag: string) => {
        const found = new DOMParser().parseFromString(text, 'application/xml');
        return [...found.querySelectorAll(`${tag}, parsererror`)].map((each) => each.textContent);
      },
      text,
      tag,
    );
  const all = ADDRESSES.map((address) => SITE + address);
  expect(await read(sitemap(SITE), 'loc')).toEqual(all);
  expect(await read(feed(SITE, pages), 'entry > id')).toEqual(all);
  expect(await read(feed(SITE, [{ address: '', title: 'A & B', description: '<C>' }]), 'title')).toEqual([
    'Guidance Lab',
    'A & B',
  ]);
  await page.close();
});

describe.each([
  [320, 640, 'light'],
  [375, 812, 'dark'],
  [1280, 800, 'light'],
] as const)('%ix%i %s', (width, height, colorScheme) => {
  test.each([...ADDRESSES, '404.html', '?lesson=wiggle', 'check/?claim=paths'])(
    '/%s: axe finds nothing, nothing scrolls sideways',
    async (address) => {
      const page = await browser.open(inject('site') + address, { width, height, colorScheme });
      await page.native
        .getByRole('heading', { level: address.includes('lesson') ? 2 : 1 })
        .first()
        .waitFor();
      await page.native.waitForTimeout(500);
      expect(await overflow(page)).toBeLessThanOrEqual(0);
      expect(await violations(page)).toEqual([]);
      if (!address.includes('404')) expect(await page.errors()).toEqual([]);
      await page.close();
    },
  );
});

test('what is not found leads to the places', async () => {
  const page = await browser.open(`${inject('site')}404.html`);
  for (const name of ['Play', 'Read', 'Learn', 'Check']) {
    const link = page.native.getByRole('link', { name, exact: true });
    expect(await link.evaluate((each) => (each as HTMLAnchorElement).href)).toBe(
      `${inject('site')}${name === 'Play' ? '' : `${name.toLowerCase()}/`}`,
    );
  }
  await page.close();
});
