/**
 * Messages as they cross from the module, and the few that are made in TypeScript: a code and named values, with
 * the English text. `say` of `index.ts` puts one into the reader's language.
 */
import type { LabErrorData, Said, Says } from '../workers/types';
import type { Own } from './own';

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

/** A message made here, one of `own.ts` or `own-later.ts`. */
export function saying([id, text]: Own, values: Record<string, Said> = {}): Says {
  return { id, values, text: filled(text, values, english) };
}
