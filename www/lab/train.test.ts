/** The Lab trains the network of its state, through the real module, in Node. */
import { afterEach, expect, test } from 'vitest';
import { HandClock, newLab } from '../../tests/unit/in-node';
import type { Recipe, State } from '../workers/protocol';
import type { Lab } from './lab';
import { networkOf } from './networks';
import { partsOf } from './parts';

const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

/** A network of a few weights, on the two classes of the preset. */
const recipeOf = (more: Partial<Recipe> = {}) => ({ hidden: [8], batch: 64, steps: 200, ...more });
const START = 'preset=wiggle&particles=200&process.steps=20';

async function opened(query = START, clock = new HandClock()): Promise<Lab> {
  const { lab } = newLab({ clock });
  // The full number of particles follows after a rest.
  const hand = setInterval(() => clock.pass(100), 1);
  ends.push(() => {
    clearInterval(hand);
    lab.release();
  });
  await lab.start(new URLSearchParams(query));
  await lab.ready;
  return lab;
}

const mean = async (lab: Lab) => {
  await lab.finish();
  return (await lab.measure()).lanes.tested?.mean[0] as number;
};

/** Calls `act` once the training has gone so far. */
function once(lab: Lab, when: (step: number) => boolean, act: () => void): void {
  const end = lab.listen((changed) => {
    if (!changed.has('training') || !when(lab.train.course?.step ?? 0)) return;
    end();
    act();
  });
}

test('a network guides nowhere before it is trained, and then to the class', async () => {
  const lab = await opened();
  const seen: number[] = [];
  lab.listen((changed) => {
    if (changed.has('training') && lab.train.course) seen.push(lab.train.course.step);
  });
  lab.change({ classifier: { kind: 'learned', recipe: recipeOf({ steps: 400 }) } });
  await lab.setState({});
  expect(lab.train.course).toBeNull();
  expect(Math.abs(await mean(lab))).toBeLessThan(0.3);
  const recipe = await lab.train.start();
  expect(recipe).toEqual((lab.state.classifier as { recipe: Recipe }).recipe);
  expect(lab.train.course).toMatchObject({ phase: 'done', outcome: 'steps', step: 400, of: 400 });
  expect(lab.train.course?.curve.map(({ step }) => step)).toEqual(Array.from({ length: 17 }, (_, k) => 25 * k));
  expect(seen[0]).toBe(0);
  expect(seen.at(-1)).toBe(400);
  expect(await mean(lab)).toBeGreaterThan(0.8);
  // Its exact readouts follow as well, and a reset takes it all back.
  const { guidanceMse, guidanceNorm } = await lab.measure({ time: 0.5 });
  expect(guidanceMse).toBeLessThan(0.2 * guidanceNorm);
  lab.train.reset();
  expect(lab.train.course).toBeNull();
  expect(Math.abs(await mean(lab))).toBeLessThan(0.3);
});

test('a link trains its network, and a measurement waits for it', async () => {
  const lab = await opened(`${START}&classifier.kind=learned&classifier.recipe=${JSON.stringify(recipeOf())}`);
  const { lanes } = await lab.measure();
  expect(lab.train.course).toMatchObject({ phase: 'done', step: 200 });
  expect(lanes.tested?.mean[0]).toBeGreaterThan(0.5);
  // The same once more: what was trained is known.
  const state: State = structuredClone(lab.state);
  await lab.setState({ classifier: { kind: 'exact' } });
  await lab.setState({ classifier: state.classifier });
  expect(lab.train.course).toMatchObject({ phase: 'done', step: 200 });
});

test('it pauses, goes on, and stops; what was learned stays', async () => {
  const lab = await opened();
  const recipe = recipeOf({ steps: 100_000, seed: 2 });
  once(
    lab,
    (step) => step > 0,
    () => lab.train.pause(),
  );
  await lab.setState({ classifier: { kind: 'learned', recipe } });
  const paused = lab.train.start();
  const stands = () => lab.train.course?.step ?? 0;
  await new Promise<void>((resolve) => once(lab, () => lab.train.course?.phase === 'paused', resolve));
  const before = stands();
  expect(before).toBeGreaterThan(0);
  once(
    lab,
    (step) => step > before,
    () => lab.train.stop(),
  );
  const [first, second] = await Promise.all([paused, lab.train.start()]);
  expect(first).toEqual(second);
  expect(lab.train.course).toMatchObject({ phase: 'done', outcome: 'stopped', of: 100_000 });
  expect(stands()).toBeGreaterThan(before);
});

test('what is paused gives way to another recipe that is asked for', async () => {
  const lab = await opened();
  once(
    lab,
    (step) => step > 0,
    () => lab.train.pause(),
  );
  const ended = lab.train.start(recipeOf({ steps: 100_000, seed: 8 }));
  await new Promise<void>((resolve) => once(lab, () => lab.train.course?.phase === 'paused', resolve));
  await lab.setState({ classifier: { recipe: { steps: 50 } } });
  await ended;
  await lab.train.settled();
  expect(lab.train.course).toMatchObject({ phase: 'done', outcome: 'steps', step: 50 });
});

