/** The worker's side of sweeps: hands calls on to wasm. */

import * as wasm from '../wasm/guidance_lab.js';
import type { Entry, Harm, Law, Measured, Pairs, Report, SweepCost, Sweeper } from './sweep-protocol';

/** On the page itself, where there is no worker, the page has its turn between two pieces of work. */
const turn = typeof document === 'undefined' ? null : () => new Promise<void>((resolve) => setTimeout(resolve));

/** More than anybody waits for: how long so many take is said by the sweep itself. */
const MAX_VALUES = 1_000_000;

/** `answer` loads the module and makes errors plain; `json` makes arguments plain, with so many parts at most. */
export function sweeper(
  answer: <T>(compute: () => T | Promise<T>) => Promise<T>,
  json: (value: unknown, most?: number) => unknown,
): Sweeper {
  let sweep: wasm.SweepCode | undefined;
  const fetched = () => wasm.ask('sweep', []) as Promise<wasm.SweepCode>;
  /** Fetched anew by each, which costs a call once it is there. */
  const ask = async (question: string, ...given: unknown[]): Promise<unknown> => {
    const code = await fetched();
    try {
      return code.ask(question, given);
    } finally {
      code.free();
    }
  };
  const begin = async (question: string, ...given: unknown[]): Promise<void> => {
    sweep?.free();
    sweep = undefined;
    const code = await fetched();
    try {
      code.ask(question, given);
    } catch (cause) {
      code.free();
      throw cause;
    }
    sweep = code;
  };
  return {
    catalogue: () => answer(() => ask('catalogue') as Promise<Entry[]>),
    law: (state, time) => answer(() => ask('law', json(state), time) as Promise<Law>),
    pairs: (state, time, ...lanes) => answer(() => ask('pairs', json(state), time, ...lanes) as Promise<Pairs>),
    harm: (state) => answer(() => ask('harm', json(state)) as Promise<Harm>),
    experiment: (name, size) => answer(() => begin('experiment', name, size)),
    over: (state, path, values, particles) =>
      answer(async () => {
        await begin('over', json(state), path, json(values, MAX_VALUES), particles);
        return sweep?.ask('extent', []) as SweepCost;
      }),
    whose: (state) => answer(() => begin('whose', json(state))),
    next: (progress) =>
      answer(async () => {
        const told = (share: number): Promise<void> | undefined => {
          progress(share);
          return turn?.();
        };
        return ((await sweep?.next(told)) ?? null) as Measured | true | null;
      }),
    report: <Said = Report>() => answer(() => sweep?.ask('report', []) as Said),
  };
}
