/** Files, messages, hosts and networks of strangers. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { inject, test } from 'vitest';
import { chromium } from '../web/browsers';
import { dist, host, packageFolder, page as pageOf } from '../web/host';
import { text, watch } from '../web/hostile';
import { inked, type Lab, openLab } from '../web/lab';
import { HEARTBEAT, looked, Trial } from './trial';

const root = fileURLToPath(new URL('../..', import.meta.url));

const harm = async (trial: Trial, evaluate: (script: string) => Promise<unknown>, input: unknown) => {
  const found = await evaluate('harm()');
  if (Array.isArray(found) && found.length > 0) trial.wrong('harm', { found, input });
};

test('files', async () => {
  const trial = new Trial('files');
  const read = (folder: string, ending: RegExp) =>
    readdirSync(join(root, folder))
      .filter((name) => ending.test(name))
      .map((name) => ({ name, text: readFileSync(join(root, folder, name), 'latin1') }));
  const files = [
    ...read('tests/data', /^[a-z-]+\.(csv|arff|libsvm|data|txt)$/),
    ...read('www/lessons', /\.md$/),
    { name: 'state.json', text: JSON.stringify({ guidance: { gamma: 2 }, particles: 500 }) },
  ];
  const piece = fc.oneof(
    fc
      .tuple(
        fc.constantFrom('[', '{"a":', '*a_', '- ', 'x: ', '"', ',', ';', '\0', '\r', '1e', '> ', '`', 'é'),
        fc.integer({ min: 1, max: 200_000 }),
      )
      .map(([unit, times]) => unit.repeat(times)),
    text,
    fc.string({ maxLength: 40 }),
  );
  const damaged = fc.record({ file: fc.constantFrom(...files), at: fc.nat(8000), cut: fc.nat(3000), put: piece });
  const browser = await chromium({ webgpu: false });
  const open = async () => {
    const opened = await openLab(browser, inject('site'), '?engine=cpu&particles=500');
    await opened.evaluate(HEARTBEAT);
    await watch(opened);
    return opened;
  };
  let opened = await open();
  await trial.each(damaged, async ({ file, at, cut, put }) => {
    const start = at % file.text.length;
    const name = file.name.replace('.', `-${trial.tried}.`);
    const input = { name, start, cut, put: put.length > 60 ? `${put.slice(0, 20)}… (${put.length})` : put };
    const answered = await opened.evaluate(
      async (name: string, text: string) => {
        const lab = document.querySelector('guidance-lab') as Lab;
        const before = JSON.stringify(lab.state);
        const said = () =>
          [document.querySelector('#notice'), document.querySelector('.lesson'), lab.shadowRoot?.querySelector('.own')]
            .map((each) => each?.textContent ?? '')
            .join('|');
        const old = said();
        const dataTransfer = new DataTransfer();
        dataTransfer.items.add(new File([Uint8Array.from(text, (c) => c.charCodeAt(0))], name));
        document.body.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }));
        const until = performance.now() + 60_000;
        while (said() === old && JSON.stringify(lab.state) === before && performance.now() < until)
          await new Promise((resolve) => setTimeout(resolve, 50));
        while (/Reading …/.test(said()) && performance.now() < until)
          await new Promise((resolve) => setTimeout(resolve, 50));
        return performance.now() < until;
      },
      name,
      file.text.slice(0, start) + put + file.text.slice(start + cut),
    );
    trial.tried += 1;
    if (!answered) trial.wrong('no answer', input);
    await harm(trial, (script) => opened.evaluate(script), input);
    await looked(trial, opened, input);
    if (trial.tried % 10 === 0) {
      // Another page, so that what this one's workers are fetching is none of its errors.
      await opened.close();
      opened = await open();
    }
  });
  await browser.close();
  trial.end();
});

test('messages', async () => {
  const trial = new Trial('messages');
  const site = await host({ folders: { '/lab/': dist } });
  const blog = await host({
    pages: {
      '/': pageOf(
        `<script>${HEARTBEAT} globalThis.heard = []; addEventListener('message', ({ data }) => heard.push(data))</script>
         <iframe sandbox="allow-scripts" title="Figure" style="width:800px;height:600px" src="${site.origin}/lab/embed.html?particles=500&process.steps=20"></iframe>`,
      ),
    },
  });
  const browser = await chromium({ webgpu: false });
  const opened = await browser.open(`${blog.origin}/`);
  await opened.native.waitForFunction("heard.some(({ type }) => type === 'ready')");
  const frame = opened.native.frames()[1];
  await watch({ evaluate: (script: () => unknown) => frame?.evaluate(script) } as never);
  const value = fc.oneof(fc.jsonValue(), text, fc.double(), fc.integer());
  const message = fc.record(
    {
      type: fc.oneof(
        {
          weight: 6,
          arbitrary: fc.constantFrom('setState', 'play', 'pause', 'step', 'finish', 'reset', 'measure', 'at'),
        },
        { weight: 1, arbitrary: text },
      ),
      ...{ patch: value, n: value, seed: value, time: value, points: value, extra: value },
    },
    { requiredKeys: ['type'] },
  );
  await trial.each(fc.array(message, { minLength: 1, maxLength: 5 }), async (messages) => {
    const sent = messages.map((each, k) => ({ ...each, guidanceLab: 1, id: trial.tried + k }));
    trial.tried += sent.length;
    const counts = await opened.evaluate(
      async (sent: { id: number }[]) => {
        const { heard } = globalThis as unknown as { heard: { id?: number; type: string }[] };
        const counts = () =>
          sent.map(({ id }) => heard.filter((each) => each.id === id && /^(done|error)$/.test(each.type)).length);
        for (const each of sent) document.querySelector('iframe')?.contentWindow?.postMessage(each, '*');
        const until = performance.now() + 60_000;
        while (counts().includes(0) && performance.now() < until)
          await new Promise((resolve) => setTimeout(resolve, 10));
        return counts();
      },
      JSON.parse(JSON.stringify(sent)),
    );
    if (counts.some((count) => count !== 1)) trial.wrong('no answer', { counts, sent });
    await harm(trial, (script) => frame?.evaluate(script) as Promise<unknown>, sent);
    await looked(trial, opened, sent);
  });
  await browser.close();
  await blog.close();
  await site.close();
  trial.end();
});

/** What a page has done to itself before the figure comes. */
const SCRIPTS = [
  'Math.random = () => 0.5',
  'Math.random = () => { throw new Error("no chance here") }',
  'Object.prototype.theirs = 5',
  'Object.prototype.each = function () {}',
  'Array.prototype.toJSON = String.prototype.toJSON = () => "theirs"',
  'Array.from = (list) => { const all = []; for (let k = 0; k < (list.length || 0); k += 1) all[k] = list[k]; return all }',
  'Array.prototype.theirs = function () { return this }',
  'delete globalThis.Worker',
  'delete globalThis.OffscreenCanvas',
  'delete globalThis.ResizeObserver',
  'localStorage.getItem = () => { throw new Error("no storage") }',
  'Object.defineProperty(globalThis, "localStorage", { get() { throw new DOMException("no", "SecurityError") } })',
  'globalThis.Promise.prototype.finally = undefined',
  'const { log } = console; console.warn = console.info = log',
  'Date.now = () => 0',
  'globalThis.requestIdleCallback = undefined',
  'globalThis.name = "theirs"; globalThis.state = 1; globalThis.lab = 2',
  'performance.mark = performance.measure = undefined',
  'globalThis.fetch = ((fetch) => (...args) => fetch(...args).then((response) => response.clone()))(fetch)',
  'document.documentElement.lang = "xx-nonsense"',
  'navigator.gpu && Object.defineProperty(navigator, "gpu", { value: { requestAdapter: () => new Promise(() => {}) } })',
];
const STYLES = [
  '* { box-sizing: content-box !important; line-height: 3 }',
  'canvas, svg, button, input { display: none; width: 0; max-width: 100% }',
  'guidance-lab { display: inline; width: 90px }',
  'body { zoom: .6 }',
  'main { transform: rotate(7deg) scale(.4) }',
  'main { columns: 3; direction: rtl; writing-mode: vertical-rl }',
  'main { display: flex; height: 60px; overflow: auto }',
  'main { filter: blur(1px); contain: strict; width: 400px; height: 500px }',
  'html { font-size: 40px; color-scheme: dark } label { float: left }',
];
const POLICIES = ['', '', '', "worker-src 'none'", "style-src 'none'", "img-src 'none'", 'sandbox allow-scripts'];

