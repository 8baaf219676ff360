/** The essay: a still page without a script, and figures that start when they are seen. */
import type * as playwright from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { essay } from '../../vite.article';
import { plainOf } from '../../www/article/essay-file';
import { chromium, type Handle, type Page } from './browsers';
import { type Host, host, packageFolder } from './host';
import { eventually, type Lab, overflow, overlaps, ready, violations } from './lab';

const LANGUAGES = [
  ['en', 'read/'],
  ['zh', 'read/zh/'],
] as const;

let browser: Handle<playwright.Page>;
beforeAll(async () => {
  browser = await chromium({ webgpu: false });
});
afterAll(async () => browser?.close());

const open = async (path: string, view: { width?: number; height?: number; colorScheme?: 'light' | 'dark' } = {}) => {
  const page = await browser.open(`${inject('site')}${path}`, view);
  page.native.setDefaultTimeout(30_000);
  await page.evaluate(() => customElements.whenDefined('guidance-lab').then(() => {}));
  return page;
};

/** The names of the figures that have started. */
const started = (page: Page): Promise<string[]> =>
  page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>('figure.live')]
      .filter((figure) => (figure.querySelector('guidance-lab') as unknown as Lab).presets.length > 0)
      .map(({ id }) => id.replace('figure-', '')),
  );

/** Scrolls to a figure, and waits until its run is finished. */
const see = (page: Page, name: string): Promise<void> =>
  page.evaluate(async (name) => {
    const figure = document.getElementById(`figure-${name}`) as HTMLElement;
    figure.scrollIntoView({ block: 'center' });
    const lab = figure.querySelector('guidance-lab') as unknown as Lab;
    await lab.ready;
    await lab.finish();
  }, name);

const caption = (page: Page, name: string): Promise<string> =>
  page.evaluate(
    (name) => document.querySelector(`#figure-${name} figcaption`)?.textContent?.replace(/\s+/g, ' ') ?? '',
    name,
  );

describe.each(LANGUAGES)('%s', (language, path) => {
  const text = essay(language);

  test('nothing starts before it is seen; each figure opens as it is written, and its caption says what it shows', async () => {
    const page = await open(path);
    expect(await started(page)).toEqual([]);
    const [first, last] = [[...text.figures.keys()][0], [...text.figures.keys()].at(-1)];
    for (const { name, title, caption: said, preset, state } of text.figures.values()) {
      await see(page, name);
      expect(await started(page)).toContain(name);
      // The last is far from the first.
      if (name === first) expect(await started(page)).not.toContain(last);
      const shown = await page.evaluate((name) => {
        const lab = document.querySelector(`#figure-${name} guidance-lab`) as unknown as Lab & { preset: string };
        const root = (lab as HTMLElement).shadowRoot as ShadowRoot;
        return {
          preset: lab.preset,
          state: lab.state as unknown,
          notices: [...root.querySelectorAll('.notice')].map(({ textContent }) => textContent),
          controls: root.querySelectorAll('[part~="controls"] :is(input, select, button), .timebar input').length,
        };
      }, name);
      expect(shown).toMatchObject({ preset, state, notices: [] });
      expect(shown.controls, name).toBeGreaterThan(0);
      const words = plainOf(`${title} ${said}`);
      expect(
        await eventually(
          () => caption(page, name),
          (now) => now.startsWith(words),
        ),
      ).toContain(words);
    }
    expect(await page.errors()).toEqual([]);
    await page.close();
  });

  test('a caption’s numbers follow the figure', async () => {
    const page = await open(path);
    await see(page, 'same-loss');
    const now = () =>
      page.evaluate(() =>
        [...document.querySelectorAll('#figure-same-loss .live')].map(({ textContent }) => textContent),
      );
    expect(await now()).toEqual(['0.000016', '0.0047']);
    await page.evaluate(async () => {
      const lab = document.querySelector('#figure-same-loss guidance-lab') as unknown as Lab;
      await lab.setState({ classifier: { frequency: 120 } });
    });
    expect(await eventually(now, (values) => values[1] !== '0.0047')).toEqual(['0.000016', '0.47']);
    await page.close();
  });

  test('without a script every figure is a still with its caption, and nothing is missing', async () => {
    const context = await ((await open(path)).native.context().browser() as playwright.Browser).newContext({
      javaScriptEnabled: false,
      viewport: { width: 1280, height: 800 },
    });
    const page = await context.newPage();
    await page.goto(`${inject('site')}${path}`);
    const figures = page.locator('figure.live');
    expect(await figures.count()).toBe(text.figures.size);
    for (const { name, alt } of text.figures.values()) {
      const figure = page.locator(`#figure-${name}`);
      await figure.scrollIntoViewIfNeeded();
      const still = figure.getByRole('img', { name: alt });
      await still.waitFor();
      await expect
        .poll(() => still.evaluate((image: HTMLImageElement) => image.complete && image.naturalWidth))
        .toBeGreaterThan(300);
      expect((await still.boundingBox())?.width).toBeGreaterThan(600);
      expect(await figure.locator('figcaption').textContent()).not.toBe('');
    }
    await context.close();
  });

  test.each([
    [1280, 800, 'light'],
    [375, 812, 'dark'],
  ] as const)('%ix%i, %s: axe finds nothing, no text lies on text', async (width, height, colorScheme) => {
    const page = await open(path, { width, height, colorScheme });
    for (const name of text.figures.keys()) await see(page, name);
    expect(
      await eventually(
        () => overlaps(page),
        (found) => found.length === 0,
      ),
    ).toEqual([]);
    expect(await violations(page)).toEqual([]);
    await page.close();
  });

  test.each([320, 375, 768, 1280])('at %i pixels nothing scrolls sideways', async (width) => {
    const page = await open(path, { width, height: 800 });
    for (const name of text.figures.keys()) await see(page, name);
    expect(await overflow(page)).toBe(0);
    await page.close();
  });
});

