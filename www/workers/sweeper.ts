/** The worker's side of sweeps: hands calls on to wasm. */

import * as wasm from '../wasm/guidance_lab.js';
import type { Entry, Law, Measured, Pairs, Report, SweepCost, Sweeper } from './sweep-protocol';

/** On the page itself, where there is no worker, the page has its turn between two pieces of work. */
const turn = typeof document === 'undefined' ? null : () => new Promise<void>((resolve) => setTimeout(resolve));

/** `answer` loads the module and makes errors plain; `json` makes arguments plain. */
export function sweeper(
  answer: <T>(compute: () => T | Promise<T>) => Promise<T>,
  json: (value: unknown) => unknown,
): Sweeper {
  let sweep: wasm.Sweep | undefined;
  const begin = (begun: Promise<wasm.Sweep>): Promise<void> => {
    sweep?.free();
    sweep = undefined;
    return begun.then((made) => {
      sweep = made;
    });
  };
  return {
    catalogue: () => answer(() => wasm.Sweep.catalogue() as Promise<Entry[]>),
    law: (state, time) => answer(() => wasm.Sweep.samples(json(state), time, []) as Promise<Law>),
    pairs: (state, time, ...lanes) => answer(() => wasm.Sweep.samples(json(state), time, lanes) as Promise<Pairs>),
    experiment: (name, size) => answer(() => begin(wasm.Sweep.experiment(name, size))),
    over: (state, path, values, particles) =>
      answer(async () => {
        await begin(wasm.Sweep.over(json(state), path, json(values), particles));
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
