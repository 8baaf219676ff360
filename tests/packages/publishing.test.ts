/**
 * Figures in what people publish with: each example of `examples/` is built by its own tool, served from some path
 * of a server, and run. Quarto is not: it is not in Debian, npm or crates.io; pandoc, which it runs, is.
 */
import { execFile } from 'node:child_process';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type * as playwright from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { chromium, type Handle, type Page } from '../web/browsers';
import { type Host, host } from '../web/host';
import { atRest, inked, type Lab } from '../web/lab';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url));
const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';

let work: string;
let browser: Handle<playwright.Page>;
const sites: Host[] = [];
beforeAll(async () => {
  work = await mkdtemp(join(tmpdir(), 'publishing-'));
  browser = await chromium({ webgpu: false });
});
afterAll(async () => {
  await browser?.close();
  for (const site of sites) await site.close();
  await rm(work, { recursive: true, force: true });
});

/** A copy of an example, with the package in the folder where its tool wants it. */
async function example(name: string, packageAt: string): Promise<string> {
  const project = join(work, name);
  await cp(join(root, 'examples', name), project, {
    recursive: true,
    filter: (path) => !/node_modules|dist$/.test(path),
  });
  await cp(join(root, 'package'), join(project, packageAt), { recursive: true });
  return project;
}

