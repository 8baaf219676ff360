/**
 * docs/embedding.md, followed literally: its snippets are taken from the document itself and put into empty folders
 * beside the packed package, with nothing else there.
 */
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type * as playwright from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chromium, type Handle, type Page } from '../web/browsers';
import { dist, host } from '../web/host';
import { inked, type Lab, sharedWorkers } from '../web/lab';
import { type Packed, pack, root, run } from './pack';

let docs: string;
let packed: Packed;
let browser: Handle<playwright.Page>;
beforeAll(async () => {
  docs = await readFile(join(root, 'docs/embedding.md'), 'utf8');
  packed = await pack();
  browser = await chromium({ webgpu: false });
});
afterAll(async () => {
  await browser?.close();
  await packed?.remove();
});

/** The document's only snippet in a language that holds some text. */
function snippet(language: string, holds: string): string {
  const found = [...docs.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].filter(
    ([, name, text]) => name === language && text?.includes(holds),
  );
  expect(found, `one snippet in ${language} with ${holds}`).toHaveLength(1);
  return found[0]?.[2] as string;
}

/** An empty folder with the package beside the page, as the document asks for. */
async function folder(name: string, html: string): Promise<string> {
  const project = join(packed.work, name);
  await packed.unpack(join(project, 'guidance-lab'));
  await writeFile(join(project, 'index.html'), html);
  return project;
}

const lab = (opened: Page) =>
  opened.evaluate(async () => {
    await customElements.whenDefined('guidance-lab');
    const lab = document.querySelector('guidance-lab') as Lab & { preset: string; renderRoot: ShadowRoot };
    await lab.ready;
    const inputs = [...lab.renderRoot.querySelectorAll<HTMLInputElement>('input[type=range]')];
    return {
      preset: lab.preset,
      gamma: lab.state.guidance.gamma,
      inputs: inputs.filter((input) => input.checkVisibility()).map((input) => input.id),
    };
  });

const AS_WRITTEN = { preset: 'wiggle', gamma: 2, inputs: ['frequency', 'gamma'] };

test.each(['guidance-lab.js', 'guidance-lab.inline.js'])('one tag, with %s', async (file) => {
  const tag = snippet('html', '<guidance-lab preset=');
  expect(docs).toContain(`| \`${file}\``);
  const project = await folder(file, tag.replace('guidance-lab.js', file));
  const site = await host({ folders: { '/blog/': project } });
  const opened = await browser.open(`${site.origin}/blog/`);
  expect(await lab(opened)).toEqual(AS_WRITTEN);
  expect((await inked(opened))[0]).toBeGreaterThan(0.02);
  expect(await opened.errors()).toEqual([]);
  if (file.includes('inline')) {
    expect(site.asked.filter((path) => path !== '/favicon.ico')).toEqual(['/blog/', `/blog/guidance-lab/${file}`]);
  }
  await opened.close();
  await site.close();
});

test('its look', async () => {
  const tag = snippet('html', '<guidance-lab preset=').replace('controls="', 'controls="verdict,');
  const project = await folder('look', `<style>${snippet('css', '--lab-picture')}</style>${tag}`);
  const site = await host({ folders: { '/': project } });
  const opened = await browser.open(`${site.origin}/`);
  await lab(opened);
  const look = await opened.evaluate(() => {
    const root = document.querySelector('guidance-lab')?.shadowRoot as ShadowRoot;
    const canvas = root.querySelector('canvas') as HTMLCanvasElement;
    return {
      height: root.querySelector('.picture')?.clientHeight,
      paper: [...(canvas.getContext('2d')?.getImageData(1, 1, 1, 1).data ?? [])],
      verdict: getComputedStyle(root.querySelector('.verdict') as Element).fontStyle,
    };
  });
  expect(look).toEqual({ height: 420, paper: [0xff, 0xfd, 0xf5, 255], verdict: 'italic' });
  await opened.close();
  await site.close();
});

test('with its height reserved nothing below the figure moves', async () => {
  const tag = snippet('html', '<guidance-lab preset=').replace(/<script.*<\/script>/, '');
  const below = '<p id="below">Below</p>';
  const open = async (css: string) => {
    const project = await folder(css ? 'reserved' : 'unreserved', `<!doctype html><style>${css}</style>${tag}${below}`);
    const site = await host({ folders: { '/': project } });
    const opened = await browser.open(`${site.origin}/`);
    const top = () => opened.native.locator('#below').evaluate((below) => below.getBoundingClientRect().top);
    const before = await top();
    await opened.native.addScriptTag({ type: 'module', url: 'guidance-lab/guidance-lab.js' });
    await lab(opened);
    const after = await top();
    const height = await opened.native.locator('guidance-lab').evaluate((lab) => (lab as HTMLElement).offsetHeight);
    await opened.close();
    await site.close();
    return { moved: after - before, height };
  };
  const { moved, height } = await open('');
  expect(moved).toBeGreaterThan(100);
  expect((await open(snippet('css', 'min-height').replace('640', String(height)))).moved).toBe(0);
});

