/**
 * Messages as they cross from the module, and the few that are made in TypeScript: a code and named values, with
 * the English text. `say` of `index.ts` puts one into the reader's language.
 */
import type { LabErrorData, Said, Says } from '../workers/types';

/** The messages that are made in TypeScript, in English; those of the module are in `src/words/messages.rs`. */
export const OWN = {
  not_started: 'The simulator has not been started.',
  not_ready: 'The figure is not ready: await its `ready` first.',
  could_not_start: 'WebAssembly could not start: {why}',
  nested_too_deeply: 'The state is nested deeper than {most} levels.',
  not_plain_data: 'The state is not plain data: {why}',
  no_particles: 'There are no particles yet.',
  picture_too_large: 'The picture is too large for this browser.',
  law_computing: 'exact law: being computed',
  law_too_fine: 'exact law: too fine to compute',
  law_needs_worker: 'exact law: needs a worker, which this page forbids',
  law_failed: 'exact law: {why}',
  sweep_takes: 'sweep takes { path, values, measure, signal }',
  sweep_path: 'path is {value}, not the name of a field',
  sweep_measure: 'measure is “{value}”; allowed are all, exact',
  sweep_signal: 'signal is not an AbortSignal',
  unknown_preset: 'there is no preset “{name}”; “{title}” is shown',
  /** What somebody else threw: a browser, a caller. */
  unforeseen: '{why}',
} as const;

/** A text with its `{places}` filled in; what is no place stays. */
export function filled(
  text: string,
  values: Record<string, Said>,
  inWords: (value: Said, place: string) => string,
): string {
  return text.replace(/\{(\w+)\}/g, (all, place: string) =>
    Object.hasOwn(values, place) ? inWords(values[place] as Said, place) : all,
  );
}

const english = (value: Said): string => {
  if (typeof value !== 'object' || value === null) return String(value);
  if (Array.isArray(value)) return value.map(english).join(', ');
  return 'name' in value ? value.name : value.text;
};

/** An error made here. */
export function fault(code: LabErrorData['code'], path: string, says: Says): LabErrorData {
  return { code, path, message: says.text, says };
}

/** A message made here. */
export function saying(id: keyof typeof OWN, values: Record<string, Said> = {}): Says {
  return { id, values, text: filled(OWN[id], values, english) };
}
