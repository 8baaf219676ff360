/** For tests: a Lab in Node, over the real module, with a clock that goes only when it is told to. */
import { readFile } from 'node:fs/promises';
import { inProcess, Workers } from '../../www/workers/client';
import type { Spawned } from '../../www/workers/protocol';
import type { Clock } from '../../www/lab/clock';
import { Lab, type LabOptions } from '../../www/lab/lab';

/** Node's fetch does not read files, and the module's loader asks for nothing else. */
globalThis.fetch = async (address) => {
  const bytes = await readFile(new URL(String(address)));
  return new Response(new Uint8Array(bytes), { headers: { 'content-type': 'application/wasm' } });
};

/** A clock of which the hand is moved by the test; frames come as soon as they are asked for. */
export class HandClock implements Clock {
  still = false;
  #now = 0;
  readonly #waiting: { at: number; done: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  after(milliseconds: number, done: () => void): () => void {
    const timer = { at: this.#now + milliseconds, done };
    this.#waiting.push(timer);
    return () => {
      const at = this.#waiting.indexOf(timer);
      if (at >= 0) this.#waiting.splice(at, 1);
    };
  }

  frame(done: (now: number) => void): () => void {
    let wanted = true;
    setImmediate(() => {
      this.#now += 16;
      if (wanted) done(this.#now);
    });
    return () => {
      wanted = false;
    };
  }

  /** So much time passes. */
  pass(milliseconds: number): void {
    this.#now += milliseconds;
    for (const timer of [...this.#waiting]) {
      if (timer.at > this.#now) continue;
      this.#waiting.splice(this.#waiting.indexOf(timer), 1);
      timer.done();
    }
  }
}

/** What stands in for workers, counted. */
export class Staff {
  alive = 0;
  #ended: (() => void)[] = [];

  readonly spawn = async (): Promise<Spawned> => {
    this.alive += 1;
    const spawned = await inProcess();
    return {
      ...spawned,
      stop: () => {
        spawned.stop();
        this.alive -= 1;
        if (this.alive === 0) for (const tell of this.#ended.splice(0)) tell();
      },
    };
  };

  /** Resolves when the last has been ended. */
  ended(): Promise<void> {
    return this.alive === 0 ? Promise.resolve() : new Promise((resolve) => this.#ended.push(resolve));
  }
}

export interface Bench {
  lab: Lab;
  clock: HandClock;
  workers: Workers;
  staff: Staff;
}

/** A Lab that has opened a query. */
export async function openLab(query = '', options: LabOptions = {}): Promise<Bench> {
  const bench = newLab(options);
  await bench.lab.start(new URLSearchParams(query));
  await bench.lab.ready;
  return bench;
}

export function newLab(options: LabOptions = {}): Bench {
  const clock = new HandClock();
  const staff = new Staff();
  const workers = new Workers(staff.spawn, 0);
  return { lab: new Lab(workers.connect(), { clock, spawn: staff.spawn, ...options }), clock, workers, staff };
}
