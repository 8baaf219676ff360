import { describe, expect, test } from 'vitest';
import { faultyLine } from './share';

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
