/**
 * NOTICES.txt beside what is published: the licences of all that was bundled into it. npm's packages are those whose
 * modules the bundler put into a chunk; the wasm module brings its own list (`www/wasm/notices.txt`, by `xtask`).
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'vite';

interface Notice {
  name: string;
  version: string;
  license: string;
  text: string;
}

/** The bundler's own helpers, by how the ids of their modules begin. */
const HELPERS = { '\0vite/': 'vite', '\0rolldown/': 'rolldown' };

/** The folder of the package that a module belongs to. */
function folderOf(id: string, root: string): string | null {
  for (const [start, name] of Object.entries(HELPERS))
    if (id.startsWith(start)) return join(root, 'node_modules', name);
  return /^(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(id.replaceAll('\\', '/'))?.[1] ?? null;
}

function notice(folder: string): Notice {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Notice;
  const files = readdirSync(folder).filter((file) => /^(licen[cs]e|copying|notice)/i.test(file));
  if (files.length === 0)
    throw new Error(`${name} is bundled and brings no licence: say in vite.notices.ts what holds`);
  const texts = files.map((file) => readFileSync(join(folder, file), 'utf8'));
  // Vite's file goes on with what Vite itself is made of.
  return {
    name,
    version,
    license,
    text:
      texts
        .join('\n')
        .split(/^# Licenses of bundled dependencies/m)[0]
        ?.trim() ?? '',
  };
}

/** For the build and for its workers: one object is given to both. */
export function notices(root: string): { page: () => Plugin; worker: () => Plugin } {
  const folders = new Set<string>();
  let data = false;
  const collect: NonNullable<Plugin['renderChunk']> = (_, chunk) => {
    for (const id of chunk.moduleIds) {
      data ||= id.includes('/www/gallery/data/');
      const folder = folderOf(id, root);
      if (folder) folders.add(folder);
    }
    return null;
  };
  return {
    worker: () => ({ name: 'notices-of-worker', renderChunk: collect }),
    page: () => ({
      name: 'notices',
      apply: 'build',
      renderChunk: collect,
      generateBundle() {
        const packages = [...folders].map(notice).sort((a, b) => (a.name < b.name ? -1 : 1));
        const source = [
          'Guidance Lab is MIT OR Apache-2.0. It contains the work of others, under these licences.',
          ...packages.map(({ name, version, license, text }) => `${name} ${version} (npm, ${license})\n\n${text}`),
          readFileSync(join(root, 'www/wasm/notices.txt'), 'utf8').trim(),
          ...(data ? [`Digits (data)\n\n${readFileSync(join(root, 'www/gallery/data/LICENSE'), 'utf8').trim()}`] : []),
        ].join(`\n\n${'-'.repeat(80)}\n\n`);
        this.emitFile({ type: 'asset', fileName: 'NOTICES.txt', source: `${source}\n` });
      },
    }),
  };
}
