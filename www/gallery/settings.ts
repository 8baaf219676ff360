/** What the gallery is asked for, and how that stands in an address: by the names of a figure's state. */

import { equal, getPath, mergeDeep } from '../lab/paths';
import { patchOfPairs } from '../lab/permalink';
import type { GallerySettings, LaneName, Preset, State } from '../workers/protocol';

/** Columns of the gallery: one for each digit. */
export const COLUMNS = 10;
export const DIGITS: readonly number[] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];

export interface Settings {
  /** Classifier, guidance, process and seed are those of a figure's state; its mixture is not looked at. */
  state: State;
  /** The digit that all columns are steered to; null: each to its own. */
  target: number | null;
}

/** The state that an address without anything means. */
export function baseOf(presets: readonly Preset[]): State {
  const { state } = presets[0] as Preset;
  return {
    ...state,
    classifier: { kind: 'noise-blind', time: 0, input: 'noisy' },
    guidance: { ...state.guidance, gamma: 1 },
    process: { horizon: 6, stop: 0.002, steps: 100, grid: 'quadratic', sampler: 'exponential' },
    seed: 1,
  };
}

/** What of the state stands in the address. */
const PATHS = ['classifier', 'guidance.gamma', 'process.sampler', 'process.steps', 'seed'];

const OURS = /^(classifier(\.|$)|guidance\.gamma$|process\.(sampler|steps)$|seed$)/;

/** What an address asks for: a candidate that has to be opened, and the target. */
export function candidateOf(query: URLSearchParams, base: State): { candidate: unknown; target: number | null } {
  const pairs = [...query].filter(([name]) => OURS.test(name));
  const kind = query.get('classifier.kind');
  // Fields of another kind do not linger.
  const from = kind === null || kind === base.classifier.kind ? base : { ...base, classifier: { kind } };
  const asked = query.get('guidance.target') ?? '';
  return {
    candidate: mergeDeep(from, patchOfPairs(pairs, from as State)),
    target: /^\d$/.test(asked) ? Number(asked) : null,
  };
}

function collect(value: unknown, base: unknown, path: string, query: URLSearchParams): void {
  if (typeof value !== 'object' || value === null) {
    if (!equal(value, base)) query.set(path, String(value));
    return;
  }
  const other = base as Record<string, unknown> | undefined;
  const same = (value as { kind?: string }).kind === other?.kind;
  for (const [key, inner] of Object.entries(value))
    collect(inner, same ? other?.[key] : undefined, `${path}.${key}`, query);
}

/** The same as an address: only what differs from the first sight. */
export function queryOf({ state, target }: Settings, base: State): URLSearchParams {
  const query = new URLSearchParams();
  for (const path of PATHS) collect(getPath(state, path), getPath(base, path), path, query);
  if (target !== null) query.set('guidance.target', String(target));
  return query;
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

/** The same as the module takes it. */
export function asked(settings: Settings, lanes = lanesOf(settings), particles = COLUMNS): GallerySettings {
  const { classifier, process, guidance, seed } = settings.state;
  const targets = settings.target === null ? [...DIGITS] : [settings.target];
  return { classifier, process, gamma: guidance.gamma, seed, lanes, targets, particles };
}
