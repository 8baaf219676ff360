/**
 * The browser measures, as ratios within one run, in headless Chromium:
 * the CPU engine in wasm against plain JavaScript, two workers against one and against two processes, and the default
 * scene's frames and long tasks.
 *
 *     node benches/web.mjs        (after `cargo xtask build`)
 */

import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import sirv from 'sirv';
import { launch } from './chromium.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const ROUNDS = 5;
const PARTICLES = 100_000;
const STEPS = 200;

const base = {
  version: 1,
  process: { horizon: 8, stop: 0.01, steps: STEPS, grid: 'uniform', sampler: 'exponential' },
  guidance: { target: 1, gamma: 2 },
  classifier: { kind: 'exact' },
  compare: [],
  particles: PARTICLES,
  seed: 1,
};
/** The two scenes to compare, as in benches/peers/reference.js. */
const SCENES = {
  '1d': [
    { weight: 0.5, mean: [-1], covariance: [[0.25]], class: 0 },
    { weight: 0.5, mean: [1], covariance: [[0.25]], class: 1 },
  ],
  '2d': [
    {
      weight: 0.25,
      mean: [-1.5, -1],
      covariance: [
        [0.3, 0.1],
        [0.1, 0.2],
      ],
      class: 0,
    },
    {
      weight: 0.25,
      mean: [1.2, -0.8],
      covariance: [
        [0.25, -0.08],
        [-0.08, 0.35],
      ],
      class: 1,
    },
    {
      weight: 0.25,
      mean: [-0.9, 1.4],
      covariance: [
        [0.2, 0.05],
        [0.05, 0.3],
      ],
      class: 0,
    },
    {
      weight: 0.25,
      mean: [1.5, 1.1],
      covariance: [
        [0.4, -0.12],
        [-0.12, 0.25],
      ],
      class: 1,
    },
  ],
};

const files = sirv(ROOT, { dev: true, extensions: [] });
const server = createServer((request, response) => {
  if (request.url !== '/') files(request, response);
  else response.setHeader('content-type', 'text/html').end('<!doctype html><title>bench</title>');
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const site = `http://127.0.0.1:${server.address().port}/`;
const browser = await launch();

/** Million particle-steps a second of both, best and median of rounds that alternate. */
async function engines(scene) {
  const page = await browser.newPage();
  await page.goto(site);
  const rates = await page.evaluate(
    async ({ scene, state, rounds, particles, steps }) => {
      const plain = await import('/benches/peers/plain.js');
      const wasm = await import('/www/wasm/guidance_lab.js');
      await wasm.default();
      // What moves particles in the plane is a part of its own.
      await wasm.ask('further', []);
      const simulation = await wasm.Simulation.start(state, 'cpu');
      const rates = { wasm: [], plain: [] };
      for (let round = 0; round < rounds; round++) {
        simulation.restart();
        const began = performance.now();
        simulation.advance(steps);
        rates.wasm.push((particles * steps) / 1e3 / (performance.now() - began));
        rates.plain.push((await plain.run({ scene, particles, steps, repeats: 1 })).millionsPerSecond);
      }
      return rates;
    },
    { scene, state: { ...base, mixture: SCENES[scene] }, rounds: ROUNDS, particles: PARTICLES, steps: STEPS },
  );
  await page.close();
  return rates;
}

/** A figure on a page that says it has so many cores, with a state. */
async function figureOn(browser, cores, state) {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  await page.addInitScript((cores) => Object.defineProperty(navigator, 'hardwareConcurrency', { value: cores }), cores);
  await page.goto(`${site}dist/index.html?engine=cpu&controls=none`);
  await page.evaluate(async (state) => {
    await customElements.whenDefined('guidance-lab');
    const lab = document.querySelector('guidance-lab');
    await lab.ready;
    await lab.setState(state);
    lab.pause();
    await lab.finish();
  }, state);
  return page;
}

/** Million particle-steps a second of one run from the noise to the end, and by how many workers. */
const ran = (page) =>
  page.evaluate(async () => {
    const figure = document.querySelector('guidance-lab');
    await figure.reset();
    const began = performance.now();
    await figure.finish();
    const seconds = (performance.now() - began) / 1000;
    const { particles, process } = figure.state;
    return { rate: (particles * process.steps) / 1e6 / seconds, workers: figure.lab.run.frame.workers };
  });

/** One worker, two, and two pages in processes of their own at the same time, alternating. */
async function pool(scene, particles) {
  const state = { ...base, mixture: SCENES[scene], particles, process: { ...base.process, steps: 100 } };
  const second = await launch();
  const [one, two, other] = [
    await figureOn(browser, 1, state),
    await figureOn(browser, 2, state),
    await figureOn(second, 1, state),
  ];
  const rates = { one: [], two: [], processes: [] };
  // The second worker may still be on its way.
  while ((await ran(two)).workers < 2) await new Promise((resolve) => setTimeout(resolve, 100));
  for (let round = 0; round < ROUNDS; round++) {
    rates.one.push((await ran(one)).rate);
    rates.two.push((await ran(two)).rate);
    const both = await Promise.all([ran(one), ran(other)]);
    rates.processes.push(both[0].rate + both[1].rate);
  }
  await second.close();
  for (const page of [one, two]) await page.close();
  return rates;
}

/** Frames a second and the longest main-thread task while the default scene plays on the CPU engine. */
async function frames() {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  await page.goto(`${site}dist/index.html?engine=cpu`);
  const result = await page.evaluate(async () => {
    await customElements.whenDefined('guidance-lab');
    const lab = document.querySelector('guidance-lab');
    await lab.ready;
    await new Promise((resolve) => setTimeout(resolve, 2000));
    await lab.reset();
    let longest = 0;
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) longest = Math.max(longest, entry.duration);
    }).observe({ type: 'longtask' });
    // A frame counts when it shows particles that the one before did not.
    let [painted, shown] = [0, -1];
    const began = performance.now();
    lab.play();
    while (lab.playing && performance.now() - began < 10_000) {
      await new Promise(requestAnimationFrame);
      if (lab.currentStep !== shown) painted += 1;
      shown = lab.currentStep;
    }
    const seconds = (performance.now() - began) / 1000;
    return { framesPerSecond: painted / seconds, seconds, longestTask: longest, particles: lab.state.particles };
  });
  await page.close();
  return result;
}