test('hosts', async () => {
  const trial = new Trial('hosts');
  const browser = await chromium({ webgpu: false });
  const hosts = fc.record({
    scripts: fc.uniqueArray(fc.constantFrom(...SCRIPTS), { maxLength: 3 }),
    styles: fc.uniqueArray(fc.constantFrom(...STYLES), { maxLength: 2 }),
    policy: fc.constantFrom(...POLICIES),
    file: fc.constantFrom('guidance-lab.js', 'guidance-lab.inline.js'),
    preset: fc.constantFrom('wiggle', 'pair-2d', 'two-modes'),
  });
  await trial.each(hosts, async (each) => {
    const { scripts, styles, policy, file, preset } = each;
    const blog = await host({
      folders: { '/cdn/': packageFolder },
      headers: { ...(policy ? { 'content-security-policy': policy } : {}), 'access-control-allow-origin': '*' },
      pages: {
        '/': pageOf(
          `<main><guidance-lab preset="${preset}" particles="800"></guidance-lab></main>`,
          `<style>${styles.join('\n')}</style><script>${scripts.map((script) => `try { ${script} } catch {}`).join('\n')}</script><script type="module" src="/cdn/${file}"></script>`,
        ),
      },
    });
    const opened = await browser.open(`${blog.origin}/`);
    const answer = await opened.evaluate(async () => {
      const late = new Promise<string>((resolve) => setTimeout(() => resolve('late'), 60_000));
      await Promise.race([customElements.whenDefined('guidance-lab'), late]);
      const lab = document.querySelector('guidance-lab') as Lab;
      const stands = Promise.resolve(lab.ready).then(async () => {
        await lab.setState({ guidance: { gamma: 3 } });
        await lab.finish();
        const { length } = await lab.samples('tested');
        return length === 800 * (lab.state.mixture[0]?.mean.length ?? 1) ? 'stands' : `lost ${length}`;
      });
      return Promise.race([
        stands.catch((thrown) => `told ${thrown} ${lab.shadowRoot?.querySelector('[role=alert]')?.textContent ?? ''}`),
        late,
      ]);
    });
    trial.tried += 1;
    if (answer.startsWith('lost')) trial.wrong('lost particles', { answer, each });
    else if (answer !== 'stands') trial.wrong('no answer', { answer, each });
    else {
      let ink = 0;
      for (let k = 0; k < 40 && ink < 0.002; k += 1) {
        ink = (await inked(opened))[0] ?? 0;
        if (ink < 0.002) await opened.native.waitForTimeout(250);
      }
      if (ink < 0.002) trial.wrong('blank pictures', each);
    }
    for (const error of await opened.errors())
      if (/panicked|unreachable|RuntimeError/.test(error)) trial.wrong('panics', { error, each });
    await opened.close();
    await blog.close();
  });
  await browser.close();
  trial.end();
});

