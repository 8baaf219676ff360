/**
 * The same figure in every browser engine, on the GPU where there is one: the numbers agree with the
 * reference values and with each other, the wiggle changes what it must, the picture is not empty.
 */
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import type { Measurement } from '../../www/workers/protocol';
import { chromium, firefox, type Handle, type Page, webkit } from './browsers';
import { inked, openLab, runAndMeasure, samples } from './lab';

const ENGINES: { name: string; launch: () => Promise<Handle>; backend: 'webgpu' | 'cpu' }[] = [
  { name: 'Chromium, CPU engine', launch: () => chromium({ webgpu: false }), backend: 'cpu' },
  { name: 'Chromium, WebGPU', launch: () => chromium({ webgpu: true }), backend: 'webgpu' },
  { name: 'Firefox, WebGPU', launch: firefox, backend: 'webgpu' },
  { name: 'WebKitGTK, CPU engine', launch: webkit, backend: 'cpu' },
];

/** Plain conditional sampling of a class with two modes: E[1/p(c|x)] = 2 at every time. */
const PLAIN = {
  mixture: [
    { weight: 0.25, mean: [1], covariance: [[1]], class: 1 },
    { weight: 0.25, mean: [-1], covariance: [[1]], class: 1 },
    { weight: 0.5, mean: [0], covariance: [[1]], class: 0 },
  ],
  process: { horizon: 8, stop: 0, steps: 100, grid: 'quadratic', sampler: 'exponential' },
  guidance: { target: 1, gamma: 2, from: 0, to: 20, adaptive: 0 },
  classifier: { kind: 'exact' },
  compare: ['unguided', 'conditional'],
  particles: 4000,
  seed: 7,
};

const PAIR_2D = {
  ...PLAIN,
  mixture: [
    {
      weight: 0.5,
      mean: [1, 0.5],
      covariance: [
        [0.3, 0.1],
        [0.1, 0.2],
      ],
      class: 1,
    },
    {
      weight: 0.5,
      mean: [-1, -0.5],
      covariance: [
        [0.2, -0.05],
        [-0.05, 0.3],
      ],
      class: 0,
    },
  ],
};

/** What the first engine measured; the others are held against it. */
let first: { plain: Measurement; plane: Measurement; weighted: Measurement; particles: number[] } | undefined;

