/** What the gallery is asked for, and how that stands in a state and in an address: by the names of a figure's state. */

import { LabError } from '../lab/error';
import { drawsPictures } from '../lab/named';
import { equal, getPath, isPlain, mergeDeep, type Plain, setPath } from '../lab/paths';
import { collect, patchOfPairs } from '../lab/permalink';
import { NOT_PLAIN_DATA } from '../words/own';
import {
  PICTURES_CLASS,
  PICTURES_COMPARE,
  PICTURES_FIELD,
  PICTURES_LEFT_OUT,
  PICTURES_TARGET,
} from '../words/own-later';
import { fault, saying } from '../words/says';
import type {
  Change,
  Corrected,
  Drawn,
  Exact,
  GallerySettings,
  LaneName,
  OfTarget,
  Preset,
  Says,
  State,
} from '../workers/protocol';
import { DIGITS, type Drawing, drawingOf } from './drawing';

export interface Settings {
  /** Classifier, guidance, process and seed are those of a figure's state; its mixture is not looked at. */
  state: State;
  /** The class that all columns are steered to; null: each to its own. */
  target: number | null;
  /** What is drawn; digits where it does not say. */
  of?: Drawing;
}

/** A run that is on show. */
export interface Shown {
  drawn: Drawn;
  settings: Settings;
  lanes: LaneName[];
  /** Of the lane `corrected`. */
  weights: readonly OfTarget[];
}

export const drawingIn = ({ of }: Settings): Drawing => of ?? DIGITS;

/** A figure's state where its mixture draws pictures. */
export interface PicturesState extends Pick<State, 'version' | 'process' | 'classifier' | 'compare' | 'seed'> {
  mixture: { named: string };
  guidance: { target: number | null; gamma: number };
}

/** The state that an address without anything means. */
export function baseOf(presets: readonly Preset[]): State {
  const { state } = presets[0] as Preset;
  return {
    ...state,
    classifier: { kind: 'noise-blind', time: 0, input: 'noisy' },
    guidance: { ...state.guidance, gamma: 1 },
    process: { horizon: 6, stop: 0.002, steps: 100, grid: 'quadratic', sampler: 'exponential' },
    compare: [],
    seed: 1,
  };
}

export function stateOf(settings: Settings): PicturesState {
  const { state, target } = settings;
  const { version, process, classifier, compare, seed, guidance } = state;
  const { gamma } = guidance;
  return {
    version,
    mixture: { named: drawingIn(settings).named },
    process,
    guidance: { target, gamma },
    classifier,
    compare,
    seed,
  };
}

/** What of a state may be another one here, beside the target. */
export const PATHS = ['classifier', 'guidance.gamma', 'process.sampler', 'process.steps', 'compare', 'seed'];
const TARGET = 'guidance.target';

/** What is wrong with a patch's `compare`: only the lane `corrected` is chosen, the others show themselves. */
function wrongCompare(patch: Plain): Says | null {
  const { compare } = patch;
  const right = compare === undefined || equal(compare, []) || equal(compare, ['corrected']);
  return right ? null : saying(PICTURES_COMPARE, { field: 'compare', value: JSON.stringify(compare) });
}

/** That part of a patch. */
export function ours(patch: Plain): Plain {
  const found: Plain = {};
  for (const path of PATHS) {
    const value = getPath(patch, path);
    if (value !== undefined) setPath(found, path, value);
  }
  return found;
}

/** The paths of a patch that mean nothing here; what is as it stands may be said. */
export function foreign(patch: Plain, present: unknown, at = ''): string[] {
  return Object.entries(patch).flatMap(([key, value]) => {
    const path = at + key;
    const known = ['mixture', TARGET, ...PATHS].includes(path) || equal(value, getPath(present, path));
    if (known || value === undefined) return [];
    return isPlain(value) ? foreign(value, present, `${path}.`) : [path];
  });
}

/** What a patch's mixture draws; undefined: it says nothing of it. */
function drawingBy(patch: Plain): Drawing | undefined {
  const mixture = getPath(patch, 'mixture');
  return drawsPictures(mixture) ? drawingOf(getPath(patch, 'mixture.named')) : undefined;
}

/** The target that a patch asks for; undefined: it says nothing of it, or what it says is wrong. */
export function targetOf(
  patch: Plain,
  { classes, own }: Drawing = DIGITS,
): { target: number | null | undefined; wrong: Says | null } {
  const value = getPath(patch, TARGET);
  if (value === undefined || value === null || classes.includes(value as number)) {
    return { target: value as number | null | undefined, wrong: null };
  }
  const values = { field: TARGET, value: JSON.stringify(value) };
  const wrong = own
    ? saying(PICTURES_CLASS, { ...values, classes: classes.join(', ') })
    : saying(PICTURES_TARGET, values);
  return { target: undefined, wrong };
}

/** The same the other way round. */
export function settingsOf(state: PicturesState, base: State): Settings {
  return { state: mergeDeep(base, ours(state as unknown as Plain)) as State, target: state.guidance.target };
}

