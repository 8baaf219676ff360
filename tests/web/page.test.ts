import type * as playwright from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import type { Measurement, State } from '../../www/workers/protocol';
import { chromium, type Handle, type Page } from './browsers';
import type { Lab } from './lab';
import { atRest, openLab, overflow, samples, violations } from './lab';

let browser: Handle<playwright.Page>;

beforeAll(async () => {
  browser = await chromium({ webgpu: false });
});
afterAll(async () => browser?.close());

const state = (page: Page<unknown>): Promise<State> =>
  page.evaluate(() => (document.querySelector('guidance-lab') as Lab).state);

/** Calls the element and reports what it threw, as plain data. */
const attempt = (page: Page<unknown>, patch: unknown) =>
  page.evaluate(async (patch: unknown) => {
    const lab = document.querySelector('guidance-lab') as Lab;
    try {
      await lab.setState(patch);
      return null;
    } catch (error) {
      const { code, path, message } = error as { code: string; path: string; message: string };
      return { code, path, message };
    }
  }, patch);

/** All the text a person can read, shadow roots included. */
const text = (page: Page<unknown>): Promise<string> =>
  page.evaluate(() => {
    const read = (root: Node): string => {
      if (
        root instanceof HTMLElement &&
        (root.hidden || ['SCRIPT', 'STYLE', 'NOSCRIPT', 'TEMPLATE'].includes(root.tagName))
      )
        return '';
      const inner = [...(root instanceof Element && root.shadowRoot ? [root.shadowRoot] : []), ...root.childNodes];
      return root.nodeType === Node.TEXT_NODE ? (root.textContent ?? '') : inner.map(read).join(' ');
    };
    return read(document.body).replace(/\s+/g, ' ');
  });

describe('links', () => {
  test('noise is read in the unit of the link, and another is one tap away at the time and at the formula', async () => {
    const page = await openLab(browser, inject('site'), '?preset=wiggle&units=sigma');
    const level = page.native.locator('button.level');
    const label = async () => (await level.textContent())?.replace(/\s+/g, ' ').trim();
    await page.evaluate(() => (document.querySelector('guidance-lab') as Lab).finish());
    // At the end of this run t is .01: √(e^.02 − 1).
    await expect.poll(label).toBe('σ = 0.142');
    await expect.poll(() => page.native.locator('.verdict').textContent()).toMatch(/at σ = 1\.31 its error is 85%/);
    expect(await page.native.locator('.formula').allTextContents()).toContainEqual(
      expect.stringContaining('ε(x) − γ σ/√(1 + σ²)'),
    );
    await level.click();
    await page.native.waitForFunction(() => location.search.includes('units=alphabar'));
    expect(await label()).toBe('ᾱ = 0.980');
    const mse = page.native.getByRole('button', { name: /^Guidance error/ });
    await mse.click();
    const about = page.native.getByRole('dialog', { name: 'Guidance error (mean square)' });
    const formula = async () => (await about.locator('math').textContent())?.replace(/\s+/g, '');
    await about.getByRole('button', { name: 'σ', exact: true }).click();
    expect(await formula()).toMatch(/^MSE=1\+σ2σ2E.*ε\^/);
    expect(await violations(page)).toEqual([]);
    await about.getByRole('button', { name: 't', exact: true }).click();
    expect(await formula()).toContain('∇log');
    expect(await label()).toBe('t = 0.010');
    await page.native.waitForFunction(() => !location.search.includes('units'));
    await page.close();
  });

  test('the address holds the state, and the link restores it to the particle', async () => {
    const page = await openLab(browser, inject('site'), '?preset=two-modes');
    await page.evaluate(async () => {
      const lab = document.querySelector('guidance-lab') as Lab;
      lab.pause();
      await lab.setState({ guidance: { gamma: 3.5 }, particles: 3000, seed: 11 });
      await lab.reset();
      await lab.finish();
    });
    await page.native.waitForFunction(() => location.search.includes('3.5'));
    const before = await state(page);
    const there = await samples(page, 'tested');
    const link = page.native.url();
    await page.close();

    const again = await browser.open(link);
    await again.evaluate(async () => {
      const lab = document.querySelector('guidance-lab') as Lab;
      await lab.ready;
      lab.pause();
      await lab.reset();
      await lab.finish();
    });
    expect(await state(again)).toEqual(before);
    expect(await samples(again, 'tested')).toEqual(there);
    await again.close();
  });

  test.each([
    ['?guidance.gamma=NaN&process.steps=1e99&particles=-3', /gamma|steps|particles/],
    ['?mixture=[{"weight":1}', /mixture/],
    ['?preset=no-such-preset', /preset/],
    ['?classifier.frequency=-3&classifier.kind=%3Cscript%3E', /classifier/],
    ['?version=99', /version/],
    ['?preset=wiggle&version=1&program=0.0.1', /made with version 0\.0\.1 of the program; this is version/],
    ['?guidance.nonsense=1&__proto__.x=1&constructor=2', /guidance\.nonsense/],
    ['?%E0%A4%A=%', null],
  ])('a wrong link still opens and says what it changed: %s', async (query, words) => {
    const page = await openLab(browser, inject('site'), query);
    const opened = await state(page);
    expect(opened.mixture.length).toBeGreaterThan(0);
    expect(await attempt(page, opened)).toBeNull();
    if (words) expect(await text(page)).toMatch(words);
    await page.close();
  });
});