/** An example of npm's, with what its lock file names, and the package beside it. */
async function npmExample(name: string): Promise<string> {
  const project = await example(name, '.package');
  await run(npm, ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline'], { cwd: project });
  const installed = join(project, 'node_modules/guidance-lab');
  await cp(join(project, '.package'), installed, { recursive: true });
  return project;
}

async function open(folder: string, path: string): Promise<Page<playwright.Page>> {
  const prefix = path.slice(0, path.indexOf('/', 1) + 1);
  const site = await host({ folders: { [prefix]: folder } });
  sites.push(site);
  return browser.open(`${site.origin}${path}`);
}

/** Waits for all figures of a page to stand: their presets and what their attributes ask for. */
function figures(page: Page, path: string): Promise<[string, unknown][]> {
  return page.evaluate(async (path: string) => {
    await customElements.whenDefined('guidance-lab');
    const labs = [...document.querySelectorAll('guidance-lab')] as (Lab & { preset: string })[];
    await Promise.all(labs.map((lab) => lab.ready));
    const held = (lab: Lab) => path.split('.').reduce<unknown>((value, key) => (value as never)[key], lab.state);
    return labs.map((lab) => [lab.preset, held(lab)]);
  }, path);
}

test('mdBook: in a chapter and in one of a folder, and arrows in a figure turn no page', async () => {
  const project = await example('mdbook', 'src/guidance-lab');
  await run(join(root, 'target/tools/mdbook/bin/mdbook'), ['build', project]);
  const page = await open(join(project, 'book'), '/book/wiggle.html');
  expect(await figures(page, 'particles')).toEqual([['wiggle', 2000]]);
  expect((await inked(page))[0]).toBeGreaterThan(0.02);
  const frequency = () =>
    page.evaluate(() => {
      const { classifier } = (document.querySelector('guidance-lab') as Lab).state;
      return classifier.kind === 'wiggle' ? classifier.frequency : 0;
    });
  const before = await frequency();
  await page.native
    .locator('guidance-lab')
    .getByRole('slider', { name: /Frequency/ })
    .focus();
  for (let press = 0; press < 10; press++) await page.press('ArrowRight');
  await expect.poll(frequency).toBeGreaterThan(before);
  // The picture's own arrows, too: they move its crosshair.
  await page.native.locator('guidance-lab .picture').focus();
  await page.press('ArrowRight');
  await page.native.waitForTimeout(200);
  expect(page.native.url()).toMatch(/wiggle\.html$/);
  // Outside of it they do.
  await page.native.locator('h1').first().click();
  await page.press('ArrowRight');
  await page.native.waitForURL(/plane\.html$/);
  expect(await figures(page, 'particles')).toEqual([['pair-2d', 2000]]);
  // mdBook's own search and fonts; nothing of a figure.
  expect((await page.errors()).filter((error) => /guidance|lab/i.test(error))).toEqual([]);
  await page.close();
});

test('Jekyll: by an include, twice on a page, under a base path', async () => {
  const project = await example('jekyll', 'guidance-lab');
  const out = join(project, '_site');
  await run('jekyll', ['build', '--quiet', '--disable-disk-cache', '--source', project, '--destination', out]);
  const page = await open(out, '/notes/wiggle.html');
  expect(await figures(page, 'guidance.gamma')).toEqual([
    ['wiggle', 1],
    ['wiggle', 2],
  ]);
  expect(await page.errors()).toEqual([]);
  await page.close();
});

test('Quarto’s source, converted by pandoc: the page follows the figure', async () => {
  const project = await example('quarto', 'guidance-lab');
  await run('pandoc', ['--standalone', '--mathml', '--from=markdown', '--output=wiggle.html', 'wiggle.qmd'], {
    cwd: project,
  });
  const page = await open(project, '/site/wiggle.html');
  expect(await figures(page, 'particles')).toEqual([['wiggle', 2000]]);
  const said = () => page.native.locator('#kl').textContent();
  const measured = (await page.evaluate(async () => {
    const { conditionalKl } = await (document.querySelector('guidance-lab') as Lab).measure();
    return conditionalKl.toExponential(2);
  })) as string;
  await expect.poll(said).toBe(measured);
  expect(await page.errors()).toEqual([]);
  await page.close();
});

test('Observable: a notebook whose cells follow the figure, and the figure them', async () => {
  const project = await npmExample('observable');
  await run(npm, ['run', 'build'], { cwd: project });
  const page = await open(join(project, 'dist'), '/notebook/wiggle.html');
  await page.native.locator('guidance-lab').waitFor();
  const [figure] = await figures(page, 'guidance.gamma');
  expect(figure).toEqual(['wiggle', 3]);
  await page.native.getByText(/^With weight 3 the KL at this step is .*e-\d+ nats\.$/).waitFor();
  await page.native.getByRole('slider', { name: 'Weight', exact: true }).fill('6');
  await page.native.getByText(/^With weight 6 the KL at this step is /).waitFor();
  await expect.poll(() => figures(page, 'guidance.gamma')).toEqual([['wiggle', 6]]);
  expect((await page.errors()).filter((error) => !error.includes('favicon'))).toEqual([]);
  await page.close();
});

test('reveal.js: a figure starts with its slide, rests on others, and keeps its keys', async () => {
  const project = await npmExample('reveal');
  const page = await open(project, '/talk/index.html');
  const playing = () =>
    page.evaluate(async () => {
      await customElements.whenDefined('guidance-lab');
      const lab = document.querySelector('guidance-lab') as Lab & { currentStep: number };
      return { started: lab.engine !== null, playing: lab.playing, step: lab.currentStep };
    });
  await page.native.getByRole('heading', { name: /Almost right/ }).waitFor();
  await page.native.waitForTimeout(1000);
  expect((await playing()).started).toBe(false);
  await page.press('ArrowRight');
  await expect.poll(async () => (await playing()).started).toBe(true);
  await expect.poll(async () => (await playing()).step).toBeGreaterThan(0);
  // The arrows on its slider are its own.
  await page.native
    .locator('guidance-lab')
    .getByRole('slider', { name: /Frequency/ })
    .focus();
  await page.press('ArrowRight');
  await page.native.waitForTimeout(500);
  expect(page.native.url()).toMatch(/#\/1$/);
  await page.evaluate(() => (document.activeElement as HTMLElement).blur());
  await page.press('ArrowRight');
  await page.native.waitForURL(/#\/2$/);
  const { step } = await atRest(playing);
  await page.native.waitForTimeout(500);
  expect((await playing()).step).toBe(step);
  expect(await page.errors()).toEqual([]);
  await page.close();
});
