import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin } from 'vite';
import { article } from './vite.article.ts';
import { lessons } from './vite.lessons.ts';
import { metadata } from './vite.meta.ts';
import { notices } from './vite.notices.ts';
import { pageInputs, pages } from './vite.site.ts';

const { version } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8')) as { version: string };

/** What stands for itself in the sources. */
export const constants = { __VERSION__: JSON.stringify(version), __OFFLINE__: 'false' };

/** Those that know light-dark(): a figure takes the color-scheme of the page around it. */
export const cssTarget = ['chrome123', 'firefox120', 'safari17.5'];

export const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** `fetch(new URL('x.wasm', import.meta.url))`, or the same without `fetch`. */
const WASM = /(fetch\(\s*)?new URL\(\s*['"`](?:\.\/)?([\w.-]+\.wasm)['"`]\s*,\s*import\.meta\.url\s*\)(\s*\))?/g;

/** In wasm-bindgen's script and the loader of chunks, puts `file`, imported from `module`, for what they fetch. */
export function wasmFrom(module: string, file: (name: string) => string, imported: string): Plugin {
  return {
    name: 'wasm-from',
    enforce: 'pre',
    transform(code, id) {
      if (!id.startsWith(here('www/wasm/')) || !id.endsWith('.js')) return null;
      let found = 0;
      const replaced = code.replace(WASM, (_, fetched: string | undefined, name: string, end = '') => {
        found += 1;
        return file(JSON.stringify(name)) + (fetched ? '' : end);
      });
      return found > 0 ? `import { ${imported} } from ${JSON.stringify(here(module))};\n${replaced}` : null;
    },
  };
}

/** npm's package: the page's modules name the wasm files, and the worker is one file that looks for none. */
function located(): Plugin {
  return {
    name: 'located',
    enforce: 'pre',
    resolveId: (id, from) =>
      id === './wasm-files' && from?.startsWith(here('www/')) ? here('www/embed/wasm-files.ts') : null,
  };
}

/** Nothing is preloaded in a single file, nor in npm's package, where webpack warns of the helper that would do it. */
export function noPreload(): Plugin {
  return {
    name: 'no-preload',
    enforce: 'pre',
    // Vite's mark for a list of files that it fills in only where there are such files.
    renderChunk: (code) => code.replaceAll('__VITE_PRELOAD__', '[]'),
    load: (id) => (id === '\0vite/preload-helper.js' ? 'export const __vitePreload = (load) => load();' : null),
  };
}

/**
 * What is fetched together with a file: with a page all that it needs, with the parts of a lesson, which is the page to who
 * opens one, too. Of other parts only the style sheets: they are not waited for, and a list of scripts has its size.
 */
function ahead(file: string, needed: string[], { hostType }: { hostType: 'html' | 'js' }): string[] {
  return hostType === 'html' || /\/(session|lesson-card)-/.test(file)
    ? needed
    : needed.filter((each) => each.endsWith('.css'));
}

/** The site: a part's style sheets come before it, its scripts with it. */
const SHEETS_FIRST = `export const __vitePreload = async (load, files = [], from) => {
  const urls = files.map((file) => new URL(file, from).href);
  for (const href of urls.filter((url) => url.endsWith('.js')))
    document.head.append(Object.assign(document.createElement('link'), { rel: 'modulepreload', href }));
  const sheets = urls.filter((url) => url.endsWith('.css'));
  const missing = sheets.filter((href) => ![...document.styleSheets].some((sheet) => sheet.href === href));
  await Promise.all(missing.map((href) => new Promise((onload) => {
    document.head.append(Object.assign(document.createElement('link'), { rel: 'stylesheet', href, onload, onerror: onload }));
  })));
  return load();
};`;

function sheetsFirst(): Plugin {
  return {
    name: 'sheets-first',
    enforce: 'pre',
    load: (id) => (id === '\0vite/preload-helper.js' ? SHEETS_FIRST : null),
    transformIndexHtml: {
      order: 'post',
      handler: (html) => html.replaceAll('rel="modulepreload"', 'rel="modulepreload" fetchpriority="low"'),
    },
  };
}

/**
 * What a page has done to the language is not met. The bundler's own `for … in` takes what stands on `Object.prototype` for a
 * module's exports; Lit takes a chance number where any number does.
 */
export function sealed(): Plugin {
  const LOOP = /for\((?:var|let|const) (\w+) in (\w+)\)(?=\w+\(\w+,\1,\{get:\2\[\1\])/g;
  return {
    name: 'sealed',
    apply: 'build',
    transform: (code, id) =>
      /node_modules\/lit-html\//.test(id) ? code.replaceAll('Math.random()', '0.271828183') : null,
    generateBundle: {
      order: 'pre',
      handler(_, bundle) {
        for (const file of Object.values(bundle)) {
          if (file.type === 'chunk') file.code = file.code.replace(LOOP, 'for(let $1 of Object.keys($2))');
        }
      },
    },
  };
}

const fromPage = (): Plugin => wasmFrom('www/workers/located.ts', (name) => `fetch(located[${name}])`, 'located');

/** The service worker, with the names of the site's files and a hash of them all. */
function serviceWorker(): Plugin {
  return {
    name: 'service-worker',
    apply: 'build',
    generateBundle: {
      order: 'post',
      handler(_, bundle) {
        // Posters and previews stand in other people's pages, and what is not found is told by a server.
        const files = Object.values(bundle).filter(({ fileName }) => !/\.(webp|jpg|xml)$|^404\.html$/.test(fileName));
        files.sort((a, b) => (a.fileName < b.fileName ? -1 : 1));
        const hashOf = (file: (typeof files)[number]) => {
          const content = file.type === 'chunk' ? file.code : file.source;
          return [file.fileName, createHash('sha256').update(content).digest('hex')];
        };
        const hash = createHash('sha256');
        for (const file of files) hash.update(file.fileName).update(file.type === 'chunk' ? file.code : file.source);
        const source = readFileSync(here('www/embed/service-worker.js'), 'utf8')
          .replace('__SITE_VERSION__', hash.digest('hex').slice(0, 16))
          .replace('__SITE_FILES__', JSON.stringify(Object.fromEntries(files.map(hashOf))));
        this.emitFile({ type: 'asset', fileName: 'service-worker.js', source });
      },
    },
  };
}

const noticed = notices(here('.'));

// `npx vite` alone serves the sources; `cargo xtask build` makes the wasm module first and then
// runs `vite build`, once for the site and once (`--mode package`) for npm; `vite.single.ts` makes
// the files that have everything inside.
/** The worker names eighty parts of the module; what no compression takes away of that is their hashes. */
const assetFileNames = ({ names }: { names: string[] }) =>
  `assets/[name]-[hash${names[0]?.endsWith('.wasm') ? ':4' : ''}][extname]`;

export default defineConfig(({ mode }) => ({
  // The site works under any path.
  base: './',
  // Where there is no file, there is no page.
  appType: 'mpa' as const,
  // `cargo xtask serve`: for this machine only.
  preview: { host: '127.0.0.1' },
  define: constants,
  plugins: [
    noticed.page(),
    sealed(),
    ...(mode === 'package'
      ? [located(), fromPage(), noPreload()]
      : [sheetsFirst(), pages(), article(), lessons(), metadata(), serviceWorker()]),
  ],
  build: {
    target: 'es2022',
    cssTarget,
    outDir: mode === 'package' ? 'package' : 'dist',
    modulePreload: mode === 'package' ? false : { polyfill: false, resolveDependencies: ahead },
    // A strict host lets nobody fetch what stands in a script.
    assetsInlineLimit: (file: string) => (file.endsWith('.wasm') ? false : undefined),
    rolldownOptions: {
      input:
        mode === 'package'
          ? { index: 'www/figure/index.ts', 'guidance-lab': 'www/figure/register.ts' }
          : { page: 'index.html', ...pageInputs(), 'guidance-lab': 'www/figure/register.ts' },
      // The element's exports are its interface; nothing may be shaken out of them.
      preserveEntrySignatures: 'strict' as const,
      output: {
        // What every figure needs comes in few files: small ones compress badly.
        advancedChunks: {
          groups: [
            {
              name: 'shared',
              test: /node_modules\/@?lit(?!.*(unsafe|directive))|preload-helper|www\/(words\/(index|markup|numbers|units)|lab\/(?!law|sweep|summary|diagnosis|shape|surface|trainer|parts|whose|matched|measured|opened|fit|at\b)\w[\w-]*|workers\/(again|call|client|located|samplers|trusted|wasm-files|worker-url)|painter\/(subject|stage|theme|ticks|surface|line|spacetime|density|guidance|tracks|colormap)|controls\/(?!weight|rules|score|learned-score|whose-harm|form|training|learning-curve|network-file|download|drawn|inputs|swatch|complaint|sheet|classifier)[\w/-]*|figure\/(?!register|charts|explanations|index|said|verdict|summary|readouts)\w[\w-]*)\.(ts|css)/,
            },
            {
              name: 'said',
              test: /www\/(figure\/(said|verdict|summary|readouts)|lab\/summary|controls\/(classifier\/[\w-]*|inputs|swatch|complaint)|words\/popover)\.ts/,
            },
          ],
        },
        // These names are public and stable; the others carry a hash.
        entryFileNames: (chunk: { name: string }) =>
          ['guidance-lab', 'index'].includes(chunk.name) ? `${chunk.name}.js` : 'assets/[name]-[hash].js',
        assetFileNames,
      },
    },
  },
  worker: {
    format: 'es' as const,
    plugins: () => [noticed.worker(), sealed(), ...(mode === 'package' ? [fromPage()] : [])],
    rolldownOptions: { output: mode === 'package' ? { codeSplitting: false as const } : { assetFileNames } },
  },
}));
