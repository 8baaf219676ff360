// A peer's module and all that it takes from node_modules, as one text for a browser.
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

export async function bundled(file) {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL(file, import.meta.url))],
    bundle: true,
    format: 'esm',
    platform: 'browser',
    minify: true,
    write: false,
    logLevel: 'error',
  });
  return outputFiles[0].text;
}
