import { afterEach, expect, test } from 'vitest';
import { timeTicks } from '../painter/ticks';
import { formatLevel, level, nextUnit, roundTimes, setUnit, unit } from './units';

afterEach(() => setUnit('time'));

test('a time is read as t, as σ and as ᾱ, from data to far out', () => {
  const read = (name: string) => {
    setUnit(name);
    return [0, 0.001, 0.5, 8, 50].map(formatLevel);
  };
  expect(read('time')).toEqual(['0', '0.001', '0.50', '8.00', '50.0']);
  // √(e − 1) = 1.3108, √(e^16 − 1) = 2980.96
  expect(read('sigma')).toEqual(['0', '0.0447', '1.31', '2,981', '5.18 × 10²¹']);
  // 1/e = .36788; near the data the digits are those of 1 − ᾱ.
  expect(read('alphabar')).toEqual(['1', '0.9980', '0.368', '1.13 × 10⁻⁷', '3.72 × 10⁻⁴⁴']);
  expect(formatLevel(1e-7)).toBe('0.99999980');
  expect(level(0.5)).toBe('ᾱ = 0.368');
  expect(formatLevel(Number.NaN)).toBe('–');
});

test('the units go round, and what is none is not used', () => {
  expect(nextUnit()).toBe('sigma');
  setUnit('furlong');
  setUnit(null);
  setUnit('toString');
  expect(unit()).toBe('time');
  setUnit('alphabar');
  expect(nextUnit()).toBe('time');
});

test('an axis of time is labelled at round values of the unit', () => {
  const times = Float64Array.from({ length: 401 }, (_, k) => 0.01 + 7.99 * (1 - k / 400) ** 2);
  setUnit('sigma');
  const marks = timeTicks(times, (step) => step, 20);
  expect(marks.map(({ label }) => label)).toContain('10');
  expect(marks.find(({ label }) => label === '10')?.time).toBeCloseTo(Math.log(101) / 2, 12);
  expect(marks[0]?.label).toBe('2980');
  setUnit('alphabar');
  for (const time of roundTimes()) expect(time).toBeGreaterThan(0);
  expect(timeTicks(times, (step) => step, 20).map(({ label }) => label)).toContain('0.5');
});
