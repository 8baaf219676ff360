/**
 * The texts of the page in the reader's language. English stands in the code; `t` looks it up in the
 * catalogue of the language in use. A language is one file beside this one, named by its tag
 * (`zh.ts`) and fetched when it is asked for; a text that it lacks stays English.
 *
 *     t('step {step} / {steps}', { step: 3, steps: 400 })
 *
 * Texts with markup are for `markup.ts`, so that nothing here needs Lit.
 */

export type Catalogue = Record<string, string>;

/** `messages`: templates of what is put together elsewhere, see `reword.ts`. */
const FILES = import.meta.glob<{ default: Catalogue; messages?: Catalogue }>('./??.ts');
const ENGLISH = 'en';

/** The tags of the languages that there are. */
export const LANGUAGES: readonly string[] = [ENGLISH, ...Object.keys(FILES).map((path) => path.slice(2, -3))];

let catalogue: Catalogue = {};
let current = ENGLISH;
const same = (text: string) => text;
let reword = same;

/** The language in use. */
export function language(): string {
  return current;
}

/** The language of ours that a tag asks for: `zh-CN` is `zh`; null if there is none. */
export function languageOf(tag: string | null | undefined): string | null {
  const primary = tag?.toLowerCase().split(/[-_]/)[0];
  return LANGUAGES.find((each) => each === primary) ?? null;
}

/** Fetches a language's texts and uses them from now on; what is on show is rendered again by its owner. */
export async function setLanguage(tag: string): Promise<void> {
  if (tag === current) return;
  const file = FILES[`./${tag}.ts`];
  const { default: texts = {}, messages = null } = file ? await file() : {};
  reword = messages ? (await import('./reword')).reworder(messages) : same;
  catalogue = texts;
  current = file ? tag : ENGLISH;
  globalThis.dispatchEvent?.(new Event('guidance-lab-language'));
}

/** For numbers: the reader's own variety of the language in use (en-IN, zh-TW), else the language. */
export function numberLocale(): string {
  const own = (globalThis.navigator?.languages ?? []).find((tag) => languageOf(tag) === current);
  return own ?? current;
}

/** What stands for a text in the language in use, its places still open. */
export function lookUp(text: string): string {
  return Object.hasOwn(catalogue, text) ? (catalogue[text] as string) : text;
}

/** A text with its `{places}` filled in. */
export function t(text: string, values: Record<string, string | number> = {}): string {
  return lookUp(text).replace(/\{(\w+)\}/g, (place, name: string) => String(values[name] ?? place));
}

/** A message that was put together in English elsewhere. */
export function said(message: string): string {
  return reword(message);
}