test('networks', async () => {
  const trial = new Trial('networks');
  const browser = await chromium({ webgpu: false });
  const blog = await host({
    folders: { '/cdn/': packageFolder },
    pages: {
      '/': pageOf(
        '<guidance-lab preset="pair-2d" particles="800"></guidance-lab>',
        '<script type="module" src="/cdn/guidance-lab.js"></script>',
      ),
    },
  });
  const fate = fc.constantFrom('fine', 'fine', 'fine', 'cut', 'late', '404', '500', 'half', 'other');
  await trial.each(fc.array(fate, { minLength: 30, maxLength: 30 }), async (fates) => {
    const opened = await browser.open('about:blank');
    let [storm, at] = [true, 0];
    // The script itself is the page's to load.
    await opened.native.route(/\/cdn\/(?!guidance-lab\.js$)/, async (route) => {
      const fate = storm ? fates[at++ % fates.length] : 'fine';
      if (fate === 'cut') return route.abort('connectionreset');
      if (fate === '404' || fate === '500') return route.fulfill({ status: Number(fate), body: 'no' });
      if (fate === 'late') await new Promise((resolve) => setTimeout(resolve, 1500));
      if (fate === 'half' || fate === 'other') {
        const response = await route.fetch();
        const body = await response.body();
        return route.fulfill({
          response,
          body: fate === 'half' ? body.subarray(0, body.length >> 1) : Buffer.from('<!doctype html>signed out'),
        });
      }
      return route.continue();
    });
    await opened.native.goto(`${blog.origin}/`);
    const stands = () =>
      opened.evaluate(async () => {
        const lab = document.querySelector('guidance-lab') as Lab | null;
        const wait = new Promise<string>((resolve) => setTimeout(() => resolve('waits'), 2000));
        if (!lab || !('ready' in lab)) return wait;
        return Promise.race([
          Promise.resolve(lab.ready).then(
            () => 'stands',
            () => 'told',
          ),
          wait,
        ]);
      });
    let state = 'waits';
    for (let k = 0; k < 15 && state === 'waits'; k += 1) state = await stands();
    storm = false;
    for (let k = 0; k < 10 && state !== 'stands'; k += 1) {
      // A person sees a sentence and a button, or loads the page again.
      const button = opened.native.getByRole('button', { name: 'Try again' });
      if (await button.isVisible().catch(() => false)) await button.click();
      else if (k > 2) await opened.native.reload();
      state = await stands();
    }
    trial.tried += 1;
    if (state !== 'stands') trial.wrong('no answer', { state, fates });
    else {
      const length = await opened.evaluate(async () => {
        const lab = document.querySelector('guidance-lab') as Lab;
        await lab.finish();
        return (await lab.samples('tested')).length;
      });
      if (length !== 1600) trial.wrong('lost particles', { length, fates });
    }
    for (const error of await opened.errors())
      if (/panicked|unreachable|RuntimeError/.test(error)) trial.wrong('panics', { error, fates });
    await opened.close();
  });
  await blog.close();
  await browser.close();
  trial.end();
});
