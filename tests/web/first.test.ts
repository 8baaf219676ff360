/** The first thirty seconds: what a newcomer sees on the first screen, does there, and what then stands there. */
import type * as playwright from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { chromium, type Handle, type Page } from './browsers';
import { type Lab, openLab, overflow, overlaps, ready, violations } from './lab';

let browser: Handle<playwright.Page>;

beforeAll(async () => {
  browser = await chromium({ webgpu: false });
});
afterAll(async () => browser?.close());

const WORDS = {
  en: {
    question: 'When can you trust a classifier to steer a diffusion model?',
    differ: 'Two classifiers steer the same noise towards class 1. Their probabilities differ by at most 0.02.',
    colours: ['Blue', 'orange'],
    ends: 'Blue (exact) lands on the target; orange (under test) does not.',
    kl: /KL at most ([\d.]+) × 10⁻⁴ nats/,
    size: /its error is ([\d.]+)(% as| times as)/,
    same: 'orange and blue take the same paths',
    coarse: /(\d+) steps do not resolve this wiggle/,
    take: /^Take [\d,]+ steps$/,
    replay: 'Replay',
    wiggle: /^Wiggle/,
    frequency: 'Frequency n of the wiggle, as a number',
    time: 'Time',
    takeaway: /A small loss is no guarantee/,
    ways: ['Show me why', 'New to diffusion?'],
    close: 'Just let me play',
    more: 'More controls',
  },
  // Without its spaces.
  zh: {
    question: '什么时候可以放心让分类器引导扩散模型？',
    differ: '两个分类器把同样的噪声引向第1类。它们的概率最多相差0.02。',
    colours: ['蓝色', '橙色'],
    ends: '蓝色（精确）落在目标上，橙色（待测）却没有。',
    kl: /KL至多([\d.]+)×10⁻⁴纳特/,
    size: /与引导本身相比为([\d.]+)(%|倍)/,
    same: '橙色与蓝色走同样的路径',
    coarse: /(\d+)步分辨不了这个波纹/,
    take: /^改用 [\d,]+ 步$/,
    replay: '重播',
    wiggle: /^波纹/,
    frequency: /频率 n.*/,
    time: '时间',
    takeaway: /损失小并不保证引导正确/,
    ways: ['为什么？', '初识扩散模型？'],
    close: '我只想动手试试',
    more: '更多控件',
  },
} as const;

const plain = (text: string | null) => (text ?? '').replace(/\s+/g, ' ').trim();
const finish = (page: Page<playwright.Page>) =>
  page.evaluate(() => (document.querySelector('guidance-lab') as unknown as Lab).finish());