test('another recipe on the way begins anew, and is the one that stands', async () => {
  const lab = await opened();
  once(
    lab,
    (step) => step > 0,
    () => lab.change({ classifier: { recipe: { steps: 50, seed: 4 } } }),
  );
  const recipe = await lab.train.start(recipeOf({ steps: 100_000, seed: 3 }));
  expect(recipe).toMatchObject({ hidden: [8], steps: 50, seed: 4 });
  expect(lab.train.course).toMatchObject({ outcome: 'steps', step: 50 });
});

test('a training that diverges leaves what was in use, and says so', async () => {
  const lab = await opened();
  // In each step the weights are multiplied by -9.
  await expect(lab.train.start({ hidden: [64, 64], batch: 512, rate: 1, weightDecay: 10 })).rejects.toMatchObject({
    code: 'engine',
    path: 'classifier.recipe.rate',
  });
  expect(lab.train.course).toMatchObject({ phase: 'done', outcome: 'failed' });
  expect(lab.notices.list[0]?.kind).toBe('error');
  // The recipe had no network before: nothing guides.
  const { guidanceMse, guidanceNorm } = await lab.measure({ time: 0.5 });
  expect(guidanceMse).toBeCloseTo(guidanceNorm, 6);
  expect((await lab.measure()).lanes.tested?.nonFinite).toBe(0);
});

test('what would take minutes is asked about first', async () => {
  const clock = new HandClock();
  const now = clock.now.bind(clock);
  // Each look at the clock is a second later.
  let looks = 0;
  clock.now = () => {
    looks += 1;
    return now() + 1000 * looks;
  };
  const recipe = JSON.stringify(recipeOf({ steps: 100_000, seed: 5 }));
  const lab = await opened(`${START}&classifier.kind=learned&classifier.recipe=${recipe}`, clock);
  lab.setActive(true);
  // Who measures meanwhile has an answer, of what it has learned so far.
  expect((await lab.measure()).guidanceMse).toBeGreaterThan(0);
  expect(lab.train.course?.phase).toBe('paused');
  const [notice] = lab.notices.list;
  expect(notice?.act?.label).toBe('Train it');
  expect(notice?.text).toMatch(/^To train this network takes up to \d+ minutes here\.$/);
  const going = new Promise<void>((resolve) => once(lab, () => lab.train.course?.phase === 'training', resolve));
  void lab.train.start();
  await going;
  expect(lab.notices.list).toEqual([]);
  lab.train.stop();
  expect(lab.train.course).toMatchObject({ phase: 'done', outcome: 'stopped' });
});

test('the same recipe on another mixture is trained again; a sweep over networks is refused', async () => {
  const lab = await opened();
  await lab.train.start(recipeOf({ steps: 100, seed: 6 }));
  lab.setActive(true);
  const [left, right] = lab.state.mixture as [State['mixture'][0], State['mixture'][0]];
  lab.change({ mixture: [left, { ...right, mean: [-1.5] }] });
  await lab.setState({});
  await lab.train.settled();
  expect(lab.train.course).toMatchObject({ phase: 'done', step: 100 });
  expect(lab.state.mixture[1]?.mean).toEqual([-1.5]);
  for (const path of ['classifier.recipe.rate', 'mixture[0].weight']) {
    await expect(lab.sweepCost({ path, values: [0.1, 0.2] })).rejects.toMatchObject({ code: 'unsupported', path });
  }
});

test('a learned score and a weaker one are trained one after the other, and a link trains them', async () => {
  const lab = await opened();
  const score = {
    kind: 'learned',
    recipe: recipeOf({ steps: 300, noise: [0.01, 8] }),
    weaker: { hidden: [4], steps: 50 },
  };
  await lab.setState({ score, guidance: { guide: 'weaker', gamma: 1 } });
  await lab.train.settled();
  const parts = partsOf(lab.state);
  expect(parts.map((part) => networkOf(part)?.course)).toMatchObject([
    { outcome: 'steps', step: 300 },
    { outcome: 'steps', step: 50 },
  ]);
  expect(lab.train.course).toMatchObject({ phase: 'done', step: 300 });
  // Guided by itself it lands where its class is.
  expect(await mean(lab)).toBeGreaterThan(0.6);
  const error = (k: number) => networkOf(parts[k] as State)?.course?.kl as number;
  expect(error(0)).toBeLessThan(error(1));
  // The same recipe is the same network, of another figure too; the pair needs no other.
  const other = await opened(`${START}&score=${JSON.stringify(score)}&guidance.guide=pair&guidance.gamma=1`);
  await other.train.settled();
  expect(await mean(other)).toBeGreaterThan(0.6);
  expect(other.engine?.backend).toBe('cpu');
  // Reset, it is the noise: particles stay where they began.
  other.train.reset();
  await other.setState({});
  expect(Math.abs(await mean(other))).toBeLessThan(0.3);
});

test('a classifier and a score that are both learned are trained by one start', async () => {
  const lab = await opened();
  lab.change({ score: { kind: 'learned', recipe: recipeOf({ steps: 60 }) } });
  lab.change({ classifier: { kind: 'learned', recipe: recipeOf({ steps: 40 }) } });
  await lab.setState({});
  expect(partsOf(lab.state).map((part) => networkOf(part) ?? null)).toEqual([null, null]);
  await lab.train.start();
  expect(partsOf(lab.state).map((part) => networkOf(part)?.course?.step)).toEqual([40, 60]);
});
