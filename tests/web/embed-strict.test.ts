/** Hosts that trust nobody: the least policies that docs/embedding.md names, each served as a header, in each engine. */
import { readFileSync } from 'node:fs';
import type * as playwright from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chromium, ENGINES, type Handle, type Page } from './browsers';
import { host, packageFolder, page, type Site } from './host';
import { inked, type Lab, sharedWorkers } from './lab';

/** The policies, from the document itself. */
const docs = readFileSync(new URL('../../docs/embedding.md', import.meta.url), 'utf8');
const [BESIDE = '', INLINE = ''] = [...docs.matchAll(/^Content-Security-Policy: (.*)$/gm)].map(([, policy]) => policy);
const TRUSTED = `${BESIDE}; ${/With Trusted Types, add `([^`]*)`/.exec(docs)?.[1]}`;

const TAG = '<guidance-lab preset="wiggle" particles="2000"></guidance-lab>';
const beside = page(TAG, '<script type="module" src="/cdn/guidance-lab.js"></script>');
const inline = page(TAG, '<script type="module" src="/cdn/guidance-lab.inline.js"></script>');
const policy = (text: string) => ({ 'content-security-policy': text });

/** And whether there can be workers. */
const HOSTS: [string, Site, boolean][] = [
  ['the least policy', { pages: { '/': beside }, headers: policy(BESIDE) }, true],
  ['the least policy for the single file', { pages: { '/': inline }, headers: policy(INLINE) }, true],
  ['Trusted Types', { pages: { '/': beside }, headers: policy(TRUSTED) }, true],
  [
    'Trusted Types that do not know our policy: no workers then',
    { pages: { '/': beside }, headers: policy(TRUSTED.replace(' guidance-lab', '')) },
    false,
  ],
  ['no workers at all', { pages: { '/': beside }, headers: policy(`${BESIDE}; worker-src 'none'`) }, false],
  [
    'Cross-Origin-Embedder-Policy: require-corp',
    {
      pages: { '/': beside },
      headers: { 'cross-origin-embedder-policy': 'require-corp', 'cross-origin-opener-policy': 'same-origin' },
    },
    true,
  ],
  [
    'no storage, no cookies, no origin',
    {
      pages: { '/': beside },
      headers: { 'content-security-policy': 'sandbox allow-scripts', 'access-control-allow-origin': '*' },
    },
    // A browser starts no module from a blob there.
    false,
  ],
  [
    'the same for the single file',
    {
      pages: { '/': inline },
      headers: { 'content-security-policy': 'sandbox allow-scripts', 'access-control-allow-origin': '*' },
    },
    true,
  ],
  ['a wrong type for wasm', { pages: { '/': beside }, types: { '.wasm': 'text/plain' } }, true],
];

const run = (opened: Page) =>
  opened.evaluate(async () => {
    await customElements.whenDefined('guidance-lab');
    const lab = document.querySelector('guidance-lab') as Lab;
    await lab.ready;
    await lab.setState({ guidance: { gamma: 3 } });
    const { guidanceMse } = await lab.measure();
    return guidanceMse;
  });

describe.each(ENGINES)('in %s', (_, open) => {
  let browser: Handle;
  beforeAll(async () => {
    browser = await open();
  });
  afterAll(async () => browser?.close());

  test.each(HOSTS)('%s', async (_, site, workers) => {
    const strict = await host({ ...site, folders: { '/cdn/': packageFolder } });
    const opened = await browser.open(`${strict.origin}/`);
    expect(await run(opened)).toBeGreaterThan(0);
    expect((await inked(opened))[0]).toBeGreaterThan(0.02);
    // The tools on the picture are of the page's policy too: the card of values stands beside the crosshair.
    await opened.evaluate(async () => {
      const root = document.querySelector('guidance-lab')?.shadowRoot as ShadowRoot;
      (root.querySelector('.picture') as HTMLElement).focus();
      const until = performance.now() + 60_000;
      while (!root.querySelector('.tools button')) {
        if (performance.now() > until) throw new Error('the tools did not come');
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    });
    await opened.press('ArrowRight');
    const card = await opened.evaluate(async () => {
      const root = document.querySelector('guidance-lab')?.shadowRoot as ShadowRoot;
      const until = performance.now() + 60_000;
      while (!root.querySelector('.card') && performance.now() < until) {
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      return getComputedStyle(root.querySelector('.card') as Element).transform;
    });
    expect(card).toMatch(/^matrix\(1, 0, 0, 1, [1-9]/);
    const styled = await opened.evaluate(
      () => (document.querySelector('guidance-lab') as HTMLElement).shadowRoot?.querySelector('.picture')?.clientHeight,
    );
    expect(styled).toBeGreaterThan(399);
    if (browser.name === 'chromium') {
      // Where the law had time to start, it has one of its own.
      expect(await sharedWorkers(opened)).toEqual(workers ? ['exact', 'particles'] : []);
      if (!workers) await expect.poll(() => (opened.native as playwright.Page).workers()).toEqual([]);
      // With all its parts allowed, nothing is refused.
      if (workers) expect(await opened.errors()).toEqual([]);
    }
    await opened.close();
    await strict.close();
  });
});

describe('bad input', () => {
  let browser: Handle<playwright.Page>;
  beforeAll(async () => {
    browser = await chromium({ webgpu: false });
  });
  afterAll(async () => browser?.close());

  const words = (opened: Page) =>
    opened.evaluate(() =>
      [...((document.querySelector('guidance-lab') as HTMLElement).shadowRoot?.querySelectorAll('.notice') ?? [])]
        .map((notice) => notice.textContent?.replace(/\s+/g, ' ').trim())
        .join(' | '),
    );

  test.each([
    ['an unknown preset', '<guidance-lab preset="nope"></guidance-lab>', /there is no preset “nope”/],
    [
      'a control that does not exist',
      '<guidance-lab controls="weight,volume"></guidance-lab>',
      /no control “volume”; there are .*weight/,
    ],
    ['a newer state', '<guidance-lab version="99"></guidance-lab>', /version/],
    ['a wrong value', '<guidance-lab guidance.gamma="many"></guidance-lab>', /guidance\.gamma/],
  ])('%s is told in the figure, and the figure runs', async (_, tag, message) => {
    const blog = await host({
      folders: { '/cdn/': packageFolder },
      pages: { '/': page(tag, '<script type="module" src="/cdn/guidance-lab.js"></script>') },
    });
    const opened = await browser.open(`${blog.origin}/`);
    expect(await run(opened)).toBeGreaterThan(0);
    expect(await words(opened)).toMatch(message);
    expect((await inked(opened))[0]).toBeGreaterThan(0.02);
    await opened.close();
    await blog.close();
  });

  test('no WebAssembly: the figure says so, and the page is unharmed', async () => {
    const blog = await host({
      folders: { '/cdn/': packageFolder },
      pages: { '/': beside },
      headers: policy(BESIDE.replace(" 'wasm-unsafe-eval'", '')),
    });
    const opened = await browser.open(`${blog.origin}/`);
    const failed = await opened.evaluate(async () => {
      await customElements.whenDefined('guidance-lab');
      const lab = document.querySelector('guidance-lab') as Lab;
      const { code } = await lab.ready.then(
        () => ({ code: 'none' }),
        (error: { code: string }) => error,
      );
      return { code, text: lab.shadowRoot?.querySelector('[role=alert]')?.textContent ?? '' };
    });
    expect(failed.code).toBe('unsupported');
    expect(failed.text).toMatch(/cannot run here: WebAssembly could not start/);
    await opened.close();
    await blog.close();
  });

  test('two versions on one page: the first is used, the console says so, both figures live', async () => {
    const { readFile } = await import('node:fs/promises');
    const source = await readFile(`${packageFolder}/guidance-lab.inline.js`, 'utf8');
    const { version } = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8'));
    const older = source.replaceAll(`"${version}"`, '"0.0.1"').replaceAll(`\`${version}\``, '`0.0.1`');
    expect(older).not.toBe(source);
    const blog = await host({
      folders: { '/cdn/': packageFolder },
      pages: {
        '/older.js': older,
        '/': page(
          TAG + TAG,
          '<script type="module" src="/older.js"></script><script type="module" src="/cdn/guidance-lab.js"></script>',
        ),
      },
    });
    const said: string[] = [];
    const opened = await browser.open('about:blank');
    opened.native.on('console', (message) => said.push(message.text()));
    await opened.native.goto(`${blog.origin}/`);
    expect(await run(opened)).toBeGreaterThan(0);
    expect(said.join()).toMatch(/loaded twice: version 0\.0\.1 came first and is used, version .* is not/);
    expect(
      await opened.evaluate(() => (customElements.get('guidance-lab') as unknown as { version: string }).version),
    ).toBe('0.0.1');
    await opened.close();
    await blog.close();
  });
});
