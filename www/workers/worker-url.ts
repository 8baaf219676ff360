/** Where the worker's script is. The build of the single files puts `embed/packed-worker-url.ts` in this place. */
import url from './worker.ts?worker&url';

export const workerType = 'module';

let asked = 0;

/**
 * Below a service worker each time another address: WebKit gives a second worker the script that it remembers, and no
 * service worker with it, so that without a network it would get no wasm. (In a sandbox even asking for one throws.)
 */
export function workerUrl(): string {
  const kept = origin !== 'null' && navigator.serviceWorker?.controller;
  return new URL(kept ? `${url}?${asked++}` : url, location.href).href;
}
