/** A figure in an iframe: in a sandbox without CORS, by messages, and only for the page around it. */
import type * as playwright from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chromium, ENGINES, type Handle, type Page } from './browsers';
import { dist, type Host, host, page } from './host';
import { type Lab, ready } from './lab';

interface Message {
  guidanceLab: number;
  type: string;
  height?: number;
  query?: string;
  id?: number;
  origin: string;
  error?: { code: string; path: string; message: string };
  measurement?: { step: number };
  state?: { guidance: { gamma: number }; seed: number };
}

/** Collects what the frame says, and speaks to it. */
const LISTEN = `<script>
  const heard = (globalThis.heard = []);
  addEventListener('message', (event) => {
    if (event.data?.guidanceLab) heard.push({ ...event.data, origin: event.origin });
  });
  globalThis.tell = (message) => document.querySelector('iframe').contentWindow.postMessage(message, '*');
</script>`;

let site: Host;
beforeAll(async () => {
  // As the plainest static host sends it: no CORS at all.
  site = await host({ folders: { '/lab/': dist } });
});
afterAll(async () => site?.close());

const frame = (query: string) =>
  `<iframe sandbox="allow-scripts" style="width:800px;height:700px" title="Figure" src="${site.origin}/lab/embed.html?${query}"></iframe>`;

