/**
 * Hosts that the tests of every day do not build, each by docs/embedding.md alone: bundlers and site generators as npm
 * and PyPI have them, pinned. `cargo xtask test hosts` does, and so does a release; it needs the network.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import type * as playwright from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { npm, type Packed, pack, run } from '../packages/pack';
import { chromium, type Handle } from '../web/browsers';
import { host } from '../web/host';
import { inked, type Lab, ready } from '../web/lab';

const TAG = '<guidance-lab preset="two-modes" particles="1000" guidance.gamma="2"></guidance-lab>';
const page = (script: string) =>
  `<!doctype html><html lang="en"><meta charset="utf-8"><title>A page</title><link rel="icon" href="data:,">${script}${TAG}</html>`;

interface Project {
  /** npm's packages, or PyPI's, with their versions. */
  npm?: Record<string, string>;
  pip?: string[];
  manifest?: Record<string, unknown>;
  files: Record<string, string>;
  build: string[];
  /** What is served, and where. */
  out: string;
  base?: string;
  path?: string;
}

const HOSTS: Record<string, Project> = {
  esbuild: {
    npm: { esbuild: '0.28.2' },
    files: {
      'main.js': "import 'guidance-lab/inline';",
      'out/index.html': page('<script type="module" src="main.js"></script>'),
    },
    build: ['esbuild', 'main.js', '--bundle', '--format=esm', '--outdir=out'],
    out: 'out',
  },
  Rollup: {
    npm: { rollup: '4.68.8', '@rollup/plugin-node-resolve': '16.0.3' },
    files: {
      'main.js': "import 'guidance-lab/inline';",
      'out/index.html': page('<script type="module" src="main.js"></script>'),
    },
    build: ['rollup', 'main.js', '--plugin', 'node-resolve', '--format', 'es', '--dir', 'out'],
    out: 'out',
  },
  Rspack: {
    npm: { '@rspack/core': '2.3.3', '@rspack/cli': '2.2.8' },
    files: {
      'rspack.config.mjs':
        "export default { mode: 'production', entry: './main.js', output: { path: import.meta.dirname + '/out', publicPath: 'auto' }, performance: false };",
      'main.js': "import 'guidance-lab/register';",
      'out/index.html': page('<script defer src="main.js"></script>'),
    },
    build: ['rspack', 'build'],
    out: 'out',
  },
  Parcel: {
    npm: { parcel: '2.16.4' },
    manifest: { '@parcel/resolver-default': { packageExports: true } },
    files: {
      'main.js': "import 'guidance-lab/register';",
      'index.html': page('<script type="module" src="main.js"></script>'),
    },
    build: ['parcel', 'build', 'index.html', '--no-source-maps', '--public-url', './', '--dist-dir', 'out'],
    out: 'out',
  },
  VitePress: {
    npm: { vitepress: '1.6.4' },
    files: {
      'index.md': `# A page\n\n${TAG}\n\n<script setup>\nimport { onMounted } from 'vue';\nonMounted(() => import('guidance-lab/register'));\n</script>\n`,
      '.vitepress/config.mjs':
        "export default { base: '/deep/', vue: { template: { compilerOptions: { isCustomElement: (tag) => tag === 'guidance-lab' } } } };",
    },
    build: ['vitepress', 'build'],
    out: '.vitepress/dist',
    base: '/deep/',
  },
  Nuxt: {
    // It asks for a newer Node than the tests do: npm's package of it brings one.
    npm: { nuxt: '4.5.2', node: '22.23.3' },
    files: {
      'nuxt.config.mjs':
        "export default { telemetry: false, compatibilityDate: '2026-11-01', app: { baseURL: '/deep/' }, vue: { compilerOptions: { isCustomElement: (tag) => tag === 'guidance-lab' } } };",
      'app.vue': `<script setup>\nimport 'guidance-lab/register';\n</script>\n\n<template>\n  ${TAG}\n</template>\n`,
    },
    build: ['nuxt', 'generate'],
    out: '.output/public',
    base: '/deep/',
  },
  Next: {
    npm: { next: '16.4.6', react: '19.3.1', 'react-dom': '19.3.1' },
    files: {
      'next.config.mjs': "export default { output: 'export', basePath: '/deep' };",
      'app/layout.jsx':
        'export default ({ children }) => <html lang="en"><body>{children}</body></html>;\nexport const metadata = { title: "A page", icons: "data:," };',
      'app/page.jsx':
        "'use client';\nimport 'guidance-lab/register';\nexport default () => <guidance-lab preset=\"two-modes\" particles=\"1000\" {...{ 'guidance.gamma': 2 }} />;",
    },
    build: ['next', 'build'],
    out: 'out',
    base: '/deep/',
  },
  Docusaurus: {
    npm: {
      '@docusaurus/core': '3.10.2',
      '@docusaurus/preset-classic': '3.10.2',
      react: '19.3.1',
      'react-dom': '19.3.1',
    },
    // Its own files are not modules.
    manifest: { type: undefined },
    files: {
      'docusaurus.config.mjs':
        "export default { title: 'A site', url: 'https://example.org', baseUrl: '/deep/', presets: [['classic', { blog: false, docs: { routeBasePath: '/' } }]], clientModules: ['./figures.js'] };",
      'figures.js': "if (typeof window !== 'undefined') import('guidance-lab/register');",
      'docs/page.mdx':
        '---\nslug: /\n---\n# A page\n\n<guidance-lab preset="two-modes" particles="1000" {...{ \'guidance.gamma\': 2 }} />\n',
    },
    build: ['docusaurus', 'build'],
    out: 'build',
    base: '/deep/',
  },
  SvelteKit: {
    npm: {
      '@sveltejs/kit': '2.70.4',
      '@sveltejs/adapter-static': '3.0.11',
      '@sveltejs/vite-plugin-svelte': '6.2.3',
      svelte: '5.57.3',
      vite: '7.3.8',
    },
    files: {
      'vite.config.js': "import { sveltekit } from '@sveltejs/kit/vite';\nexport default { plugins: [sveltekit()] };",
      'svelte.config.js':
        "import adapter from '@sveltejs/adapter-static';\nexport default { kit: { adapter: adapter(), paths: { base: '/deep' } } };",
      'src/app.html':
        '<!doctype html><html lang="en"><head><link rel="icon" href="data:,">%sveltekit.head%</head><body>%sveltekit.body%</body></html>',
      'src/routes/+layout.js': 'export const prerender = true;',
      'src/routes/+page.svelte': `<script>\n  import 'guidance-lab/register';\n</script>\n\n${TAG}\n`,
    },
    build: ['vite', 'build'],
    out: 'build',
    base: '/deep/',
  },
  Angular: {
    npm: {
      '@angular/build': '20.3.41',
      '@angular/cli': '20.3.43',
      '@angular/common': '20.3.35',
      '@angular/compiler': '20.3.35',
      '@angular/compiler-cli': '20.3.35',
      '@angular/core': '20.3.35',
      '@angular/platform-browser': '20.3.35',
      rxjs: '7.8.2',
      typescript: '5.9.3',
    },
    files: {
      'angular.json': JSON.stringify({
        version: 1,
        cli: { analytics: false },
        projects: {
          page: {
            projectType: 'application',
            root: '',
            sourceRoot: 'src',
            architect: {
              build: {
                builder: '@angular/build:application',
                options: {
                  browser: 'src/main.ts',
                  index: 'src/index.html',
                  tsConfig: 'tsconfig.json',
                  outputPath: 'out',
                },
              },
            },
          },
        },
      }),
      'tsconfig.json': JSON.stringify({
        compilerOptions: {
          target: 'ES2022',
          module: 'preserve',
          moduleResolution: 'bundler',
          experimentalDecorators: true,
          lib: ['ES2022', 'DOM'],
          skipLibCheck: true,
        },
        files: ['src/main.ts'],
      }),
      'src/index.html':
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>A page</title><base href="./"><link rel="icon" href="data:,"></head><body><app-root></app-root></body></html>',
      'src/main.ts': `import { CUSTOM_ELEMENTS_SCHEMA, Component, provideZonelessChangeDetection } from '@angular/core';
import { bootstrapApplication } from '@angular/platform-browser';
import 'guidance-lab/inline';

@Component({ selector: 'app-root', schemas: [CUSTOM_ELEMENTS_SCHEMA], template: '${TAG}' })
class Page {}

bootstrapApplication(Page, { providers: [provideZonelessChangeDetection()] });
`,
    },
    build: ['ng', 'build'],
    out: 'out/browser',
  },
  'MkDocs Material': {
    pip: ['mkdocs-material==9.8.2'],
    files: {
      'mkdocs.yml':
        'site_name: A site\ntheme:\n  name: material\n  font: false\nextra_javascript:\n  - path: guidance-lab/guidance-lab.js\n    type: module\n',
      'docs/index.md': `# A page\n\n${TAG}\n`,
    },
    build: ['mkdocs', 'build', '--quiet'],
    out: 'site',
  },
  'Sphinx, MyST, Furo': {
    pip: ['sphinx==9.0.4', 'myst-parser==5.2.0', 'furo==2025.12.19'],
    files: {
      'conf.py':
        "project = 'A site'\nextensions = ['myst_parser']\nhtml_theme = 'furo'\nhtml_static_path = ['_static']\nhtml_js_files = [('guidance-lab/guidance-lab.js', {'type': 'module'})]\n",
      'index.md': `# A page\n\n${TAG}\n`,
    },
    build: ['sphinx-build', '-q', '-b', 'html', '.', 'out'],
    out: 'out',
  },
};

