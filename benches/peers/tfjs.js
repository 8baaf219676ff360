// TensorFlow.js, its wasm backend (SIMD, one thread): every operation on whole tensors of particles.
import * as tf from '@tensorflow/tfjs-core';
import { setWasmPaths, version_wasm } from '@tensorflow/tfjs-backend-wasm';
import { check, grid, reference, start } from './table.js';

export const version = version_wasm;

let ready;
/** Starts the backend once; `wasmPath` is where the backend's .wasm files are served. */
export function prepare(wasmPath = './') {
  ready ??= (async () => {
    setWasmPaths(wasmPath);
    tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
    if (!(await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT'))) throw new Error('no wasm SIMD');
    if (!(await tf.setBackend('wasm'))) throw new Error('the wasm backend did not start');
    await tf.ready();
  })();
  return ready;
}

const total = (list) => list.reduce((a, b) => tf.add(a, b));

/** Each axis of the score of the mixture of these components. */
function score(logs, pulls) {
  if (logs.length === 1) return pulls[0];
  const peak = logs.reduce((a, b) => tf.maximum(a, b));
  const e = logs.map((log) => tf.exp(tf.sub(log, peak)));
  const sum = total(e);
  return pulls[0].map((_, i) => tf.div(total(e.map((e_k, k) => tf.mul(e_k, pulls[k][i]))), sum));
}

function step(y, { components, target, grow, pull, noise }) {
  const logs = [];
  const pulls = [];
  for (const { log, mean, precision } of components) {
    const d = y.map((axis, i) => tf.sub(mean[i], axis));
    const a = precision.map((row) => total(row.map((p, j) => tf.mul(p, d[j]))));
    logs.push(tf.sub(log, tf.mul(0.5, total(d.map((d_i, i) => tf.mul(d_i, a[i]))))));
    pulls.push(a);
  }
  const plain = score(logs, pulls);
  const conditional = score(logs.slice(target), pulls.slice(target));
  return y.map((axis, i) => {
    const guided = tf.add(plain[i], tf.mul(reference.gamma, tf.sub(conditional[i], plain[i])));
    const z = tf.randomNormal(axis.shape);
    return total([tf.mul(grow, axis), tf.mul(pull, guided), tf.mul(noise, z)]);
  });
}

function split(y, dimension) {
  return Array.from({ length: dimension }, (_, i) => tf.tensor1d(y.filter((_, n) => n % dimension === i)));
}

/** Runs all the steps; disposes of `y`, a tensor an axis, and returns the new ones. */
function advance(table, y) {
  for (const constants of table) {
    const next = tf.tidy(() => step(y, constants));
    tf.dispose(y);
    y = next;
  }
  return y;
}

function rows(y) {
  const columns = y.map((axis) => axis.dataSync());
  return Float32Array.from({ length: y.length * columns[0].length }, (_, n) => columns[n % y.length][Math.floor(n / y.length)]);
}

/** Times `steps` steps of the guided SDE on the uniform grid: the best and all of `repeats` runs. */
export async function run({ scene, particles = reference.particles, steps = reference.steps, repeats = 5, wasmPath }) {
  await prepare(wasmPath);
  const table = grid(scene, steps);
  const { dimension } = table[0];
  const rates = [];
  let final;
  for (let i = 0; i <= repeats; i++) {
    let y = split(start(particles, dimension), dimension);
    const before = performance.now();
    y = advance(table, y);
    for (const axis of y) axis.dataSync();
    rates.push((particles * steps) / (performance.now() - before) / 1e3);
    final = rows(y);
    tf.dispose(y);
  }
  rates.shift(); // the first run warms up
  const advanceRows = (some, from) => {
    const y = advance(some, split(from, dimension));
    const out = rows(y);
    tf.dispose(y);
    return out;
  };
  return {
    millionsPerSecond: Math.max(...rates),
    rates,
    check: await check(scene, advanceRows, final, steps),
  };
}
