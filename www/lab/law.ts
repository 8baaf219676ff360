/**
 * The exact law of the samples for the histogram: asked of a worker of its own once nothing has moved for a
 * while, kept for the states seen last. All figures of a page share that worker, one after the other; a newer
 * question of a figure ends the worker that is at its older one.
 */

import type { KnownLaw } from '../painter/subject';
import { LAW_COMPUTING, LAW_FAILED, LAW_NEEDS_WORKER, LAW_TOO_FINE } from '../words/own-later';
import { saying } from '../words/says';
import type { Says, State } from '../workers/protocol';
import { isOde } from '../workers/samplers';
import type { Law } from '../workers/sweep-protocol';
import { type Clock, clock } from './clock';
import { LabError } from './error';
import { versionOf } from './networks';
import { SweepWorker } from './sweep';

/** Milliseconds of rest. */
const REST = 400;
/** Milliseconds after which it is said that the law is under way. */
const SLOW = 1000;
const KEPT = 16;
/** Milliseconds after which a worker without work is ended. */
const IDLE = 10_000;

/** An error in the density beyond which a curve would mislead. */
const RESOLVED = 1e-3;

export class LawKeeper {
  static readonly #worker = new SweepWorker();
  /** Those of the page that may ask. After the last the worker has nothing to wait for. */
  static readonly #keepers = new Set<LawKeeper>();
  /** Those that wait for the worker. */
  static #line: Promise<void> = Promise.resolve();
  static #rest = () => {};
  readonly #kept = new Map<string, Law | Says>();
  readonly #told: (known: KnownLaw) => void;
  readonly #clock: Clock;
  #asked = '';
  #cancel = () => {};
  #busy = false;
  #leave: () => void = () => {};

  constructor(told: (known: KnownLaw) => void, time: Clock = clock) {
    this.#told = told;
    this.#clock = time;
  }

  /** What is on show and does not move; `null` while it moves. */
  want(wish: { state: State; time: number } | null): void {
    const key = wish ? keyOf(wish.state, wish.time) : '';
    if (wish) LawKeeper.#keepers.add(this);
    if (wish && this.#kept.has(key)) this.#tell(wish, this.#kept.get(key) as Law | Says);
    if (key === this.#asked) return;
    this.#asked = key;
    this.#cancel();
    if (this.#busy) {
      this.#busy = false;
      LawKeeper.#worker.stop();
      this.#leave();
    }
    if (!wish || this.#kept.has(key)) return;
    this.#cancel = this.#clock.after(REST, () => void this.#ask(wish, key));
  }

  /** Asks no more, until it is asked again itself. */
  release(): void {
    this.want(null);
    if (LawKeeper.#keepers.delete(this) && LawKeeper.#keepers.size === 0) {
      LawKeeper.#rest();
      LawKeeper.#worker.stop();
    }
  }

  #tell({ state, time }: { state: State; time: number }, found: Law | Says): void {
    this.#told({ state, time, ...('id' in found ? { law: null, note: found } : { law: found, note: null }) });
  }

  async #ask(wish: { state: State; time: number }, key: string): Promise<void> {
    const turn = LawKeeper.#line;
    let leave = () => {};
    LawKeeper.#line = new Promise((resolve) => {
      leave = resolve;
    });
    await turn;
    if (this.#asked !== key) {
      leave();
      return;
    }
    LawKeeper.#rest();
    this.#leave = leave;
    this.#busy = true;
    const quick = this.#clock.after(SLOW, () => {
      if (this.#asked === key) this.#tell(wish, saying(LAW_COMPUTING));
    });
    let found: Law | Says;
    try {
      const { service, apart } = await LawKeeper.#worker.spawned();
      if (apart) {
        const law = await service.law(wish.state, wish.time);
        found = law.error <= RESOLVED ? law : saying(LAW_TOO_FINE);
      } else {
        // A second or two in one go, for which the page would stand still.
        found = saying(LAW_NEEDS_WORKER);
      }
    } catch (thrown) {
      found = saying(LAW_FAILED, { why: LabError.from(thrown).says });
    }
    quick();
    if (this.#asked !== key) return;
    this.#busy = false;
    LawKeeper.#rest = this.#clock.after(IDLE, () => LawKeeper.#worker.stop());
    leave();
    this.#kept.set(key, found);
    for (const old of this.#kept.keys()) if (this.#kept.size > KEPT) this.#kept.delete(old);
    this.#tell(wish, found);
  }
}

/** All that the law depends on. */
function keyOf(state: State, time: number): string {
  const { mixture, process, guidance, classifier, score } = state;
  const { horizon, sampler, ...grid } = process;
  const steps = guidance.schedule === 'constant' ? null : grid;
  const renoised = sampler === 'cfg++';
  return JSON.stringify([
    mixture,
    horizon,
    isOde(sampler),
    renoised,
    steps,
    guidance,
    classifier,
    versionOf(state),
    score,
    time,
  ]);
}
