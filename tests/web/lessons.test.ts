/** Lessons end to end, presenting, sharing, files, words: what a teacher does with the page. */
import { readFileSync } from 'node:fs';
import type * as playwright from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { faultsOf, readsParticles } from '../../www/lessons/answers';
import { readLesson } from '../../www/lessons/lesson-file';
import * as wasm from '../../www/wasm/guidance_lab.js';
import type { Exact, Measurement, Preset, State } from '../../www/workers/protocol';
import { chromium, type Handle, type Page } from './browsers';
import { atRest, inked, type Lab, openLab, overflow, violations } from './lab';

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

let browser: Handle<playwright.Page>;

beforeAll(async () => {
  browser = await chromium({ webgpu: false });
});
afterAll(async () => browser?.close());

const state = (page: Page<unknown>): Promise<State> =>
  page.evaluate(() => (document.querySelector('guidance-lab') as unknown as Lab).state);
const setState = (page: Page<unknown>, patch: unknown) =>
  page.evaluate(
    async (patch: unknown) => (document.querySelector('guidance-lab') as unknown as Lab).setState(patch),
    patch,
  );
/** The check was asked; its conditions stand there only after a guess. */
const lookedAt = ({ native }: Page<playwright.Page>) =>
  native.locator('.lesson .check .waiting', { hasText: 'Pick your guess first' }).waitFor();

/** Opens a step of a lesson, with its state standing and its check looked at once. */
async function openStep(lesson: string, step = 1, view = {}): Promise<Page<playwright.Page>> {
  const page = await openLab(browser, inject('site'), `?lesson=${encodeURIComponent(lesson)}&step=${step}`, view);
  await lookedAt(page);
  return page;
}

/** Drops a file on the page. */
const drop = (page: Page<unknown>, name: string, text: string) =>
  page.evaluate(
    (name: string, text: string) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([text], name));
      document.body.dispatchEvent(new DragEvent('drop', { dataTransfer: transfer, bubbles: true, cancelable: true }));
    },
    name,
    text,
  );

const LESSONS: [string, number][] = [
  ['tour', 5],
  ['score', 3],
  ['guidance', 3],
  ['weight', 3],
  ['wiggle', 5],
  ['smooth', 3],
  ['average', 4],
  ['too-much', 3],
  ['samplers', 3],
  ['practice', 4],
  ['trained', 5],
  ['pictures', 4],
];

/** A state that must not meet the check, for each step: something was done, but not the thing. */
const WRONG: Record<string, unknown[]> = {
  tour: [
    { guidance: { gamma: 0.4 } },
    {
      classifier: {
        kind: 'wiggle',
        form: 'probability',
        frequency: 4,
        amplitude: { law: 'inverse-square', scale: 0.2 },
      },
    },
    { classifier: { frequency: 24 } },
    { classifier: { kind: 'exact' } },
    { process: { sampler: 'heun' } },
  ],
  score: [{ seed: 7 }, { process: { steps: 8 } }, { particles: 5000 }],
  guidance: [{ guidance: { gamma: 0.4 } }, { guidance: { gamma: 0 } }, { seed: 7 }],
  weight: [{ guidance: { gamma: 1.2 } }, { guidance: { gamma: 10 } }, { guidance: { gamma: 5 } }],
  wiggle: [
    {
      classifier: {
        kind: 'wiggle',
        form: 'probability',
        frequency: 4,
        amplitude: { law: 'inverse-square', scale: 0.2 },
      },
    },
    { classifier: { frequency: 24 } },
    { classifier: { frequency: 40 } },
    { classifier: { kind: 'exact' } },
    { classifier: { frequency: 32 } },
  ],
  smooth: [{ classifier: { frequency: 64 } }, { classifier: { frequency: 16 } }, { classifier: { frequency: 64 } }],
  average: [
    { guidance: { gamma: 3 } },
    { guidance: { gamma: 1.5 } },
    { guidance: { gamma: 1 }, seed: 2 },
    { guidance: { gamma: 2 } },
  ],
  'too-much': [{ guidance: { gamma: 1.5 } }, { guidance: { gamma: 2 } }, { process: { steps: 150 } }],
  samplers: [{ process: { sampler: 'heun' } }, { process: { steps: 800 } }, { process: { steps: 30 } }],
  practice: [
    { classifier: { kind: 'tempered', sharpness: 2, bias: 0 } },
    { classifier: { kind: 'noise-blind', time: 1, input: 'noisy' } },
    { classifier: { kind: 'label-smoothing', epsilon: 0.4 } },
    { classifier: { smoothing: 0.02 } },
  ],
  trained: [
    { classifier: { recipe: { targetKl: 0.01 } } },
    { classifier: { recipe: { fourier: { features: 64, bandwidth: 1 } } } },
    { process: { sampler: 'ode-exponential' } },
    { seed: 7 },
    { seed: 7 },
  ],
  pictures: [
    { guidance: { gamma: 2 } },
    { classifier: { kind: 'tempered', sharpness: 2, bias: 0 } },
    { seed: 7 },
    { classifier: { kind: 'exact' } },
  ],
};

