import { describe, expect, test } from 'vitest';
import { deepest, faultyLine, keyTwice, openState } from './share';

describe('the line where JSON breaks', () => {
  test.each([
    ['{', 1],
    ['{\n"a": }', 2],
    ['{\n"a": 1,\n}', 3],
    ['{\n"a": 1\n"b": 2}', 3],
    ['[1,\n2,\n03]', 3],
    ['[\n"a\\q"]', 2],
    ['[\n{"a": [true, nul]}]', 2],
    ['{"a": 1}\n\nx', 3],
    ["{\n'a': 1}", 2],
  ])('%j', (text, line) => {
    expect(() => JSON.parse(text)).toThrow();
    expect(faultyLine(text)).toBe(line);
  });
});

describe('a key that is there twice', () => {
  test.each([
    ['{"seed": 1,\n "seed": 2}', { key: 'seed', line: 2 }],
    ['{"a": {"b": [1, {"c": "d, \\"c\\":"},\n{"c": 1, "\\u0063": 2}]}}', { key: 'c', line: 2 }],
    ['{"a": {"a": 1}, "b": ["a", "a"], "c": [{"a": 1}, {"a": 2}]}', null],
    ['[]', null],
  ])('%j', (text, found) => {
    JSON.parse(text);
    expect(keyTwice(text)).toEqual(found);
  });
});

test('a file that is too large for a state is not read', async () => {
  const file = { size: 3e6, text: () => Promise.reject(new Error('read')) } as unknown as Blob;
  await expect(openState({ ready: Promise.resolve() } as never, file)).rejects.toThrow('too large');
});

test('a file that is nested too deeply is not read', async () => {
  expect(deepest('{"a[[[": [[], [{}]]}')).toBe(4);
  const file = new Blob(['['.repeat(900_000)]);
  await expect(openState({ ready: Promise.resolve() } as never, file)).rejects.toThrow('too deeply');
});
