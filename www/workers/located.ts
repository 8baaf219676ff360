/**
 * Where the wasm modules are, by file name. A bundler may move the worker's script away from the files beside it,
 * and follows addresses in the page's modules only: so the page tells the worker (npm's package; see vite.config.ts).
 */
export const located: Record<string, string> = {};