/** The longest main-thread task of a page while `work` is done there, after two seconds of rest. */
async function longestTask(path, work) {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  await page.goto(`${site}dist/${path}`);
  await page.evaluate(async () => {
    const figure = document.querySelector('guidance-lab');
    if (figure) await customElements.whenDefined('guidance-lab');
    await figure?.ready;
    await new Promise((resolve) => setTimeout(resolve, 2000));
    globalThis.longest = 0;
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) globalThis.longest = Math.max(globalThis.longest, entry.duration);
    }).observe({ type: 'longtask' });
  });
  const began = performance.now();
  await page.evaluate(work);
  const seconds = (performance.now() - began) / 1000;
  const longest = await page.evaluate(() => globalThis.longest);
  await page.close();
  return { seconds, longestTask: longest };
}

/** Nine values of n are swept, the figure playing. */
const sweep = () =>
  longestTask('index.html?engine=cpu', async () => {
    const lab = document.querySelector('guidance-lab');
    await lab.reset();
    lab.play();
    await lab.sweep({ path: 'classifier.frequency', values: [2, 4, 8, 16, 32, 64, 128, 256, 512] });
  });

/** An experiment. */
const experiment = () =>
  longestTask('check/index.html?claim=reciprocal', async () => {
    const until = async (selector) => {
      while (!document.querySelector(selector)) await new Promise((resolve) => setTimeout(resolve, 50));
    };
    await until('.experiments .run');
    const size = document.querySelector('.experiments .size select');
    size.value = 'small';
    size.dispatchEvent(new Event('change'));
    document.querySelector('.experiments .run').click();
    await until('.experiments .verdict');
  });

const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];
const report = { chromium: browser.version(), scenes: {} };
console.log(`Chromium ${browser.version()}, one thread, ${PARTICLES} particles, ${STEPS} steps, ${ROUNDS} rounds`);
console.log('scene  wasm CPU engine  plain JavaScript  ratio of medians   (million particle-steps/s, best / median)');
for (const scene of Object.keys(SCENES)) {
  const { wasm, plain } = await engines(scene);
  const ratio = median(wasm) / median(plain);
  report.scenes[scene] = { wasm: median(wasm), plain: median(plain), ratio };
  const show = (rates) => `${Math.max(...rates).toFixed(1)} / ${median(rates).toFixed(1)}`;
  console.log(`${scene.padEnd(6)} ${show(wasm).padEnd(16)} ${show(plain).padEnd(17)} ${ratio.toFixed(2)}`);
}
console.log('two workers  one worker  two workers  two processes  two/one  two/processes   (medians)');
report.pool = [];
for (const scene of Object.keys(SCENES)) {
  for (const particles of [100_000, 1_000_000]) {
    const rates = await pool(scene, particles);
    const [one, two, processes] = [rates.one, rates.two, rates.processes].map(median);
    report.pool.push({ scene, particles, one, two, processes });
    const shown = [
      one.toFixed(1),
      two.toFixed(1),
      processes.toFixed(1),
      (two / one).toFixed(2),
      (two / processes).toFixed(2),
    ];
    console.log(`${scene}, ${particles}`.padEnd(13), shown.map((text) => text.padEnd(12)).join(' '));
  }
}
report.page = await frames();
console.log(
  `default scene, CPU engine: ${report.page.framesPerSecond.toFixed(1)} frames/s over ${report.page.seconds.toFixed(1)} s,`,
  `longest main-thread task ${report.page.longestTask ? `${report.page.longestTask.toFixed(0)} ms` : 'under 50 ms'}`,
);
report.sweeps = { sweep: await sweep(), experiment: await experiment() };
const task = (longest) => (longest ? `${longest.toFixed(0)} ms` : 'under 50 ms');
for (const [name, { seconds, longestTask }] of Object.entries(report.sweeps)) {
  console.log(`${name}: ${seconds.toFixed(1)} s, longest main-thread task ${task(longestTask)}`);
}
console.log(JSON.stringify(report));
await browser.close();
server.close();
