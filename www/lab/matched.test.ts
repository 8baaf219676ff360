/** Two networks trained to the same KL, through the real module, in Node. */
import { expect, test } from 'vitest';
import { openLab } from '../../tests/unit/in-node';
import type { Recipe } from '../workers/protocol';
import { Matched } from './matched';

test('two networks with the same KL, of which one steers far worse', async () => {
  const { lab, staff } = await openLab('preset=wiggle&particles=500&process.steps=50');
  const made = await lab.exact.merge(lab.state, {
    classifier: {
      kind: 'learned',
      recipe: { hidden: [16], targetKl: 0.01, steps: 2000, batch: 128, noise: [0.01, 8] },
    },
  });
  const base = (made.classifier as { recipe: Recipe }).recipe;
  const phases = new Set<string>();
  const matched: Matched = new Matched(
    lab.exact,
    lab.clock,
    () => phases.add(matched?.phase),
    () => staff.spawn(),
  );
  await matched.want(lab.state, [{ ...base, fourier: { features: 32, bandwidth: 12 } }, base]);
  expect(matched.trouble).toBeNull();
  expect([...phases].filter(Boolean)).toEqual(['idle', 'training', 'measuring', 'done']);
  const [rough, plain] = matched.sides.map((side) => {
    const course = matched.courseOf(side);
    expect(course).toMatchObject({ phase: 'done', outcome: 'target' });
    expect(course?.kl).toBeLessThanOrEqual(0.01);
    return {
      errors: side.diagnosed?.points.map(({ guidanceMse }) => guidanceMse) ?? [],
      lanes: side.frame?.lanes ?? [],
    };
  });
  // At the same times, and in the mean of their ratios the rough one is far worse.
  expect(rough?.errors).toHaveLength(33);
  const ratios = rough?.errors.map((error, k) => Math.log(error / (plain?.errors[k] as number))) ?? [];
  expect(Math.exp(ratios.reduce((sum, each) => sum + each, 0) / ratios.length)).toBeGreaterThan(5);
  // Each error is below its bound, which is that of a smooth error for the one alone.
  const roughest = matched.sides.map(({ bounds, diagnosed }) => {
    expect(bounds).toHaveLength(17);
    for (const { step, time, bound, guidanceMseJoint } of bounds) {
      const point = diagnosed?.points.find((each) => each.step === step);
      expect(time).toBe(point?.time);
      expect(guidanceMseJoint / (point?.guidanceMseJoint as number)).toBeCloseTo(1, 2);
      expect(guidanceMseJoint).toBeLessThanOrEqual(bound);
    }
    return Math.max(...bounds.map(({ roughness }) => roughness));
  });
  expect(roughest[0]).toBeGreaterThan(5 * (roughest[1] as number));
  // The same noise: the exact classifier takes it to the same places in both runs.
  const [a, b] = [rough, plain].map((side) => side?.lanes.find(({ name }) => name === 'exact'));
  expect(a?.bins).toEqual(b?.bins);
  const [tested, other] = [rough, plain].map((side) => side?.lanes.find(({ name }) => name === 'tested')?.samplingKl);
  expect(tested?.estimate).toBeGreaterThan(other?.estimate as number);
  // What failed is said.
  await matched.want(
    await lab.exact.merge(lab.state, { mixture: [{ weight: 1, mean: [0], covariance: [[1]], class: 1 }] }),
    [base, base],
  );
  expect(matched.phase).toBe('idle');
  expect(matched.trouble).not.toBeNull();
  matched.stop();
  lab.release();
}, 60_000);
