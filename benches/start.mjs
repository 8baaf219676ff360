/**
 * The start of the page in headless Chromium: from navigation to the first frame with particles and to `ready`, with what
 * was asked of the server until then, the longest task of the page's thread, and the CPU time of a run at rest. Each build
 * is opened in turn with the others, with an empty cache and then with a full one.
 *
 *     node benches/start.mjs [FOLDER …]        (a built site each; dist/ if none, after `cargo xtask build`)
 */
import { fileURLToPath } from 'node:url';
import { launch } from './chromium.mjs';
import { serve } from './serve.mjs';

const ROUNDS = 10;
const REST = 10_000;
const folders = process.argv.slice(2);
if (folders.length === 0) folders.push(fileURLToPath(new URL('../dist/', import.meta.url)));

const browser = await launch();

/** In the page: notes when the first frame stands, and when the figure is ready. */
function watch() {
  const seen = {};
  window.startSeen = seen;
  const look = () => {
    const figure = document.querySelector('guidance-lab');
    if (figure?.ready && !seen.asked) {
      seen.asked = true;
      figure.ready.then(() => {
        seen.ready = performance.now();
      });
    }
    if (figure?.lab?.subject?.frame) seen.frame = performance.now();
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}

/** The longest task of the page's thread in milliseconds, of what was traced. */
function longest(events) {
  const threads = new Set(
    events
      .filter(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain')
      .map(({ pid, tid }) => `${pid} ${tid}`),
  );
  const tasks = events.filter(
    ({ name, dur, pid, tid }) => name === 'ThreadControllerImpl::RunTask' && dur && threads.has(`${pid} ${tid}`),
  );
  return Math.max(0, ...tasks.map(({ dur }) => dur / 1000));
}

async function opened(context, site) {
  const page = await context.newPage();
  await page.addInitScript(watch);
  const cdp = await context.newCDPSession(page);
  const events = [];
  cdp.on('Tracing.dataCollected', ({ value }) => events.push(...value));
  await cdp.send('Tracing.start', { categories: 'toplevel', transferMode: 'ReportEvents' });
  const before = { ...site.sent };
  await page.goto(site.origin, { waitUntil: 'commit' });
  await page.waitForFunction(() => window.startSeen.frame && window.startSeen.ready);
  const sent = { requests: site.sent.requests - before.requests, bytes: site.sent.bytes - before.bytes };
  const traced = new Promise((resolve) => {
    cdp.once('Tracing.tracingComplete', resolve);
  });
  await cdp.send('Tracing.end');
  await traced;
  const { frame, ready } = await page.evaluate(() => window.startSeen);
  return { page, cdp, found: { frame, ready, ...sent, longest: longest(events) } };
}

/** Milliseconds of the page's thread in ten seconds after the end of the run. */
async function atRest({ page, cdp }) {
  await page.evaluate(() => document.querySelector('guidance-lab').finish());
  // What comes after the end, the exact law say.
  await page.waitForTimeout(REST);
  await cdp.send('Performance.enable');
  const busy = async () =>
    (await cdp.send('Performance.getMetrics')).metrics.find(({ name }) => name === 'TaskDuration').value * 1000;
  const before = await busy();
  await page.waitForTimeout(REST);
  return (await busy()) - before;
}

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
const sites = [];
for (const folder of folders) sites.push({ folder, ...(await serve(folder)), cold: [], warm: [], rest: 0 });
for (let round = 0; round < ROUNDS; round += 1) {
  for (const site of sites) {
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, serviceWorkers: 'block' });
    const first = await opened(context, site);
    site.cold.push(first.found);
    await first.page.close();
    const second = await opened(context, site);
    site.warm.push(second.found);
    if (round === 0) site.rest = await atRest(second);
    await context.close();
  }
}
console.log(`| site | cache | first frame | ready | requests | bytes | longest task |
| --- | --- | --- | --- | --- | --- | --- |`);
for (const { folder, cold, warm } of sites) {
  for (const [cache, found] of [
    ['empty', cold],
    ['full', warm],
  ]) {
    const of = (key) => Math.round(median(found.map((each) => each[key])));
    console.log(
      `| ${folder} | ${cache} | ${of('frame')} ms | ${of('ready')} ms | ${of('requests')} | ${of('bytes')} | ${of('longest')} ms |`,
    );
  }
}
for (const { folder, rest } of sites)
  console.log(`${folder}: at rest the page's thread works ${rest.toFixed(1)} ms in 10 s`);
for (const { close } of sites) close();
await browser.close();