describe.each(LESSONS)('the lesson %s', (lesson, count) => {
  test(`has ${count} steps, and each check fails before, fails after something else, and passes after the thing`, async () => {
    const page = await openStep(lesson);
    const { native } = page;
    expect(await native.getByRole('navigation', { name: 'Steps of the lesson' }).getByRole('listitem').count()).toBe(
      count,
    );
    for (let step = 1; step <= count; step += 1) {
      const heading = await native.locator('.lesson h2').textContent();
      const check = native.locator('.lesson .check');
      const done = native.locator('.lesson .check.done');
      // Looked at, and not met by the state that the step opens with; nothing gives the answer away yet.
      await lookedAt(page);
      expect(await native.locator('.lesson .check .condition').count(), `${heading}: shown before a guess`).toBe(0);
      expect(await done.count(), `${heading}: met at the start`).toBe(0);
      expect(await native.locator('.lesson .early').count(), `${heading}: cannot fail`).toBe(0);

      await native.getByRole('radio').first().check();
      await native.locator('.lesson .check .condition').first().waitFor();
      await setState(page, WRONG[lesson]?.[step - 1]);
      await page.evaluate(async () => {
        const lab = document.querySelector('guidance-lab') as unknown as Lab;
        await lab.finish();
        // Pictures are measured by the lesson.
        if (Array.isArray(lab.state.mixture)) await lab.measure();
      });
      await native.waitForTimeout(600);
      await native.locator('.lesson .check .condition').first().waitFor();
      expect(await done.count(), `${heading}: met by something else`).toBe(0);

      await native.getByRole('button', { name: 'Start again' }).click();
      await native.waitForTimeout(600);
      await lookedAt(page);
      await native.getByRole('radio').nth(1).check();
      await native.getByRole('button', { name: 'Show me' }).click();
      await done.waitFor({ timeout: 30_000 }).catch(async () => {
        throw new Error(`${heading}: not met by its example: ${await check.textContent()}`);
      });
      // The answer stands there now, with the right option marked.
      await native.locator('.lesson .predict .right').waitFor();
      // Who guessed wrong is told why; who guessed right is not.
      const right = await native.getByRole('radio').nth(1).locator('xpath=..').getByText('correct').count();
      expect(await native.locator('.lesson .predict .why').count(), `${heading}: said about the guess`).toBe(1 - right);
      expect((await native.locator('.lesson .answer').textContent())?.length ?? 0).toBeGreaterThan(20);
      if (step < count) {
        await native.getByRole('button', { name: /^Next:/ }).click();
        await native.waitForFunction((before) => document.querySelector('.lesson h2')?.textContent !== before, heading);
        await native.waitForTimeout(800);
      } else {
        await native.getByText('That was the last step.').waitFor();
        expect(await native.getByRole('region', { name: 'To take home' }).getByRole('listitem').count()).toBe(3);
        const next = LESSONS[LESSONS.findIndex(([name]) => name === lesson) + 1]?.[0];
        const links = await native
          .getByRole('link', { name: /^Next lesson/ })
          .evaluateAll((all) => all.map((link) => new URL((link as HTMLAnchorElement).href).search));
        expect(links).toEqual(next ? [`?lesson=${next}`] : []);
      }
    }
    expect(await page.errors()).toEqual([]);
    await page.close();
  });
});