describe.each([
  [1280, 800, 'light', 'en'],
  [1280, 800, 'dark', 'zh'],
  [375, 812, 'dark', 'en'],
  [375, 812, 'light', 'zh'],
] as const)('%ix%i, %s, %s', (width, height, colorScheme, lang) => {
  const words = WORDS[lang];

  test('the first thirty seconds', async () => {
    const page = await browser.open(`${inject('site')}?lang=${lang}`, { width, height, colorScheme });
    const { native } = page;
    await ready(page);
    const sentence = native.locator('guidance-lab .verdict');
    const said = async () => {
      const text = plain(await sentence.textContent());
      return lang === 'zh' ? text.replaceAll(' ', '') : text;
    };

    // What is seen, without scrolling.
    const seen = [
      native.getByRole('heading', { name: words.question, level: 1 }),
      sentence,
      native.locator('guidance-lab canvas').first(),
      native.getByRole('group', { name: words.time, exact: true }),
      native.getByRole('button', { name: words.replay }),
      native.getByRole('switch', { name: words.wiggle }),
      native.getByRole('spinbutton', { name: words.frequency }),
      native.getByText(words.takeaway),
      ...words.ways.map((name) => native.getByRole('link', { name })),
      native.getByRole('button', { name: words.close }),
    ];
    for (const each of seen) {
      const box = await each.boundingBox();
      expect(box, String(each)).not.toBeNull();
      expect((box?.y ?? 0) + (box?.height ?? 0), String(each)).toBeLessThanOrEqual(height);
    }
    // Beside the time bar and the ways on: six controls.
    const controls = await native.evaluate(() => {
      const shown = [
        ...document.querySelectorAll('.strip :is(button, select, input[type="range"], input[type="checkbox"])'),
      ];
      return shown.filter((each) => each.checkVisibility()).length;
    });
    expect(controls).toBeLessThanOrEqual(6);

    // The two coloured words are the legend: in the colours of the picture, each with its line.
    await expect.poll(said).toContain(words.differ);
    const colours = await native.evaluate(() =>
      [
        ...(document
          .querySelector('guidance-lab')
          ?.shadowRoot?.querySelectorAll<HTMLElement>('.verdict .exact, .verdict .tested') ?? []),
      ]
        .slice(0, 2)
        .map((each) => [each.textContent, getComputedStyle(each).color, each.previousElementSibling?.tagName]),
    );
    const palette =
      colorScheme === 'light' ? ['rgb(0, 96, 154)', 'rgb(168, 74, 0)'] : ['rgb(116, 194, 238)', 'rgb(247, 149, 83)'];
    expect(colours).toEqual(words.colours.map((name, k) => [name, palette[k], 'svg']));

    // What happened. No number of it is contradicted by another.
    await finish(page);
    await expect.poll(said).toContain(words.ends);
    await expect.poll(said).toMatch(words.size);
    const before = await said();
    const first = { kl: words.kl.exec(before)?.[1], size: Number(words.size.exec(before)?.[1]) };
    expect(first.size).toBeGreaterThan(70);
    expect(first.size).toBeLessThan(95);
    expect(await violations(page)).toEqual([]);
    expect(await overflow(page)).toBeLessThanOrEqual(0);
    expect(await overlaps(page)).toEqual([]);

    // The switch.
    const wiggle = native.getByRole('switch', { name: words.wiggle });
    await wiggle.press('Space');
    await expect.poll(said).toContain(words.same);
    await wiggle.press('Space');
    await expect.poll(said).toContain(words.differ);

    // The slider of n, at the same amplitude: the loss stands still, the error of the guidance grows as n.
    const frequency = native.getByRole('spinbutton', { name: words.frequency });
    await frequency.fill('48');
    await frequency.press('Enter');
    await expect.poll(async () => words.size.exec(await said())?.[1]).toMatch(/^1\.\d/);
    const after = await said();
    expect(words.kl.exec(after)?.[1]).toBe(first.kl);
    expect(Number(words.size.exec(after)?.[1])).toBeCloseTo((2 * first.size) / 100, 1);
    expect(after).toContain(words.differ);

    // Steps that do not resolve it are said to, and more can be had.
    await frequency.fill('96');
    await frequency.press('Enter');
    await expect.poll(said).toMatch(words.coarse);
    await native.getByRole('button', { name: words.take }).click();
    await expect.poll(said).not.toMatch(words.coarse);
    await finish(page);
    await expect.poll(said).toContain(words.ends);

    // Once more from the noise.
    await native.getByRole('button', { name: words.replay }).click();
    await expect
      .poll(() =>
        native.evaluate(
          () => (document.querySelector('guidance-lab') as unknown as { currentStep: number }).currentStep,
        ),
      )
      .toBeLessThan(2000);
    await native.getByRole('button', { name: words.close }).click();
    await native.getByRole('button', { name: words.close }).waitFor({ state: 'detached' });
    await native.getByText(words.takeaway).waitFor();
    expect(await page.errors()).toEqual([]);
    await page.close();
  });
});

test('the address of the opening is short, and everything else is one press away', async () => {
  const page = await browser.open(inject('site'));
  const { native } = page;
  await ready(page);
  await native.waitForTimeout(600);
  expect(await native.evaluate(() => location.search)).toBe('');
  expect(await native.getByRole('combobox', { name: 'Sampler' }).count()).toBe(0);
  await native.getByRole('button', { name: 'More controls' }).click();
  for (const name of ['Sampler', 'Engine', 'Lesson']) await native.getByRole('combobox', { name }).waitFor();
  for (const name of ['Present', 'Edit the mixture by hand']) await native.getByRole('button', { name }).waitFor();
  expect(await native.evaluate(() => location.search)).toBe('?controls=all');
  await native.reload();
  await native.getByRole('combobox', { name: 'Sampler' }).waitFor();
  await native.getByRole('button', { name: 'Fewer controls' }).click();
  await native.getByRole('combobox', { name: 'Sampler' }).waitFor({ state: 'detached' });
  // The preset of that name opens the demonstration; its link opens what it always has.
  await native.getByRole('combobox', { name: 'Preset' }).selectOption('pair-2d');
  await native.getByRole('combobox', { name: 'Preset' }).selectOption('wiggle');
  const law = () =>
    native.evaluate(() => {
      const { classifier } = (document.querySelector('guidance-lab') as unknown as Lab).state;
      return classifier.kind === 'wiggle' ? classifier.amplitude : null;
    });
  await expect.poll(law).toEqual({ law: 'fixed', scale: 0.08 });
  await native.goto(`${inject('site')}?preset=wiggle`);
  await ready(page);
  expect(await law()).toEqual({ law: 'inverse', scale: 2 });
  await page.close();
});