describe('bad input', () => {
  let page: Page<playwright.Page>;
  beforeAll(async () => {
    page = await openLab(browser, inject('site'));
  });

  test.each([
    ['n = -3', { classifier: { frequency: -3 } }, 'classifier.frequency', /-3/],
    ['10^9 particles', { particles: 1e9 }, 'particles', /1[,. ]?000[,. ]?000/],
    ['NaN', { guidance: { gamma: Number.NaN } }, 'guidance.gamma', /gamma/],
    ['text', { process: { steps: 'many' } }, 'process.steps', /many/],
    ['an unknown class', { guidance: { target: 5 } }, 'guidance.target', /5/],
    ['an unknown key', { colour: 'red' }, 'colour', /colour/],
    ['an unknown sampler', { process: { sampler: 'magic' } }, 'process.sampler', /magic/],
    [
      'a covariance that is not positive definite',
      {
        mixture: [
          {
            weight: 1,
            mean: [0, 0],
            covariance: [
              [1, 2],
              [2, 1],
            ],
            class: 1,
          },
        ],
      },
      'mixture[0].covariance',
      /positive definite/,
    ],
  ])('%s is refused by name and changes nothing', async (_, patch, path, words) => {
    const before = await state(page);
    // NaN does not survive the trip as JSON, so it is made in the page.
    const error =
      path === 'guidance.gamma'
        ? await page.evaluate(async () => {
            try {
              await (document.querySelector('guidance-lab') as Lab).setState({ guidance: { gamma: Number.NaN } });
              return null;
            } catch (error) {
              const { code, path, message } = error as { code: string; path: string; message: string };
              return { code, path, message };
            }
          })
        : await attempt(page, patch);
    expect(error).not.toBeNull();
    expect(error?.path).toBe(path);
    expect(error?.message).toMatch(words);
    expect(await state(page)).toEqual(before);
  });

  test('weights that do not sum to one are normalised', async () => {
    expect(
      await attempt(page, {
        mixture: [
          { weight: 3, mean: [1], covariance: [[0.25]], class: 1 },
          { weight: 1, mean: [-1], covariance: [[0.25]], class: 0 },
        ],
      }),
    ).toBeNull();
    expect((await state(page)).mixture.map(({ weight }) => weight)).toEqual([0.75, 0.25]);
  });
});

test('time: scrubbing back and forth gives the same particles', async () => {
  const page = await openLab(browser, inject('site'), '?preset=two-modes&particles=2000&process.steps=60');
  const [straight, again] = await page.evaluate(async () => {
    const lab = document.querySelector('guidance-lab') as Lab;
    lab.pause();
    await lab.reset();
    await lab.step(40);
    const straight = [...(await lab.samples('tested'))];
    await lab.finish();
    await lab.step(-20);
    return [straight, [...(await lab.samples('tested'))]];
  });
  expect(again).toEqual(straight);
  await page.close();
});

test('play goes on right after a reset', async () => {
  const page = await openLab(browser, inject('site'));
  await page.evaluate(async () => {
    const lab = document.querySelector('guidance-lab') as Lab;
    await lab.reset();
    lab.play();
  });
  await page.native.waitForFunction(async () => {
    const lab = document.querySelector('guidance-lab') as unknown as Lab;
    return !lab.playing && (await lab.measure()).step === lab.state.process.steps;
  });
  await page.close();
});