test('a lesson on pictures brings them, and leaves the page to the Lab when it is closed or another is opened', async () => {
  const page = await openStep('pictures', 2);
  const { native } = page;
  const mixture = async () => (await state(page)).mixture as unknown;
  expect(await mixture()).toEqual({ named: 'digits' });
  await native.locator('guidance-lab .wall').waitFor();
  // The keys are those of any figure.
  await native.keyboard.press('r');
  await expect
    .poll(() => page.evaluate(() => (document.querySelector('guidance-lab') as { currentStep?: number }).currentStep))
    .toBe(0);
  await native.getByRole('button', { name: 'Close the lesson' }).click();
  await native.locator('guidance-lab .picture canvas').waitFor();
  expect(Array.isArray(await mixture())).toBe(true);
  await native.goto(`${inject('site')}?lesson=pictures`);
  await native.locator('guidance-lab .wall').waitFor();
  await native.evaluate(() => {
    const menu = document.querySelector<HTMLSelectElement>('#lessons');
    if (menu) menu.value = 'weight';
    menu?.dispatchEvent(new Event('change'));
  });
  await native.locator('guidance-lab .picture canvas').waitFor();
  await expect.poll(async () => Array.isArray(await mixture())).toBe(true);
  expect(await page.errors()).toEqual([]);
  await page.close();
});

describe('the answers hold on the GPU engine too', () => {
  const www = new URL('../../www/', import.meta.url);
  // By the page's module: what reads a rare state is fetched there.
  const merge = (state: State, patch: unknown): Promise<State> =>
    page.evaluate(
      (state: unknown, patch: unknown) =>
        (document.querySelector('guidance-lab') as unknown as { lab: { exact: Exact } }).lab.exact.merge(
          state as State,
          patch,
        ),
      state,
      patch,
    );
  let gpu: Handle<playwright.Page>;
  let page: Page<playwright.Page>;
  beforeAll(async () => {
    wasm.initSync({ module: readFileSync(new URL('wasm/guidance_lab_bg.wasm', www)) });
    gpu = await chromium({ webgpu: true });
    page = await openLab(gpu, inject('site'), '?engine=webgpu&particles=4000');
  });
  afterAll(() => gpu?.close());
  const measured = (state: State, run: unknown, at: number | null): Promise<Measurement> =>
    page.evaluate(
      async (state: unknown, run: unknown, at: number | null) => {
        const lab = document.querySelector('guidance-lab') as unknown as Lab & { currentStep: number };
        lab.pause();
        await lab.setState(state);
        const share = run === 'end' ? 1 : run === 'start' ? 0 : Number(run);
        if (share === 1) await lab.finish();
        else await lab.step(Math.round(share * lab.state.process.steps) - lab.currentStep);
        return lab.measure(at === null ? {} : { time: at });
      },
      state,
      run,
      at,
    );
  // A network costs a software adapter minutes; that both engines guide alike by it is tested natively. Pictures have one engine.
  const without = LESSONS.map(([name]) => name).filter((name) => name !== 'trained' && name !== 'pictures');
  test.each(without)('of %s', async (name) => {
    const source = readFileSync(new URL(`lessons/${name}.md`, www), 'utf8');
    const lesson = await readLesson(source, { presets: wasm.presets() as Preset[], merge });
    // The closed forms are the same module on both; a software adapter takes its time over the rest, so that one step stands for
    // a lesson: that both engines sample alike is tested natively.
    const steps = lesson.steps
      .filter(readsParticles)
      .slice(0, 1)
      .map((step) => ({ ...step, also: [] }));
    expect(await faultsOf({ ...lesson, steps }, { particles: 4000 }, { presets: [], merge, measured }), name).toEqual(
      [],
    );
    expect(await page.evaluate(() => (document.querySelector('guidance-lab') as unknown as Lab).engine.backend)).toBe(
      'webgpu',
    );
  });
});