test('every preset has a sentence of the same form, which the readouts bear out', async () => {
  const page = await openLab(browser, inject('site'), '');
  const names = await page.evaluate(() =>
    (document.querySelector('guidance-lab') as unknown as { presets: { name: string }[] }).presets.map(
      ({ name }) => name,
    ),
  );
  expect(names.length).toBeGreaterThan(6);
  const sentence = page.native.locator('guidance-lab .verdict');
  const said = async () => plain(await sentence.textContent());
  for (const name of names) {
    const { kind, ratio } = await page.evaluate(async (name: string) => {
      const lab = document.querySelector('guidance-lab') as unknown as Lab & { open(name: string): Promise<unknown> };
      await lab.open(name);
      lab.pause();
      await lab.finish();
      const { guidanceMse, guidanceNorm } = await lab.measure({ time: 0.5 });
      return { kind: lab.state.classifier.kind, ratio: Math.sqrt(guidanceMse / guidanceNorm) };
    }, name);
    if (kind === 'exact') {
      await expect
        .poll(said, { message: name })
        .toMatch(/^The classifier is exact.*Orange is steered with guidance scale γ = /);
      continue;
    }
    await expect
      .poll(said, { message: name })
      .toMatch(
        /^Two classifiers steer the same noise towards class \d\. Their probabilities differ by at most 0\.0\d+\..*at t = 0\.50 its error is/,
      );
    const [, number, unit] = /its error is ([\d.]+)(% as| times as)/.exec(await said()) ?? [];
    expect(Math.abs(Number(number) / (unit === '% as' ? 100 : 1) / ratio - 1), name).toBeLessThan(0.051);
  }
  await page.close();
});

describe.each([
  [1280, 800, 'en'],
  [375, 812, 'en'],
  [375, 812, 'zh'],
] as const)('%ix%i, %s', (width, height, lang) => {
  test('every preset and every fault has its first screen, with at most six controls', async () => {
    const page = await browser.open(`${inject('site')}?lang=${lang}`, { width, height });
    const { native } = page;
    await ready(page);
    const options = native.locator('#preset option');
    // The faults come when there is time.
    await expect.poll(() => options.count()).toBeGreaterThan(20);
    const names = await options.evaluateAll((all) => all.map((each) => (each as HTMLOptionElement).value));
    for (const name of names.filter(Boolean)) {
      await native.locator('#preset').selectOption(name);
      // A network is trained first: its screen is the same meanwhile.
      if (name !== 'fault trained') await finish(page);
      const screen = () =>
        native.evaluate(() => {
          const root = document.querySelector('guidance-lab')?.shadowRoot as ShadowRoot;
          const shown = (all: Iterable<Element>) => [...all].filter((each) => each.checkVisibility());
          const controls = shown(
            document.querySelectorAll('.strip :is(button, select, input[type="range"], input[type="checkbox"])'),
          );
          const parts = [
            ...shown(root.querySelectorAll('.verdict, canvas, .timebar')),
            ...shown(document.querySelectorAll('h1, .strip .replay, .strip [role="switch"], #first-n, #takeaway')),
          ];
          return {
            bottom: Math.max(...parts.map((part) => Math.ceil(part.getBoundingClientRect().bottom + scrollY))),
            controls: controls.length,
            parts: parts.length,
          };
        });
      await expect.poll(async () => (await screen()).bottom, { message: name }).toBeLessThanOrEqual(height);
      const { controls, parts } = await screen();
      expect(controls, name).toBeLessThanOrEqual(6);
      expect(parts, name).toBeGreaterThanOrEqual(6);
      expect(await overflow(page), name).toBeLessThanOrEqual(0);
    }
    expect(await page.errors()).toEqual([]);
    await page.close();
  });
});

test('a fault in what is done with the guidance is said, and where its samples end', async () => {
  const page = await openLab(browser, inject('site'), '');
  const { native } = page;
  await expect.poll(() => native.locator('#preset option').count()).toBeGreaterThan(20);
  const said = async () => plain(await native.locator('guidance-lab .verdict').textContent());
  for (const name of ['forgot-sigma', 'sigma-twice', 'clipped', 'scheduled', 'cfg-plus-plus', 'weaker-guide']) {
    await native.locator('#preset').selectOption(`fault ${name}`);
    await finish(page);
    await expect
      .poll(said, { message: name })
      .toMatch(
        /^(The classifier is exact, but .*|A model less a weaker one guides, not the classifier)\. Orange (lands where|does not land where|is steered)/,
      );
    // Half the summed difference of the histograms, 32 bins over where the samples are.
    const share = await page.evaluate(async () => {
      const lab = document.querySelector('guidance-lab') as unknown as Lab;
      const counted = (values: Float32Array) => {
        const counts = new Array<number>(32).fill(0);
        for (const x of values)
          counts[Math.max(0, Math.min(31, Math.floor(((x + 4.5) / 9) * 32)))]! += 1 / values.length;
        return counts;
      };
      const [tested, plain] = [counted(await lab.samples('tested')), counted(await lab.samples('conditional'))];
      return tested.reduce((sum, each, k) => sum + Math.abs(each - (plain[k] as number)), 0) / 2;
    });
    const sentence = await said();
    if (sentence.includes('Orange lands')) expect(share, name).toBeLessThan(0.08);
    if (sentence.includes('does not land')) expect(share, name).toBeGreaterThan(0.04);
  }
  await page.close();
});
