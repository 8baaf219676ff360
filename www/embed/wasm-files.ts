/** In npm's package: addresses that the reader's bundler sees, and may change. */
const urls = import.meta.glob<string>('../wasm/*.wasm', { eager: true, query: '?url', import: 'default' });

export const wasmFiles: Record<string, string> = Object.fromEntries(
  Object.entries(urls).map(([path, url]) => [path.slice(path.lastIndexOf('/') + 1), new URL(url, location.href).href]),
);
