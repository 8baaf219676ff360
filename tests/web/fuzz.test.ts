/**
 * Texts of strangers: attributes, properties, the query, messages and lessons. Whatever stands in them stays text, and the
 * page around the figure is as it was. Seeded; fast-check shrinks what fails to the least input that does.
 */
import fc from 'fast-check';
import type * as playwright from 'playwright-core';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { chromium, type Handle, type Page } from './browsers';
import { dist, host, packageFolder, page } from './host';
import { PATHS, text, watch } from './hostile';
import { type Lab, openLab, ready } from './lab';

const SEED = 4711;

let browser: Handle<playwright.Page>;
beforeAll(async () => {
  browser = await chromium({ webgpu: false });
});
afterAll(async () => browser?.close());

test('attributes, properties, patches and queries', async () => {
  const blog = await host({
    folders: { '/cdn/': packageFolder },
    pages: {
      '/': page(
        '<p>Before.</p><guidance-lab particles="500" process.steps="20"></guidance-lab>',
        '<script type="module" src="/cdn/guidance-lab.js"></script>',
      ),
    },
  });
  const opened = await browser.open(`${blog.origin}/`);
  await ready(opened);
  await watch(opened);
  const way = fc.constantFrom('attribute', 'property', 'patch', 'query');
  const shown: string[] = [];
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(way, fc.constantFrom(...PATHS), text), { minLength: 1, maxLength: 4 }),
      async (steps) => {
        const { harm, said } = await opened.evaluate(async (steps: [string, string, string][]) => {
          const lab = document.querySelector('guidance-lab') as Lab &
            Record<string, unknown> & { open(name: string, query: URLSearchParams): Promise<unknown> };
          const said: string[] = [];
          for (const [way, path, value] of steps) {
            if (way === 'attribute') lab.setAttribute(path, value);
            else if (way === 'property' && !path.includes('_') && !path.includes('constructor')) lab[path] = value;
            else if (way === 'patch')
              await lab.setState(JSON.parse(`{${JSON.stringify(path)}: ${JSON.stringify(value)}}`)).catch(() => {});
            else await lab.open(value, new URLSearchParams([[path, value]]));
            await new Promise(requestAnimationFrame);
            const { shadowRoot } = lab;
            said.push(
              ...[...(shadowRoot?.querySelectorAll('.notice') ?? [])].map((notice) => notice.textContent ?? ''),
            );
          }
          return { harm: (globalThis as unknown as { harm(): string[] }).harm(), said };
        }, steps);
        shown.push(...said);
        expect(harm).toEqual([]);
      },
    ),
    { seed: SEED, numRuns: 80 },
  );
  // The texts did reach the reader, as texts.
  expect(shown.join()).toContain('<img class=evil');
  // And the figure is none the worse.
  const gamma = await opened.evaluate(async () => {
    const lab = document.querySelector('guidance-lab') as Lab & { open(name: string): Promise<unknown> };
    await lab.open('wiggle');
    await lab.setState({ guidance: { gamma: 3 } });
    return (await lab.measure()).guidanceMse > 0 && lab.state.guidance.gamma;
  });
  expect(gamma).toBe(3);
  await opened.close();
  await blog.close();
});

test('the address of the page', async () => {
  const opened = await openLab(browser, inject('site'));
  const name = fc.constantFrom(...PATHS, 'lesson', 'step', 'lang', 'origin', 'lock', 'autoplay');
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(name, text), { minLength: 1, maxLength: 5 }), async (pairs) => {
      await opened.native.goto(`${inject('site')}?${new URLSearchParams(pairs)}`);
      await opened.evaluate(() => (document.querySelector('guidance-lab') as Lab).ready);
      await watch(opened);
      await opened.native.waitForTimeout(100);
      expect(await opened.evaluate('harm()')).toEqual([]);
      expect(new URL(opened.native.url()).origin).toBe(new URL(inject('site')).origin);
    }),
    { seed: SEED, numRuns: 12 },
  );
  await opened.close();
});

test('the address of a claim, and what led there before', async () => {
  const opened = await openLab(browser, inject('site'));
  const name = fc.constantFrom('claim', 'experiment');
  await fc.assert(
    fc.asyncProperty(name, text, async (name, claim) => {
      const place = name === 'claim' ? 'check/' : '';
      await opened.native.goto(`${inject('site')}${place}?${new URLSearchParams({ [name]: claim })}`);
      await opened.native.waitForURL('**/check/**');
      await opened.native.getByRole('table').waitFor();
      await watch(opened);
      expect(await opened.evaluate('harm()')).toEqual([]);
      expect(new URL(opened.native.url()).origin).toBe(new URL(inject('site')).origin);
    }),
    { seed: SEED, numRuns: 8 },
  );
  await opened.close();
});