test('a figure that cannot start shows its still, its caption and why', async () => {
  const page = await browser.open('about:blank');
  await page.native.route(/\.wasm$/, (route) => route.abort());
  await page.native.goto(`${inject('site')}read/`);
  const figure = page.native.locator('#figure-comb');
  await figure.scrollIntoViewIfNeeded();
  await figure.getByText(/This figure cannot run here/).waitFor();
  expect(await figure.locator('.still img').isVisible()).toBe(true);
  expect(await figure.locator('guidance-lab').count()).toBe(0);
  expect(await figure.locator('figcaption').textContent()).toContain('The comb.');
  const pictures = page.native.locator('#figure-pictures');
  await pictures.scrollIntoViewIfNeeded();
  await pictures.getByText(/This figure cannot run here/).waitFor();
  expect(await pictures.locator('.still img').isVisible()).toBe(true);
  await page.close();
});

test('printed, a figure that was never seen is its still', async () => {
  const page = await open('read/');
  await page.native.emulateMedia({ media: 'print' });
  const still = page.native.locator('#figure-practice .still img');
  await still.scrollIntoViewIfNeeded();
  expect(await page.native.locator('#figure-practice .source').isVisible()).toBe(false);
  await page.close();
});

describe('figures for other pages', () => {
  let cdn: Host;
  beforeAll(async () => {
    const headers = { 'access-control-allow-origin': '*' };
    cdn = await host({ folders: { '/npm/guidance-lab/': packageFolder }, headers });
  });
  afterAll(async () => cdn?.close());
  const offered = [...essay('en').figures.values()].filter(({ embed }) => embed !== null);

  test('there are five, each with its preview and its code', async () => {
    const page = await open('read/');
    for (const { name } of offered) {
      const details = page.native.locator(`#embed-${name}`);
      await details.locator('summary').click();
      const preview = details.locator('img');
      await expect
        .poll(() => preview.evaluate((image: HTMLImageElement) => image.complete && image.naturalWidth))
        .toBe(1200);
    }
    expect(offered.length).toBe(5);
    expect(await overflow(page)).toBe(0);
    await page.close();
  });

  test.each(offered.map((figure) => [figure.name, figure] as const))(
    'the code of %s opens it',
    async (name, figure) => {
      const source = await open('read/');
      const code = (await source.native.locator(`#embed-${name} code`).textContent()) as string;
      await source.close();
      // What stands on a network of content comes from another origin here, too.
      const body = code.replace('https://cdn.jsdelivr.net', cdn.origin);
      expect(body).not.toBe(code);
      const blog = await host({ pages: { '/': `<!doctype html><title>A post</title>${body}` } });
      const page = await browser.open(`${blog.origin}/`);
      await ready(page);
      const shown = await page.evaluate(() => {
        const lab = document.querySelector('guidance-lab') as unknown as Lab & { preset: string };
        return {
          preset: lab.preset,
          state: lab.state as unknown,
          notices: (lab as HTMLElement).shadowRoot?.querySelectorAll('.notice').length,
        };
      });
      expect(shown).toMatchObject({ preset: figure.preset, state: figure.state, notices: 0 });
      expect(await page.native.locator('body > figure > figcaption').textContent()).toContain(
        plainOf(figure.embed as string),
      );
      expect(await page.errors()).toEqual([]);
      await page.close();
      await blog.close();
    },
  );
});

test('each language has an address, and the menu leads from one to the other', async () => {
  const page = await open('read/');
  const title = page.native.getByRole('heading', { level: 1 });
  await page.native.selectOption('#language', 'zh');
  await page.native.waitForURL(/\/read\/zh\//);
  await title.filter({ hasText: essay('zh').title }).waitFor();
  await page.native.selectOption('#language', 'en');
  await page.native.waitForURL(/\/read\/(\?|$)/);
  await title.filter({ hasText: essay('en').title }).waitFor();
  // A link to the Chinese essay opens it, whatever the browser asks for.
  await page.native.goto(`${inject('site')}read/zh/`);
  await title.filter({ hasText: essay('zh').title }).waitFor();
  expect(await page.evaluate(() => document.documentElement.lang)).toMatch(/^zh/);
  await page.close();
});
