/**
 * Steps of training a second, in one run: native against PyTorch, and wasm against TensorFlow.js in the same Chromium. The
 * default network (2 x 64, tanh, told of the time) on fresh noised samples of four components in 2D, 512 a step; one thread.
 *
 *     node benches/training.mjs        (after `cargo xtask build` and benches/peers/run.py, which installs the peers)
 */

import { execFileSync } from 'node:child_process';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import sirv from 'sirv';
import { launch } from './chromium.mjs';
import { bundled } from './peers/bundle.mjs';
import { reference } from './peers/reference.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const STEPS = 2000;
const ROUNDS = 3;
const { weights, means, covariances, classes } = reference.scenes['2d'];
const STATE = {
  version: 1,
  mixture: weights.map((weight, k) => ({ weight, mean: means[k], covariance: covariances[k], class: classes[k] })),
  classifier: { kind: 'learned', recipe: { steps: STEPS } },
};

const lastLine = (text) => JSON.parse(text.trim().split('\n').at(-1));
const run = (command, ...args) => lastLine(execFileSync(command, args, { cwd: ROOT, encoding: 'utf8' }));

const rows = { native: run('cargo', 'bench', '-q', '--bench', 'engine', '--', 'training').rows[0].best };
const torch = run('target/peers-venv/bin/python', 'benches/peers/train_torch.py', String(STEPS));
for (const [name, { stepsPerSecond, error }] of Object.entries(torch.rows)) rows[name] = stepsPerSecond ?? error;

const bundle = await bundled('train_tfjs.js');
const files = sirv(ROOT, { dev: true, extensions: [], dotfiles: false });
const server = createServer((request, response) => {
  if (request.url === '/') response.setHeader('content-type', 'text/html').end('<!doctype html><title>bench</title>');
  else if (request.url === '/tfjs.bundle.js') response.setHeader('content-type', 'text/javascript').end(bundle);
  else files(request, response);
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const browser = await launch();
const open = async () => {
  const page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${server.address().port}/`);
  return page;
};

/** Ours, on the thread of a page without a figure. */
const ours = async () => {
  const page = await open();
  const found = await page.evaluate(async (state) => {
    const wasm = await import('/www/wasm/guidance_lab.js');
    await wasm.default();
    const { state: whole } = await wasm.ask('further', []).then(() => wasm.open(state, null));
    await wasm.ask('learn', ['begin', whole]);
    const began = performance.now();
    let progress;
    do progress = await wasm.ask('learn', ['train', 1000]);
    while (progress.outcome === 'running');
    return { rate: progress.step / ((performance.now() - began) / 1000), kl: progress.kl };
  }, STATE);
  await page.close();
  if (!(found.kl < 0.003)) throw new Error(`it did not learn: a KL of ${found.kl}`);
  return found.rate;
};
const theirs = async () => {
  const page = await open();
  const found = await page.evaluate(async (steps) => {
    const { train } = await import('/tfjs.bundle.js');
    return train({ steps, wasmPath: '/benches/peers/node_modules/@tensorflow/tfjs-backend-wasm/dist/' });
  }, STEPS / 4);
  await page.close();
  if (!(found.loss < 0.31)) throw new Error(`it did not learn: a loss of ${found.loss}`);
  return found;
};
const best = { ours: 0, theirs: 0 };
let loss = Number.NaN;
for (let round = 0; round < ROUNDS; round += 1) {
  best.ours = Math.max(best.ours, await ours());
  const found = await theirs();
  best.theirs = Math.max(best.theirs, found.stepsPerSecond);
  loss = found.loss;
}
await browser.close();
server.close();
rows['wasm (Chromium)'] = best.ours;
rows['TF.js wasm (Chromium)'] = best.theirs;

console.log(`training, steps a second (${torch.version}, TF.js ends at a loss of ${loss.toFixed(3)})`);
for (const [name, rate] of Object.entries(rows))
  console.log(`  ${name}: ${typeof rate === 'number' ? rate.toFixed(0) : rate}`);
const ratio = (a, b) => (typeof rows[b] === 'number' ? (rows[a] / rows[b]).toFixed(2) : '-');
console.log(`  native / PyTorch ${ratio('native', 'PyTorch')}, compiled ${ratio('native', 'PyTorch, compiled')}`);
console.log(`  wasm / TF.js ${ratio('wasm (Chromium)', 'TF.js wasm (Chromium)')}`);
