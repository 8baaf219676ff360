/** Classifiers side by side, over the real module. */
import { afterEach, expect, test, vi } from 'vitest';
import { type Bench, openLab } from '../../tests/unit/in-node';
import { KINDS } from '../controls/classifier';
import type { State } from '../workers/protocol';
import { type Diagnosed, Diagnosis, MOST } from './diagnosis';
import { shapeOf } from './shape';
import { SweepWorker } from './sweep';

// Laws take their time on a machine that does other things besides.
vi.setConfig({ testTimeout: 180_000 });

const benches: Bench[] = [];
afterEach(() => {
  for (const { lab } of benches.splice(0)) lab.release();
});

/** Everything about some classifiers on a state. */
async function diagnosed(query: string, classifiers: State['classifier'][]): Promise<Diagnosed[]> {
  const bench = await openLab(query);
  benches.push(bench);
  let tell = () => {};
  const finished = new Promise<void>((resolve) => {
    tell = () => {
      if (diagnosis.done) resolve();
    };
  });
  const diagnosis = new Diagnosis(bench.lab.exact, () => tell(), new SweepWorker(bench.staff.spawn));
  diagnosis.want(bench.lab.state, classifiers);
  await finished;
  return diagnosis.rows;
}

const PAIR = 'preset=wiggle&particles=2000&process.steps=60&process.grid=quadratic';

test('each fault is known by its curves, whatever it is called', async () => {
  const rows = await diagnosed(PAIR, [
    { kind: 'exact' },
    { kind: 'wiggle', form: 'logit', frequency: 32, amplitude: { law: 'fixed', scale: 5 / 32 } } as never,
    { kind: 'tempered', sharpness: 0.5, bias: 0 },
    { kind: 'tempered', sharpness: 1, bias: 1 },
  ]);
  expect(rows.map(({ trouble }) => trouble)).toEqual([null, null, null, null]);
  expect(rows.map(({ shape }) => shape?.looks.is)).toEqual(['right', 'rough', 'one-factor', 'one-factor']);
  const [, wiggle, half, biased] = rows.map(({ shape }) => shape);
  expect(wiggle?.looks).toMatchObject({ frequency: expect.closeTo(32, 0) });
  // Half the logits: half of the guidance is missing where there is much noise.
  expect(half?.looks).toMatchObject({ share: expect.closeTo(0.5, 1) });
  expect(half?.prior).toBeNull();
  // log(2) against the posterior of e^1 : 1, that is KL(1/2, 1/2 || .731, .269).
  expect(biased?.prior).toBeCloseTo(0.1201, 3);
});

test('samples are held against the truth: by exact laws on a line', async () => {
  const [exact, biased] = await diagnosed(`${PAIR}&process.horizon=10&process.stop=0&guidance.gamma=1`, [
    { kind: 'exact' },
    { kind: 'tempered', sharpness: 1, bias: 1 },
  ]);
  expect(exact?.samples.ode.wasserstein).toEqual({ estimate: expect.closeTo(0, 3), standardError: 0 });
  expect(exact?.samples.sde.wasserstein).toEqual({ estimate: expect.closeTo(0, 2), standardError: 0 });
  expect(exact?.samples.ode.meanReciprocal?.estimate).toBeCloseTo(2, 2);
  // docs/numerics.md: the means are .73748 and .82353, and all of it lies to the left.
  expect(biased?.samples.ode.wasserstein?.estimate).toBeCloseTo(1 - 0.73748, 3);
  expect(biased?.samples.sde.wasserstein?.estimate).toBeCloseTo(1 - 0.82353, 3);
  // Only particles have the same noise; 1/p hangs on a tail.
  expect(biased?.samples.sde.improved?.estimate).toBeCloseTo(0, 2);
  expect(biased?.samples.sde.meanReciprocal?.standardError).toBeGreaterThan(0);
  expect(biased?.samples.ode.improved).toEqual({ estimate: expect.closeTo(0, 2), standardError: 0 });
});

test('and by particles in the plane', async () => {
  const rows = await diagnosed('preset=pair-2d&particles=1500&process.steps=30', [{ kind: 'exact' }]);
  for (const samples of Object.values(rows[0]?.samples ?? {})) {
    expect(samples.wasserstein?.standardError).toBeGreaterThan(0);
    expect(samples.floor).toBeGreaterThan(0);
    expect(samples.improved?.estimate).toBeGreaterThan(0.9);
  }
});

test('every kind that there is can stand in it, and at most four do', async () => {
  const kinds = Object.values(KINDS).map(({ first }) => first);
  const found: Diagnosed[] = [];
  for (let k = 0; k < kinds.length; k += MOST) {
    const rows = await diagnosed('preset=unequal&particles=200&process.steps=20', kinds.slice(k, k + MOST));
    found.push(...rows);
  }
  expect(found.map(({ classifier }) => classifier.kind)).toEqual(Object.keys(KINDS));
  for (const { classifier, trouble, shape, samples, done } of found) {
    expect(trouble, classifier.kind).toBeNull();
    expect(done && shape !== null, classifier.kind).toBe(true);
    expect(samples.sde.wasserstein?.estimate, classifier.kind).toBeGreaterThanOrEqual(0);
  }
  const many = await diagnosed('preset=wiggle&particles=100&process.steps=5', [...kinds, ...kinds]);
  expect(many).toHaveLength(MOST);
});

test('what does not go with the state says so, and the others go on', async () => {
  const [bad, good] = await diagnosed(PAIR, [{ kind: 'tempered', sharpness: -1, bias: 0 }, { kind: 'exact' }]);
  expect(bad?.trouble?.text).toContain('sharpness');
  expect(bad?.done).toBe(true);
  expect(good?.shape?.looks.is).toBe('right');
});

test('curves that nobody has seen: an error that grows with the noise, and one under noise alone', () => {
  const times = Array.from({ length: 33 }, (_, k) => 0.01 + 7.99 * (1 - k / 32) ** 2);
  const mixture = [{ weight: 1, mean: [0], covariance: [[0.25]], class: 1 }];
  const curves = (kl: (t: number) => number, share: (t: number) => number) =>
    shapeOf(
      times.map((time) => {
        const guidanceNorm = Math.exp(-2 * time);
        const guidanceMse = share(time) * guidanceNorm;
        return {
          time,
          conditionalKl: kl(time),
          guidanceMse,
          guidanceMseJoint: guidanceMse,
          guidanceNorm,
          relativeError: 0,
        };
      }),
      mixture,
    );
  const unseen = curves(
    (t) => 2 * (1 - Math.exp(-t)),
    (t) => Math.expm1(t) ** 2,
  );
  expect(unseen?.looks).toMatchObject({ is: 'unseen' });
  expect(unseen?.prior).toBeCloseTo(2, 1);
  const once = curves(
    (t) => (t - 1) ** 2 / 100,
    (t) => (Math.exp(t) - Math.E) ** 2,
  );
  expect(once?.looks).toMatchObject({ is: 'one-level', time: expect.closeTo(1, 0) });
  const guess = curves(
    (t) => Math.exp(-2 * t),
    (t) => 16 * (1 - Math.exp(-5 * t)),
  );
  expect(guess?.looks).toMatchObject({ is: 'guess', share: expect.closeTo(4, 1) });
  const hedges = curves(
    (t) => Math.exp(-2 * t),
    (t) => 0.01 + 0.1 * Math.exp(-5 * t),
  );
  expect(hedges?.looks).toMatchObject({ is: 'towards-data', share: expect.closeTo(0.1, 2) });
  expect(shapeOf([], mixture)).toBeNull();
});
