/**
 * State <-> query. Only what differs from the preset is written: `?preset=wiggle&guidance.gamma=3`;
 * lists are JSON. Reading never fails: whatever stands in the query becomes a candidate that
 * `Exact.open` turns into the nearest valid state.
 */

import type { Preset, State } from '../workers/protocol';
import { equal, getPath, isPlain, mergeDeep, type Plain, setPath } from './paths';

/** Adds what differs from `base`, as pairs of path and text. */
export function collect(value: unknown, base: unknown, path: string, into: [string, string][]): void {
  if (isPlain(value)) {
    const sameKind = isPlain(base) && value.kind === base.kind;
    for (const key of Object.keys(value).sort((a, b) => Number(b === 'kind') - Number(a === 'kind'))) {
      collect(value[key], sameKind ? base[key] : undefined, path ? `${path}.${key}` : key, into);
    }
  } else if (!equal(value, base)) {
    into.push([path, typeof value === 'string' ? value : toText(value)]);
  }
}

/** JSON, whatever a page has put `toJSON` on. */
function toText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(toText).join()}]`;
  if (isPlain(value)) {
    return `{${Object.entries(value)
      .map(([key, inner]) => `${quoted(key)}:${toText(inner)}`)
      .join()}}`;
  }
  return typeof value === 'string' ? quoted(value) : String(value);
}

/** Of a text alone, which has no `toJSON` that is asked. */
const quoted = (text: string) => JSON.stringify(text);

/** The parameters that turn the preset into this state. */
export function encode(state: State, preset: Preset): URLSearchParams {
  const pairs: [string, string][] = [];
  collect(state, preset.state, '', pairs);
  return new URLSearchParams([['preset', preset.name], ...pairs]);
}

/** As it is read by people: commas, brackets and colons stay what they are. */
export function toQuery(params: URLSearchParams): string {
  return params.toString().replace(/%(2C|5B|5D|7B|7D|3A|22)/g, (code) => decodeURIComponent(code));
}

/** A longer text in a link is no value of a state. */
const MOST_CHARACTERS = 200_000;

function parse(text: string): unknown {
  if (text.length > MOST_CHARACTERS) return text.slice(0, 40);
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

export interface Decoded {
  preset: Preset;
  /** The preset's state with the query laid over it: to be opened, not trusted. */
  candidate: unknown;
  /** The name of a preset that does not exist. */
  unknownPreset: string | null;
}

/**
 * `[path, text]` pairs as a patch. Keys that are not state paths are left to others. HTML writes the names of attributes
 * in small letters: a path is the field that it names but for these.
 */
export function patchOfPairs(pairs: Iterable<[string, string]>, base: State, fields: Iterable<string> = []): Plain {
  const patch: Plain = {};
  const written = new Map([...fields].map((path) => [path.toLowerCase(), path]));
  for (const [name, text] of pairs) {
    const path = written.get(name.toLowerCase()) ?? name;
    if (!Object.hasOwn(base, path.split('.')[0] as string)) continue;
    setPath(patch, path, typeof getPath(base, path) === 'string' ? text : parse(text));
  }
  return patch;
}

/** A patch in which text that stands for a number, a list or the like is read, as in an attribute. */
export function textRead(patch: Plain, base: unknown): Plain {
  const read = (value: unknown, there: unknown): unknown => {
    if (isPlain(value)) return textRead(value, there);
    return typeof value === 'string' && typeof there !== 'string' ? parse(value) : value;
  };
  return Object.fromEntries(
    Object.entries(patch).map(([key, value]) => [key, read(value, isPlain(base) ? base[key] : undefined)]),
  );
}

export function decode(
  query: URLSearchParams,
  presets: Preset[],
  fallback: string,
  fields: Iterable<string> = [],
): Decoded {
  const name = query.get('preset');
  const named = presets.find((preset) => preset.name === name);
  const preset = named ?? presets.find((each) => each.name === fallback) ?? (presets[0] as Preset);
  const candidate = mergeDeep(preset.state, patchOfPairs(query, preset.state, fields));
  return { preset, candidate, unknownPreset: name !== null && !named ? name : null };
}
