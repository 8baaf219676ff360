/**
 * The two workers of the page, shared by all its figures: one answers closed-form questions, one
 * holds the particles of every figure, so that neither waits for the other. An integral takes seconds where components are
 * many and narrow, so that what a change of the state waits for is asked of the second. They start with the first
 * figure and end after the last. `worker.ts` exports `serve(endpoint)`, which exposes the methods of
 * `Exact` and `Figures`, and calls it on `self` when it runs in a worker.
 *
 * A browser makes no worker from another origin's script; a script of the page's own origin that
 * imports the other one it does make. Where no worker can be had at all (a strict policy, an old
 * browser) the same module serves two message channels on the main thread.
 */
import { again } from './again';
import { caller, calls } from './call';
import type { Pool } from './pool';
import type { Exact, Service, Simulator, Spawned, State } from './protocol';
import type { Sweeper } from './sweep-protocol';
import { trustedUrl } from './trusted';
import { wasmFiles } from './wasm-files';
import { workerType, workerUrl } from './worker-url';

/** What one figure calls. */
export interface Endpoints {
  exact: Exact & Pick<Sweeper, 'catalogue' | 'pairs'>;
  simulator: Simulator;
  /** The figure has left the page: its simulation is freed. Any later call takes it up again. */
  release(): void;
  /** Called when others have taken the workers' place: what those held is to be made again. */
  renewed?: () => void;
}

interface Pair {
  exact: Service;
  figures: Service;
  /** The first frame stands: more workers may come, where there are cores for them. */
  framed(): void;
  end(): void;
}

/** What is asked before a state can change: answered at once, between two pieces of work on the particles. */
const SHORT = ['merge', 'open', 'domain'];
/** Workers outlive their last figure so long, in milliseconds: a page may only be moving it. */
const LINGER = 1000;
/**
 * A wasm memory never becomes smaller. After so many particles in a lane, once there are so many times fewer and nobody has
 * asked for anything in so many milliseconds, other workers take the place of those that had them.
 */
const LARGE = 100_000;
const SMALLER = 8;
const QUIET = 10_000;

/** The two workers that some figures share. */
export class Workers {
  readonly #spawn: (name: string) => Promise<Spawned>;
  readonly #linger: number;
  #pair: Promise<Pair> | null = null;
  /** The figures in the page, and the calls under way: with either, the workers stay. */
  readonly #attached = new Map<number, Endpoints>();
  #calls = 0;
  /** How many particles each figure has in a lane, and how many all have had at most. */
  readonly #particles = new Map<number, number>();
  #most = 0;
  #ending: ReturnType<typeof setTimeout> | undefined;
  #figures = 0;

  constructor(spawn: (name: string) => Promise<Spawned>, linger = LINGER) {
    this.#spawn = spawn;
    this.#linger = linger;
  }

