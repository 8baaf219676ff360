/**
 * npm's package as its users get it: packed, put into small projects of their own, built by their bundlers, run in a
 * browser from another origin's folder. Each project has a lock file of its own; only what it names is installed.
 */
import { cp, readdir, readFile, writeFile } from 'node:fs/promises';
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
  const names = (await readdir(join(folder, 'package/assets'))).map((name) => name.replace(/-[\w-]{8}(?=\.)/, ''));
  expect(names.filter((name) => name.endsWith('.wasm')).length).toBeGreaterThan(0);
  expect(await readdir(folder)).not.toContain('www');
  expect(await readdir(folder)).not.toContain('dist');
});

test('on a server it can be imported and does nothing', async () => {
  const project = join(work, 'server');
  await packed.install(project);
  await writeFile(
    join(project, 'index.mjs'),
    `import { GuidanceLab, LabError } from 'guidance-lab';
     import 'guidance-lab/register';
     import 'guidance-lab/inline';
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
     // @ts-expect-error: no such sampler
     await lab.setState({ process: { sampler: 'magic' } });
     export { made, LabError };`,
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

describe.each([
  ['react', 'dist'],
  ['svelte', 'dist'],
  ['webpack', 'dist'],
])('examples/%s', (name, out) => {
  test('is built, runs, and follows its own input', async () => {
    const project = join(work, name);
    await cp(join(root, 'examples', name), project, {
      recursive: true,
      filter: (path) => !/node_modules|dist$/.test(path),
    });
    await run(npm, ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline'], { cwd: project });
    await packed.install(project);
    await run(npm, ['run', 'build'], { cwd: project });
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
    expect(await opened.errors()).toEqual([]);
    await opened.close();
    await site.close();
  });
});