const OWN = `---
lesson: 1
title: A teacher’s own
preset: two-modes
steps:
  - do: Slide it.
    predict: <img src=x onerror="window.hacked = 1"> and?
    options: ['*one*', '<b>two</b>']
    answer: 1
    reveal: So.
    check: tested.meanReciprocal < 1.3
    example: { guidance: { gamma: 20 } }
---

## Own <script>window.hacked = 1</script>

Text with <img src=x onerror="window.hacked = 1">, [a script](javascript:window.hacked=1), [a page](https://example.org/) and *emphasis*.
`;

describe('a lesson of one’s own', () => {
  test('is opened by a drop, and nothing of it becomes HTML', async () => {
    const page = await openLab(browser, inject('site'));
    await drop(page, 'own.md', OWN);
    await page.native.getByRole('heading', { name: /Own/ }).waitFor();
    const body = page.native.locator('.lesson-body');
    expect(await body.locator('img, script, b').count()).toBe(0);
    expect(await body.locator('em').count()).toBe(2);
    expect(await body.textContent()).toContain('<img src=x');
    expect(await body.getByRole('link').evaluateAll((links) => links.map((link) => link.getAttribute('href')))).toEqual(
      ['https://example.org/'],
    );
    expect(await page.evaluate(() => (globalThis as { hacked?: number }).hacked ?? null)).toBeNull();
    expect((await state(page)).mixture.length).toBe(3);
    await page.close();
  });

  test('is opened by a link, relative or whole, and the link opens its step', async () => {
    const context = await browser.open('about:blank');
    const native = await context.native.context().newPage();
    await native.route('**/lesson-of-mine.md', (route) =>
      route.fulfill({ body: OWN, contentType: 'text/markdown', headers: { 'access-control-allow-origin': '*' } }),
    );
    await native.goto(`${inject('site')}?lesson=lesson-of-mine.md`);
    await native.getByRole('heading', { name: /Own/ }).waitFor();
    await native.goto(`${inject('site')}?lesson=${encodeURIComponent('https://example.org/lesson-of-mine.md')}`);
    await native.getByRole('heading', { name: /Own/ }).waitFor();
    await expect
      .poll(() => new URL(native.url()).searchParams.get('lesson'))
      .toBe('https://example.org/lesson-of-mine.md');
    await native.goto(`${inject('site')}?lesson=nowhere.md`);
    await native.getByText(/nowhere\.md answers 404/).waitFor();
    await native.goto(`${inject('site')}?lesson=javascript:alert(1)`);
    await native.getByText(/http or https only/).waitFor();
    await context.close();
  });

  test('with a broken front matter it is refused by line and field, and the page stays as it was', async () => {
    const page = await openStep('weight', 2);
    const before = await state(page);
    const heading = await page.native.locator('.lesson h2').textContent();
    for (const [spoiled, words] of [
      [OWN.replace('preset: two-modes', 'preset: three-modes'), /line 4, preset: there is no preset “three-modes”/],
      [OWN.replace('gamma: 20', 'gamma: 99'), /line 12, steps\[1\]\.example\.guidance\.gamma/],
      [OWN.replace('answer: 1', 'answer: 1: 2'), /line 9.*YAML/],
      [OWN.replace('< 1.3', '< x'), /line 11, steps\[1\]\.check: there is no readout “x”/],
    ] as const) {
      await drop(page, 'own.md', spoiled);
      await page.native.locator('#notice').getByText(words).waitFor();
      expect(await state(page)).toEqual(before);
      expect(await page.native.locator('.lesson h2').textContent()).toBe(heading);
    }
    await page.close();
  });

  test('with a check that is met at once its author is told', async () => {
    const page = await openLab(browser, inject('site'));
    await drop(page, 'own.md', OWN.replace('< 1.3', '< 5'));
    await page.native.getByText(/it cannot fail/).waitFor();
    expect(await page.native.locator('.check.done').count()).toBe(0);
    await page.close();
  });
});

