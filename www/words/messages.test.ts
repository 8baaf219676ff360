/** Every message of the module and of TypeScript has a sentence in each language, and names its values in it. */
import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readouts } from '../figure/readouts';
import { LabError } from '../lab/error';
import type { Said, Says } from '../workers/types';
import { called, say, setLanguage, t } from '.';
import { FIELDS, MESSAGES, NAMES } from './messages';
import * as own from './own';
import * as later from './own-later';
import { saying } from './says';

const OWN: Record<string, string> = Object.fromEntries([...Object.values(own), ...Object.values(later)]);

const ENGLISH: Record<string, string> = { ...MESSAGES, ...OWN };
const LANGUAGES = readdirSync(new URL('./', import.meta.url)).flatMap((name) => /^(..)\.ts$/.exec(name)?.[1] ?? []);
const places = (text: string) => (text.match(/\{\w+\}/g) ?? []).sort();
/** Symbols are the same in every language. */
const SYMBOL = /^(ODE|SDE|M sqrt E_t|[^A-Za-z]*([A-Za-z]{1,2}[^A-Za-z]*)*)$/;

test('no code is taken twice', () => {
  expect(Object.keys(ENGLISH).length).toBe(Object.keys(MESSAGES).length + Object.keys(OWN).length);
});

describe.each(LANGUAGES)('%s', async (tag) => {
  const { messages, names, fields } = (await import(`./${tag}.ts`)) as Record<string, Record<string, string>>;

  test('has a sentence for every code, with its places', () => {
    expect(Object.keys(messages ?? {}).sort()).toEqual(Object.keys(ENGLISH).sort());
    for (const [id, text] of Object.entries(messages ?? {})) {
      expect(text.trim(), id).not.toBe('');
      expect(places(text), id).toEqual(places(ENGLISH[id] as string));
    }
  });

  test('has every name, and none that is not in use', () => {
    expect(NAMES.filter((name) => !SYMBOL.test(name) && !(name in (names ?? {})))).toEqual([]);
    expect(Object.keys(names ?? {}).filter((name) => !(NAMES as readonly string[]).includes(name))).toEqual([]);
  });

  test('has every field of the state', () => {
    expect(Object.keys(fields ?? {}).sort()).toEqual([...FIELDS].sort());
  });
});

/** A message as the module makes it. */
const module = (id: keyof typeof MESSAGES, values: Record<string, Said>): Says => ({ id, values, text: 'English' });

describe('in Chinese', () => {
  beforeAll(() => setLanguage('zh'));
  afterAll(() => setLanguage('en'));

  test('a range error names the field, the value and the range', () => {
    const text = say(module('out_of_range', { field: 'guidance.gamma', value: 99, min: 0, max: 50 }));
    expect(text).toBe('引导强度（guidance.gamma）的值 99 超出范围，应在 0 到 50 之间');
  });

  test('what stands in a message is in the same language', () => {
    const wrong = module('wrong_type', {
      field: 'mixture[3].mean[1]',
      value: '"x"',
      wanted: module('a_list_of_numbers', {}),
    });
    const instead = module('left_out', {});
    expect(say(module('and_instead', { message: wrong, instead }))).toBe(
      '分量的均值（mixture[3].mean[1]）的值是 "x"，但应是有限数的列表；它被略去',
    );
    expect(say(module('no_such_class', { field: 'x', value: 7, classes: [0, 1] }))).toContain('0，1');
    expect(say(module('only', { name: { name: 'variance, exact, continuous time' } }))).toBe('方差，精确，连续时间');
    expect(say(module('used_instead', { value: Number.NaN }))).toBe('改用 非数');
    expect(called('KL, smooth error')).toBe('KL，平滑的误差');
  });

  test('a GPU without an answer, a WebAssembly that does not start and a coarse readout are told in it', () => {
    expect(say(module('gpu_silent', { why: 'timeout' }))).toBe('GPU 没有应答（timeout）。');
    expect(say(module('gpu_unreadable_because', { why: 'lost' }))).toBe('无法读取 GPU 的应答（lost）。');
    expect(say(saying(own.NOT_STARTED))).toBe('模拟器尚未启动。');
    const shown = JSON.stringify(
      readouts({
        state: { compare: [], particles: 1, mixture: [], guidance: { target: 0 } },
        run: { engine: null, playing: false },
        reciprocalPrior: null,
        domain: { dimension: 1 },
        readouts: {
          shown: {
            measures: { conditionalKl: 1, guidanceMse: 1, guidanceNorm: 1, relativeError: 0.01 },
            frame: null,
          },
        },
      } as unknown as Parameters<typeof readouts>[0]),
    );
    expect(shown).toContain('误差约为');
    expect(shown).not.toContain('Right to');
  });

  test('what somebody else threw stays as it is', () => {
    expect(say(LabError.from(new Error('out of luck')).says)).toBe('out of luck');
    expect(say({ id: 'no_such_code', values: {}, text: 'English' })).toBe('English');
  });
});

test('in English a name is itself, commas and all', () => {
  for (const name of ['KL, smooth error', ', ', 'variance, exact, continuous time']) expect(called(name)).toBe(name);
});

test('in English a message is its text, and values cannot pass for places', () => {
  const said = saying(later.SWEEP_MEASURE, { value: '{value}' });
  expect(say(said)).toBe('measure is “{value}”; allowed are all, exact');
  expect(LabError.from({ code: 'range', path: 'x', message: 'm', says: said }).says).toBe(said);
  expect(t('{a} {b}', { a: '{b}', b: 1 })).toBe('{b} 1');
});
