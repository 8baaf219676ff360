/**
 * The Python package in JupyterLab as its users have it: installed by pip from `python/` beside the pinned versions
 * of `requirements.txt` (`cargo xtask test notebooks` makes that environment), driven in Chromium.
 */
import { execFile, spawn } from 'node:child_process';
import { copyFile, cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type * as playwright from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chromium, freePort, type Handle, type Page } from '../web/browsers';
import { inked, type Lab } from '../web/lab';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url));
const programs = join(root, 'target/notebooks/bin');
const pip = (...args: string[]) => run(join(programs, 'python'), ['-m', 'pip', ...args], { cwd: join(root, 'python') });

let work: string;
let address: string;
let server: ReturnType<typeof spawn>;
let browser: Handle<playwright.Page>;
beforeAll(async () => {
  work = await mkdtemp(join(tmpdir(), 'notebooks-'));
  await pip('install', '--quiet', '--no-deps', '--force-reinstall', '.');
  const port = await freePort();
  server = spawn(
    join(programs, 'jupyter-lab'),
    ['--no-browser', '--allow-root', `--port=${port}`, '--IdentityProvider.token=', `--ServerApp.root_dir=${work}`],
    {
      stdio: 'ignore',
      env: {
        ...process.env,
        PATH: `${programs}${delimiter}${process.env.PATH}`,
        // Nothing of the person who runs the tests, and nothing left behind.
        ...Object.fromEntries(
          [
            'JUPYTER_CONFIG_DIR',
            'JUPYTER_DATA_DIR',
            'JUPYTER_RUNTIME_DIR',
            'JUPYTERLAB_SETTINGS_DIR',
            'IPYTHONDIR',
          ].map((name) => [name, join(work, '.jupyter', name)]),
        ),
      },
    },
  );
  address = `http://127.0.0.1:${port}`;
  for (let attempt = 0; ; attempt++) {
    const answered = await fetch(`${address}/api`).then(
      (response) => response.ok,
      () => false,
    );
    if (answered) break;
    if (attempt === 120 || server.exitCode !== null) throw new Error('JupyterLab did not start');
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  browser = await chromium({ webgpu: false });
});
afterAll(async () => {
  await browser?.close();
  // Its kernels end with it.
  server?.kill('SIGTERM');
  await new Promise((resolve) => (server?.exitCode === null ? server.once('exit', resolve) : resolve(null)));
  await rm(work, { recursive: true, force: true });
});

/** A notebook of these cells, open in JupyterLab, its kernel ready. */
async function openCells(name: string, sources: string[]): Promise<Page<playwright.Page>> {
  const cells = sources.map((source, index) => ({
    cell_type: 'code',
    id: `cell-${index}`,
    metadata: {},
    execution_count: null,
    outputs: [],
    source,
  }));
  const kernelspec = { display_name: 'Python 3', language: 'python', name: 'python3' };
  await writeFile(
    join(work, name),
    JSON.stringify({ cells, metadata: { kernelspec }, nbformat: 4, nbformat_minor: 5 }),
  );
  return openNotebook(name);
}

async function openNotebook(name: string): Promise<Page<playwright.Page>> {
  const page = await browser.open(`${address}/doc/tree/${name}`);
  page.native.setDefaultTimeout(60_000);
  // In the status bar: the mark in the tool bar is idle before there is a kernel.
  await page.native.getByText('| Idle').waitFor();
  return page;
}

const cell = (page: Page<playwright.Page>, index: number) => page.native.locator('.jp-CodeCell').nth(index);

/** Runs one cell, perhaps not for the first time; its output when it has ended. */
async function runCell(page: Page<playwright.Page>, index: number): Promise<string> {
  const prompt = cell(page, index).locator('.jp-InputArea-prompt');
  const before = await prompt.textContent();
  await cell(page, index).locator('.cm-content').click();
  await page.native.keyboard.press('Control+Enter');
  await expect
    .poll(() => prompt.textContent(), { timeout: 90_000 })
    .not.toSatisfy((text: string) => text === before || !/\[\d+\]/.test(text));
  return (await cell(page, index).locator('.jp-OutputArea-output').allTextContents()).join('\n').trim();
}

/** Evaluates an expression of the page's figure, and waits for what it holds. */
const shown = (page: Page<playwright.Page>, path: string) =>
  page.evaluate(
    (path: string) =>
      path
        .split('.')
        .reduce<unknown>(
          (value, key) => (value as Record<string, unknown>)?.[key],
          (document.querySelector('guidance-lab') as Lab).state,
        ),
    path,
  );

describe('a figure in JupyterLab', () => {
  let page: Page<playwright.Page>;
  const cells = {
    figure: `from guidance_lab import GuidanceLab, LabError
lab = GuidanceLab(controls="weight,frequency,time", height=300, state={"particles": 2000, "mixture": [
    {"weight": 0.5, "mean": [1], "covariance": [[0.25]], "class": 1},
    {"weight": 0.5, "mean": [-1], "covariance": [[0.25]], "class": 0}]})
lab`,
    ready: 'await lab.ready(); print(lab.engine["backend"], lab.state["particles"])',
    set: 'lab.state = {"guidance": {"gamma": 4}, "classifier": {"frequency": 8, "amplitude": {"scale": 1}}}',
    read: 'print(lab.state["guidance"]["gamma"], lab.state["classifier"]["frequency"], lab.preset, lab.error)',
    measure: `measured = await lab.measure(time=0.5)
print(repr(measured["conditionalKl"]), repr(measured["guidanceMse"]), sorted(measured["lanes"]))`,
    at: `values = await lab.at([0.5, -1], time=0.5)
print([round(x, 6) for x in values["logDensity"]], [[round(x, 6) for x in row] for row in values["score"]])
print(len(values["logPosterior"]), len(values["testedLogPosterior"]), len(values["testedGuidance"]))
try:
    await lab.at([[0.5, 1]])
except LabError as error:
    print(error.code, error.path)`,
    callback: 'lab.measure(time=0.5).add_done_callback(lambda answer: globals().update(later=answer.result()))',
    later: 'print(later["conditionalKl"] == measured["conditionalKl"], lab.measurement["step"])',
    blocked: 'lab.measure().result()',
    refused: `try:
    await lab.apply({"guidance": {"gamma": 99}})
except LabError as error:
    print(error.code, error.path, "|", error)
print(lab.state["guidance"]["gamma"])`,
    wrong: 'lab.state = {"guidance": {"gama": 3}}',
    told: 'print(lab.error["code"], lab.error["path"], "gama" in lab.state["guidance"])',
    nan: 'lab.state = {"guidance": {"gamma": float("nan")}}',
    readOnly: 'lab.measurement = {}',
    calls: `await lab.reset(seed=7)
await lab.step(3)
print(lab.state["seed"], (await lab.measure())["step"])
from array import array
print([row["value"] for row in await lab.sweep("guidance.gamma", array("d", [1, 2.5]), measure="exact")])
await lab.finish()`,
    kind: 'lab.state = {"classifier": {"kind": "exact"}}\nprint((await lab.apply({}))["classifier"])',
    network: `weights = {"0.weight": ((2, 0), (0, 1)), "0.bias": [1, -1]}
await lab.open_network(weights, noise=(0.1, 2), classes=[1, 0])
values = await lab.at([0.3], time=0.1)
kept = await lab.save_network()
print(lab.state["classifier"]["kind"], values["testedLogPosterior"], values["testedGuidance"])
await lab.apply({"classifier": {"kind": "exact"}})
await lab.open_network(kept)
print((await lab.at([0.3], time=0.1))["testedLogPosterior"] == values["testedLogPosterior"])
try:
    await lab.open_network({"0.weight": ((2, 0, 1), (0, 1, 1)), "0.bias": [1, -1]}, noise=(0.1, 2), classes=[1, 0])
except LabError as error:
    print(error)`,
    again: 'lab',
    early: 'early = GuidanceLab(controls="weight", state={"particles": 500})\nwaiting = early.measure()',
    shown: 'early',
    waited: 'print((await waiting)["step"], early.state["particles"])',
    bad: 'bad = GuidanceLab(preset="wiggle", state={"particles": 0, "classifier": {"kind": "exact"}})\nbad',
    badTold:
      'await bad.ready(); import asyncio; await asyncio.sleep(2); print(bad.error["path"], bad.state["particles"])',
  };
  const names = Object.keys(cells);
  const result = (name: keyof typeof cells) => runCell(page, names.indexOf(name));
  beforeAll(async () => {
    page = await openCells('figure.ipynb', Object.values(cells));
  });
  afterAll(() => page?.close());

  test('is drawn, and the kernel knows its engine and full state', async () => {
    await result('figure');
    expect(await result('ready')).toBe('cpu 2000');
    expect((await inked(page))[0]).toBeGreaterThan(0.02);
    const height = await page.evaluate(
      () => document.querySelector('guidance-lab')?.shadowRoot?.querySelector('.picture')?.clientHeight,
    );
    expect(height).toBe(300);
    // The line for pages without a figure takes no room beside one.
    const still = page.native.locator('.guidance-lab-still');
    expect(await still.count()).toBeGreaterThan(0);
    expect(await still.first().isVisible()).toBe(false);
    expect(await page.native.locator('.jp-OutputArea-child:has(.guidance-lab-still)').first().isVisible()).toBe(false);
  });

  test('follows a change from Python', async () => {
    await result('set');
    await expect.poll(() => shown(page, 'guidance.gamma')).toBe(4);
    await expect.poll(() => shown(page, 'classifier.frequency')).toBe(8);
    expect(await page.native.getByRole('spinbutton', { name: 'Guidance scale gamma' }).inputValue()).toBe('4');
    // What the patch left out is as it was.
    expect(await shown(page, 'particles')).toBe(2000);
  });

  test('measures what the reference says', async () => {
    const [kl, mse, lanes] = (await result('measure')).split(/ (?=[\d[])/);
    // Classes N(+-1, .25), t = .5, n = 8, a = 1/n: docs/numerics.md's pins.
    expect(Number(kl) / 6.322467046e-4).toBeCloseTo(1, 8);
    expect(Number(mse) / 8.1819973618e-2).toBeCloseTo(1, 8);
    expect(lanes).toContain('tested');
    await result('callback');
    await expect.poll(() => result('later'), { timeout: 10_000 }).toBe('True 400');
    expect(await result('blocked')).toContain('`await` it instead');
  });

  test('gives the values at points, a row for each', async () => {
    // The same pair, by its two Gaussians.
    expect(await result('at')).toBe('[-1.098922, -1.385928] [[-0.358866], [0.807625]]\n2 2 2\ntype points[0]');
  });

  test('tells Python what was changed in it, and keeps the keys to itself', async () => {
    const field = page.native.getByRole('spinbutton', { name: 'Guidance scale gamma' });
    await field.click();
    await page.native.keyboard.press('Control+A');
    // In command mode digits and letters are JupyterLab's: 2 makes a heading of the cell, d d deletes it.
    await page.native.keyboard.type('2.5');
    await page.native.keyboard.press('Enter');
    await page.native.getByRole('slider', { name: /scale γ/i }).focus();
    await page.native.keyboard.type('dd');
    await expect.poll(() => shown(page, 'guidance.gamma')).toBe(2.5);
    await expect.poll(() => result('read'), { timeout: 10_000 }).toBe('2.5 8 wiggle None');
    expect(await page.native.locator('.jp-CodeCell').count()).toBe(names.length);
  });

  test('says what is wrong, by field, value and range, and nothing changes', async () => {
    const refused = await result('refused');
    expect(refused).toMatch(/^range guidance\.gamma \| .*99.*0.*50/);
    expect(refused).toMatch(/\n2\.5$/);
    await result('wrong');
    await page.native.getByRole('alert').filter({ hasText: 'gama' }).waitFor();
    await expect.poll(() => result('told')).toBe('unknown-key guidance.gama False');
    expect(await result('nan')).toContain('guidance.gamma is nan; it must be a finite number');
    expect(await result('readOnly')).toContain('TraitError');
  });

  test('does what it is asked', async () => {
    expect(await result('calls')).toBe('7 3\n[1, 2.5]');
    expect(await result('kind')).toBe("{'kind': 'exact'}");
  });

  test('opens a network by its weights, and keeps it as a file', async () => {
    const [opened, again, refused] = (await result('network')).split('\n');
    const [kind, logPosterior, guidance] = (opened ?? '').split(/ (?=\[)/);
    expect(kind).toBe('learned');
    // At the earliest time the second input is -sqrt 3: the logit of class 1 is 2x + 1, the other's -sqrt 3 - 1.
    const odds = 1.6 + Math.sqrt(3) + 1;
    expect(JSON.parse(logPosterior ?? '')[0]).toBeCloseTo(-Math.log1p(Math.exp(-odds)), 12);
    expect(JSON.parse(guidance ?? '').flat()[0]).toBeCloseTo(2 / (1 + Math.exp(odds)), 12);
    expect(again).toBe('True');
    expect(refused).toContain('takes 2 coordinates');
    await expect.poll(() => shown(page, 'classifier.kind')).toBe('learned');
  });

  test('stands in a second place with the same state', async () => {
    await result('again');
    await expect
      .poll(() =>
        page.evaluate(() =>
          [...document.querySelectorAll('guidance-lab')].map((lab) => {
            try {
              return (lab as Lab).state.seed;
            } catch {
              return null;
            }
          }),
        ),
      )
      .toEqual([7, 7]);
  });

  test('answers what was asked before it was shown', async () => {
    await result('early');
    await result('shown');
    expect(await result('waited')).toBe('400 500');
  });

  test('opens with the nearest state where the one given is wrong, and Python hears why', async () => {
    await result('bad');
    expect(await result('badTold')).toBe('particles 1');
    expect(await page.errors()).toEqual([]);
  });
});

test('a figure takes JupyterLab’s theme, and is back with its state when the page is loaded anew', async () => {
  const page = await openCells('theme.ipynb', [
    'from guidance_lab import GuidanceLab\nlab = GuidanceLab(controls="weight", state={"particles": 2000})\nlab',
    'await lab.ready()\nlab.state = {"guidance": {"gamma": 5}}',
    'print(lab.state["guidance"]["gamma"], (await lab.measure())["lanes"]["tested"]["nonFinite"])',
  ]);
  await runCell(page, 0);
  await runCell(page, 1);
  const look = () =>
    page.evaluate(() => {
      const { colorScheme } = getComputedStyle(document.querySelector('guidance-lab') as Lab);
      return [colorScheme, document.body.dataset.jpThemeLight];
    });
  expect(await look()).toEqual(['light', 'true']);
  const settings = join(work, '.jupyter/JUPYTERLAB_SETTINGS_DIR/@jupyterlab/apputils-extension');
  await mkdir(settings, { recursive: true });
  await writeFile(join(settings, 'themes.jupyterlab-settings'), '{ "theme": "JupyterLab Dark" }');
  const saved = page.native.waitForResponse(
    (response) => response.request().method() === 'PUT' && response.url().includes('/api/contents/theme.ipynb'),
  );
  await page.native.keyboard.press('Control+S');
  expect((await saved).ok()).toBe(true);
  await page.native.reload();
  await page.native.getByText('| Idle').waitFor();
  await page.native.locator('guidance-lab').waitFor();
  await expect.poll(look).toEqual(['dark', 'false']);
  expect(await runCell(page, 2)).toBe('5 0');
  expect(await shown(page, 'guidance.gamma')).toBe(5);
  await page.close();
});

test('the example notebook runs from its first cell to its last', async () => {
  await copyFile(join(root, 'examples/jupyter/guidance-lab.ipynb'), join(work, 'example.ipynb'));
  const page = await openNotebook('example.ipynb');
  await page.native.getByRole('menuitem', { name: 'Run', exact: true }).click();
  await page.native.getByRole('menuitem', { name: 'Run All Cells', exact: true }).click();
  const count = await page.native.locator('.jp-CodeCell').count();
  const last = cell(page, count - 1).locator('.jp-OutputArea-output');
  await last.waitFor({ timeout: 120_000 });
  const rows = [...((await last.textContent()) ?? '').matchAll(/n =\s+(\d+)\s+KL (\S+)\s+MSE (\S+)/g)];
  const [first, ...rest] = rows.map(([, ...numbers]) => numbers.map(Number) as [number, number, number]);
  expect(rest.length).toBe(4);
  for (const [frequency, kl, mse] of rest) {
    // What the notebook's words say: the KL falls as 1/n^2, the error of the guidance stays.
    const fall = (first?.[0] ?? 0) / frequency;
    expect(kl / (first?.[1] ?? 0) / fall ** 2).toBeGreaterThan(0.8);
    expect(kl / (first?.[1] ?? 0) / fall ** 2).toBeLessThan(1.25);
    expect(mse / (first?.[2] ?? 0)).toBeGreaterThan(0.7);
  }
  expect(await page.native.locator('[data-mime-type="application/vnd.jupyter.stderr"]').count()).toBe(0);
  await page.close();
});

test('the package has the version of the element, and says what to do where the element is not built', async () => {
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  expect((await pip('show', 'guidance-lab')).stdout).toContain(`\nVersion: ${version}\n`);
  const alone = join(work, 'alone/python');
  await mkdir(alone, { recursive: true });
  await cp(join(root, 'python'), alone, {
    recursive: true,
    dereference: true,
    filter: (path) => !path.endsWith('.inline.js'),
  });
  const failed = await run(join(programs, 'python'), ['-m', 'pip', 'install', '--no-deps', '.'], { cwd: alone }).then(
    () => '',
    (error: { stdout: string; stderr: string }) => error.stdout + error.stderr,
  );
  expect(failed).toContain('run `cargo xtask build`');
});
