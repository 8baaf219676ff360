/**
 * npm's package as its users get it: packed, put into small projects of their own, built by their bundlers, run in a
 * browser from another origin's folder. Each project has a lock file of its own; only what it names is installed.
 */
import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type * as playwright from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chromium, type Handle } from '../web/browsers';
import { host } from '../web/host';
import { type Lab, ready, sharedWorkers } from '../web/lab';
import { npm, type Packed, pack, root, run } from './pack';

let packed: Packed;
let work: string;
let browser: Handle<playwright.Page>;
beforeAll(async () => {
  packed = await pack();
  work = packed.work;
  browser = await chromium({ webgpu: false });
});
afterAll(async () => {
  await browser?.close();
  await packed?.remove();
});

test('the package holds what it promises, and nothing of the sources', async () => {
  const project = join(work, 'holds');
  const folder = await packed.install(project);
  const { exports, customElements, types } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  const promised = [
    customElements,
    types,
    ...Object.values(exports).flatMap((target) =>
      typeof target === 'string' ? [target] : Object.values(target as object),
    ),
  ].filter((path) => !path.includes('*'));
  for (const path of promised) expect((await readFile(join(folder, path))).length, path).toBeGreaterThan(0);
  const names = (await readdir(join(folder, 'assets'))).map((name) => name.replace(/-[\w-]{8}(?=\.)/, ''));
  expect(names.filter((name) => name.endsWith('.wasm')).length).toBeGreaterThan(0);
  expect(await readdir(folder)).not.toContain('www');
  expect(await readdir(folder)).not.toContain('dist');
});

test('it brings its licences, and those of all that is inside', async () => {
  const folder = await packed.install(join(work, 'licences'));
  for (const name of ['LICENSE', 'LICENSE-MIT', 'LICENSE-APACHE']) {
    expect(await readFile(join(folder, name), 'utf8')).toBe(await readFile(join(root, name), 'utf8'));
  }
  const notices = await readFile(join(folder, 'NOTICES.txt'), 'utf8');
  // `uplot` is in a script that is fetched later, `wgpu` in the wasm module.
  for (const name of ['lit-html', 'uplot', 'marked']) expect(notices).toMatch(`\n${name} `);
  for (const name of ['wgpu', 'serde', 'wasm-bindgen', 'unicode-ident']) expect(notices).toMatch(`\n${name} `);
  for (const holder of ['Google LLC', 'Leon Sorokin', 'The gfx-rs developers']) expect(notices).toContain(holder);
  // Tools are not inside, and neither is what only builds the module.
  expect(notices).not.toMatch(/\n(playwright-core|syn|proc-macro2|guidance-lab) \d/);
  const site = await readFile(join(root, 'dist/NOTICES.txt'), 'utf8');
  expect(site).toMatch(/\nyaml \d/);
});

test('every link and picture of its README works outside of the repository', async () => {
  const folder = await packed.install(join(work, 'readme'));
  const { name, version } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  const readme = await readFile(join(folder, 'README.md'), 'utf8');
  const links = [...readme.matchAll(/\]\(([^)]+)\)/g)].map(([, link]) => link as string);
  expect(links.length).toBeGreaterThan(4);
  const cdn = `https://cdn.jsdelivr.net/npm/${name}@${version}/`;
  for (const link of links) {
    expect(link).toMatch(/^https:/);
    if (link.startsWith(cdn)) expect((await readFile(join(folder, link.slice(cdn.length)))).length).toBeGreaterThan(0);
  }
  // A script from a CDN: the file that needs nothing beside it, also where only the package is named.
  const { unpkg, jsdelivr } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  expect(new Set([unpkg, jsdelivr])).toEqual(new Set(['./guidance-lab.inline.js']));
  expect(readme).toContain('https://cdn.jsdelivr.net/npm/guidance-lab/guidance-lab.inline.js');
});

