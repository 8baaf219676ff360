/** Everything that is put together in English elsewhere and shown on the page has a template in each language. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { reworder } from './reword';

const ROOT = new URL('../../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, ROOT), 'utf8');

/** What stands in quotes and has words in it, with a number for each place. */
function literals(path: string, quotes: RegExp, place: RegExp): string[] {
  const code = (read(path).split('#[cfg(test)]')[0] as string)
    .replace(/^\s*(\/\/|\*|\/\*).*$/gm, '')
    .replace(/\\\n\s*/g, '')
    .replace(/expect\("[^"]*"\)|unreachable!\([^)]*\)|panic!\([^)]*\)|reason = "[^"]*"/g, '');
  return [...code.matchAll(quotes)]
    .map(([, text]) => (text as string).replace(/\\(["'])/g, '$1').replace(place, '7'))
    .filter((text) => /[A-Za-z]{2,} /.test(text));
}

const rust = (path: string) => literals(path, /"((?:[^"\\]|\\.)*)"/g, /\{[^}]*\}/g);
const script = (path: string) => [
  ...literals(path, /(?:fail|fault|[eE]rror)\([^;]*?'((?:[^'\\\n]|\\.)*)'/g, /$^/g),
  ...literals(path, /`([^`\n]*)`/g, /\$\{[^}]*(?:\{[^}]*\}[^}]*)*\}/g),
];

const MODULE = ['model/read', 'select/mod', 'engine/scene', 'gpu/device', 'sweep/law'].map((name) => `src/${name}.rs`);
const SWEEPS = readdirSync(new URL('src/sweep/', ROOT))
  .filter((name) => !['mod.rs', 'over.rs', 'running.rs'].includes(name))
  .map((name) => `src/sweep/${name}`);
const SCRIPTS = ['www/lessons/lesson-file.ts', 'www/lessons/check.ts'];
/** Parts that never stand alone, and what is no message. */
const PARTS = /^(7There|WebGPU was asked for\. $|unnamed adapter$|has 7 7,)/;

const LANGUAGES = readdirSync(new URL('./', import.meta.url)).flatMap((name) => /^(..)\.ts$/.exec(name)?.[1] ?? []);

describe.each(LANGUAGES)('%s', async (tag) => {
  const messages = (await import(`./${tag}.ts`)).messages as Record<string, string>;
  const reword = reworder(messages);
  const left = (texts: string[]) =>
    texts.filter((text) => !PARTS.test(text) && /[A-Za-z]{2,} [a-z]{2,}/.test(reword(text)));

  test.each([...MODULE, ...SWEEPS].map((path) => [path, rust(path)] as const))('%s', (_, texts) => {
    expect(left(texts)).toEqual([]);
  });

  test.each(SCRIPTS.map((path) => [path, script(path)] as const))('%s', (_, texts) => {
    expect(texts.length).toBeGreaterThan(3);
    // What was found is told after it.
    expect(left(texts.map((text) => text.replace(/needed7$/, 'needed, not 7')))).toEqual([]);
  });

  test('templates keep their places', () => {
    for (const [key, words] of Object.entries(messages)) {
      const places = (text: string) => (text.match(/\{\w+\}/g) ?? []).sort();
      expect(places(words), key).toEqual(places(key));
    }
  });
});

test('a message is reworded with what stands in it, and the closest template wins', () => {
  const reword = reworder({
    '{field} is {value}, but must be {wanted}': '{wanted} <- {field} = {value}',
    '{field} is {value}, but must be between {min} and {max}': '{field} in [{min}, {max}], {value}',
    'a whole number': 'entier',
    '{message}; {instead}': '{message} / {instead}',
    '{value} is used': '-> {value}',
  });
  expect(reword('seed is "x", but must be a whole number; 1 is used')).toBe('entier <- seed = "x" / -> 1');
  expect(reword('seed is 3, but must be between 4 and 5')).toBe('seed in [4, 5], 3');
  expect(reword('nothing of this kind')).toBe('nothing of this kind');
  expect(reword('a{b}')).toBe('a{b}');
});
