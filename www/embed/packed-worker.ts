/** In the worker: the page wrote the modules at the head of its script (`packed-worker-url.ts`). */
import { unpack } from './packed';

export const wasmFile = (name: string): Promise<Response> =>
  unpack((globalThis as { guidanceLabPacked?: Record<string, string> }).guidanceLabPacked?.[name]);
