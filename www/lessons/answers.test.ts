/**
 * Every answer of every lesson against what is measured, over three seeds and all named ways to do the task. The
 * module is the page's own, on the CPU engine; tests/web/lessons.test.ts asks the GPU engine.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import '../../tests/unit/in-node';
import * as wasm from '../wasm/guidance_lab.js';
import type { Domain, ExactMeasures, Frame, LaneName, Measurement, Preset, Progress, State } from '../workers/protocol';
import { faultsOf } from './answers';
import type { PictureMeasurement } from './check';
import { type Judge, type Lesson, type Run, readLesson } from './lesson-file';
import { measurePictures, type Source } from './on-pictures';

const FOLDER = new URL('./', import.meta.url);
const FILES = readdirSync(FOLDER).filter((name) => name.endsWith('.md'));
const SEEDS = [1, 2, 3];
/** For a machine that does much else; nothing is timed here. */
const PATIENCE = 120_000;
const WASM = new URL('../wasm/guidance_lab_bg.wasm', import.meta.url);

let judge: Judge;
beforeAll(async () => {
  if (!existsSync(WASM)) throw new Error('the module has not been built: run `cargo xtask build`');
  wasm.initSync({ module: readFileSync(WASM) });
  // The kinds beyond exact and wiggle.
  await wasm.ask('further', []);
  judge = {
    presets: wasm.presets() as Preset[],
    merge: async (state, patch) => wasm.merge(state, patch) as State,
  };
});

const known = new Map<string, Measurement>();
const trained = new Map<string, Float32Array>();

/** What a link does as well: the same recipe gives the same network. */
async function train(state: State): Promise<void> {
  if (state.classifier.kind !== 'learned') return;
  const key = JSON.stringify([state.mixture, state.classifier.recipe]);
  let weights = trained.get(key);
  if (!weights) {
    let progress = (await wasm.ask('learn', ['begin', state])) as Progress;
    while (progress.outcome === 'running') progress = (await wasm.ask('learn', ['train', 1000])) as Progress;
    ({ weights } = progress);
    trained.set(key, weights);
  }
  await wasm.ask('further', [state, weights]);
}

async function measured(state: State, run: Run, at: number | null, particles: boolean): Promise<Measurement> {
  const share = run === 'end' ? 1 : run === 'start' ? 0 : run;
  const count = Math.round(share * state.process.steps);
  const key = JSON.stringify([state, count, at, particles]);
  const found = known.get(key);
  if (found) return found;
  await train(state);
  let lanes: Measurement['lanes'] = {};
  if (particles) {
    const simulation = await wasm.Simulation.start(state, 'cpu', false);
    const frame = (await simulation.frame(count, count, undefined)) as Frame;
    lanes = Object.fromEntries(frame.lanes.map((lane) => [lane.name as LaneName, lane]));
    simulation.free();
  }
  const time = (wasm.domain(state) as Domain).times[count] as number;
  const exact = wasm.measures(state, at ?? time) as ExactMeasures;
  const measurement = { ...exact, step: count, lanes };
  known.set(key, measurement);
  return measurement;
}

const DATA = new URL('../gallery/data/', import.meta.url);
const bytesOf = (name: string) => new Uint8Array(readFileSync(new URL(name, DATA)));
const pictures: Source = {
  gallery: ((...question: unknown[]) => wasm.ask('gallery', question)) as Source['gallery'],
  images: async () => bytesOf('held-out.bin'),
};
const seen = new Map<string, PictureMeasurement>();

/** By the page's own way to measure. */
async function pictured(state: State, at: number | null, names: ReadonlySet<string>): Promise<PictureMeasurement> {
  if (seen.size === 0) await pictures.gallery('open', bytesOf('digits.bin'));
  const key = JSON.stringify([state, at, [...names]]);
  const found = seen.get(key) ?? (await measurePictures(pictures, state, at, names));
  seen.set(key, found);
  return found;
}