describe('files', () => {
  test('a state goes out and comes in again', async () => {
    const page = await openLab(browser, inject('site'), '?preset=three-classes&guidance.gamma=4');
    const before = await state(page);
    await page.native.getByRole('button', { name: 'Share' }).click();
    const [download] = await Promise.all([
      page.native.waitForEvent('download'),
      page.native.getByRole('button', { name: /Save the state/ }).click(),
    ]);
    const text = readFileSync(await download.path(), 'utf8');
    expect(JSON.parse(text)).toEqual(before);
    await page.native.getByLabel('Preset').selectOption('wiggle');
    await expect.poll(() => state(page)).not.toEqual(before);
    await drop(page, 'mine.json', text);
    await page.native.waitForFunction(
      (gamma) => (document.querySelector('guidance-lab') as unknown as Lab).state.guidance.gamma === gamma,
      4,
    );
    expect(await state(page)).toEqual(before);
    // And by the file picker.
    await page.native.getByLabel('Preset').selectOption('wiggle');
    await page.native
      .locator('#file')
      .setInputFiles({ name: 'mine.json', mimeType: 'application/json', buffer: Buffer.from(text) });
    await page.native.waitForFunction(
      (gamma) => (document.querySelector('guidance-lab') as unknown as Lab).state.guidance.gamma === gamma,
      4,
    );
    await page.close();
  });

  test.each([
    ['of a newer version', '{\n  "seed": 3,\n  "version": 2\n}', /line 3: version is 2/],
    ['that is no JSON', '{ "version": 1,\n  "seed": }', /line 2: the file is not JSON/],
    ['that is a list', '[1, 2]', /\{ … \}/],
    ['with a field that does not exist', '{\n"seed": 1,\n"guidance": {\n\t"gama": 2 } }', /line 4: guidance\.gama/],
    ['with text for a number', '{ "process": { "steps": "many" } }', /line 1: process\.steps/],
    [
      'with a covariance that is none',
      '{ "mixture": [{ "weight": 1, "mean": [0], "covariance": [[-1]], "class": 1 }] }',
      /mixture\[0\]\.covariance/,
    ],
  ])('a state file %s is refused by name, and the page stays as it was', async (_, text, words) => {
    const page = await openLab(browser, inject('site'), '?preset=moons');
    const before = await state(page);
    await drop(page, 'broken.json', text);
    await page.native.locator('#notice').getByText(words).waitFor();
    expect(await state(page)).toEqual(before);
    await page.close();
  });

  test('another file is refused in words, and the browser does not leave the page', async () => {
    const page = await openLab(browser, inject('site'));
    await drop(page, 'cat.gif', 'GIF89a');
    await page.native
      .locator('#notice')
      .getByText(/cat\.gif/)
      .waitFor();
    await page.close();
  });
});

describe('sharing', () => {
  test('link, tag, picture and film', async () => {
    const page = await openLab(browser, inject('site'), '?preset=two-modes&guidance.gamma=3.5');
    const { native } = page;
    await native.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    const clipboard = () => page.evaluate(() => navigator.clipboard.readText());
    const choose = async (name: RegExp) => {
      await native.getByRole('button', { name: 'Share' }).click();
      await native.getByRole('button', { name }).click();
    };
    await choose(/Copy link/);
    await native.getByText('Link copied').waitFor();
    const { searchParams } = new URL(await clipboard());
    expect(searchParams.get('guidance.gamma')).toBe('3.5');
    // What it was made with, for who opens it in years to come.
    expect([searchParams.get('version'), searchParams.get('program')]).toEqual(['1', version]);
    await choose(/Copy embed code/);
    await native.getByText('Embed code copied').waitFor();
    const tag = await clipboard();
    expect(tag).toContain('<guidance-lab preset="two-modes" guidance.gamma="3.5"></guidance-lab>');
    expect(tag).toContain('guidance-lab.js');

    const [picture] = await Promise.all([native.waitForEvent('download'), choose(/Save the picture/)]);
    const png = readFileSync(await picture.path());
    const canvas = await page.evaluate(() => {
      const root = (document.querySelector('guidance-lab') as HTMLElement).shadowRoot as ShadowRoot;
      const { clientWidth, clientHeight } = root.querySelector('canvas') as HTMLCanvasElement;
      return [clientWidth, clientHeight];
    });
    expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual(canvas.map((size) => 2 * size));

    const [film] = await Promise.all([native.waitForEvent('download'), choose(/Record the run/)]);
    const webm = readFileSync(await film.path());
    // The signature of EBML, and more than a still.
    expect(webm.subarray(0, 4).toString('hex')).toBe('1a45dfa3');
    expect(webm.length).toBeGreaterThan(50_000);
    await page.close();
  });

  test('a browser that cannot record says so', async () => {
    const page = await openLab(browser, inject('site'));
    await page.evaluate(() => {
      (globalThis as { MediaRecorder?: unknown }).MediaRecorder = undefined;
    });
    await page.native.getByRole('button', { name: 'Share' }).click();
    await page.native.getByRole('button', { name: /Record the run/ }).click();
    await page.native
      .locator('#notice')
      .getByText(/cannot record/)
      .waitFor();
    await page.close();
  });
});