  /** A figure's own endpoints. They start the workers with their first call, which rejects where nothing can compute. */
  connect(): Endpoints {
    this.#figures += 1;
    const id = this.#figures;
    let released = false;
    const attach = () => {
      released = false;
      this.#attached.set(id, endpoints);
    };
    const endpoints: Endpoints = {
      exact: caller<Endpoints['exact']>((method, args) => {
        // A question alone keeps nothing once the figure is gone.
        if (!released) attach();
        return this.#call((pair) => {
          const asked = SHORT.includes(method) ? pair.figures : pair.exact;
          return (asked[method] as (...args: unknown[]) => Promise<unknown>)(...args);
        });
      }),
      simulator: caller<Simulator>((method, args) => {
        attach();
        return this.#call(async (pair) => {
          if (method === 'start' || method === 'configure') this.#particles.set(id, (args[0] as State).particles);
          const answer = await pair.figures.simulate(id, method, args);
          if (method === 'frame') pair.framed();
          return answer;
        });
      }),
      release: () => {
        released = true;
        if (!this.#attached.delete(id)) return;
        this.#particles.delete(id);
        this.#call((pair) => pair.figures.release(id)).catch(() => {});
      },
    };
    return endpoints;
  }

  /** What the figures hold; null when no worker runs. */
  async usage(): Promise<{ simulations: number; memory: number } | null> {
    return this.#pair ? (await this.#pair).figures.usage() : null;
  }

  async #call(ask: (pair: Pair) => Promise<unknown>): Promise<unknown> {
    clearTimeout(this.#ending);
    this.#calls += 1;
    try {
      const opened = this.#open();
      const pair = await opened;
      try {
        return await ask(pair);
      } catch (thrown) {
        if (this.#pair === opened) throw thrown;
        // Others take the place of who was asked.
        return await ask(await this.#open());
      }
    } finally {
      this.#calls -= 1;
      this.#endSoon();
    }
  }

  /** A failure is forgotten and can be tried again. */
  #open(): Promise<Pair> {
    this.#pair ??= Promise.all([this.#spawn('exact'), this.#spawn('particles')])
      .then(([exact, figures]) => {
        let pool: Promise<Pool | null> | undefined;
        return {
          exact: exact.service,
          figures: figures.service,
          framed: () => {
            pool ??= this.#pool(figures, exact);
          },
          end: () => {
            exact.stop();
            figures.stop();
            pool?.then((pool) => pool?.end());
          },
        };
      })
      .catch((error) => {
        this.#pair = null;
        throw error;
      });
    return this.#pair;
  }

  /** Where it cannot be had it goes on with one worker, and nobody hears if that one ends. */
  async #pool(figures: Spawned, exact: Spawned): Promise<Pool | null> {
    const { service, apart } = figures;
    if (!apart || !(navigator.hardwareConcurrency > 1)) return null;
    try {
      const { Pool } = await again(() => import('./pool'));
      const pool = new Pool(this.#spawn, service);
      for (const worker of [figures, exact]) pool.watch(worker, () => this.#renew());
      service.staff((wish) => pool.want(wish)).catch(() => {});
      return pool;
    } catch {
      return null;
    }
  }

  #endSoon(): void {
    clearTimeout(this.#ending);
    let count = 0;
    for (const particles of this.#particles.values()) count += particles;
    this.#most = Math.max(this.#most, count);
    if (this.#calls > 0) return;
    const none = this.#attached.size === 0;
    if (!none && (this.#most < LARGE || SMALLER * count > this.#most)) return;
    this.#ending = setTimeout(() => this.#renew(), none ? this.#linger : QUIET);
  }

  /** The workers end; the next call starts others. */
  #renew(): void {
    this.#pair?.then((ended) => ended.end()).catch(() => {});
    this.#pair = null;
    this.#most = 0;
    for (const { renewed } of this.#attached.values()) renewed?.();
  }
}

const ofPage = new Workers(spawn);

/** Endpoints for one more figure of this page. */
export function connect(): Endpoints {
  return ofPage.connect();
}

/** What the page's figures hold; null when no worker runs. */
export function usage(): ReturnType<Workers['usage']> {
  return ofPage.usage();
}

/** A worker of one's own; its name tells it from the others in a browser's tools. */
export async function spawn(name: string): Promise<Spawned> {
  const url = workerUrl();
  // `location.origin` would not do: a page in a sandbox has no origin.
  const own = url.startsWith('blob:') || new URL(url).origin === origin;
  const spawned = await (own ? inWorker(name, url, workerType) : inWorker(name, bootstrap(url), 'module'));
  if (spawned) return spawned;
  try {
    return await inProcess();
  } catch (error) {
    import('./left-behind').then(({ sayIfLeftBehind }) => sayIfLeftBehind(workerUrl())).catch(() => {});
    throw error;
  }
}

/** A script of this page's own origin that imports another. */
function bootstrap(url: string): string {
  return URL.createObjectURL(new Blob([`import ${JSON.stringify(url)};`], { type: 'text/javascript' }));
}

async function inWorker(name: string, url: string, type: WorkerType): Promise<Spawned | null> {
  let worker: Worker;
  try {
    worker = new Worker(trustedUrl(url), { type, name: `guidance-lab ${name}` });
  } catch {
    return null;
  }
  // Not the worker itself: in WebKit one that has ended hears nothing.
  const closing = new EventTarget();
  const service = calls<Service>(worker, closing);
  const blocked = new Promise<'blocked'>((resolve) => {
    worker.addEventListener('error', (event) => {
      event.preventDefault();
      resolve('blocked');
    });
  });
  // A worker whose script cannot be fetched says so by an event, not by an exception.
  service.locate(wasmFiles).catch(() => {});
  const started = service.presets().then(() => 'ready' as const);
  try {
    if ((await Promise.race([blocked, started])) === 'ready') {
      const stop = () => {
        worker.terminate();
        closing.dispatchEvent(new Event('close'));
      };
      return { service, apart: true, stop };
    }
  } catch (thrown) {
    worker.terminate();
    throw thrown;
  } finally {
    if (url.startsWith('blob:')) URL.revokeObjectURL(url);
  }
  worker.terminate();
  return null;
}

/** The same without a worker, on the thread that calls; rejects where nothing can compute. */
export async function inProcess(): Promise<Spawned> {
  const { serve } = await import('./worker');
  const { port1, port2 } = new MessageChannel();
  serve(port1);
  const service = calls<Service>(port2);
  await service.locate(wasmFiles);
  await service.presets();
  return {
    service,
    apart: false,
    stop: () => {
      port1.close();
      port2.close();
    },
  };
}
