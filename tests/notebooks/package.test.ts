/**
 * The Python package as PyPI gets it, built and checked by Python's own tools, and a notebook that somebody converts
 * to a page and opens without a network.
 */
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chromium } from '../web/browsers';
import { host } from '../web/host';
import { inked, type Lab } from '../web/lab';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url));
const programs = join(root, 'target/notebooks/bin');
const python = (args: string[], cwd: string) => run(join(programs, 'python'), ['-m', ...args], { cwd });

let work: string;
/** A repository with an address, as it will have one. */
let repository: string;
let archives: string[];
beforeAll(async () => {
  work = await mkdtemp(join(tmpdir(), 'python-package-'));
  repository = join(work, 'repository');
  await cp(join(root, 'python'), join(repository, 'python'), {
    recursive: true,
    // What an earlier build left behind must not be what is found.
    filter: (path) => !/(inline\.js|NOTICES\.txt|dist)$/.test(path),
  });
  await mkdir(join(repository, 'package'));
  for (const name of ['guidance-lab.inline.js', 'NOTICES.txt']) {
    await cp(join(root, 'package', name), join(repository, 'package', name));
  }
  const address = 'https://code.example/lab/lab';
  const { version } = JSON.parse(await readFile(join(root, 'package/package.json'), 'utf8'));
  const published = { version, homepage: `${address}#readme`, bugs: { url: `${address}/issues` } };
  await writeFile(join(repository, 'package/package.json'), JSON.stringify(published));
  await python(['build', '--no-isolation', '--outdir', work], join(repository, 'python'));
  archives = (await readdir(work)).filter((name) => /\.(whl|tar\.gz)$/.test(name)).sort();
});
afterAll(() => rm(work, { recursive: true, force: true }));

test('its licences are those of the repository', async () => {
  for (const name of ['LICENSE-MIT', 'LICENSE-APACHE']) {
    expect(await readFile(join(root, 'python', name), 'utf8')).toBe(await readFile(join(root, name), 'utf8'));
  }
});

test('twine finds nothing, and both archives say whose it is, where it is, and under what licence', async () => {
  expect(archives).toHaveLength(2);
  await python(['twine', 'check', '--strict', ...archives], work);
  for (const name of archives) {
    const folder = join(work, `${name} unpacked`);
    await mkdir(folder);
    await python(
      name.endsWith('.whl') ? ['zipfile', '-e', join(work, name), '.'] : ['tarfile', '-e', join(work, name), '.'],
      folder,
    );
    const files = await readdir(folder, { recursive: true, withFileTypes: true });
    const found = (wanted: string) => files.filter((file) => file.name === wanted && file.isFile());
    for (const wanted of ['LICENSE-MIT', 'LICENSE-APACHE', 'NOTICES.txt', 'py.typed', 'guidance-lab.inline.js']) {
      expect(found(wanted), `${wanted} in ${name}`).toHaveLength(1);
    }
    const [metadata] = [...found('METADATA'), ...found('PKG-INFO')];
    const said = await readFile(join(metadata?.parentPath ?? '', metadata?.name ?? ''), 'utf8');
    expect(said).toContain('\nLicense-Expression: MIT OR Apache-2.0\n');
    expect(said).toContain('\nAuthor: The Guidance Lab authors\n');
    expect(said).toContain('\nClassifier: Framework :: Jupyter\n');
    expect(said).toContain('\nProject-URL: Repository, https://code.example/lab/lab\n');
  }
});

test('the source archive installs by itself, far from the repository', async () => {
  const [source] = archives.filter((name) => name.endsWith('.tar.gz'));
  const target = join(work, 'installed');
  await python(
    ['pip', 'install', '--quiet', '--no-deps', '--no-build-isolation', '--target', target, join(work, source ?? '')],
    work,
  );
  const element = await readFile(join(target, 'guidance_lab/guidance-lab.inline.js'), 'utf8');
  expect(element).toBe(await readFile(join(root, 'package/guidance-lab.inline.js'), 'utf8'));
  const [info] = (await readdir(target)).filter((name) => name.endsWith('.dist-info'));
  const said = await readFile(join(target, info ?? '', 'METADATA'), 'utf8');
  expect(said).toContain('\nProject-URL: Repository, https://code.example/lab/lab\n');
});

describe('a converted notebook', () => {
  let html: string;
  beforeAll(async () => {
    await python(['pip', 'install', '--quiet', '--no-deps', '--force-reinstall', '.'], join(root, 'python'));
    const cells = [
      'from guidance_lab import GuidanceLab\nlab = GuidanceLab(controls="weight", state={"particles": 500})\nlab',
      'GuidanceLab(preset="two-modes", controls="none", height=300, state={"particles": 500})',
      // The figure is that at the notebook's end.
      'lab.state = {"guidance": {"gamma": 5}}',
    ].map((source, index) => ({
      ...{ cell_type: 'code', id: `cell-${index}`, metadata: {}, execution_count: null, outputs: [], source },
    }));
    const metadata = { kernelspec: { display_name: 'Python 3', language: 'python', name: 'python3' } };
    await writeFile(join(work, 'figure.ipynb'), JSON.stringify({ cells, metadata, nbformat: 4, nbformat_minor: 5 }));
    await python(['nbconvert', '--to', 'html', '--execute', 'figure.ipynb'], work);
    html = await readFile(join(work, 'figure.html'), 'utf8');
  });

  /** Opens the page without a network. */
  const open = async (text: string) => {
    const site = await host({ pages: { '/': text } });
    const browser = await chromium({ webgpu: false });
    const opened = await browser.open('about:blank');
    await opened.native.context().route(
      (url) => url.protocol !== 'blob:' && !url.href.startsWith(site.origin),
      (route) => route.abort(),
    );
    await opened.native.goto(`${site.origin}/`);
    return { opened, close: () => browser.close().then(site.close) };
  };

  test('draws its figures with what is in it', async () => {
    const { opened, close } = await open(html);
    await opened.native.locator('guidance-lab').nth(1).waitFor();
    const drawn = await opened.evaluate(async () => {
      const labs = [...document.querySelectorAll('guidance-lab')] as (Lab & { preset: string })[];
      await Promise.all(labs.map((lab) => lab.ready));
      return labs.map(({ preset, state }) => [preset, state.guidance.gamma, state.particles]);
    });
    expect(drawn).toEqual([
      ['wiggle', 5, 500],
      ['two-modes', 3, 500],
    ]);
    await expect.poll(async () => (await inked(opened))[0]).toBeGreaterThan(0.02);
    expect(await opened.native.getByText('A figure of Guidance Lab').count()).toBe(0);
    // Nor does Jupyter's script, which a page with a network loads, find any to draw.
    expect(await opened.native.locator('script[type="application/vnd.jupyter.widget-view+json"]').count()).toBe(0);
    await close();
  });

  test('says what stands there where it was kept without its widgets', async () => {
    const state = /<script type="application\/vnd.jupyter.widget-state\+json">[\s\S]*?<\/script>/;
    expect(html).toMatch(state);
    const { opened, close } = await open(html.replace(state, ''));
    await opened.native.waitForLoadState('networkidle');
    const lines = opened.native.getByText('A figure of Guidance Lab');
    expect([await lines.count(), await lines.first().isVisible()]).toEqual([2, true]);
    expect((await opened.errors()).filter((error) => !error.includes('net::'))).toEqual([]);
    await close();
  });
});
