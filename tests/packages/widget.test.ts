/** The notebook's widget in the ways of hosts that are not JupyterLab, with a model that only keeps what it is told. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type * as playwright from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { chromium, type Handle } from '../web/browsers';
import { type Host, host } from '../web/host';
import { root } from './pack';

let site: Host;
let browser: Handle<playwright.Page>;
beforeAll(async () => {
  // One text, as `__init__.py` makes it.
  const names = ['package/guidance-lab.inline.js', 'python/src/guidance_lab/widget.js'];
  const texts = await Promise.all(names.map((name) => readFile(join(root, name), 'utf8')));
  const page = `<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,">
    <script type="module">globalThis.widget = (await import('./widget.js')).default;</script>`;
  site = await host({ pages: { '/': page, '/widget.js': texts.join('\n') }, types: { '.js': 'text/javascript' } });
  browser = await chromium({ webgpu: false });
});
afterAll(async () => {
  await browser?.close();
  await site?.close();
});

/** Shows a figure in an element of that name, as marimo has one with a shadow root, and changes gamma by hand. */
async function changed(around: string) {
  const opened = await browser.open(`${site.origin}/`);
  await opened.native.waitForFunction('globalThis.widget');
  const told = await opened.evaluate(async (around: string) => {
    const { widget } = globalThis as unknown as { widget: { render(context: unknown): void } };
    const values: Record<string, unknown> = {
      ...{ state: { particles: 500 }, preset: '', controls: 'weight', theme: 'auto', autoplay: false, lock: false },
      height: 200,
    };
    const told = { saved: [] as unknown[], sent: [] as unknown[] };
    const gamma = (state: unknown) => (state as { guidance?: { gamma: number } })?.guidance?.gamma;
    const model = {
      get: (name: string) => values[name],
      set: (name: string, value: unknown) => {
        values[name] = value;
      },
      save_changes: () => told.saved.push(gamma(values.state)),
      send: (message: { told?: { state?: unknown } }) => {
        if (message.told) told.sent.push(gamma(message.told.state));
      },
      on: () => {},
      off: () => {},
    };
    const shell = document.body.appendChild(document.createElement(around));
    const el = document.createElement('div');
    shell.attachShadow({ mode: 'open' }).append(el);
    widget.render({ model, el });
    const lab = el.querySelector('guidance-lab') as HTMLElement & {
      ready: Promise<void>;
      setState(patch: unknown): Promise<void>;
    };
    await lab.ready;
    await lab.setState({ guidance: { gamma: 7 } });
    while (![...told.saved, ...told.sent].includes(7)) await new Promise((resolve) => setTimeout(resolve, 50));
    return { saved: told.saved.includes(7), sent: told.sent.includes(7) };
  }, around);
  expect(await opened.errors()).toEqual([]);
  await opened.close();
  return told;
}

test('in marimo what a reader changes is saved, so that cells follow it', async () => {
  expect(await changed('marimo-anywidget')).toEqual({ saved: true, sent: false });
});

test('elsewhere it is told in messages, which Jupyter does not hold back', async () => {
  expect(await changed('section')).toEqual({ saved: false, sent: true });
});

test('a table from Python is fitted, and the answer is in Python before the state that belongs to it is asked for', async () => {
  const opened = await browser.open(`${site.origin}/`);
  await opened.native.waitForFunction('globalThis.widget');
  const told = await opened.evaluate(async () => {
    const { widget } = globalThis as unknown as { widget: { render(context: unknown): void } };
    const values: Record<string, unknown> = {
      ...{ state: { particles: 500 }, preset: '', controls: 'none', theme: 'auto', autoplay: false, lock: false },
      height: 200,
    };
    type Answer = { id?: string; result?: { points: number }; state?: { labels: string[] }; error?: { path: string } };
    const heard: Answer[] = [];
    const listeners: Record<string, (content: unknown) => void> = {};
    const model = {
      get: (name: string) => values[name],
      set: (name: string, value: unknown) => {
        values[name] = value;
      },
      save_changes: () => {},
      send: (message: Answer) => heard.push(message),
      on: (name: string, listener: (content: unknown) => void) => {
        listeners[name] = listener;
      },
      off: () => {},
    };
    const el = document.body.appendChild(document.createElement('div'));
    widget.render({ model, el });
    const table = `a,b,kind\n${Array.from({ length: 40 }, (_, k) => `${(k * 0.618) % 1},${(k % 2) * 3 + ((k * 0.755) % 1)},${k % 2 ? 'one' : 'two'}`).join('\n')}`;
    const ask = async (id: string, options: unknown) => {
      listeners['msg:custom']?.({ id, call: 'fit', args: [table, options] });
      for (;;) {
        const answer = heard.find((each) => each.id === id && ('result' in each || 'error' in each));
        if (answer) return answer;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    };
    const done = await ask('1', { axes: ['b'], label: 'kind' });
    const wrong = await ask('2', { axes: ['c'] });
    return [done.result?.points, done.state?.labels, wrong.error?.path];
  });
  expect(told).toEqual([40, ['one', 'two'], 'roles']);
  await opened.close();
});