/** The first message that a test holds for, once it has come. */
async function heard(opened: Page, test: string): Promise<Message> {
  const until = Date.now() + 60_000;
  for (;;) {
    const found = await opened.evaluate<Message | null, []>(`(globalThis.heard.find((message) => ${test}) ?? null)`);
    if (found) return found;
    if (Date.now() > until) {
      throw new Error(
        `not heard: ${test}, but ${JSON.stringify(await opened.evaluate('globalThis.heard.map(({ type, error }) => [type, error])'))}`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

describe.each(ENGINES)('in %s', (_, open) => {
  let browser: Handle;
  beforeAll(async () => {
    browser = await open();
  });
  afterAll(async () => browser?.close());

  test('a sandboxed frame of an opaque origin opens its query, tells its height and obeys', async () => {
    const blog = await host({
      pages: { '/': page(LISTEN + frame('preset=two-modes&guidance.gamma=4&particles=2000&controls=weight')) },
    });
    const opened = await browser.open(`${blog.origin}/`);
    const ready = await heard(opened, "message.type === 'ready'");
    expect(ready.guidanceLab).toBe(1);
    expect(ready.origin).toBe('null');
    expect(ready.query).toContain('guidance.gamma=4');
    expect((await heard(opened, "message.type === 'height' && message.height > 300")).height).toBeLessThan(1200);
    expect((await heard(opened, "message.type === 'state'")).state?.guidance.gamma).toBe(4);

    await opened.evaluate(
      'tell({ guidanceLab: 1, type: "setState", id: 1, patch: { guidance: { gamma: 5 }, seed: 9 } })',
    );
    await heard(opened, "message.type === 'done' && message.id === 1");
    expect((await heard(opened, "message.type === 'state' && message.state.seed === 9")).state?.guidance.gamma).toBe(5);
    await opened.evaluate('tell({ guidanceLab: 1, type: "measure", id: 2 })');
    expect((await heard(opened, "message.type === 'done' && message.id === 2")).measurement?.step).toBeGreaterThan(0);

    await opened.evaluate('tell({ guidanceLab: 1, type: "at", id: 7, points: [0.5, -1], time: 0.25 })');
    await heard(opened, "message.type === 'done' && message.id === 7");
    // Not every driver hands over a typed array.
    const values = 'heard.find(({ type, id }) => type === "done" && id === 7).values';
    expect(await opened.evaluate(`${values}.testedGuidance.length`)).toBe(2);
    expect(await opened.evaluate(`[...${values}.logPosterior].every((log) => log < 0)`)).toBe(true);
    await opened.evaluate('tell({ guidanceLab: 1, type: "at", id: 8, points: [0.5, -1], time: 99 })');
    expect((await heard(opened, "message.type === 'error' && message.id === 8")).error?.path).toBe('time');

    // What is wrong is answered in words, and nothing breaks.
    await opened.evaluate(
      'tell({ guidanceLab: 1, type: "setState", id: 3, patch: { guidance: { gamma: "<img src=x>" } } })',
    );
    expect((await heard(opened, "message.type === 'error' && message.id === 3")).error?.path).toBe('guidance.gamma');
    await opened.evaluate('tell({ guidanceLab: 2, type: "play", id: 4 })');
    expect((await heard(opened, "message.type === 'error' && message.id === 4")).error?.code).toBe('version');
    await opened.evaluate('tell({ guidanceLab: 1, type: "setState", id: 6, patch: { version: 99 } })');
    expect((await heard(opened, "message.type === 'error' && message.id === 6")).error?.code).toBe('version');
    await opened.evaluate('tell({ guidanceLab: 1, type: "dance", id: 5 })');
    expect((await heard(opened, "message.type === 'error' && message.id === 5")).error?.message).toContain('dance');
    await opened.close();
    await blog.close();
  });
});

describe('origins', () => {
  let browser: Handle<playwright.Page>;
  beforeAll(async () => {
    browser = await chromium({ webgpu: false });
  });
  afterAll(async () => browser?.close());

  test('a frame that names an origin speaks to that one only', async () => {
    for (const named of ['own', 'other'] as const) {
      const blog = await host({ pages: { '/': page('<p>A page.</p>') } });
      const opened = await browser.open(`${blog.origin}/`);
      await opened.native.setContent(
        page(
          `${LISTEN}${frame(`preset=wiggle&controls=none&origin=${named === 'own' ? blog.origin : 'https://example.org'}`)}`,
        ),
      );
      if (named === 'own') {
        await heard(opened, "message.type === 'ready'");
      } else {
        await opened.native.frameLocator('iframe').locator('canvas').waitFor();
        await opened.native.waitForTimeout(2000);
        expect(await opened.evaluate('heard.length')).toBe(0);
        await opened.evaluate('tell({ guidanceLab: 1, type: "setState", patch: { seed: 4 } })');
        await opened.native.waitForTimeout(500);
        const seed = await opened.native
          .frames()[1]!
          .evaluate(
            () => (document.querySelector('guidance-lab') as unknown as { state: { seed: number } }).state.seed,
          );
        expect(seed).toBe(1);
      }
      await opened.close();
      await blog.close();
    }
  });

  test('an origin that is none is told once, and the figure runs', async () => {
    const warnings: string[] = [];
    const blog = await host({ pages: { '/': page(LISTEN) } });
    const opened = await browser.open(`${blog.origin}/`);
    opened.native.on('console', (message) => warnings.push(message.text()));
    await opened.native.setContent(page(`${LISTEN}${frame('particles=2000&controls=none&autoplay&origin=nonsense')}`));
    await opened.native.frameLocator('iframe').locator('canvas').waitFor();
    await expect.poll(() => warnings.join()).toContain('no origin, so it says nothing: nonsense');
    await opened.native.waitForTimeout(1000);
    expect(warnings.filter((text) => text.includes('no origin'))).toHaveLength(1);
    expect(await opened.evaluate('heard.length')).toBe(0);
    await opened.close();
    await blog.close();
  });

  test('a frame hears the page around it, and no other frame of that page', async () => {
    const foreign = await host({
      pages: {
        '/': page(`<script>
          addEventListener('message', () => parent.frames[0].postMessage({ guidanceLab: 1, type: 'setState', patch: { seed: 13 } }, '*'));
        </script>`),
      },
    });
    const blog = await host({
      pages: {
        '/': page(
          `${LISTEN}${frame('preset=wiggle&controls=none')}<iframe id="foreign" src="${foreign.origin}/"></iframe>`,
        ),
      },
    });
    const warnings: string[] = [];
    const opened = await browser.open(`${blog.origin}/`);
    opened.native.on('console', (message) => warnings.push(message.text()));
    await heard(opened, "message.type === 'ready'");
    await opened.evaluate(() =>
      (document.querySelector('#foreign') as HTMLIFrameElement).contentWindow?.postMessage('go', '*'),
    );
    await expect.poll(() => warnings.join()).toContain(`ignores messages from ${foreign.origin}`);
    const seeds = await opened.evaluate<number[], []>(
      "heard.filter((message) => message.type === 'state').map((message) => message.state.seed)",
    );
    expect(seeds).not.toContain(13);
    await opened.close();
    await blog.close();
    await foreign.close();
  });
});

describe('the page', () => {
  let browser: Handle<playwright.Page>;
  beforeAll(async () => {
    browser = await chromium({ webgpu: false });
  });
  afterAll(async () => browser?.close());

  test('its dialog writes code that works when it is pasted, with a live preview', async () => {
    const opened = await browser.open(`${site.origin}/lab/?preset=wiggle&guidance.gamma=2.5&particles=2000`);
    await opened.native.locator('#share-open').click();
    await opened.native.locator('#embed').click();
    const preview = opened.native.frameLocator('dialog iframe');
    await preview.locator('canvas').waitFor();
    await expect.poll(() => preview.locator('#gamma').count()).toBe(1);
    await opened.native.getByRole('checkbox', { name: 'classifier', exact: true }).uncheck();
    await opened.native.getByLabel('lock everything else').check();
    const [tag, frame, link] = await opened.native
      .locator('dialog textarea')
      .evaluateAll((texts) => texts.map((text) => (text as HTMLTextAreaElement).value));
    expect(tag).toContain('guidance.gamma="2.5"');
    expect(tag).toContain(' lock');
    expect(link).toContain(`(${site.origin}/lab/?preset=wiggle`);
    await opened.press('Escape');
    await expect.poll(() => opened.native.locator('dialog').count()).toBe(0);
    await opened.close();

    for (const code of [frame, tag] as string[]) {
      // The tag's script comes from another origin, which needs that origin's leave.
      const open = await host({ folders: { '/lab/': dist }, headers: { 'access-control-allow-origin': '*' } });
      const blog = await host({ pages: { '/': page(LISTEN + code.replaceAll(site.origin, open.origin)) } });
      const pasted = await browser.open(`${blog.origin}/`);
      if (code === frame) {
        expect((await heard(pasted, "message.type === 'state'")).state?.guidance.gamma).toBe(2.5);
      } else {
        await ready(pasted);
        const gamma = await pasted.evaluate(() => (document.querySelector('guidance-lab') as Lab).state.guidance.gamma);
        expect(gamma).toBe(2.5);
      }
      await pasted.close();
      await blog.close();
      await open.close();
    }
  });
});
