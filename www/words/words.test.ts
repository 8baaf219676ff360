import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { KINDS } from '../controls/classifier';
import { parseGlossary } from './glossary';
import { LANGUAGES, languageOf, setLanguage, t } from './index';
import { formatNumber } from './numbers';

const WWW = new URL('../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, WWW), 'utf8');
const sources = readdirSync(WWW, { recursive: true, encoding: 'utf8' }).filter(
  (path) => path.endsWith('.ts') && !/\.test\.ts$|\.d\.ts$|^words\/..\.ts$|^wasm\//.test(path),
);
const normalised = (text: string) => text.replace(/\s+/g, ' ').trim();

/** The value of a quoted string of the source. */
const unquoted = (text: string) => text.replace(/\\(.)/g, '$1');

/** Every English text that is looked up, with where it stands. */
function keys(): Map<string, string> {
  const found = new Map<string, string>();
  for (const path of sources) {
    const text = read(path);
    for (const [, key] of text.matchAll(/\bt(?:m)?\(\s*'((?:[^'\\]|\\.)*)'/g)) found.set(unquoted(key as string), path);
  }
  // Constants whose labels are translated where they are shown.
  const constants: [string, RegExp][] = [
    ['painter/theme.ts', /(?:label|short): '([^']*)'/g],
    ['painter/theme.ts', /^ {2}(?:none|score|exact|tested|error|drift): '([^']*)'/gm],
    [
      'controls/form.ts',
      /label: '((?:ODE|SDE|even|quadratic|logistic|automatic|one lane|overlay|two side|three side|difference)[^']*)'/g,
    ],
    ['figure/explanations.ts', /(?:plain|estimator|QUADRATURE)\s*[:=]\s*'([^']*)'/g],
    ['lessons/index.ts', /title: '([^']*)'/g],
    ['experiments/standing.ts', /predicts:\s*'([^']*)'/g],
    ['lessons/list.ts', /^ {2}'?[\w-]+'?: '([^']*)'/gm],
  ];
  for (const [path, pattern] of constants) {
    const before = found.size;
    for (const [, key] of read(path).matchAll(pattern)) found.set(key as string, path);
    expect(found.size, `nothing is found in ${path}`).toBeGreaterThan(before);
  }
  const presets = readFileSync(new URL('../../src/model/presets.rs', import.meta.url), 'utf8');
  for (const [, title, description] of presets.matchAll(/preset\(\s*"[\w-]+",\s*"([^"]*)",\s*"([^"]*)"/g)) {
    found.set(title as string, 'presets.rs');
    found.set(description as string, 'presets.rs');
  }
  for (const path of [
    '../index.html',
    'page/header.html',
    'lessons/index.html',
    'lessons/notes.html',
    'words/glossary/index.html',
    'experiments/index.html',
    'gallery/index.html',
  ]) {
    const page = read(path).replace(/[\s\S]*(?=<title>)|<noscript>[\s\S]*?<\/noscript>|<!--[\s\S]*?-->/g, '');
    // The article has a file of its own in each language.
    const markup = page.replace(/<div id="about-text">[\s\S]*?(?=<h2 id="words-title">)/, '');
    expect(markup.length, path).toBeGreaterThan(100);
    for (const [, key] of markup.matchAll(/data-words="([^"]*)"/g)) found.set(key as string, path);
    for (const [, text] of markup.replace(/data-words="[^"]*"[^>]*>[^<]*/g, '').matchAll(/>([^<]+)</g))
      if (normalised(text as string)) found.set(normalised(text as string), path);
    for (const [, text] of markup.matchAll(/(?:aria-label|title)="([^"]*)"/g)) found.set(text as string, path);
  }
  return found;
}

/** Symbols, names and figures that are the same in every language. */
const SAME = /^(Guidance Lab|WebGPU|CPU|⋯|\?|KL|logit|English|[^A-Za-z]*|[×¼.\d]+|'?E\[.*|MSE \/ .*)$/;

describe.each(LANGUAGES.filter((tag) => tag !== 'en'))('%s', (tag) => {
  test('has every text of the page, with its places', async () => {
    const catalogue = (await import(`./${tag}.ts`)).default as Record<string, string>;
    const missing = [...keys()].filter(([key]) => !SAME.test(key) && !(key in catalogue)).map(([key]) => key);
    expect(missing).toEqual([]);
    const places = (text: string) => (text.match(/\{\w+\}/g) ?? []).sort();
    for (const [key, words] of Object.entries(catalogue)) {
      expect(places(words), key).toEqual(places(key));
      expect((words.match(/\*/g) ?? []).length % 2, words).toBe(0);
    }
  });

  test('has nothing that is not in use', async () => {
    const used = keys();
    const catalogue = (await import(`./${tag}.ts`)).default as Record<string, string>;
    expect(Object.keys(catalogue).filter((key) => !used.has(key))).toEqual([]);
  });

  test('has every word of the glossary', () => {
    const ids = (name: string) => parseGlossary(read(`words/glossary/${name}.md`)).map(({ id }) => id);
    expect(ids(tag)).toEqual(ids('en'));
  });
});

test('every kind of classifier has its entry in the glossary', () => {
  const ids = parseGlossary(read('words/glossary/en.md')).map(({ id }) => id);
  expect(Object.keys(KINDS).filter((kind) => !ids.includes(kind))).toEqual([]);
});

test('the glossary has every word that is linked, once, with a text', () => {
  const terms = parseGlossary(read('words/glossary/en.md'));
  const ids = terms.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  for (const { id, title, text } of terms) expect(title && text, id).toBeTruthy();
  const linked = new Set<string>();
  const files = [
    ...sources,
    ...readdirSync(new URL('lessons/', WWW))
      .filter((name) => name.endsWith('.md'))
      .map((name) => `lessons/${name}`),
  ];
  for (const path of files) {
    for (const [, words] of read(path).matchAll(/#word-([\w-]+)/g)) linked.add(words as string);
    for (const [, words] of read(path).matchAll(/explain\(\s*'([\w -]+)'/g))
      for (const word of (words as string).split(' ')) linked.add(word);
    for (const [, words] of read(path).matchAll(/words: '([\w -]+)'/g))
      for (const word of (words as string).split(' ')) linked.add(word);
  }
  expect(linked.size).toBeGreaterThan(20);
  expect([...linked].filter((word) => !ids.includes(word))).toEqual([]);
});

test('a tag finds its language', () => {
  expect(languageOf('zh-CN')).toBe('zh');
  expect(languageOf('EN_us')).toBe('en');
  expect(languageOf('tlh')).toBeNull();
  expect(languageOf(null)).toBeNull();
});

test('a text that a language lacks stays English, and places are filled in', async () => {
  await setLanguage('zh');
  expect(t('no such text {x}', { x: 1 })).toBe('no such text 1');
  expect(t('constructor')).toBe('constructor');
  expect(formatNumber(1234.5, 5)).toBe('1,234.5');
  await setLanguage('en');
});