/** A patch laid over them. Rejects with a LabError, as the Lab's `setState`. */
export async function merged(settings: Settings, patch: unknown, merge: Exact['merge']): Promise<Settings> {
  if (!isPlain(patch)) {
    const why = patch === null ? 'null' : typeof patch;
    throw new LabError(fault('type', '', saying(NOT_PLAIN_DATA, { why })));
  }
  const { state } = settings;
  const before = drawingIn(settings);
  const of = drawingBy(patch) ?? before;
  // Classes of others are others.
  const target = of === before ? settings.target : null;
  const [field] = foreign(patch, stateOf(settings));
  if (field !== undefined) {
    const fields = ['mixture', 'guidance.target', ...PATHS].join(', ');
    throw new LabError(fault('unsupported', field, saying(PICTURES_FIELD, { field, fields })));
  }
  const wanted = targetOf(patch, of);
  if (wanted.wrong) throw new LabError(fault('range', 'guidance.target', wanted.wrong));
  const wrong = wrongCompare(patch);
  if (wrong) throw new LabError(fault('range', 'compare', wrong));
  const found = await merge(state, ours(patch)).catch((thrown) => {
    throw LabError.from(thrown);
  });
  return { state: found, target: wanted.target === undefined ? target : wanted.target, ...(of.own ? { of } : {}) };
}

/** What an address asks for, and what is laid over it: a candidate that has to be opened, the target, what had to be changed. */
export function candidateOf(
  query: URLSearchParams,
  base: State,
  early: Plain = {},
): { candidate: unknown; target: number | null; of: Drawing; changes: Change[] } {
  const patch = mergeDeep(patchOfPairs(query, base), early);
  const changes: Change[] = [];
  const change = (path: string, says: Says) => changes.push({ path, message: says.text, says });
  const kept = ours(patch);
  const compared = wrongCompare(kept);
  if (compared) {
    kept.compare = [];
    change('compare', compared);
  }
  const of = drawingBy(patch) ?? DIGITS;
  const { target = null, wrong } = targetOf(patch, of);
  if (wrong) change(TARGET, wrong);
  const fields = foreign(patch, stateOf({ state: base, target }));
  if (fields.length > 0) change(fields[0] as string, saying(PICTURES_LEFT_OUT, { fields: fields.join(', ') }));
  return { candidate: mergeDeep(base, kept), target, of, changes };
}

/** The same as an address: only what differs from the first sight. */
export function queryOf({ state, target }: Settings, base: State): URLSearchParams {
  const pairs: [string, string][] = [];
  for (const path of PATHS) collect(getPath(state, path), getPath(base, path), path, pairs);
  if (target !== null) pairs.push([TARGET, String(target)]);
  return new URLSearchParams(pairs);
}

/** The lanes at the guidance scale, the one under test first. */
export function steered({ state }: Settings): LaneName[] {
  return state.classifier.kind === 'exact' ? ['exact'] : ['tested', 'exact'];
}

/** The lanes that tell something apart, the one under test first. */
export function lanesOf(settings: Settings): LaneName[] {
  const lanes = steered(settings);
  if (settings.state.guidance.gamma !== 1) lanes.push('conditional');
  else if (lanes.length === 1) lanes.push('unguided');
  return lanes;
}

/** Whether the tilted density is wanted, too. */
export const corrects = ({ state }: Settings): boolean => state.compare.includes('corrected');

/** Particles of each class in lane `corrected` at least. */
const POPULATION = 32;

/** The lane `corrected` as the module takes it. */
export function askedCorrected(settings: Settings): GallerySettings {
  const { classes, columns, shape } = drawingIn(settings);
  const behind = shape ? POPULATION : Math.ceil((POPULATION * classes.length) / columns);
  return { ...asked(settings, ['corrected']), behind };
}

/** A run with the lane `corrected` below the others. */
export function joined(shown: Shown, { positions, labels, weights }: Corrected): Shown {
  const { drawn, lanes } = shown;
  const steps = drawn.times.length;
  const [others, own] = [drawn.positions.length / steps, positions.length / steps];
  const both = new Float32Array(steps * (others + own));
  for (let step = 0; step < steps; step += 1) {
    both.set(drawn.positions.subarray(step * others, (step + 1) * others), step * (others + own));
    both.set(positions.subarray(step * own, (step + 1) * own), step * (others + own) + others);
  }
  return {
    ...shown,
    lanes: [...lanes, 'corrected'],
    drawn: { ...drawn, positions: both, labels: Uint32Array.of(...drawn.labels, ...labels) },
    weights,
  };
}

/** The same as the module takes it. */
export function asked(settings: Settings, lanes = lanesOf(settings), particles?: number): GallerySettings {
  const { classifier, process, guidance, seed } = settings.state;
  const { classes, columns, shape } = drawingIn(settings);
  const targets = settings.target === null ? [...classes] : [settings.target];
  const flat = shape === null;
  return { classifier, process, gamma: guidance.gamma, seed, lanes, targets, particles: particles ?? columns, flat };
}
