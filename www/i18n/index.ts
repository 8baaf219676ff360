/**
 * The texts of the page in the reader's language. English stands in the code; `t` looks a text up in
 * the catalogue of the language, which is one file (`zh.ts`) and is fetched when it is asked for.
 *
 *     t('step {step} of {steps}', { step: 3, steps: 400 })
 */
export type Catalogue = Record<string, string>;

export interface Language {
  tag: string;
  /** In its own words. */
  name: string;
}

export const LANGUAGES: readonly Language[] = [{ tag: 'en', name: 'English' }];

let catalogue: Catalogue = {};

/** A text with its `{places}` filled in. */
export function t(text: string, values: Record<string, string | number> = {}): string {
  const words = catalogue[text] ?? text;
  return words.replace(/\{(\w+)\}/g, (place, name: string) => String(values[name] ?? place));
}

export function useCatalogue(next: Catalogue): void {
  catalogue = next;
}
