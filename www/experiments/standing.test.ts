import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { About } from '../workers/sweep-protocol';
import { STANDINGS, standingWords } from './standing';

test('of every experiment it is known who predicts what', () => {
  const folder = new URL('../../src/sweep/', import.meta.url);
  const sources = readdirSync(folder).map((file) => readFileSync(new URL(file, folder), 'utf8'));
  const names = sources.flatMap((source) => /static ABOUT: About = About \{\s*name: "([^"]+)"/.exec(source)?.[1] ?? []);
  expect(names.length).toBeGreaterThan(20);
  expect(Object.keys(STANDINGS).sort()).toEqual(names.sort());
});

test('a claim that the last run disagrees with is refuted here', () => {
  const named = (name: string) => ({ name }) as About;
  expect(standingWords(named('tightness'), null)).toBe('proved');
  expect(standingWords(named('steps'), { agrees: true, size: 'small', at: 0 })).toBe('seen');
  expect(standingWords(named('steps'), { agrees: false, size: 'small', at: 0 })).toBe('refuted here');
});
