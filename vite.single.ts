/**
 * Files that need nothing beside them, with worker and wasm inside:
 *
 *     vite build -c vite.single.ts --mode inline    guidance-lab.inline.js  the element, one ES module
 *     vite build -c vite.single.ts --mode frame     guidance-lab.frame.js   what embed.html runs, a classic script
 *     vite build -c vite.single.ts --mode offline   guidance-lab.html       the whole page, works from disk
 */
import { readdirSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { deflateRawSync } from 'node:zlib';
import { build, defineConfig, type Plugin } from 'vite';
import { constants, cssTarget, here, noPreload, sealed, wasmFrom } from './vite.config.ts';
import { lessons } from './vite.lessons.ts';
import { pages } from './vite.site.ts';

/** The worker as one classic script without its wasm. */
async function workerText(): Promise<string> {
  const result = await build({
    configFile: false,
    logLevel: 'warn',
    publicDir: false,
    define: constants,
    plugins: [wasmFrom('www/embed/packed-worker.ts', (name) => `wasmFile(${name})`, 'wasmFile'), noPreload(), sealed()],
    build: {
      write: false,
      target: 'es2022',
      modulePreload: false,
      rolldownOptions: {
        input: here('www/workers/worker.ts'),
        output: { format: 'iife', codeSplitting: false },
      },
    },
  });
  const [first] = Array.isArray(result) ? result : [result];
  const chunk = first && 'output' in first ? first.output[0] : undefined;
  if (chunk?.type !== 'chunk') throw new Error('the worker was not built');
  return chunk.code;
}

/** `pictures`: with the mixture that draws digits and what draws it, a half more. */
function packed(pictures: boolean): Plugin {
  const virtual: Record<string, () => Promise<string>> = {
    'virtual:packed-wasm': async () => {
      const files = readdirSync(here('www/wasm')).filter(
        (name) => name.endsWith('.wasm') && (pictures || !name.startsWith('split_gallery')),
      );
      const texts = files.map((name) => [
        name,
        deflateRawSync(readFileSync(here(`www/wasm/${name}`)), { level: 9 }).toString('base64'),
      ]);
      return JSON.stringify(Object.fromEntries(texts));
    },
    'virtual:worker-text': async () => JSON.stringify(await workerText()),
  };
  const instead: Record<string, string> = {
    './worker-url': here('www/embed/packed-worker-url.ts'),
    './posters': here('www/embed/no-posters.ts'),
  };
  if (!pictures)
    for (const part of ['../gallery/pictures', './on-pictures', './many'])
      instead[part] = here('www/embed/no-pictures.ts');
  return {
    name: 'packed',
    enforce: 'pre',
    resolveId(id, from) {
      if (id in virtual) return `\0${id}`;
      return from?.startsWith(here('www/')) ? (instead[id] ?? null) : null;
    },
    async load(id) {
      const make = id.startsWith('\0') ? virtual[id.slice(1)] : undefined;
      return make ? `export default ${await make()}` : null;
    },
  };
}

/** Puts the page's one script and one style sheet into it. */
function intoPage(): Plugin {
  return {
    name: 'into-page',
    enforce: 'post',
    generateBundle(_, bundle) {
      const page = bundle['index.html'];
      if (page?.type !== 'asset') throw new Error('there is no page to put the script into');
      let html = String(page.source);
      const used = new Set<string>();
      const take = (path: string): string => {
        const name = path.replace(/^\.?\//, '');
        const file = bundle[name];
        if (!file) throw new Error(`${name} is not part of the page`);
        used.add(name);
        return file.type === 'chunk' ? file.code : String(file.source);
      };
      html = html.replace(
        /<link rel="stylesheet"[^>]*href="([^"]+)"[^>]*>/g,
        (_, path: string) => `<style>${take(path)}</style>`,
      );
      html = html.replace(
        /<script type="module"[^>]*src="([^"]+)"[^>]*><\/script>/g,
        // A script ends at the first thing that looks like its end tag, wherever that stands.
        (_, path: string) =>
          `<script type="module">${take(path)
            .replace(/<\/(script)/gi, '<\\/$1')
            .replace(/<!--/g, '<\\!--')}</script>`,
      );
      for (const [name, file] of Object.entries(bundle)) {
        if (used.has(name)) delete bundle[name];
        else if (name !== 'index.html') throw new Error(`${file.fileName} would stand beside the single file`);
      }
      delete bundle['index.html'];
      this.emitFile({ type: 'asset', fileName: 'guidance-lab.html', source: html });
    },
  };
}

/** The page that stands in an iframe. Its script is a classic one: a sandboxed frame may load it without CORS. */
function framePage(): Plugin {
  return {
    name: 'frame-page',
    async writeBundle({ dir }) {
      await writeFile(`${dir}/embed.html`, readFileSync(here('www/embed/embed.html')));
    },
  };
}

const KINDS = {
  inline: {
    input: here('www/figure/register.ts'),
    output: { format: 'es', entryFileNames: 'guidance-lab.inline.js' },
    plugins: [],
  },
  frame: {
    input: here('www/embed/frame.ts'),
    output: { format: 'iife', entryFileNames: 'guidance-lab.frame.js' },
    plugins: [framePage()],
  },
  offline: { input: here('index.html'), output: { format: 'es' }, plugins: [pages(true), lessons(), intoPage()] },
} as const;

export default defineConfig(({ mode }) => {
  const kind = KINDS[mode as keyof typeof KINDS];
  if (!kind) throw new Error(`--mode is one of ${Object.keys(KINDS).join(', ')}`);
  return {
    root: here('.'),
    // No file names another, so nothing is relative to anything.
    base: '/',
    define: { ...constants, __OFFLINE__: String(mode === 'offline') },
    publicDir: false,
    plugins: [
      packed(mode === 'offline'),
      noPreload(),
      wasmFrom('www/embed/packed-page.ts', (name) => `wasmFile(${name})`, 'wasmFile'),
      sealed(),
      ...kind.plugins,
    ],
    build: {
      outDir: here('dist'),
      emptyOutDir: false,
      target: 'es2022',
      cssTarget,
      modulePreload: false,
      cssCodeSplit: false,
      assetsInlineLimit: Number.MAX_SAFE_INTEGER,
      rolldownOptions: {
        input: kind.input,
        preserveEntrySignatures: 'strict',
        output: { ...kind.output, codeSplitting: false },
      },
    },
  };
});