test('keyboard: space plays and pauses, arrows step', async () => {
  const page = await openLab(browser, inject('site'));
  const step = () => page.evaluate(async () => (await (document.querySelector('guidance-lab') as Lab).measure()).step);
  const playing = () => page.evaluate(() => (document.querySelector('guidance-lab') as Lab).playing);
  await page.evaluate(async () => {
    const lab = document.querySelector('guidance-lab') as Lab;
    lab.pause();
    await lab.reset();
    lab.focus();
  });
  for (const [key, wanted] of [
    ['ArrowRight', 1],
    ['ArrowRight', 2],
    ['ArrowLeft', 1],
  ] as const) {
    await page.press(key);
    await expect.poll(step).toBe(wanted);
  }
  await page.press('Space');
  expect(await playing()).toBe(true);
  await page.press('Space');
  expect(await playing()).toBe(false);
  // Every control can be reached by Tab alone.
  const reached = new Set<string>();
  for (let i = 0; i < 80; i++) {
    await page.press('Tab');
    reached.add(
      await page.evaluate(() => {
        let active: Element | null = document.activeElement;
        while (active?.shadowRoot?.activeElement) active = active.shadowRoot.activeElement;
        return (active as HTMLInputElement | null)?.type ?? '';
      }),
    );
  }
  for (const kind of ['range', 'checkbox', 'select-one']) expect([...reached]).toContain(kind);
  expect([...reached].some((kind) => kind === 'button' || kind === 'submit')).toBe(true);
  await page.close();
});

describe.each([
  [1280, 800, 'light'],
  [1280, 800, 'dark'],
  [375, 812, 'light'],
  [375, 812, 'dark'],
  [360, 640, 'light'],
] as const)('%ix%i %s', (width, height, colorScheme) => {
  test.each(['wiggle', 'pair-2d'])('%s: axe finds nothing, nothing overflows', async (preset) => {
    const page = await openLab(browser, inject('site'), `?preset=${preset}`, { width, height, colorScheme });
    await page.evaluate(() => (document.querySelector('guidance-lab') as Lab).finish());
    expect(await overflow(page)).toBeLessThanOrEqual(0);
    expect(await violations(page)).toEqual([]);
    await page.close();
  });
});

test('with reduced motion nothing plays by itself, and the finished run is shown', async () => {
  const page = await openLab(browser, inject('site'), '', { reducedMotion: true });
  const { playing, step, steps } = await page.evaluate(async () => {
    const lab = document.querySelector('guidance-lab') as Lab;
    return { playing: lab.playing, step: (await lab.measure()).step, steps: lab.state.process.steps };
  });
  expect(playing).toBe(false);
  expect(step).toBe(steps);
  await page.close();
});

test('without wasm, and without JavaScript, the page says so', async () => {
  const context = await browser.open('about:blank');
  const fresh = await context.native.context().browser()!.newContext({ javaScriptEnabled: false });
  const silent = await fresh.newPage();
  await silent.goto(inject('site'));
  expect(
    await silent
      .getByText(/JavaScript/)
      .first()
      .isVisible(),
  ).toBe(true);
  await fresh.close();

  const blocked = await context.native.context().browser()!.newContext();
  await blocked.route(/\.wasm/, (route) => route.abort());
  const page = await blocked.newPage();
  await page.goto(inject('site'));
  await page
    .getByText(/WebAssembly/)
    .first()
    .waitFor();
  await blocked.close();
  await context.close();
});

test('a lost device is recovered, and after that the CPU goes on', async () => {
  const gpu = await chromium({ webgpu: true });
  const page = await openLab(gpu, inject('site'), '?engine=webgpu&particles=2000');
  const backend = () => page.evaluate(() => (document.querySelector('guidance-lab') as Lab).engine.backend);
  expect(await backend()).toBe('webgpu');
  const crash = async () => {
    const session = await page.native.context().browser()!.newBrowserCDPSession();
    await session.send('Browser.crashGpuProcess').catch(() => undefined);
  };
  for (let i = 0; i < 3; i++) {
    await crash();
    await page.native.waitForTimeout(1500);
    // Whatever happened below, the figure goes on and its numbers are numbers.
    const measured: Measurement = await page.evaluate(async () => {
      const lab = document.querySelector('guidance-lab') as Lab;
      await lab.reset();
      await lab.finish();
      return lab.measure();
    });
    expect(measured.step).toBe(400);
    expect(measured.lanes.tested?.meanReciprocal.estimate).toBeGreaterThan(1);
  }
  await expect.poll(backend).toBe('cpu');
  await gpu.close();
});

test('a hidden figure does no work', async () => {
  const page = await openLab(browser, inject('site'));
  await page.evaluate(async () => {
    const lab = document.querySelector('guidance-lab') as Lab;
    await lab.reset();
    lab.style.marginTop = '400vh';
    window.scrollTo(0, 0);
    lab.play();
  });
  const step = () => page.evaluate(async () => (await (document.querySelector('guidance-lab') as Lab).measure()).step);
  const before = await atRest(step);
  // Not because it is at its end.
  expect(await page.evaluate(() => (document.querySelector('guidance-lab') as Lab).playing)).toBe(true);
  await page.native.waitForTimeout(1000);
  expect(await step()).toBe(before);
  await page.evaluate(() => document.querySelector('guidance-lab')?.scrollIntoView());
  await expect.poll(step).toBeGreaterThan(before);
  await page.close();
});
