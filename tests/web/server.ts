/**
 * Serves `dist/` to the browser tests, once for all of them (Vitest's global setup).
 *
 * The site is served below `/some/path/`, because it must work under any path. A test gets the
 * address by `inject('site')`.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { dist, host } from './host';

const PREFIX = '/some/path/';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where `dist/` is served; ends with a slash. */
    site: string;
  }
}

/** Vitest's global setup: returns its own tear-down. */
export default async function setup(project: {
  provide(key: 'site', value: string): void;
}): Promise<() => Promise<void>> {
  if (!existsSync(join(dist, 'index.html'))) {
    throw new Error('dist/index.html is missing: run "cargo xtask build" first ("cargo xtask test web" does both)');
  }
  const { origin, close } = await host({
    folders: { [PREFIX]: dist },
    headers: { 'cache-control': 'no-store' },
    collects: true,
  });
  project.provide('site', `${origin}${PREFIX}`);
  return close;
}