test('lessons', async () => {
  const opened = await openLab(browser, inject('site'));
  await watch(opened);
  // YAML takes JSON's strings. A text of at most sixty words, on one line.
  const plain = text.map((words) => words.replace(/\s+/g, ' ').slice(0, 200));
  const words = fc.record({ title: plain, do: plain, predict: plain, option: plain, reveal: plain, body: plain });
  let number = 0;
  let read = 0;
  await fc.assert(
    fc.asyncProperty(words, async (lesson) => {
      number += 1;
      const quoted = (value: string) => JSON.stringify(value);
      const source = `---
lesson: 1
title: ${quoted(`Own ${number}: ${lesson.title}`)}
preset: two-modes
state: { particles: 500 }
steps:
  - do: ${quoted(`Do ${lesson.do}`)}
    predict: ${quoted(`What ${lesson.predict}`)}
    options: [${quoted(`A ${lesson.option}`)}, "B"]
    answer: 1
    reveal: ${quoted(`So ${lesson.reveal}`)}
    check: tested.meanReciprocal < 0.5
    example: { guidance: { gamma: 2 } }
---

## One

Words ${lesson.body}
`;
      const result = await opened.evaluate(
        async (source: string, title: string) => {
          document.querySelector('#notice')?.replaceChildren();
          const transfer = new DataTransfer();
          transfer.items.add(new File([source], 'own.md'));
          document.body.dispatchEvent(
            new DragEvent('drop', { dataTransfer: transfer, bubbles: true, cancelable: true }),
          );
          const until = performance.now() + 60_000;
          const lesson = () => document.querySelector('.lesson-title')?.textContent?.includes(title);
          const notice = () => document.querySelector('#notice p');
          while (!lesson() && !notice() && performance.now() < until) await new Promise(requestAnimationFrame);
          await new Promise(requestAnimationFrame);
          return {
            opened: lesson() ?? false,
            told: notice()?.textContent ?? null,
            harm: (globalThis as unknown as { harm(): string[] }).harm(),
          };
        },
        source,
        `Own ${number}:`,
      );
      if (result.opened) read += 1;
      // Either it is opened, or it is said why not.
      else expect(result.told).toMatch(/not opened|line \d/);
      expect(result.harm).toEqual([]);
    }),
    { seed: SEED, numRuns: 40 },
  );
  expect(read).toBeGreaterThan(10);
  await opened.close();
});

test('messages: each one with an id is answered once, and the frame lives', async () => {
  const site = await host({ folders: { '/lab/': dist } });
  const blog = await host({
    pages: {
      '/': page(
        `<script>globalThis.heard = []; addEventListener('message', ({ data }) => heard.push(data))</script>
         <iframe sandbox="allow-scripts" title="Figure" style="width:800px;height:600px"
           src="${site.origin}/lab/embed.html?particles=500&process.steps=20"></iframe>`,
      ),
    },
  });
  const opened = await browser.open(`${blog.origin}/`);
  await opened.native.waitForFunction("heard.some(({ type }) => type === 'ready')");
  const [, frame] = opened.native.frames();
  await watch({ evaluate: (script: () => unknown) => frame?.evaluate(script) } as Page);
  await watch(opened);
  const type = fc.oneof(fc.constantFrom('setState', 'play', 'pause', 'step', 'finish', 'reset', 'measure'), text);
  const patch = fc.oneof(fc.jsonValue(), fc.dictionary(fc.constantFrom(...PATHS), fc.oneof(text, fc.jsonValue())));
  const message = fc.record(
    {
      guidanceLab: fc.oneof(
        { weight: 9, arbitrary: fc.constant<unknown>(1) },
        { weight: 1, arbitrary: fc.jsonValue() },
      ),
      type,
      patch,
      n: fc.oneof(fc.integer(), fc.double(), text),
      seed: fc.oneof(fc.integer(), text),
      time: fc.oneof(fc.double(), text),
      extra: fc.jsonValue(),
    },
    { requiredKeys: ['guidanceLab', 'type'] },
  );
  let id = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(message, { minLength: 1, maxLength: 4 }), async (messages) => {
      const sent = messages.map((each) => {
        id += 1;
        return { ...each, id };
      });
      const answers = await opened.evaluate(
        async (sent: { id: number }[]) => {
          const { heard } = globalThis as unknown as { heard: { id?: number; type: string }[] };
          const target = document.querySelector('iframe')?.contentWindow as Window;
          const answers = () =>
            sent.map(({ id }) => heard.filter((each) => each.id === id && /^(done|error)$/.test(each.type)).length);
          for (const each of sent) target.postMessage(each, '*');
          const until = performance.now() + 60_000;
          while (answers().some((count) => count === 0) && performance.now() < until) {
            await new Promise((resolve) => setTimeout(resolve, 10));
          }
          return answers();
        },
        // What JSON cannot say is sent as null.
        JSON.parse(JSON.stringify(sent)),
      );
      expect(answers).toEqual(sent.map(() => 1));
      expect(await frame?.evaluate('harm()')).toEqual([]);
      expect(await opened.evaluate('harm()')).toEqual([]);
    }),
    { seed: SEED, numRuns: 60 },
  );
  await opened.close();
  await blog.close();
  await site.close();
});
