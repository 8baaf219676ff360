/**
 * A trial: one way of torturing a figure for its share of the time, from one seed, with what it counts. What goes wrong is
 * collected rather than thrown, so that one fault does not hide the next.
 */
import fc from 'fast-check';
import { expect } from 'vitest';
import type { Page } from '../web/browsers';

export const SEED = Number(process.env.TORTURE_SEED ?? 1);
const MINUTES = Number(process.env.TORTURE_MINUTES ?? 20);

/** So long a trial waits for an answer, in milliseconds. */
const SILENCE = 120_000;

/** What must not happen. */
export type Wrong =
  | 'panics'
  | 'hangs'
  | 'changed states'
  | 'blank pictures'
  | 'lost particles'
  | 'NaN'
  | 'no answer'
  | 'harm';

/** Shares of the time; those of each of the two lots that run side by side make one. */
const SHARES = {
  ...{ losses: 0.28, states: 0.5, links: 0.22 },
  ...{ files: 0.22, messages: 0.1, hosts: 0.22, networks: 0.16, soak: 0.3 },
};

export class Trial {
  readonly name: keyof typeof SHARES;
  readonly #until: number;
  readonly #wrong = new Map<Wrong, string[]>();
  /** How many of what were tried. */
  tried = 0;
  notes: string[] = [];

  constructor(name: keyof typeof SHARES) {
    this.name = name;
    this.#until = Date.now() + SHARES[name] * MINUTES * 60_000;
  }

  get left(): number {
    return Math.max(0, this.#until - Date.now());
  }

  /** Something that must not happen, with the least that is needed to see it again. */
  wrong(what: Wrong, input: unknown): void {
    const seen = this.#wrong.get(what) ?? [];
    const text = typeof input === 'string' ? input : JSON.stringify(input);
    if (seen.length < 20) seen.push(text.slice(0, 2000));
    this.#wrong.set(what, seen);
  }

  /**
   * Runs `work` on values of an arbitrary, one after another, until the time is up. What does not come to its end counts as an
   * error, so that one silence does not end the trial.
   */
  async each<T>(values: fc.Arbitrary<T>, work: (value: T, index: number) => Promise<void>): Promise<void> {
    let index = 0;
    for (const value of endless(values)) {
      if (this.left === 0) return;
      const silence = new Promise<never>((_, reject) =>
        setTimeout(() => reject(new Error('silence')), SILENCE).unref(),
      );
      await Promise.race([work(value, index), silence]).catch((thrown) =>
        this.wrong('no answer', `value ${index} of seed ${SEED}: ${thrown} after ${JSON.stringify(value)}`),
      );
      index += 1;
    }
  }

  /** Says what was counted, and fails where something went wrong. */
  end(): void {
    const counts = [...this.#wrong].map(([what, seen]) => `${seen.length} ${what}`);
    console.log(
      `TORTURE ${this.name}: ${this.tried} tried; ${counts.join(', ') || 'nothing wrong'}. ${this.notes.join(' ')}`,
    );
    expect(Object.fromEntries(this.#wrong), `seed ${SEED}`).toEqual({});
  }
}

/** The values of a seed, in batches, since a sample is made at once. */
function* endless<T>(values: fc.Arbitrary<T>): Generator<T> {
  for (let round = 0; ; round += 1) yield* fc.sample(values, { seed: SEED + round, numRuns: 50 });
}

/** Before the page's scripts: tasks of its thread over two seconds are kept. */
export const HEARTBEAT = `globalThis.hangs = [];
  new PerformanceObserver((list) => { for (const { duration } of list.getEntries()) if (duration > 2000) hangs.push(Math.round(duration)); })
    .observe({ entryTypes: ['longtask'] });`;

/** How many errors each page has told of. */
const heard = new WeakMap<Page, number>();

/** What a page has to say for itself since it was last asked: errors, and tasks that held its thread for too long. */
export async function looked(trial: Trial, page: Page, input: unknown, allowed: RegExp = /^$/): Promise<void> {
  const errors = await page.errors();
  const added = errors.slice(heard.get(page));
  heard.set(page, errors.length);
  for (const error of added) {
    if (/panicked|unreachable|RuntimeError/.test(error)) trial.wrong('panics', { error, input });
    else if (!allowed.test(error)) trial.wrong('no answer', { error, input });
  }
  const hangs = await page.evaluate('(globalThis.hangs ?? []).splice(0)');
  if (Array.isArray(hangs) && hangs.length > 0) trial.wrong('hangs', { hangs, input });
}
