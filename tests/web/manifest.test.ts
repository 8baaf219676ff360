/** The custom-elements manifest and docs/embedding.md against the element itself, both ways: neither names what the other lacks. */
import { readFile } from 'node:fs/promises';
import type * as playwright from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { GROUPS } from '../../www/controls/names';
import { chromium, type Handle, type Page } from './browsers';
import { type Host, host, packageFolder, page } from './host';
import { type Lab, ready } from './lab';

interface Named {
  name: string;
}
interface Manifest {
  tagName: string;
  attributes: (Named & { fieldName: string })[];
  members: (Named & { kind: 'field' | 'method'; static?: boolean; attribute?: string })[];
  events: Named[];
  cssParts: Named[];
  cssProperties: Named[];
}

/** Members of the class that are the page's own business, and those that every custom element has. */
const INTERNAL = ['allows', 'getPath', 'setPath', 'initialQuery'];
const LIFECYCLE = ['constructor', 'connectedCallback', 'disconnectedCallback', 'willUpdate', 'firstUpdated', 'updated'];
const LIT = ['render', 'properties', 'styles', 'elementProperties', 'elementStyles', 'finalized', 'usage', 'version'];

let manifest: Manifest;
let docs: string;
let blog: Host;
let browser: Handle<playwright.Page>;
let opened: Page<playwright.Page>;
beforeAll(async () => {
  const { modules } = JSON.parse(await readFile(`${packageFolder}/custom-elements.json`, 'utf8'));
  manifest = modules[0].declarations[0];
  docs = await readFile(new URL('../../docs/embedding.md', import.meta.url), 'utf8');
  blog = await host({
    folders: { '/cdn/': packageFolder },
    pages: {
      '/': page(
        '<guidance-lab preset="wiggle" particles="1000" controls="all volume"></guidance-lab>',
        '<script type="module" src="/cdn/guidance-lab.js"></script>',
      ),
    },
  });
  browser = await chromium({ webgpu: false });
  opened = await browser.open(`${blog.origin}/`);
  await ready(opened);
});
afterAll(async () => {
  await opened?.close();
  await browser?.close();
  await blog?.close();
});

const names = (list: Named[]) => list.map(({ name }) => name).sort();

test('attributes, properties and methods', async () => {
  const real = await opened.evaluate(() => {
    const made = customElements.get('guidance-lab') as unknown as {
      observedAttributes: string[];
      prototype: object;
      elementProperties: Map<string, { attribute?: string | boolean }>;
    };
    const lab = document.querySelector('guidance-lab') as Lab;
    const members = Object.getOwnPropertyNames(made.prototype).filter((name) => !name.includes('.'));
    return {
      observed: made.observedAttributes,
      fields: [...made.elementProperties].map(([field, { attribute }]) => [
        typeof attribute === 'string' ? attribute : field.toLowerCase(),
        field,
      ]),
      keys: Object.keys(lab.state),
      statics: Object.getOwnPropertyNames(made).filter((name) => !['length', 'name', 'prototype'].includes(name)),
      methods: members.filter(
        (name) => typeof Object.getOwnPropertyDescriptor(made.prototype, name)?.value === 'function',
      ),
      accessors: members.filter((name) => Object.getOwnPropertyDescriptor(made.prototype, name)?.get),
    };
  });
  const paths = real.keys.filter((key) => key !== 'version');
  expect(names(manifest.attributes)).toEqual([...real.observed, ...paths].sort());
  expect(Object.fromEntries(manifest.attributes.map(({ name, fieldName }) => [name, fieldName]))).toEqual(
    Object.fromEntries([...real.fields, ...paths.map((path) => [path, path])]),
  );
  const own = manifest.members.filter((member) => !member.static);
  const kind = (kind: string) => names(own.filter((member) => member.kind === kind));
  const ours = (name: string) => ![...INTERNAL, ...LIFECYCLE, ...LIT].includes(name);
  expect(kind('method')).toEqual(real.methods.filter(ours).sort());
  expect(kind('field')).toEqual([...new Set(real.accessors.filter(ours))].sort());
  expect(own.flatMap(({ name, attribute }) => (attribute ? [[attribute, name]] : []))).toEqual(
    manifest.attributes.map(({ name, fieldName }) => [name, fieldName]),
  );
  for (const { name } of manifest.members.filter((member) => member.static)) expect(real.statics).toContain(name);
  expect(manifest.tagName).toBe('guidance-lab');
});

