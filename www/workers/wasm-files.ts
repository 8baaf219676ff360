/** The addresses of the wasm modules, to be handed to the worker. Empty where the worker finds them by itself. */
export const wasmFiles: Record<string, string> = {};