const faults = (lesson: Lesson, seed: number) => faultsOf(lesson, { seed }, { ...judge, measured, pictured });

const read = (name: string) => readFileSync(new URL(name, FOLDER), 'utf8');

describe.each(FILES)('%s', (name) => {
  test.each(SEEDS)(
    'its keys hold and nothing else does, seed %i',
    async (seed) => {
      expect(await faults(await readLesson(read(name), judge), seed)).toEqual([]);
    },
    PATIENCE,
  );
});

test('a question offers three answers or more, and says something about each wrong one', async () => {
  const places = [0, 0, 0, 0, 0];
  for (const name of FILES) {
    const { steps } = await readLesson(read(name), judge);
    for (const { title, options, answer } of steps) {
      expect(title.endsWith('?'), `“${title}” is a question`).toBe(true);
      expect(options.length, title).toBeGreaterThanOrEqual(3);
      for (const [index, { why, text }] of options.entries()) {
        expect(why !== null, `${title}: “${text}”`).toBe(index !== answer);
      }
      places[answer] = (places[answer] ?? 0) + 1;
    }
    expect(new Set(steps.map(({ answer }) => answer)).size, `${name}: the right one moves`).toBeGreaterThan(1);
  }
  const all = places.reduce((sum, count) => sum + count, 0);
  for (const count of places.slice(0, 3)) expect(count / all, String(places)).toBeGreaterThan(0.25);
});

describe('a fault of each kind is found', { timeout: PATIENCE }, () => {
  const spoiled = async (name: string, ...changes: [string, string][]) => {
    let source = read(name);
    for (const [from, to] of changes) {
      expect(source).toContain(from);
      source = source.replace(from, to);
    }
    return faults(await readLesson(source, judge), 1);
  };

  test('a key that is further from the truth than another option: 1.1 is reached at 2.67, not at 3', async () => {
    const near = '1.05 < tested.meanReciprocal < 1.15';
    const found = await spoiled(
      'weight.md',
      ...[2.5, 4, 10].map((): [string, string] => ['holds: 1.04 < tested.meanReciprocal < 1.06', `holds: ${near}`]),
      ['with: { guidance: { gamma: 4 } }', 'with: { guidance: { gamma: 3 } }'],
    );
    expect(found).toEqual([expect.stringMatching(/“About 2.5” holds as well/)]);
  });

  test('a key that excludes the right value: the peaks part at 0.28, not between 0.3 and 1', async () => {
    const found = await spoiled('score.md', ['peaks(1) == 1 and peaks(0.1) == 2', 'peaks(1) == 1 and peaks(0.3) == 2']);
    expect(found).toEqual([expect.stringMatching(/is the key, and does not hold/)]);
  });

  test('a wrong option that is true', async () => {
    const found = await spoiled('score.md', ['abs(tested.mean) > 0.9', 'abs(tested.mean) < 0.9']);
    expect(found).toEqual([expect.stringMatching(/“All in one peak, as they start together” holds as well/)]);
  });

  test('an answer that another hand reverses: 400 steps do not resolve n = 96 at s = 4', async () => {
    const found = await spoiled(
      'average.md',
      ['steps: 800', 'steps: 400'],
      ['frequency: 96, amplitude: { law: inverse, scale: 2 }', 'frequency: 96, amplitude: { law: inverse, scale: 4 }'],
    );
    expect(found.join('\n')).toMatch(/"frequency":96.*not met[\s\S]*“Above 2” is the key, and does not hold/);
    expect(found.join('\n')).toMatch(/“Below 2, as the wiggle is guidance on top” holds as well/);
  });

  test('a check that is met before anything is done', async () => {
    const found = await spoiled('smooth.md', [
      'check: conditionalKl < 1e-5 and 0 < guidanceMse < 0.01',
      'check: guidanceMse > 0',
    ]);
    expect(found).toEqual([expect.stringMatching(/met before anything is done/)]);
  });
});