test('the address of the repository, once there is one, is where npm looks for it', async () => {
  const { manifest, absolute } = await import(join(root, 'www/package/make.mjs'));
  const ours = { name: 'guidance-lab', version: '1.2.3' };
  expect(Object.keys(manifest(ours, {}))).not.toContain('bugs');
  const placed = { ...ours, repository: { type: 'git', url: 'git+https://code.example/lab/lab.git' } };
  expect(manifest(placed, { type: 'module' })).toMatchObject({
    repository: placed.repository,
    homepage: 'https://code.example/lab/lab#readme',
    bugs: { url: 'https://code.example/lab/lab/issues' },
    type: 'module',
  });
  const text = '[a](docs/a.md), ![b](b.png), [c](https://c.example), [d](#d)';
  expect(absolute(text, placed)).toBe(
    '[a](https://code.example/lab/lab/blob/v1.2.3/docs/a.md), ' +
      '![b](https://cdn.jsdelivr.net/npm/guidance-lab@1.2.3/b.png), [c](https://c.example), [d](#d)',
  );
});

test('in the repository itself there is nothing to pack, and npm says what to do', async () => {
  const clone = join(work, 'clone');
  await mkdir(clone);
  await cp(join(root, 'package.json'), join(clone, 'package.json'));
  const failed = await run(npm, ['pack'], { cwd: clone }).then(
    () => '',
    (error: { stderr: string }) => error.stderr,
  );
  expect(failed).toContain('cargo xtask build');
  expect(await readdir(clone)).toEqual(['package.json']);
});

test('publint and are-the-types-wrong find nothing', async () => {
  const { problems } = await import(join(root, 'www/package/check.mjs'));
  expect(await problems(packed.file)).toEqual([]);
});

test.each(['edge-light', 'workerd', 'deno'])(
  'at the edge, under the condition %s, it does nothing',
  async (condition) => {
    const project = join(work, condition);
    await packed.install(project);
    await writeFile(
      join(project, 'index.mjs'),
      `import { LabError } from 'guidance-lab';
     import 'guidance-lab/register';
     import 'guidance-lab/inline';
     console.log(typeof LabError, typeof HTMLElement);`,
    );
    const { rolldown } = await import('rolldown');
    const bundle = await rolldown({
      input: join(project, 'index.mjs'),
      resolve: { conditionNames: [condition, 'worker', 'import', 'default'] },
    });
    await bundle.write({ file: join(project, 'bundled.mjs') });
    await bundle.close();
    const { stdout } = await run(process.execPath, ['bundled.mjs'], { cwd: project });
    expect(stdout.trim()).toBe('function undefined');
  },
);

test('on a server it can be imported and does nothing', async () => {
  const project = join(work, 'server');
  await packed.install(project);
  await writeFile(
    join(project, 'index.mjs'),
    `import { GuidanceLab, LabError } from 'guidance-lab';
     import 'guidance-lab/register';
     import 'guidance-lab/inline';
     import 'guidance-lab/react';
     import 'guidance-lab/svelte';
     import 'guidance-lab/vue';
     const error = LabError.from({ code: 'range', path: 'seed', message: 'too large' });
     console.log(typeof GuidanceLab, error.path, typeof globalThis.customElements);`,
  );
  const { stdout } = await run(process.execPath, ['index.mjs'], { cwd: project });
  expect(stdout.trim()).toBe('function seed undefined');
});

test('importing the class defines no tag, and its types say what it does', async () => {
  const project = join(work, 'types');
  await packed.install(project);
  await writeFile(
    join(project, 'index.ts'),
    `import { GuidanceLab, LabError, type State } from 'guidance-lab';
     import 'guidance-lab/register';
     const lab = document.querySelector('guidance-lab')!;
     const made: HTMLElement = new GuidanceLab();
     lab.addEventListener('measurement', ({ detail }) => detail.conditionalKl.toFixed(2));
     const gamma: number = (lab.state satisfies State).guidance.gamma;
     await lab.setState({ guidance: { gamma: gamma + 1 } });
     const [row] = await lab.sweep({ path: 'guidance.gamma', values: [gamma] });
     row?.measurement.conditionalKl.toFixed(2);
     const { score } = await lab.at([[0.3, 0.2], Float64Array.of(1, 2)], { time: 0.5 });
     const first: number | undefined = score[0];
     lab.state = { seed: 2 };
     lab.guidance = { gamma: 3 };
     lab['guidance.gamma'] = 3;
     lab['classifier.frequency'] = '64';
     const target: number = lab.guidance.target;
     // @ts-expect-error: no such field
     lab.guidance = { gama: 3 };
     // @ts-expect-error: no such sampler
     await lab.setState({ process: { sampler: 'magic' } });
     export { made, target, first, LabError };`,
  );
  for (const [module, moduleResolution] of [
    ['esnext', 'bundler'],
    ['nodenext', 'nodenext'],
  ]) {
    await writeFile(join(project, 'package.json'), '{ "type": "module" }');
    await writeFile(
      join(project, 'tsconfig.json'),
      JSON.stringify({
        compilerOptions: {
          strict: true,
          noEmit: true,
          target: 'es2022',
          module,
          moduleResolution,
          types: [],
          skipLibCheck: false,
        },
        files: ['index.ts'],
      }),
    );
    const checked = await run(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', project]).catch(
      (error: { stdout: string }) => error,
    );
    expect(checked.stdout, `moduleResolution ${moduleResolution}`).toBe('');
  }
});