describe('presenting', () => {
  test('by its keys', async () => {
    const page = await openStep('weight', 1, { width: 1920, height: 1080 });
    const { native } = page;
    const heading = () => native.locator('.lesson h2').textContent();
    const first = await heading();
    await native.keyboard.press('f');
    await native.waitForFunction(() => document.documentElement.hasAttribute('data-presenting'));
    expect(await native.getByRole('banner').isVisible()).toBe(false);
    // A fortieth of the height of the screen, for the last row.
    const size = await page.evaluate(() =>
      Number.parseFloat(getComputedStyle(document.querySelector('.lesson-body p') as Element).fontSize),
    );
    expect(size).toBeGreaterThanOrEqual(1080 / 40);

    await native.keyboard.press('PageDown');
    await native.waitForFunction((before) => document.querySelector('.lesson h2')?.textContent !== before, first);
    await native.keyboard.press('PageUp');
    await native.waitForFunction((before) => document.querySelector('.lesson h2')?.textContent === before, first);

    const weight = async () => (await state(page)).guidance.gamma;
    const gamma = await atRest(weight);
    for (const [key, more] of [
      ['+', 0.5],
      ['+', 1],
      ['-', 0.5],
      ['l', 0],
    ] as const) {
      await native.keyboard.press(key);
      await expect.poll(weight).toBe(gamma + more);
    }

    const step = () =>
      page.evaluate(() => (document.querySelector('guidance-lab') as unknown as { currentStep: number }).currentStep);
    await native.keyboard.press('r');
    await expect.poll(step).toBe(0);
    await native.keyboard.press('Space');
    await expect.poll(step).toBeGreaterThan(0);
    await native.keyboard.press('Space');
    expect(await page.evaluate(() => (document.querySelector('guidance-lab') as unknown as Lab).playing)).toBe(false);

    const mark = native.locator('.pointer-mark');
    expect(await mark.isVisible()).toBe(false);
    await native.keyboard.press('h');
    await native.mouse.move(700, 300);
    const off = async () => {
      const box = await mark.boundingBox();
      return Math.abs((box?.x ?? 0) + (box?.width ?? 0) / 2 - 700);
    };
    await expect.poll(off).toBeLessThan(2);

    await native.keyboard.press('?');
    await native.getByRole('dialog', { name: 'Keys' }).waitFor();
    expect(await violations(page)).toEqual([]);
    await native.keyboard.press('Escape');
    await native.getByRole('dialog', { name: 'Keys' }).waitFor({ state: 'hidden' });
    expect(await overflow(page)).toBeLessThanOrEqual(0);

    // Under the zoom the pointer still reads what is under it: there the crosshair stands.
    const picture = await native.locator('.picture').boundingBox();
    const pointer = { x: (picture?.x ?? 0) + 0.6 * (picture?.width ?? 0), y: (picture?.y ?? 0) + 120 };
    await native.mouse.move(pointer.x, pointer.y);
    const hair = native.locator('.hair').first();
    await hair.waitFor({ state: 'attached' });
    const under = async () => {
      await native.mouse.move(pointer.x, pointer.y);
      const { x, width } = await hair.evaluate((line) => line.getBoundingClientRect());
      return Math.abs(x + width / 2 - pointer.x);
    };
    await expect.poll(under).toBeLessThan(1.5);
    expect(
      Number(await page.evaluate(() => document.querySelector<HTMLElement>('guidance-lab')?.style.zoom)),
    ).toBeGreaterThan(1.2);
    await native.keyboard.press('f');
    await native.waitForFunction(() => !document.documentElement.hasAttribute('data-presenting'));
    expect(await native.getByRole('banner').isVisible()).toBe(true);
    await page.close();
  });

  test('letters typed into a field stay there', async () => {
    const page = await openLab(browser, inject('site'));
    await page.native.getByLabel('Seed').focus();
    await page.native.keyboard.press('f');
    await page.native.waitForTimeout(300);
    expect(await page.evaluate(() => document.documentElement.hasAttribute('data-presenting'))).toBe(false);
    await page.close();
  });
});