test('from a CDN, as written', async () => {
  const tag = snippet('html', 'cdn.jsdelivr.net');
  const cdn = await host({
    folders: { '/npm/guidance-lab/': await packed.install(join(packed.work, 'cdn')) },
    headers: { 'access-control-allow-origin': '*' },
  });
  const page = await host({ pages: { '/': tag.replace('https://cdn.jsdelivr.net', cdn.origin) } });
  const opened = await browser.open(`${page.origin}/`);
  await lab(opened);
  expect((await inked(opened))[0]).toBeGreaterThan(0.02);
  expect(await opened.errors()).toEqual([]);
  await opened.close();
  await page.close();
  await cdn.close();
});

test('a frame and its listener: the frame takes the height of its figure', async () => {
  // No header at all, and of the built site the two files that the document names.
  expect(docs).toContain('`embed.html` and\n`guidance-lab.frame.js` of a built site are all it needs');
  const site = join(packed.work, 'site');
  await mkdir(site);
  for (const file of ['embed.html', 'guidance-lab.frame.js']) await cp(join(dist, file), join(site, file));
  const lab = await host({ folders: { '/lab/': site } });
  const frame = snippet('html', '<iframe').replace('https://example.org', lab.origin);
  const blog = await host({ pages: { '/': `<!doctype html>${frame}${snippet('html', 'addEventListener')}` } });
  const opened = await browser.open(`${blog.origin}/`);
  const inner = opened.native.frameLocator('iframe');
  await inner.locator('#gamma').waitFor();
  const heights = async () => [
    await inner.locator('guidance-lab').evaluate((figure) => Math.ceil(figure.getBoundingClientRect().height)),
    await opened.native.locator('iframe').evaluate((frame) => frame.clientHeight),
  ];
  await expect.poll(async () => (await heights())[1]).not.toBe(640);
  await expect.poll(async () => new Set(await heights()).size).toBe(1);
  const [wide] = await heights();
  await opened.native.setViewportSize({ width: 420, height: 800 });
  await expect.poll(async () => (await heights())[0]).not.toBe(wide);
  await expect.poll(async () => new Set(await heights()).size).toBe(1);
  expect(await opened.errors()).toEqual([]);
  await opened.close();
  await blog.close();
  await lab.close();
});

const TAG = '<guidance-lab preset="wiggle" controls="weight,frequency" guidance.gamma="2"></guidance-lab>';
const PAGE = `<!doctype html><title>A page</title><link rel="icon" href="data:,">${TAG}<script type="module" src="/main.js"></script>`;

/** A project that has the package from npm and nothing else. */
async function project(name: string, main: string): Promise<string> {
  const folder = join(packed.work, name);
  await packed.install(folder);
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
  await writeFile(join(folder, 'main.js'), main);
  await writeFile(join(folder, 'index.html'), PAGE);
  return folder;
}

test('npm: the imports as they stand, built by Vite', async () => {
  const imports = snippet('js', "import 'guidance-lab/register'");
  const folder = await project('imports', `${imports}\nObject.assign(globalThis, { GuidanceLab, LabError });`);
  await run(process.execPath, [join(root, 'node_modules/vite/bin/vite.js'), 'build', '--logLevel', 'error'], {
    cwd: folder,
  });
  const site = await host({ folders: { '/': join(folder, 'dist') } });
  const opened = await browser.open(`${site.origin}/`);
  expect(await lab(opened)).toEqual(AS_WRITTEN);
  const same = await opened.evaluate(() => {
    const { GuidanceLab, LabError } = globalThis as unknown as Record<string, unknown>;
    return [customElements.get('guidance-lab') === GuidanceLab, typeof LabError];
  });
  expect(same).toEqual([true, 'function']);
  expect(await opened.errors()).toEqual([]);
  await opened.close();
  await site.close();
});

describe("npm: Vite's development server", () => {
  const said = /either use `(guidance-lab\/inline)`, or say\n`optimizeDeps: (\{ exclude: \['guidance-lab'\] \})`/;
  test.each(['inline', 'exclude'])('%s', async (way) => {
    const [, inline, option] = said.exec(docs) as RegExpExecArray;
    const folder = await project(`dev ${way}`, `import '${way === 'inline' ? inline : 'guidance-lab/register'}';\n`);
    if (way === 'exclude') {
      await writeFile(join(folder, 'vite.config.js'), `export default { optimizeDeps: ${option} };\n`);
    }
    const { createServer } = await import('vite');
    const server = await createServer({
      root: folder,
      logLevel: 'error',
      server: { host: '127.0.0.1', port: 0, hmr: false },
    });
    await server.listen();
    const address = server.resolvedUrls?.local[0] as string;
    const opened = await browser.open(address);
    expect(await lab(opened)).toEqual(AS_WRITTEN);
    expect(await sharedWorkers(opened)).toEqual(['exact', 'particles']);
    expect(await opened.errors()).toEqual([]);
    await opened.close();
    await server.close();
  });
});
