/** In the single files the worker's script is a text: it starts from a blob, with the wasm modules at its head. */
import packed from 'virtual:packed-wasm';
import text from 'virtual:worker-text';

export const workerUrl = (): string =>
  URL.createObjectURL(
    new Blob([`globalThis.guidanceLabPacked=${JSON.stringify(packed)};\n`, text], { type: 'text/javascript' }),
  );
