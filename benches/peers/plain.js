// Plain JavaScript: one loop over the particles of a Float32Array, no allocation inside it.
import { check, grid, reference, start } from './table.js';

/** The step's constants as flat arrays. */
function flatten(step) {
  const { components, dimension } = step;
  return {
    ...step,
    logs: Float64Array.from(components, (c) => c.log),
    means: Float64Array.from(components.flatMap((c) => c.mean)),
    precisions: Float64Array.from(
      components.flatMap(({ precision: p }) => (dimension === 1 ? [p[0][0]] : [p[0][0], p[0][1], p[1][1]])),
    ),
  };
}

// Box-Muller gives two normals: in 1D the second is the next particle's, in 2D the second axis's.

function step1d(y, { logs, means, precisions, target, grow, pull, noise }, gamma, scratch) {
  const count = logs.length;
  let spare = 0;
  for (let p = 0; p < y.length; p++) {
    const x = y[p];
    let peak = -Infinity;
    let targetPeak = -Infinity;
    for (let k = 0; k < count; k++) {
      const d = x - means[k];
      const l = logs[k] - 0.5 * precisions[k] * d * d;
      scratch[k] = l;
      if (l > peak) peak = l;
      if (k >= target && l > targetPeak) targetPeak = l;
    }
    let sum = 0;
    let s = 0;
    let targetSum = 0;
    let sc = 0;
    for (let k = 0; k < count; k++) {
      const a = precisions[k] * (means[k] - x);
      const e = Math.exp(scratch[k] - peak);
      sum += e;
      s += e * a;
      if (k >= target) {
        const c = Math.exp(scratch[k] - targetPeak);
        targetSum += c;
        sc += c * a;
      }
    }
    s /= sum;
    sc /= targetSum;
    let z = spare;
    if ((p & 1) === 0) {
      const radius = Math.sqrt(-2 * Math.log(1 - Math.random()));
      const angle = 2 * Math.PI * Math.random();
      z = radius * Math.cos(angle);
      spare = radius * Math.sin(angle);
    }
    y[p] = grow * x + pull * (s + gamma * (sc - s)) + noise * z;
  }
}

function step2d(y, { logs, means, precisions, target, grow, pull, noise }, gamma, scratch) {
  const count = logs.length;
  for (let p = 0; p < y.length; p += 2) {
    const x0 = y[p];
    const x1 = y[p + 1];
    let peak = -Infinity;
    let targetPeak = -Infinity;
    for (let k = 0; k < count; k++) {
      const d0 = means[2 * k] - x0;
      const d1 = means[2 * k + 1] - x1;
      const a0 = precisions[3 * k] * d0 + precisions[3 * k + 1] * d1;
      const a1 = precisions[3 * k + 1] * d0 + precisions[3 * k + 2] * d1;
      const l = logs[k] - 0.5 * (d0 * a0 + d1 * a1);
      scratch[3 * k] = l;
      scratch[3 * k + 1] = a0;
      scratch[3 * k + 2] = a1;
      if (l > peak) peak = l;
      if (k >= target && l > targetPeak) targetPeak = l;
    }
    let sum = 0;
    let s0 = 0;
    let s1 = 0;
    let targetSum = 0;
    let sc0 = 0;
    let sc1 = 0;
    for (let k = 0; k < count; k++) {
      const a0 = scratch[3 * k + 1];
      const a1 = scratch[3 * k + 2];
      const e = Math.exp(scratch[3 * k] - peak);
      sum += e;
      s0 += e * a0;
      s1 += e * a1;
      if (k >= target) {
        const c = Math.exp(scratch[3 * k] - targetPeak);
        targetSum += c;
        sc0 += c * a0;
        sc1 += c * a1;
      }
    }
    s0 /= sum;
    s1 /= sum;
    sc0 /= targetSum;
    sc1 /= targetSum;
    const radius = Math.sqrt(-2 * Math.log(1 - Math.random()));
    const angle = 2 * Math.PI * Math.random();
    y[p] = grow * x0 + pull * (s0 + gamma * (sc0 - s0)) + noise * radius * Math.cos(angle);
    y[p + 1] = grow * x1 + pull * (s1 + gamma * (sc1 - s1)) + noise * radius * Math.sin(angle);
  }
}

function advance(table, y) {
  const scratch = new Float64Array(3 * table[0].logs.length);
  const step = table[0].dimension === 1 ? step1d : step2d;
  for (const constants of table) step(y, constants, reference.gamma, scratch);
  return y;
}

/** Times `steps` steps of the guided SDE on the uniform grid: the best and all of `repeats` runs. */
export async function run({ scene, particles = reference.particles, steps = reference.steps, repeats = 5 }) {
  const table = grid(scene, steps).map(flatten);
  const rates = [];
  let y;
  for (let i = 0; i <= repeats; i++) {
    y = start(particles, table[0].dimension);
    const before = performance.now();
    advance(table, y);
    rates.push((particles * steps) / (performance.now() - before) / 1e3);
  }
  rates.shift(); // the first run warms up
  return {
    millionsPerSecond: Math.max(...rates),
    rates,
    check: await check(scene, (some, from) => advance(some.map(flatten), from), y, steps),
  };
}
