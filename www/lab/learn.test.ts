/** Training through the real module, in Node. */
import { expect, test } from 'vitest';
import { openLab } from '../../tests/unit/in-node';
import type { Progress, State } from '../workers/protocol';
import type { Lab } from './lab';

const pair = [
  { weight: 0.5, mean: [-1], covariance: [[0.25]], class: 0 },
  { weight: 0.5, mean: [1], covariance: [[0.25]], class: 1 },
];

const plane = (mean: number[], [a, b, c]: [number, number, number], label: number) => ({
  weight: 0.25,
  mean,
  covariance: [
    [a, b],
    [b, c],
  ],
  class: label,
});

const three = [
  plane([-1.5, -1], [0.3, 0.1, 0.2], 0),
  plane([1.2, -0.8], [0.25, -0.08, 0.35], 1),
  plane([-0.9, 1.4], [0.2, 0.05, 0.3], 0),
  plane([1.5, 1.1], [0.4, -0.12, 0.25], 2),
];

async function trained(lab: Lab, state: State): Promise<Progress> {
  let progress = await lab.exact.learn('begin', state);
  expect(progress).toMatchObject({ step: 0, outcome: 'running' });
  while (progress.outcome === 'running') progress = await lab.exact.learn('train', 5);
  return progress;
}

/** FNV-1a in 64 bits of all numbers, as in tests/learn.rs. */
function digest(weights: Float32Array): string {
  let hash = 0xcbf29ce484222325n;
  for (const byte of new Uint8Array(weights.slice().buffer)) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  }
  return hash.toString(16).padStart(16, '0');
}

test('the module trains the same network as the command, bit for bit', async () => {
  const { lab } = await openLab('preset=wiggle&particles=100&process.steps=10');
  const small = { steps: 40, batch: 64 };
  const loss = { crossEntropy: 1, brier: 0.5, denoising: 0.3, gradientPenalty: 0.01, curvature: 0.001 };
  const sine = { hidden: [16], activation: 'sine', fourier: { features: 9, bandwidth: 3 } };
  const recipes = [
    [three, { ...small, hidden: [16, 8], loss, weightDecay: 0.01, points: 300 }, 'a497bb90b4bd71f4'],
    [pair, { ...small, ...sine }, '8002e2cc378acc83'],
    [three, { ...small, ...sine, labelSmoothing: 0.1, inputNoise: 0.2, spectralNorm: 1.2 }, 'd85a55fcadd25827'],
  ] as const;
  for (const [mixture, recipe, expected] of recipes) {
    const state = await lab.exact.merge(lab.state, { mixture, classifier: { kind: 'learned', recipe } });
    const progress = await trained(lab, state);
    expect(progress).toMatchObject({ step: 40, of: 40, outcome: 'steps' });
    expect(digest(progress.weights)).toBe(expected);
  }
  await lab.exact.learn('end');
  lab.release();
});

test('a network guides once its weights are there, and what is wrong is refused', async () => {
  const { lab } = await openLab('preset=wiggle&particles=400&process.steps=40');
  const state = await lab.exact.merge(lab.state, {
    mixture: pair,
    classifier: { kind: 'learned', recipe: { steps: 300, targetKl: 0.01 } },
  });
  const before = await lab.exact.measures(state, 0.5);
  expect(before.guidanceMse).toBeCloseTo(before.guidanceNorm, 6);
  const progress = await trained(lab, state);
  expect(progress.outcome).toBe('target');
  expect(progress.kl).toBeLessThanOrEqual(0.01);
  await lab.exact.install(state, progress.weights);
  expect((await lab.exact.measures(state, 0.5)).guidanceMse).toBeLessThan(0.3 * before.guidanceMse);
  await expect(lab.exact.install(state, progress.weights.slice(1))).rejects.toMatchObject({ path: 'weights' });
  const alone = await lab.exact.merge(state, { mixture: [{ ...pair[0], class: 1, weight: 1 }] });
  await expect(lab.exact.learn('begin', alone)).rejects.toMatchObject({ code: 'unsupported', path: 'mixture' });
  lab.release();
});
