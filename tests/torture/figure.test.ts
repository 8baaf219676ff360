/** States, links, lost devices: one figure that has to bear them. */
import fc from 'fast-check';
import { expect, inject, test } from 'vitest';
import { chromium, type Page } from '../web/browsers';
import { inked, type Lab, openLab, workers } from '../web/lab';
import { changes, patches } from './states';
import { HEARTBEAT, looked, Trial } from './trial';

type Opened = Page<import('playwright-core').Page>;

async function open(webgpu: boolean, query: string): Promise<{ page: Opened; close: () => Promise<void> }> {
  const browser = await chromium({ webgpu });
  const page = await openLab(browser, inject('site'), query);
  await page.evaluate(HEARTBEAT);
  return { page, close: () => browser.close() };
}

/** Is there a picture, or is it one colour? A machine that has other work paints late. */
async function blank(page: Page): Promise<boolean> {
  for (let k = 0; k < 40; k += 1) {
    if (((await inked(page))[0] ?? 0) > 0.002) return false;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  return true;
}

/** Every number of an answer that is none. */
const NUMBERS = `(value, path = '') => {
  const found = [];
  const look = (value, path) => {
    if (typeof value === 'number') { if (!Number.isFinite(value)) found.push(path + ' ' + value); }
    else if (value && typeof value === 'object') for (const [key, inner] of Object.entries(value)) look(inner, path + '.' + key);
  };
  look(value, path);
  return found;
}`;

test('states', async () => {
  const { page, close } = await open(false, '?engine=cpu&particles=500&process.steps=20');
  const trial = new Trial('states');
  await page.evaluate(`globalThis.notNumbers = ${NUMBERS}`);
  let accepted = 0;
  await trial.each(fc.array(patches, { minLength: 40, maxLength: 40 }), async (batch, index) => {
    const found = await page.evaluate(async (batch: unknown[]) => {
      const lab = document.querySelector('guidance-lab') as Lab;
      const { notNumbers } = globalThis as unknown as { notNumbers(value: unknown): string[] };
      const found: { what: string; patch: unknown; more: unknown }[] = [];
      let accepted = 0;
      for (const patch of batch) {
        const before = JSON.stringify(lab.state);
        const error = await lab.setState(patch).then(
          () => null,
          (thrown) => thrown as { code?: string; message?: string; path?: string },
        );
        const after = JSON.stringify(lab.state);
        if (!error) accepted += 1;
        else if (after !== before) found.push({ what: 'changed states', patch, more: before });
        else if (!error.code || !error.message || error.code === 'engine')
          found.push({ what: 'no answer', patch, more: { ...error, text: String(error), before } });
      }
      // What stands at the end of a batch is measured at the end of its run.
      const { state } = lab;
      await lab.setState(state);
      if (JSON.stringify(lab.state) !== JSON.stringify(state))
        found.push({ what: 'changed states', patch: state, more: lab.state });
      await lab.finish();
      // The distances of fewer than five particles are not known, and said to be so.
      const nan = notNumbers(await lab.measure()).filter(
        (each) => state.particles > 5 || !each.startsWith('.distances'),
      );
      if (nan.length > 0) found.push({ what: 'NaN', patch: state, more: nan });
      const { length } = await lab.samples('tested');
      const dimension = state.mixture[0]?.mean.length ?? 1;
      if (length !== state.particles * dimension) found.push({ what: 'lost particles', patch: state, more: length });
      return { found, accepted };
    }, batch);
    trial.tried += batch.length;
    accepted += found.accepted;
    for (const { what, ...input } of found.found) trial.wrong(what as 'NaN', input);
    if (index % 10 === 0 && (await blank(page)))
      trial.wrong('blank pictures', await page.evaluate('document.querySelector("guidance-lab").state'));
    await looked(trial, page, batch.at(-1));
    // From somewhere else, so that one odd state does not rule the rest.
    if (index % 8 === 7)
      await page.evaluate(
        'document.querySelector("guidance-lab").open("wiggle", new URLSearchParams("particles=500&process.steps=20"))',
      );
  });
  trial.notes.push(`${accepted} states were accepted.`);
  await close();
  trial.end();
});

test('links', async () => {
  const { page, close } = await open(false, '?engine=cpu&particles=500&process.steps=20');
  const trial = new Trial('links');
  const edit = fc.record({ at: fc.nat(4000), cut: fc.nat(12), with: fc.string({ maxLength: 6 }) });
  const link = fc.record({
    pairs: changes,
    preset: fc.constantFrom('wiggle', 'pair-2d', 'moons', 'nope'),
    edits: fc.array(edit, { maxLength: 3 }),
  });
  await trial.each(fc.array(link, { minLength: 20, maxLength: 20 }), async (batch) => {
    const queries = batch.map(({ pairs, preset, edits }) => {
      let text = new URLSearchParams([
        ['preset', preset],
        ['particles', '500'],
        ['process.steps', '20'],
        ...pairs.map(([path, value]): [string, string] => [
          path,
          typeof value === 'string' ? value : (JSON.stringify(value) ?? ''),
        ]),
      ]).toString();
      for (const { at, cut, with: put } of edits)
        text = text.slice(0, at % text.length) + put + text.slice((at % text.length) + cut);
      // What is edited may ask for a million particles, and may have them.
      return `${text}&particles=500&process.steps=20`.replace(/particles=\d+(?=.*particles=)/g, 'particles=500');
    });
    const found = await page.evaluate(async (queries: string[]) => {
      const lab = document.querySelector('guidance-lab') as Lab & {
        query: URLSearchParams;
        open(preset: string, query?: URLSearchParams): Promise<unknown[]>;
      };
      const found: { what: string; query: string; more: unknown }[] = [];
      for (const query of queries) {
        try {
          const params = new URLSearchParams(query);
          await lab.open(params.get('preset') ?? 'wiggle', params);
          const { state } = lab;
          await lab.setState(state);
          // Its own link brings it back, and nothing has to be changed for that.
          const again = new URLSearchParams(lab.query.toString());
          const changes = await lab.open(again.get('preset') ?? 'wiggle', again);
          if (changes.length > 0 || JSON.stringify(lab.state) !== JSON.stringify(state))
            found.push({ what: 'changed states', query, more: changes });
        } catch (thrown) {
          found.push({ what: 'no answer', query, more: String(thrown) });
        }
      }
      return found;
    }, queries);
    trial.tried += queries.length;
    for (const { what, ...input } of found) trial.wrong(what as 'NaN', input);
    await looked(trial, page, queries.at(-1));
  });
  if (await blank(page)) trial.wrong('blank pictures', 'the last link');
  await close();
  trial.end();
});

test('losses', async () => {
  const { page, close } = await open(true, '?engine=webgpu&particles=300&process.steps=8&compare=[]');
  const trial = new Trial('losses');
  const engine = () => page.evaluate(() => (document.querySelector('guidance-lab') as Lab).engine.backend);
  expect(await engine()).toBe('webgpu');
  const moment = fc.record({
    patch: fc.record({ guidance: fc.record({ gamma: fc.double({ min: 0, max: 9, noNaN: true }) }), seed: fc.nat(99) }),
    wait: fc.nat(120),
    during: fc.constantFrom('rest', 'run', 'change', 'measure'),
  });
  let lost = 0;
  await trial.each(moment, async ({ patch, wait, during }) => {
    await page.evaluate(async () => {
      const lab = document.querySelector('guidance-lab') as Lab & { engineChoice: string };
      if (lab.engine.backend !== 'webgpu') {
        lab.engineChoice = 'cpu';
        lab.engineChoice = 'webgpu';
      }
      await lab.reset();
    });
    const { particles } = await workers(page);
    await particles?.evaluate(() => {
      const scope = globalThis as unknown as {
        device?: unknown;
        GPUDevice?: { prototype: Record<string, unknown> };
        watched?: boolean;
      };
      if (scope.watched || !scope.GPUDevice) return;
      scope.watched = true;
      const { prototype } = scope.GPUDevice;
      const create = prototype.createCommandEncoder as (...args: unknown[]) => unknown;
      prototype.createCommandEncoder = function (...args: unknown[]) {
        scope.device = this;
        return create.apply(this, args);
      };
    });
    const started = page.evaluate(
      async (patch: unknown, during: string) => {
        const lab = document.querySelector('guidance-lab') as Lab;
        await lab.step(1);
        (globalThis as unknown as { begun: boolean }).begun = true;
        if (during === 'run') await lab.finish();
        if (during === 'change') await lab.setState(patch).catch(() => {});
        if (during === 'measure') await lab.measure();
      },
      patch,
      during,
    );
    await page.native.waitForFunction('globalThis.begun');
    await page.native.waitForTimeout(wait);
    const gone = await particles?.evaluate(() => {
      const { device } = globalThis as unknown as { device?: { destroy(): void } };
      device?.destroy();
      return device !== undefined;
    });
    await started;
    if (gone) lost += 1;
    const after = await page.evaluate(async () => {
      Object.assign(globalThis, { begun: false });
      const lab = document.querySelector('guidance-lab') as Lab;
      const before = JSON.stringify(lab.state);
      await lab.finish();
      const { length } = await lab.samples('tested');
      await lab.measure();
      const { state } = lab;
      return {
        same: JSON.stringify(state) === before,
        length,
        wanted: state.particles * (state.mixture[0]?.mean.length ?? 1),
        state,
      };
    });
    trial.tried += 1;
    if (!after.same) trial.wrong('changed states', { during, state: after.state });
    if (after.length !== after.wanted)
      trial.wrong('lost particles', { during, length: after.length, state: after.state });
    if (await blank(page)) trial.wrong('blank pictures', { during, state: after.state });
    await looked(trial, page, { during, patch }, /device|GPU|Lost/i);
  });
  trial.notes.push(`${lost} devices were lost.`);
  await close();
  trial.end();
});
