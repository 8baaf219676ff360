/** On the page: the modules are in the virtual file that `vite.single.ts` makes. */
import packed from 'virtual:packed-wasm';
import { unpack } from './packed';

export const wasmFile = (name: string): Promise<Response> => unpack(packed[name]);