test('a hand-out is one page, and light in the dark theme', async () => {
  for (const query of ['?lesson=wiggle&step=2', '?preset=pair-2d']) {
    const page = await openLab(browser, inject('site'), query, { colorScheme: 'dark' });
    const pages = async () => {
      const pdf = await page.native.pdf({ preferCSSPageSize: true, printBackground: true });
      return pdf.toString('latin1').match(/\/Type\s*\/Page\b/g)?.length;
    };
    // The sentence above the picture and the lesson come in their own time.
    if (query.startsWith('?lesson')) await lookedAt(page);
    await expect.poll(pages).toBe(1);
    await page.native.emulateMedia({ media: 'print' });
    const corner = () =>
      page.evaluate(() => {
        const canvas = document.querySelector('guidance-lab')?.shadowRoot?.querySelector('canvas') as HTMLCanvasElement;
        return [...(canvas.getContext('2d')?.getImageData(1, 1, 1, 1).data ?? [])];
      });
    await expect.poll(corner).toEqual([255, 255, 255, 255]);
    expect(await page.native.getByRole('group', { name: 'Time', exact: true }).isVisible()).toBe(false);
    // It asks, and does not tell.
    if (query.startsWith('?lesson')) {
      expect(await page.native.getByRole('radio').count()).toBe(3);
      await page.native.locator('.lesson .check').waitFor({ state: 'hidden' });
      await page.native.locator('.lesson .answer').waitFor({ state: 'hidden' });
    }
    await page.close();
  }
});

test('the picture in words, by key and by button, in a live region', async () => {
  const page = await openLab(browser, inject('site'), '?preset=wiggle', { reducedMotion: true });
  await page.native.keyboard.press('i');
  const spoken = page.native.getByRole('status').filter({ hasText: 'Conditional KL' });
  await spoken.waitFor();
  await expect.poll(() => spoken.textContent()).toMatch(/class 1.*guidance scale is 1\.00/);
  await expect.poll(() => spoken.textContent()).toMatch(/Tested particles: mean 0\.4\d+/);
  await setState(page, { guidance: { gamma: 3 } });
  await page.native.getByRole('button', { name: /Update with the current numbers/ }).click();
  await page.native.waitForFunction(() =>
    document.getElementById('spoken')?.textContent?.includes('guidance scale is 3.00'),
  );
  await page.close();
});

test('with reduced motion a run is shown in stills', async () => {
  const page = await openLab(browser, inject('site'), '?preset=wiggle&particles=2000', { reducedMotion: true });
  const { steps, seconds } = await page.evaluate(async () => {
    const lab = document.querySelector('guidance-lab') as unknown as Lab & { currentStep: number };
    await lab.reset();
    const seen = new Set<number>();
    const start = performance.now();
    lab.play();
    while (lab.playing) {
      seen.add(lab.currentStep);
      await new Promise(requestAnimationFrame);
    }
    return { steps: [...seen], seconds: (performance.now() - start) / 1000 };
  });
  // 16 stills, each 25 steps on. Each stands for 0.6 s, however slow the machine is: never less.
  expect(steps.length).toBeGreaterThanOrEqual(3);
  expect(steps.every((step) => step % 25 === 0)).toBe(true);
  expect(seconds).toBeGreaterThan(16 * 0.6 - 0.1);
  await page.close();
});

