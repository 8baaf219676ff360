/** The workers beyond the two of `client.ts`: they hold parts of the particles of the figures (docs/decisions/0021-pool.md). */
import type { Figures, Spawned, Wish } from './protocol';

/** So many workers at most compute particles. */
const MOST = 8;

/**
 * One for each core, at most 8, and fewer where there is little memory (in GB, where a browser says it). One alone where a
 * page has no locks, as it is not secure: nobody would hear of a worker's death.
 */
export function mostWorkers(): number {
  if (!navigator.locks) return 1;
  const { hardwareConcurrency = 1, deviceMemory = MOST } = navigator as Navigator & { deviceMemory?: number };
  return Math.max(1, Math.floor(Math.min(MOST, hardwareConcurrency, deviceMemory)));
}

let locks = 0;

/** Locks are those of all pages of an origin. */
function newLock(name: string): string {
  locks += 1;
  return `guidance-lab ${name} ${performance.timeOrigin} ${performance.now()} ${locks}`;
}

export class Pool {
  readonly #spawn: (name: string) => Promise<Spawned>;
  readonly #first: Pick<Figures, 'hire'>;
  readonly #most: number;
  readonly #workers = new Map<string, Spawned>();
  #turn: Promise<void> = Promise.resolve();
  #ended = false;
  /** What is watched ends with it. */
  readonly #watching = new AbortController();

  constructor(spawn: (name: string) => Promise<Spawned>, first: Pick<Figures, 'hire'>, most = mostWorkers()) {
    this.#spawn = spawn;
    this.#first = first;
    this.#most = most;
  }

  /** So many workers are wished for, the first one included; those that are gone are ended. */
  want(wish: Wish): void {
    // Where no more can be had, it goes on with those there are.
    this.#turn = this.#turn.then(() => this.#settle(wish)).catch(() => {});
  }

  /** Calls `gone` when a worker has died: it has a lock for as long as it lives. */
  async watch({ service }: Spawned, gone: () => void): Promise<void> {
    const lock = newLock('first');
    const { signal } = this.#watching;
    try {
      await service.attend(new MessageChannel().port2, lock);
      await navigator.locks.request(lock, { signal }, gone);
    } catch {
      // It was ended, or a page in a sandbox may not ask for locks.
    }
  }

  end(): void {
    this.#ended = true;
    this.#watching.abort();
    for (const worker of this.#workers.values()) worker.stop();
    this.#workers.clear();
  }

  async #settle({ workers, gone }: Wish): Promise<void> {
    for (const lock of gone) {
      this.#workers.get(lock)?.stop();
      this.#workers.delete(lock);
    }
    const coming = [];
    for (let missing = Math.min(workers, this.#most) - 1 - this.#workers.size; missing > 0; missing -= 1) {
      coming.push(this.#attending());
    }
    const more = await Promise.all(coming);
    // All at once: a run is parted once.
    if (!this.#ended) await Promise.all(more.map((one) => one && this.#first.hire(...one)));
  }

  /** One more; null where it cannot be had. */
  async #attending(): Promise<[MessagePort, string] | null> {
    if (this.#ended) return null;
    const lock = newLock('part');
    const worker = await this.#spawn(`part ${locks}`).catch(() => null);
    if (!worker) return null;
    if (this.#ended || !worker.apart) {
      worker.stop();
      return null;
    }
    this.#workers.set(lock, worker);
    const { port1, port2 } = new MessageChannel();
    try {
      await worker.service.attend(port2, lock);
      return [port1, lock];
    } catch {
      // A page in a sandbox may not ask for locks.
      worker.stop();
      this.#workers.delete(lock);
      return null;
    }
  }
}
