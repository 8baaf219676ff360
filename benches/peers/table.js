// Shared by the JavaScript peers: the constants of every step in float64, and the checks.
import { reference } from './reference.js';

export { reference };

/** Constants of the step from t to t - h; the target class's components come last. */
function constants(scene, t, h) {
  const u = Math.exp(-t);
  const noise = -Math.expm1(-2 * t);
  const order = [...scene.weights.keys()].sort(
    (a, b) => (scene.classes[a] === scene.target) - (scene.classes[b] === scene.target) || a - b,
  );
  const components = order.map((k) => {
    const mean = scene.means[k].map((m) => u * m);
    const c = scene.covariances[k].map((row, i) => row.map((v, j) => u * u * v + (i === j ? noise : 0)));
    const determinant = mean.length === 1 ? c[0][0] : c[0][0] * c[1][1] - c[0][1] * c[1][0];
    const precision =
      mean.length === 1
        ? [[1 / c[0][0]]]
        : [
            [c[1][1] / determinant, -c[0][1] / determinant],
            [-c[1][0] / determinant, c[0][0] / determinant],
          ];
    return { log: Math.log(scene.weights[k]) - 0.5 * Math.log(determinant), mean, precision };
  });
  return {
    components,
    dimension: scene.means[0].length,
    target: order.findIndex((k) => scene.classes[k] === scene.target),
    grow: Math.exp(h),
    pull: 2 * Math.expm1(h),
    noise: Math.sqrt(Math.expm1(2 * h)),
  };
}

/** The constants of every step of the uniform grid. */
export function grid(name, steps = reference.steps) {
  const { horizon, stop, scenes } = reference;
  const t = (k) => stop + (horizon - stop) * (1 - k / steps);
  return Array.from({ length: steps }, (_, k) => constants(scenes[name], t(k), t(k) - t(k + 1)));
}

/** Throws unless the peer's own step agrees with the float64 values. `advance(steps, start)` runs
 * the steps from a Float32Array of particles, row-major, and returns (a promise of) the same;
 * `final` is where the timed run ended. Returns the largest error of the step without its noise. */
export async function check(name, advance, final, steps) {
  const scene = reference.scenes[name];
  const table = grid(name);
  const d = table[0].dimension;
  const copies = Math.floor(reference.particles / scene.points.length);
  const tile = (rows) => Float64Array.from({ length: copies * rows.length * d }, (_, i) => rows[Math.floor(i / d) % rows.length][i % d]);
  const start = Float32Array.from(tile(scene.points));
  const fail = (what, value) => {
    throw new Error(`${name}: ${what} is off by ${value}`);
  };
  let worst = 0;
  for (const { step, next } of scene.cases) {
    const want = tile(next);
    const got = await advance([{ ...table[step], noise: 0 }], start.slice());
    for (let i = 0; i < want.length; i++) {
      const error = Math.abs(got[i] - want[i]) / (1 + Math.abs(want[i]));
      if (!(error < 2e-5)) fail(`the drift of step ${step}`, error);
      worst = Math.max(worst, error);
    }
    // The noise: standard normal moments, independent between neighbours and between calls.
    const noise = table[step].noise;
    const z = [];
    for (let call = 0; call < 2; call++) {
      z.push(Float64Array.from(await advance([table[step]], start.slice()), (v, i) => (v - want[i]) / noise));
    }
    const n = want.length;
    const sums = { mean: 0, variance: -n, fourth: -3 * n, calls: 0, next: 0, second: 0 };
    for (let i = 0; i < n; i++) {
      const v = z[0][i];
      sums.mean += v;
      sums.variance += v * v;
      sums.fourth += v ** 4;
      sums.calls += v * z[1][i];
      sums.next += v * z[0][(i + 1) % n];
      sums.second += v * z[0][(i + 2) % n];
    }
    const sigma = { mean: 1, variance: Math.sqrt(2), fourth: Math.sqrt(96), calls: 1, next: 1, second: 1 };
    for (const key of Object.keys(sums)) {
      if (!(Math.abs(sums[key] / n) < (6 * sigma[key]) / Math.sqrt(n) + 1e-4)) fail(`the noise (${key})`, sums[key] / n);
    }
  }
  if (steps === reference.steps) {
    const n = final.length / d;
    const { mean, covariance, particles } = scene.final;
    const error = 6 * Math.sqrt(1 / n + 1 / particles);
    for (let i = 0; i < d; i++) {
      let m = 0;
      for (let p = 0; p < n; p++) m += final[p * d + i] / n;
      if (!(Math.abs(m - mean[i]) < error * Math.sqrt(covariance[i][i]))) fail('the final mean', m - mean[i]);
      for (let j = 0; j < d; j++) {
        let c = 0;
        for (let p = 0; p < n; p++) c += ((final[p * d + i] - mean[i]) * (final[p * d + j] - mean[j])) / n;
        const limit = 2 * error * Math.sqrt(covariance[i][i] * covariance[j][j]);
        if (!(Math.abs(c - covariance[i][j]) < limit)) fail('the final covariance', c - covariance[i][j]);
      }
    }
  }
  return { drift: worst };
}

/** Standard normal starting points (Math.random), row-major. */
export function start(particles, dimension) {
  return Float32Array.from(
    { length: particles * dimension },
    () => Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random()),
  );
}
