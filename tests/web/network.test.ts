/** A network from a file, in the page: opened, kept for another visit, saved, and whatever is wrong with a file. */
import { readFileSync } from 'node:fs';
import type * as playwright from 'playwright-core';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { chromium, firefox, type Handle, webkit } from './browsers';
import { type Lab as Element, openLab, overflow, ready, violations } from './lab';

interface Lab extends Element {
  train: { open(file: Uint8Array): Promise<void>; save(format?: string): Promise<Uint8Array> };
  at(points: number[][], options: { time: number }): Promise<{ testedGuidance: Float64Array }>;
}

const FOLDER = new URL('../data/networks/', import.meta.url);
const FILE = new URL('network.safetensors', FOLDER);
const QUERY = '?preset=three-classes&particles=500&process.steps=40';
const { answers } = JSON.parse(readFileSync(new URL('network.json', FOLDER), 'utf8')) as {
  answers: { time: number; x: number[]; gradients: number[][] }[];
};

let browser: Handle<playwright.Page>;
beforeAll(async () => {
  browser = await chromium({ webgpu: false });
});
afterAll(() => browser?.close());

/** What the classifier under test says at a point, and what PyTorch says there. */
async function both(page: playwright.Page) {
  const { time, x, gradients } = answers[5] as (typeof answers)[number];
  const found = await page.evaluate(
    async ({ x, time }) => {
      const lab = document.querySelector('guidance-lab') as Lab;
      const { testedGuidance } = await lab.at([x], { time });
      return { ours: [...testedGuidance], target: lab.state.guidance.target };
    },
    { x, time },
  );
  return { ours: found.ours, theirs: gradients[found.target] as number[] };
}

test.each([
  { width: 1280, height: 800, scheme: 'light' },
  { width: 375, height: 812, scheme: 'dark' },
] as const)('by hand: opened, kept, saved, $width wide', async ({ width, height, scheme }) => {
  const page = await openLab(browser, inject('site'), QUERY, { width, height });
  const { native } = page;
  await native.emulateMedia({ colorScheme: scheme });
  await native.getByLabel('Other faults').selectOption({ label: 'Trained network' });
  await native.getByRole('button', { name: 'Save as ONNX' }).waitFor();
  expect(await native.getByRole('button', { name: 'Save as safetensors' }).isDisabled()).toBe(true);

  // What is no network is told, and nothing has changed.
  const [chooser] = await Promise.all([
    native.waitForEvent('filechooser'),
    native.getByRole('button', { name: 'Open a network' }).click(),
  ]);
  await chooser.setFiles({ name: 'points.csv', mimeType: 'text/csv', buffer: Buffer.from('x,y\n1,2\n') });
  await native.getByRole('alert').filter({ hasText: 'Nothing was changed. The file is no network' }).waitFor();
  await native.getByText('Not trained yet: it gives every class').waitFor();

  const input = native.getByLabel('A file with a network');
  await input.setInputFiles({ name: 'a.onnx', mimeType: '', buffer: readFileSync(new URL('network.onnx', FOLDER)) });
  await native.getByText(/From a file; its SHA-256 begins with [0-9a-f]{8}/).waitFor();
  await input.setInputFiles({ name: 'a.safetensors', mimeType: '', buffer: readFileSync(FILE) });
  await native.getByText('hidden layers: 32, 32 · tanh · told the noise level').waitFor();
  const state = () => page.evaluate(() => (document.querySelector('guidance-lab') as Lab).state.classifier);
  await expect.poll(state).toMatchObject({ recipe: { weights: expect.stringMatching(/^b51/) } });
  const { ours, theirs } = await both(native);
  for (const [k, value] of theirs.entries()) expect(ours[k]).toBeCloseTo(value, 12);
  expect(await violations(page)).toEqual([]);
  expect(await overflow(page)).toBe(0);

  // Saved, it has the same numbers.
  const [saved] = await Promise.all([
    native.waitForEvent('download'),
    native.getByRole('button', { name: 'Save as safetensors' }).click(),
  ]);
  expect(saved.suggestedFilename()).toBe('network.safetensors');
  await input.setInputFiles(await saved.path());
  await expect.poll(state).toMatchObject({ recipe: { weights: expect.not.stringMatching(/^b51/) } });
  expect(await both(native)).toEqual({ ours, theirs });

  // The same link, another day, in the same browser ...
  const before = await state();
  await expect.poll(() => native.url()).toContain((before as { recipe: { weights: string } }).recipe.weights);
  const address = native.url();
  await native.reload();
  await ready(page);
  expect(await state()).toEqual(before);
  expect(await both(native)).toEqual({ ours, theirs });
  await page.close();
  // ... and in another one.
  const other = await openLab(browser, inject('site'), new URL(address).search, { width, height });
  await other.native.getByText(/a file which this browser does not have, with the SHA-256/).waitFor();
  expect(await other.evaluate(() => (document.querySelector('guidance-lab') as Lab).state.classifier.kind)).toBe(
    'exact',
  );
  await other.close();
});

test.each([
  ['Firefox', firefox],
  ['WebKitGTK', webkit],
] as const)('in %s a network is opened and saved', async (_, launch) => {
  const handle = (await launch()) as Handle;
  const page = await openLab(handle, inject('site'), `${QUERY}&engine=cpu`);
  const bytes = [...readFileSync(FILE)];
  const { time, x, gradients } = answers[5] as (typeof answers)[number];
  const found = await page.evaluate(
    async ({ bytes, x, time }: { bytes: number[]; x: number[]; time: number }) => {
      const lab = document.querySelector('guidance-lab') as Lab;
      await lab.train.open(new Uint8Array(bytes));
      const ask = async () => [...(await lab.at([x], { time })).testedGuidance];
      const opened = await ask();
      await lab.train.open(await lab.train.save('onnx'));
      return { opened, again: await ask(), target: lab.state.guidance.target };
    },
    { bytes, x, time },
  );
  for (const [k, value] of (gradients[found.target] as number[]).entries())
    expect(found.opened[k]).toBeCloseTo(value, 12);
  expect(found.again).toEqual(found.opened);
  await page.close();
  await handle.close();
});