test('a word is explained where it stands', async () => {
  const page = await openLab(browser, inject('site'));
  await page.native.getByRole('button', { name: /What is this: Guidance scale/ }).click();
  const window = page.native.getByRole('dialog', { name: 'What it means' });
  await window.getByText(/The factor of the guidance/).waitFor();
  await page.native.keyboard.press('Escape');
  await window.waitFor({ state: 'hidden' });
  await page.close();
});

describe.each([
  [1280, 800, 'light'],
  [1280, 800, 'dark'],
  [375, 812, 'light'],
  [375, 812, 'dark'],
  [360, 640, 'light'],
  [1920, 1080, 'light'],
  [3840, 2160, 'light'],
] as const)('%ix%i %s', (width, height, colorScheme) => {
  test('a lesson: axe finds nothing, nothing overflows', async () => {
    const page = await openStep('wiggle', 2, { width, height, colorScheme });
    await page.native.getByRole('button', { name: 'Reveal', exact: true }).click();
    expect(await overflow(page)).toBeLessThanOrEqual(0);
    expect(await violations(page)).toEqual([]);
    await page.close();
  });
});

test('its text is there before the module has come, and its question after', async () => {
  const page = await browser.open('about:blank');
  const { native } = page;
  let go = () => {};
  const held = new Promise<void>((resolve) => {
    go = resolve;
  });
  await native.route(/\.wasm$/, async (route) => {
    await held;
    await route.continue();
  });
  await native.goto(`${inject('site')}?lesson=wiggle&step=2`);
  await native.getByRole('heading', { name: 'What does the loss see?' }).waitFor();
  expect(await native.locator('.lesson').textContent()).toContain('Watch the KL and the guidance error');
  expect(await native.getByRole('group', { name: /Predict/ }).count()).toBe(0);
  go();
  await native.getByRole('group', { name: /Predict/ }).waitFor();
  await lookedAt(page);
  expect(await native.getByRole('heading', { name: 'What does the loss see?' }).count()).toBe(1);
  await page.close();
});

test('forced colours: the picture, the lesson and the menu are still there', async () => {
  const page = await openStep('wiggle');
  await page.native.emulateMedia({ forcedColors: 'active' });
  await expect.poll(async () => (await inked(page))[0]).toBeGreaterThan(0.1);
  await page.native.getByRole('button', { name: 'Share' }).click();
  expect(await violations(page)).toEqual([]);
  await page.close();
});

describe('languages', () => {
  test('the switch, the link, numbers, and back', async () => {
    const page = await openLab(browser, inject('site'), '?preset=two-modes&guidance.gamma=3&lang=zh');
    const { native } = page;
    await native.getByRole('button', { name: '分享' }).waitFor();
    expect(await page.evaluate(() => document.documentElement.lang)).toBe('zh-Hans');
    await native.getByText('比没有它时更差').waitFor();
    expect(await native.getByRole('group', { name: '时间' }).count()).toBe(1);
    await native.getByText('扩散模型从噪声出发').waitFor();
    expect(await violations(page)).toEqual([]);
    expect(await overflow(page)).toBeLessThanOrEqual(0);
    await native.getByLabel('语言').selectOption('en');
    await native.getByRole('button', { name: 'Share' }).waitFor();
    expect(await page.evaluate(() => document.documentElement.lang)).toBe('en');
    await native.getByText('A diffusion model makes samples').waitFor();
    await native.waitForTimeout(500);
    expect((await state(page)).guidance.gamma).toBe(3);
    const language = () => new URL(native.url()).searchParams.get('lang');
    await expect.poll(language).not.toBe('zh');
    await native.getByLabel('Language').selectOption('zh');
    await expect.poll(language).toBe('zh');
    expect(await page.errors()).toEqual([]);
    await page.close();
  });

  test('a lesson in Chinese, at 360 px', async () => {
    const page = await openStep('wiggle', 2, { width: 360, height: 640 });
    await page.native.goto(`${inject('site')}?lesson=wiggle&step=2&lang=zh`);
    await page.native.getByText('预测').first().waitFor();
    expect(await page.native.locator('.lesson h2').textContent()).toMatch(/\p{Script=Han}/u);
    expect(await overflow(page)).toBeLessThanOrEqual(0);
    await page.close();
  });
});
