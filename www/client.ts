/**
 * The two workers of the page: one answers closed-form questions, one holds particles, so that
 * neither waits for the other. `worker.ts` exports `serve(endpoint)`, which exposes an object with
 * the methods of `Exact` and `Simulator`, and calls it on `self` when it runs in a worker. Where no
 * worker can be had (a strict policy, an old browser, `file://`) the same module serves two message
 * channels on the main thread.
 */
import * as Comlink from 'comlink';
import type { Exact, Simulator } from './protocol';
import type { Sweeper } from './sweep-protocol';

export interface Endpoints {
  exact: Exact & Pick<Sweeper, 'catalogue'>;
  simulator: Simulator;
}

type Service = Exact & Simulator & Sweeper;

/** A worker of one's own, and how to end it. */
export interface Spawned {
  service: Service;
  stop(): void;
}

let shared: Promise<Endpoints> | null = null;

/** The one pair of this page; a failure is forgotten, so that it can be tried again. */
export function connect(): Promise<Endpoints> {
  shared ??= Promise.all([spawn(), spawn()])
    .then(([exact, simulator]) => ({ exact: exact.service, simulator: simulator.service }))
    .catch((error) => {
      shared = null;
      throw error;
    });
  return shared;
}

export async function spawn(): Promise<Spawned> {
  let worker: Worker;
  try {
    worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module', name: 'guidance-lab' });
  } catch {
    return onMainThread();
  }
  const remote = Comlink.wrap<Service>(worker) as unknown as Service;
  const blocked = new Promise<'blocked'>((resolve) => {
    worker.addEventListener('error', (event) => {
      event.preventDefault();
      resolve('blocked');
    });
  });
  // A worker whose script cannot be fetched says so by an event, not by an exception.
  const first = await Promise.race([blocked, remote.presets().then(() => 'ready' as const)]);
  if (first === 'ready') return { service: remote, stop: () => worker.terminate() };
  worker.terminate();
  return onMainThread();
}

async function onMainThread(): Promise<Spawned> {
  const { serve } = await import('./worker');
  const { port1, port2 } = new MessageChannel();
  serve(port1);
  return { service: Comlink.wrap<Service>(port2) as unknown as Service, stop: () => port2.close() };
}
