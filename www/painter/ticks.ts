/** Round tick values and the ranges that hold them. */
import { formatTick, roundTimes } from '../words/units';

const STEPS = [1, 2, 2.5, 5, 10];

/** The round step that cuts `span` into at most `count` pieces. */
export function tickStep(span: number, count: number): number {
  if (!(span > 0) || !Number.isFinite(span)) return 1;
  const raw = span / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = STEPS.find((each) => each * power >= raw * (1 - 1e-9)) ?? 10;
  return step * power;
}

/** Round values in `[from, to]`, at most `count + 1` of them. */
export function ticks(from: number, to: number, count: number): number[] {
  const step = tickStep(to - from, count);
  const first = Math.ceil(from / step - 1e-9);
  const last = Math.floor(to / step + 1e-9);
  const values: number[] = [];
  for (let k = first; k <= last; k += 1) values.push(Number((k * step).toPrecision(12)));
  return values;
}

/** The smallest of 1, 1.5, 2, 3, 4, 5, 6, 8 times a power of ten that is at least `value`. */
export function niceCeil(value: number): number {
  if (!(value > 0) || !Number.isFinite(value)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  const nice = [1, 1.5, 2, 3, 4, 5, 6, 8, 10].find((each) => each * power >= value * (1 - 1e-9)) ?? 10;
  return Number((nice * power).toPrecision(12));
}

/** Steps at which a time axis is labelled: round values in the reader's unit, where they fall, at least `gap` apart. */
export function timeTicks(times: ArrayLike<number>, positionOf: (step: number) => number, gap: number): TimeTick[] {
  const last = times.length - 1;
  if (last < 1) return [];
  const horizon = times[0] as number;
  const stop = times[last] as number;
  const candidates = [horizon, stop];
  candidates.push(...roundTimes());
  const taken: TimeTick[] = [];
  for (const time of candidates) {
    if (time > horizon || time < stop) continue;
    const step = stepAt(times, time);
    const position = positionOf(step);
    if (taken.some((tick) => Math.abs(tick.position - position) < gap)) continue;
    taken.push({ time, label: formatTick(time), step, position });
  }
  return taken.sort((a, b) => a.step - b.step);
}

export interface TimeTick {
  time: number;
  label: string;
  step: number;
  position: number;
}

/** The (fractional) step of a time on a falling grid. */
export function stepAt(times: ArrayLike<number>, time: number): number {
  const last = times.length - 1;
  let low = 0;
  let high = last;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((times[middle] as number) >= time) low = middle;
    else high = middle;
  }
  const from = times[low] as number;
  const to = times[high] as number;
  if (from === to) return low;
  return low + Math.min(1, Math.max(0, (from - time) / (from - to)));
}
