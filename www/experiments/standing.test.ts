import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { About } from '../workers/sweep-protocol';
import { againstWhat, owner, STANDINGS, standingWords } from './standing';

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

test('a paper is named with its version, and with the place in it', () => {
  const of = (source: string) => owner({ source } as About);
  expect(of('arXiv 2601.21200, Theorem 3.3 (our instance)')).toBe('arXiv 2601.21200 v1, Theorem 3.3');
  expect(of('arXiv 2409.13074 (our constants)')).toBe('arXiv 2409.13074');
  expect(of('ours (after arXiv 2601.21200)')).toBe('ours');
});

test('what a second program of ours says is not called a prediction', () => {
  const column = (name: string) => againstWhat({ name } as About).column;
  expect(column('improved')).toBe('Independent program');
  expect(column('reciprocal')).toBe('Predicted, or by an independent program');
  expect(column('steps')).toBe('Predicted');
  expect(column('losses')).toBe('Measured before');
});
