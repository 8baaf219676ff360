/** In the single files the worker's script is a text: it starts from a blob, with the wasm modules at its head. */
import packed from 'virtual:packed-wasm';
import text from 'virtual:worker-text';

/** From disk, browsers start no module from a blob. */
export const workerType = 'classic';

export const workerUrl = (): string =>
  URL.createObjectURL(
    new Blob([`globalThis.guidanceLabPacked=${JSON.stringify(packed)};\n`, text], { type: 'text/javascript' }),
  );