let packed: Packed;
let browser: Handle<playwright.Page>;
beforeAll(async () => {
  packed = await pack();
  browser = await chromium({ webgpu: false });
});
afterAll(async () => {
  await browser?.close();
  await packed?.remove();
});

test.each(Object.entries(HOSTS))('%s', async (name, project) => {
  const folder = join(packed.work, name.replaceAll(/\W+/g, '-'));
  for (const [path, text] of Object.entries(project.files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  const [program = '', ...rest] = project.build;
  if (project.npm) {
    const manifest = { name: 'a-page', private: true, type: 'module', dependencies: project.npm, ...project.manifest };
    await writeFile(join(folder, 'package.json'), JSON.stringify(manifest));
    await run(npm, ['install', '--no-audit', '--no-fund', '--prefer-offline'], { cwd: folder });
    await packed.install(folder);
    const programs = join(folder, 'node_modules/.bin');
    const env = { ...process.env, PATH: `${programs}${delimiter}${process.env.PATH}` };
    await run(join(programs, program), rest, { cwd: folder, env });
  } else {
    // Where each tool takes what it copies along.
    await packed.unpack(join(folder, program === 'mkdocs' ? 'docs/guidance-lab' : '_static/guidance-lab'));
    await run('python3', ['-m', 'venv', 'python'], { cwd: folder });
    await run(join(folder, 'python/bin/pip'), ['install', '--quiet', ...(project.pip ?? [])], { cwd: folder });
    await run(join(folder, 'python/bin', program), rest, { cwd: folder });
  }
  const base = project.base ?? '/deep/path/';
  const site = await host({ folders: { [base]: join(folder, project.out) } });
  const opened = await browser.open(`${site.origin}${base}${project.path ?? ''}`);
  await ready(opened);
  const state = await opened.evaluate(() => {
    const { guidance, particles } = (document.querySelector('guidance-lab') as Lab).state;
    return [guidance.gamma, particles];
  });
  expect(state).toEqual([2, 1000]);
  await expect.poll(async () => (await inked(opened))[0]).toBeGreaterThan(0.02);
  expect((await opened.errors()).filter((error) => /guidance|lab/i.test(error))).toEqual([]);
  await opened.close();
  await site.close();
});