test('events: each is sent, bubbles and crosses shadow roots; no other is', async () => {
  const heard = await opened.evaluate(async () => {
    const lab = document.querySelector('guidance-lab') as Lab & {
      sweep(options: unknown): Promise<unknown>;
      train: { start(recipe: unknown): Promise<unknown> };
      engineChoice: string;
    };
    // Inside another shadow root, as in someone's component.
    const outer = document.body.appendChild(document.createElement('div'));
    outer.attachShadow({ mode: 'open' }).append(lab);
    const heard: Record<string, boolean> = {};
    const dispatch = lab.dispatchEvent;
    lab.dispatchEvent = (event) => {
      heard[event.type] ??= false;
      document.addEventListener(
        event.type,
        () => {
          heard[event.type] = true;
        },
        { once: true },
      );
      return dispatch.call(lab, event);
    };
    await lab.setState({ seed: 2 });
    await lab.reset();
    await lab.finish();
    await lab.sweep({ path: 'guidance.gamma', values: [1], measure: 'exact' });
    await lab.train.start({ hidden: [4], steps: 25, batch: 16 });
    lab.state = { guidance: { gamma: 'much' } } as never;
    lab.engineChoice = 'cpu';
    const until = performance.now() + 60_000;
    while (!('enginechange' in heard && 'error' in heard && 'measurement' in heard) && performance.now() < until) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return heard;
  });
  expect(heard).toEqual(Object.fromEntries(names(manifest.events).map((name) => [name, true])));
});

test('parts and custom properties, which docs/embedding.md lists too', async () => {
  const seen = await opened.evaluate(async () => {
    type Figure = HTMLElement & {
      renderRoot: ShadowRoot;
      updateComplete: Promise<unknown>;
      open(preset: string): Promise<unknown>;
    };
    const parts = new Set<string>();
    const look = (figure: Figure) => {
      for (const { part } of figure.renderRoot.querySelectorAll('[part]'))
        for (const name of [...part]) parts.add(name);
    };
    const lab = document.querySelector('div')?.shadowRoot?.querySelector('guidance-lab') as unknown as Figure;
    look(lab);
    await lab.open('pair-2d');
    await lab.updateComplete;
    look(lab);
    // Before its first frame a figure shows its poster.
    const early = document.body.appendChild(document.createElement('guidance-lab')) as unknown as Figure;
    await early.updateComplete;
    look(early);
    early.remove();
    const [sheet] = lab.renderRoot.adoptedStyleSheets;
    const hosts = [...(sheet?.cssRules ?? [])].filter(
      (rule): rule is CSSStyleRule =>
        rule instanceof CSSStyleRule && rule.selectorText.split(',').some((selector) => selector.trim() === ':host'),
    );
    return {
      parts: [...parts].sort(),
      properties: hosts.flatMap(({ style }) => [...style].filter((name) => name.startsWith('--'))).sort(),
    };
  });
  expect(names(manifest.cssParts)).toEqual(seen.parts);
  expect(names(manifest.cssProperties)).toEqual(seen.properties);
  const [, look = ''] = docs.split('### Its look');
  const [section = ''] = look.split('\n## ');
  const listed = new Set([...section.matchAll(/--lab-[a-z-]+/g)].map(([name]) => name));
  expect([...listed].sort()).toEqual(names(manifest.cssProperties));
  const [, parts = ''] = section.split('Parts: ');
  expect([...parts.matchAll(/`([a-z]+)`/g)].map(([, name]) => name).sort()).toEqual(names(manifest.cssParts));
});

test('the names of the controls are those of docs/embedding.md', () => {
  const rows = [...docs.matchAll(/^ {2}\| ((?:`[a-z]+` ?)+) \| ((?:`[a-z]+` ?)*)\|$/gm)];
  const listed = Object.fromEntries(
    rows.flatMap(([, groups = '', single = '']) =>
      [...groups.matchAll(/`([a-z]+)`/g)].map(([, group]) => [
        group,
        [...single.matchAll(/`([a-z]+)`/g)].map(([, name]) => name),
      ]),
    ),
  );
  expect(listed).toEqual(GROUPS);
});
