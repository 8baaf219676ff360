/** Networks from files through the real module, in Node, where there is no store. */
import { readFile } from 'node:fs/promises';
import { afterEach, expect, test } from 'vitest';
import { HandClock, openLab } from '../../tests/unit/in-node';
import type { State } from '../workers/protocol';
import type { Lab } from './lab';

const FOLDER = new URL('../../tests/data/networks/', import.meta.url);
const file = async () => new Uint8Array(await readFile(new URL('network.safetensors', FOLDER)));
const QUERY = 'preset=three-classes&particles=100&process.steps=10';

const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

/** A Lab whose time passes, as training needs it. */
async function opened(query = QUERY): Promise<Lab> {
  const clock = new HandClock();
  const hand = setInterval(() => clock.pass(100), 1);
  const { lab } = await openLab(query, { clock });
  ends.push(() => {
    clearInterval(hand);
    lab.release();
  });
  return lab;
}

interface Answer {
  time: number;
  x: number[];
  logProbabilities: number[];
  gradients: number[][];
}

/** The largest difference to what PyTorch says of the target class. */
async function difference(lab: Lab): Promise<number> {
  const { answers } = JSON.parse(await readFile(new URL('network.json', FOLDER), 'utf8')) as { answers: Answer[] };
  const { target } = lab.state.guidance;
  let largest = 0;
  for (const { time, x, logProbabilities, gradients } of answers) {
    const at = await lab.at([x], { time });
    const theirs = [logProbabilities[target] as number, ...(gradients[target] as number[])];
    const ours = [at.testedLogPosterior[0] as number, ...at.testedGuidance];
    for (const [k, value] of theirs.entries()) largest = Math.max(largest, Math.abs(value - (ours[k] as number)));
  }
  return largest;
}

const weightsOf = ({ classifier }: State) => (classifier.kind === 'learned' ? classifier.recipe.weights : null);

test('a network from PyTorch is opened, says what PyTorch says, and is a state like any other', async () => {
  const lab = await opened();
  await lab.train.open(new Blob([await file()]));
  const { classifier } = lab.state;
  expect(classifier).toMatchObject({ kind: 'learned', recipe: { hidden: [32, 32], activation: 'tanh', time: true } });
  expect(lab.train.course).toMatchObject({ phase: 'done', outcome: 'opened' });
  expect(await difference(lab)).toBeLessThan(1e-12);
  const { guidanceMse, guidanceNorm } = await lab.measure({ time: 0.5 });
  expect(guidanceMse).toBeLessThan(0.2 * guidanceNorm);

  // There is nothing to train, and another target asks the same network.
  expect(await lab.train.start()).toEqual(classifier.kind === 'learned' ? classifier.recipe : null);
  await lab.setState({ guidance: { target: 0 } });
  expect(await difference(lab)).toBeLessThan(1e-12);

  // Its link opens in another figure of this page; what the link says of its shape does not count.
  const { query } = lab;
  expect(query.get('classifier.recipe.weights')).toBe(weightsOf(lab.state));
  query.set('classifier.recipe.hidden', '[4]');
  const other = await opened(query.toString());
  expect(other.notices.list).toEqual([]);
  expect(other.state.classifier).toEqual(classifier);
  expect(await difference(other)).toBeLessThan(1e-12);

  // A recipe trains anew.
  const trained = await other.train.start({ hidden: [4], steps: 25, batch: 16 });
  expect(trained).toMatchObject({ weights: null, hidden: [4] });
  expect(await difference(other)).toBeGreaterThan(0.1);
});

test('what is saved is opened, trained here or not', async () => {
  const lab = await opened();
  await expect(lab.train.save()).rejects.toMatchObject({ code: 'unsupported' });
  await lab.train.start({ hidden: [6], steps: 50, batch: 32 });
  const points = [
    [0.3, -1],
    [2, 0],
  ];
  const before = await lab.at(points, { time: 0.2 });
  await lab.train.open(await lab.train.save('onnx'));
  expect(await lab.at(points, { time: 0.2 })).toEqual(before);
  const bytes = await lab.train.save();
  await lab.train.open(bytes);
  expect(weightsOf(lab.state)).toMatch(/^[0-9a-f]{64}$/);
  expect(await lab.at(points, { time: 0.2 })).toEqual(before);
  // Without the recipe, which a network from a file does not have.
  await lab.train.open(await lab.train.save());
  expect(await lab.at(points, { time: 0.2 })).toEqual(before);
});

test('what is no network, is too large, or does not fit, changes nothing', async () => {
  const lab = await opened('preset=wiggle&particles=100&process.steps=10');
  const before = lab.state;
  for (const [wrong, id] of [
    [new Blob(['x,y,class']), 'network_file_unreadable'],
    [new Uint8Array(500_000_000), 'network_file_large'],
    [new Blob([new Uint8Array(5_000_000)]), 'network_file_large'],
    [(await file()).subarray(0, 3000), 'network_file_cut'],
    [await file(), 'network_does_not_fit'],
  ] as const) {
    await expect(lab.train.open(wrong)).rejects.toMatchObject({ name: 'LabError', says: { id } });
    expect(lab.state).toBe(before);
  }
  const missing = { classifier: { kind: 'learned', recipe: { weights: '0'.repeat(64) } } };
  await expect(lab.setState(missing)).rejects.toMatchObject({ path: 'classifier.recipe.weights' });
  expect(lab.state).toBe(before);
});

test('a link whose file is not here says so, and the classifier in use stays', async () => {
  const lab = await opened(`${QUERY}&classifier.kind=tempered`);
  const { classifier } = lab.state;
  const changes = await lab.open(
    'three-classes',
    new URLSearchParams([
      ['guidance.gamma', '3'],
      ['classifier.kind', 'learned'],
      ['classifier.recipe.weights', '0'.repeat(64)],
    ]),
  );
  expect(changes.map(({ path, says }) => [path, says.id])).toEqual([['classifier.recipe.weights', 'network_not_here']]);
  expect(lab.state.classifier).toEqual(classifier);
  expect(lab.state.guidance.gamma).toBe(3);
  expect(lab.notices.list[0]?.items[0]).toContain('this browser does not have');
  // At the start there is none in use but the preset's.
  const first = await opened(
    `preset=wiggle&particles=100&classifier.kind=learned&classifier.recipe.weights=${'0'.repeat(64)}`,
  );
  expect(first.state.classifier.kind).toBe('wiggle');
});

test('a mixture that the network does not know is refused, and another preset is not', async () => {
  const lab = await opened();
  await lab.train.open(await file());
  const [one, two] = lab.state.mixture;
  await expect(lab.setState({ mixture: [one, two] })).rejects.toMatchObject({ says: { id: 'network_does_not_fit' } });
  expect(lab.state.mixture.length).toBe(3);
  await lab.open('wiggle');
  expect(lab.state.classifier.kind).toBe('wiggle');
  await lab.undo();
  expect(await difference(lab)).toBeLessThan(1e-12);
});
