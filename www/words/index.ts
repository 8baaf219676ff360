/**
 * The texts of the page in the reader's language. English stands in the code; `t` looks it up in the
 * catalogue of the language in use. A language is one file beside this one, named by its tag
 * (`zh.ts`) and fetched when it is asked for; a text that it lacks stays English.
 *
 *     t('step {step} / {steps}', { step: 3, steps: 400 })
 *
 * Texts with markup are for `markup.ts`, so that nothing here needs Lit.
 */
import type { Said, Says } from '../workers/types';
import type { MESSAGES } from './messages';
import type * as own from './own';
import type * as later from './own-later';
import { filled } from './says';

export type Catalogue = Record<string, string>;

/** A sentence for each code. */
export type Messages = Record<
  keyof typeof MESSAGES | (typeof own)[keyof typeof own][0] | (typeof later)[keyof typeof later][0],
  string
>;

/** What a language's file has; docs/languages.md describes it. */
interface Language {
  default: Catalogue;
  /** The messages by their code. */
  messages: Catalogue;
  /** Names and texts that the module has as constants, by the English. */
  names: Catalogue;
  /** What the fields of the state are called, by their path. */
  fields: Catalogue;
}

const FILES = import.meta.glob<Language>('./??.ts');
const NONE: Language = { default: {}, messages: {}, names: {}, fields: {} };
const ENGLISH = 'en';

/** The tags of the languages that there are. */
export const LANGUAGES: readonly string[] = [ENGLISH, ...Object.keys(FILES).map((path) => path.slice(2, -3))];

let inUse = NONE;
let current = ENGLISH;

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
  inUse = file ? await file() : NONE;
  current = file ? tag : ENGLISH;
  globalThis.dispatchEvent?.(new Event('guidance-lab-language'));
}

/** For numbers: the reader's own variety of the language in use (en-IN, zh-TW), else the language. */
export function numberLocale(): string {
  const own = (globalThis.navigator?.languages ?? []).find((tag) => languageOf(tag) === current);
  return own ?? current;
}

const entry = (catalogue: Catalogue, key: string): string | undefined =>
  Object.hasOwn(catalogue, key) ? catalogue[key] : undefined;

/** What stands for a text in the language in use, its places still open. */
export function lookUp(text: string): string {
  return entry(inUse.default, text) ?? text;
}

/** A text with its `{places}` filled in. */
export function t(text: string, values: Record<string, string | number> = {}): string {
  return lookUp(text).replace(/\{(\w+)\}/g, (place, name: string) => String(values[name] ?? place));
}

/** A message that was made elsewhere, in the reader's language. */
export function say(message: Says): string {
  const text = entry(inUse.messages, message.id);
  return text === undefined ? message.text : filled(text, message.values, inWords);
}

const COMMA = ', ';
const comma = (): string => entry(inUse.names, COMMA) ?? COMMA;

/** A name or a text that the module has as a constant. Parts with commas between them are known one by one. */
export function called(name: string): string {
  const known = entry(inUse.names, name);
  if (known !== undefined || !name.includes(COMMA)) return known ?? name;
  return name.split(COMMA).map(called).join(comma());
}

function inWords(value: Said, place: string): string {
  if (value === null || (typeof value === 'number' && !Number.isFinite(value))) return called('not a number');
  if (typeof value === 'number') return String(value);
  if (typeof value === 'string') return place === 'field' ? fieldName(value) : value;
  if (Array.isArray(value)) return value.map((each) => inWords(each, place)).join(comma());
  return 'name' in value ? called(value.name) : say(value);
}

/** The path of a field, after what the reader knows it by. */
function fieldName(path: string): string {
  const general = path.replace(/\[\d+\]/g, '[]');
  // An entry of a list goes by the list's name.
  const name = entry(inUse.fields, general) ?? entry(inUse.fields, general.replace(/(\[\])+$/, ''));
  return name === undefined ? path : t('{name} ({path})', { name, path });
}