describe.each(ENGINES)('$name', ({ launch, backend }) => {
  let browser: Handle;
  let page: Page;

  beforeAll(async () => {
    browser = await launch();
    page = await openLab(browser, inject('site'), `?engine=${backend}`);
  });
  afterAll(async () => browser?.close());

  test('runs on the engine that was asked for, and says why', async () => {
    const engine = await page.evaluate(() => {
      const { backend, adapter, reason } = (
        document.querySelector('guidance-lab') as HTMLElement & { engine: Record<string, string> }
      ).engine;
      return { backend, adapter, reason };
    });
    expect(engine.backend).toBe(backend);
    expect(engine.adapter).not.toBe('');
    expect(engine.reason).not.toBe('');
  });

  test('the quadrature readouts are the reference values', async () => {
    // Classes N(+-1, .25), t = .5, n = 8, a = 1/n.
    const measured = await page.evaluate(async () => {
      const lab = document.querySelector('guidance-lab') as HTMLElement & {
        pause(): void;
        setState(patch: unknown): Promise<void>;
        measure(options: { time: number }): Promise<Measurement>;
      };
      lab.pause();
      await lab.setState({
        mixture: [
          { weight: 0.5, mean: [1], covariance: [[0.25]], class: 1 },
          { weight: 0.5, mean: [-1], covariance: [[0.25]], class: 0 },
        ],
        guidance: { target: 1, gamma: 2 },
        classifier: { kind: 'wiggle', form: 'probability', frequency: 8, amplitude: { law: 'inverse', scale: 1 } },
      });
      return lab.measure({ time: 0.5 });
    });
    expect(measured.conditionalKl / 6.322467046e-4).toBeCloseTo(1, 8);
    expect(measured.guidanceMse / 8.1819973618e-2).toBeCloseTo(1, 8);
    expect(measured.guidanceMseJoint / 8.1819973618e-2).toBeCloseTo(1, 8);
  });

  test('plain conditional sampling keeps E[1/p] at 1/p(c), guidance lowers it, in step with the first engine', async () => {
    const guidance = { target: 1, gamma: 6, from: 0.25, to: 4, adaptive: 1 };
    const weighted = await runAndMeasure(page, { ...PLAIN, guidance });
    const plain = await runAndMeasure(page, PLAIN);
    const plane = await runAndMeasure(page, PAIR_2D);
    const particles = await samples(page, 'conditional');
    expect(particles.length).toBe(2 * PAIR_2D.particles);

    const { estimate, standardError } = plain.lanes.conditional!.meanReciprocal;
    // 100 quadratic steps: 1.9950 instead of 2.
    expect(Math.abs(estimate - 1.9949584)).toBeLessThan(3 * standardError);
    expect(plain.lanes.tested!.meanReciprocal.estimate).toBeLessThan(estimate - 3 * standardError);
    // By the exact law of the same 100 steps.
    const guided = plain.lanes.tested!.meanReciprocal;
    expect(Math.abs(guided.estimate - 1.8817025)).toBeLessThan(3 * guided.standardError);
    // An independent program's .8828, standard error .0012, after 1000 steps; after 100 it is .0041 less.
    const improved = plain.lanes.tested!.fractionImproved!;
    expect(Math.abs(improved.estimate - 0.8787)).toBeLessThan(3 * Math.hypot(improved.standardError, 0.0012));
    for (const lane of Object.values({ ...plain.lanes, ...plane.lanes })) expect(lane.nonFinite).toBe(0);

    // The lane that samples p(x|c) is about as far from it as as many perfect samples would be.
    for (const { distances } of [plain, plane]) {
      const { wasserstein, wassersteinFloor, particles } = distances!.conditional!;
      expect(particles).toBe(PLAIN.particles);
      expect(wasserstein.estimate).toBeLessThan(3 * wassersteinFloor);
      expect(distances!.unguided!.wasserstein.estimate).toBeGreaterThan(3 * wassersteinFloor);
    }

    first ??= { plain, plane, weighted, particles };
    expect(weighted.lanes.conditional).toEqual(plain.lanes.conditional);
    for (const [mine, theirs] of [
      [plain, first.plain],
      [plane, first.plane],
      [weighted, first.weighted],
    ] as const) {
      for (const name of ['tested', 'unguided', 'conditional'] as const) {
        const a = mine.lanes[name]!;
        const b = theirs.lanes[name]!;
        expect(a.meanReciprocal.estimate / b.meanReciprocal.estimate).toBeCloseTo(1, 4);
        expect(a.meanLogProbability.estimate).toBeCloseTo(b.meanLogProbability.estimate, 4);
        expect(a.samplingKl.estimate).toBeCloseTo(b.samplingKl.estimate, 3);
        for (const [i, x] of a.mean.entries()) expect(x).toBeCloseTo(b.mean[i] ?? Number.NaN, 4);
      }
    }
    // The same picture: the density grids (32 x 32 over [-4, 4]^2) differ by at most 1 in 500 particles.
    const grid = (xs: number[]) => {
      const counts = new Float64Array(33 * 32);
      for (let i = 0; i < xs.length; i += 2) {
        const [column, row] = [xs[i] ?? 0, xs[i + 1] ?? 0].map((x) => Math.floor(4 * (x + 4))) as [number, number];
        const inside = column >= 0 && column < 32 && row >= 0 && row < 32;
        const cell = inside ? 32 * row + column : 32 * 32;
        counts[cell] = (counts[cell] ?? 0) + 1;
      }
      return counts;
    };
    const [here, there] = [grid(particles), grid(first.particles)];
    const moved = here.reduce((sum, count, i) => sum + Math.abs(count - (there[i] ?? 0)), 0) / 2;
    expect(moved).toBeLessThanOrEqual(PAIR_2D.particles / 500);

    // The same particles, not only the same averages: 99 of 100 coordinates to 1e-4.
    const far = particles.filter((x, i) => !(Math.abs(x - first!.particles[i]!) < 1e-4)).length;
    expect(far / particles.length).toBeLessThan(0.01);
  });

  test('the wiggle spoils the guidance at a vanishing KL, and the exact classifier mends it', async () => {
    const wiggle = { kind: 'wiggle', form: 'probability', frequency: 128, amplitude: { law: 'inverse', scale: 2 } };
    const scene = {
      mixture: [
        { weight: 0.5, mean: [1], covariance: [[0.25]], class: 1 },
        { weight: 0.5, mean: [-1], covariance: [[0.25]], class: 0 },
      ],
      process: { horizon: 8, stop: 0.01, steps: 400, grid: 'quadratic', sampler: 'ddim' },
      guidance: { target: 1, gamma: 1 },
      compare: ['exact'],
      particles: 4000,
      seed: 3,
    };
    const wrong = await runAndMeasure(page, { ...scene, classifier: wiggle });
    const right = await runAndMeasure(page, { ...scene, classifier: { kind: 'exact' } });
    expect(wrong.conditionalKl).toBeLessThan(1e-4);
    expect(wrong.guidanceMse).toBeGreaterThan(0.02);
    expect(right.conditionalKl).toBe(0);
    expect(right.guidanceMse).toBe(0);
    const pinned = wrong.lanes.tested!.samplingKl;
    const clean = wrong.lanes.exact!.samplingKl;
    expect(pinned.estimate).toBeGreaterThan(clean.estimate + 10 * (pinned.standardError + clean.standardError));
    expect(right.lanes.tested!.mean).toEqual(right.lanes.exact!.mean);
  });

  test('the picture is not empty, in 1D and in 2D', async () => {
    for (const preset of ['wiggle', 'pair-2d']) {
      const shown = await openLab(
        browser,
        inject('site'),
        `?engine=${backend}&preset=${preset}&particles=4000&process.steps=100`,
      );
      await shown.evaluate(async () => {
        const lab = document.querySelector('guidance-lab') as HTMLElement & { finish(): Promise<void> };
        await lab.finish();
        await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
      });
      expect((await inked(shown))[0]).toBeGreaterThan(0.05);
      expect(await shown.errors()).toEqual([]);
      await shown.close();
    }
  });
});