describe('a bundler that brings no files along (Rolldown here, esbuild, Rollup, Angular)', () => {
  const open = async (entry: string) => {
    const project = join(work, `plain ${entry}`);
    await packed.install(project);
    await writeFile(join(project, 'index.mjs'), `import 'guidance-lab/${entry}';`);
    const { rolldown } = await import('rolldown');
    const bundle = await rolldown({ input: join(project, 'index.mjs') });
    await bundle.write({ dir: join(project, 'dist') });
    await bundle.close();
    const tag = '<guidance-lab preset="wiggle" controls="weight"></guidance-lab>';
    const page = `<!doctype html><link rel="icon" href="data:,"><script type="module" src="index.js"></script>${tag}`;
    await writeFile(join(project, 'dist/index.html'), page);
    const site = await host({ folders: { '/': join(project, 'dist') } });
    const opened = await browser.open(`${site.origin}/`);
    return { opened, close: () => opened.close().then(site.close) };
  };

  test('inline runs', async () => {
    const { opened, close } = await open('inline');
    await ready(opened);
    expect(await opened.errors()).toEqual([]);
    await close();
  });

  test('register says in the figure that it cannot run, and in the console what to import', async () => {
    const { opened, close } = await open('register');
    await opened.native.locator('guidance-lab').getByText('cannot run here').waitFor();
    await expect.poll(() => opened.errors()).toContainEqual(expect.stringContaining("import 'guidance-lab/inline'"));
    await close();
  });
});

describe.each([
  ['react', 'dist'],
  ['svelte', 'dist'],
  ['webpack', 'dist'],
  ['vue', 'dist'],
  ['astro', 'dist'],
])('examples/%s', (name, out) => {
  test('is built, runs, and follows its own input', async () => {
    const project = join(work, name);
    await cp(join(root, 'examples', name), project, {
      recursive: true,
      filter: (path) => !/node_modules|dist$|[/\\]\.astro$/.test(path),
    });
    await run(npm, ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline'], { cwd: project });
    await packed.install(project);
    const { stdout, stderr } = await run(
      npm,
      ['run', 'build', ...(name === 'astro' ? ['--', '--base', '/deep/path/'] : [])],
      {
        cwd: project,
        env: { ...process.env, ASTRO_TELEMETRY_DISABLED: '1' },
      },
    );
    expect(stdout + stderr).not.toMatch(/critical dependency|WARNING in/i);
    if (name === 'webpack') await cp(join(project, 'index.html'), join(project, out, 'index.html'));
    const site = await host({ folders: { '/deep/path/': join(project, out) } });
    const opened = await browser.open(`${site.origin}/deep/path/`);
    await ready(opened);
    expect(await sharedWorkers(opened)).toEqual(['exact', 'particles']);
    await opened.native.locator('input').fill('6');
    await expect.poll(() => opened.native.locator('#seen').textContent()).toBe('6');
    expect(
      await opened.evaluate(() => {
        const { state } = document.querySelector('guidance-lab') as Lab;
        return [state.guidance.gamma, state.particles];
      }),
    ).toEqual([6, 2000]);
    // What is refused is said to the page, too, where the example has a place for it.
    if (['react', 'svelte', 'vue'].includes(name)) {
      await opened.evaluate(() => Object.assign(document.querySelector('guidance-lab') as Lab, { seed: -1 }));
      await expect.poll(() => opened.native.locator('#wrong').textContent()).toContain('seed is -1');
    }
    expect(await opened.errors()).toEqual([]);
    await opened.close();
    await site.close();
  });
});
