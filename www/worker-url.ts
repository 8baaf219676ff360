/** Where the worker's script is. The build of the single files puts `embed/packed-worker-url.ts` in this place. */
import url from './worker.ts?worker&url';

export const workerType = 'module';

export const workerUrl = (): string => new URL(url, location.href).href;
