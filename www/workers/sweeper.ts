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
  let sweep: wasm.Sweep | undefined;
  const begin = async (make: (code: wasm.SweepCode) => wasm.Sweep): Promise<void> => {
    sweep?.free();
    sweep = undefined;
    sweep = await withCode(make);
  };
  /** Fetched anew by each, which costs a call once it is there. */
  const withCode = async <T>(ask: (code: wasm.SweepCode) => T): Promise<T> => {
    const code = await wasm.SweepCode.fetch();
    try {
      return ask(code);
    } finally {
      code.free();
    }
  };
  return {
    catalogue: () => answer(() => withCode((code) => code.catalogue() as Entry[])),
    law: (state, time) => answer(() => withCode((code) => code.samples('law', json(state), time, []) as Law)),
    pairs: (state, time, ...lanes) =>
      answer(() => withCode((code) => code.samples('pairs', json(state), time, lanes) as Pairs)),
    harm: (state) => answer(() => withCode((code) => code.samples('harm', json(state), 0, []) as Harm)),
    experiment: (name, size) => answer(() => begin((code) => code.experiment(name, size))),
    over: (state, path, values, particles) =>
      answer(async () => {
        await begin((code) => code.over(json(state), path, json(values, MAX_VALUES), particles));
        return sweep?.extent() as SweepCost;
      }),
    next: (progress) =>
      answer(async () => {
        const told = (share: number): Promise<void> | undefined => {
          progress(share);
          return turn?.();
        };
        return ((await sweep?.next(told)) ?? null) as Measured | null;
      }),
    report: () => answer(() => sweep?.report() as Report),
  };
}
