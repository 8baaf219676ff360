/** Figures come and go, play and change: what is held afterwards must not grow. */
import { expect, test } from 'vitest';
import { chromium } from '../web/browsers';
import { host, packageFolder, page as pageOf } from '../web/host';
import type { Lab } from '../web/lab';
import { HEARTBEAT, looked, Trial } from './trial';

/** Slope of a line through evenly spaced values, and its standard error. */
function slope(values: number[]): { slope: number; error: number } {
  const n = values.length;
  const [x0, y0] = [(n - 1) / 2, values.reduce((sum, y) => sum + y, 0) / n];
  const sxx = values.reduce((sum, _, x) => sum + (x - x0) ** 2, 0);
  const fitted = values.reduce((sum, y, x) => sum + (x - x0) * (y - y0), 0) / sxx;
  const left = values.reduce((sum, y, x) => sum + (y - y0 - fitted * (x - x0)) ** 2, 0);
  return { slope: fitted, error: Math.sqrt(left / Math.max(1, n - 2) / sxx) };
}

test('soak', async () => {
  const trial = new Trial('soak');
  const browser = await chromium({ webgpu: false });
  const blog = await host({
    folders: { '/cdn/': packageFolder },
    pages: {
      '/': pageOf(
        '<main></main>',
        `<script>${HEARTBEAT}</script><script type="module" src="/cdn/guidance-lab.js"></script>`,
      ),
    },
  });
  const opened = await browser.open(`${blog.origin}/`);
  const session = await opened.native.context().newCDPSession(opened.native);
  const held: Record<string, number[]> = { heap: [], memory: [], nodes: [], simulations: [], workers: [] };
  while (trial.left > 0) {
    await opened.evaluate(async (round: number) => {
      const main = document.querySelector('main') as HTMLElement;
      const presets = ['wiggle', 'pair-2d', 'two-modes', 'moons'];
      for (let k = 0; k < 4; k += 1) {
        const lab = document.createElement('guidance-lab') as Lab & { preset: string };
        lab.preset = presets[(round + k) % 4] as string;
        lab.setAttribute('particles', String(500 + 500 * k));
        main.append(lab);
        await lab.ready;
        lab.play();
        await lab.setState({ guidance: { gamma: 1 + ((round + k) % 5) }, seed: round });
        if (k % 2) await lab.finish();
        await new Promise((resolve) => setTimeout(resolve, (round * 37) % 200));
        lab.remove();
      }
      const { usage } = customElements.get('guidance-lab') as unknown as {
        usage(): Promise<{ simulations: number } | null>;
      };
      for (let k = 0; k < 100 && ((await usage())?.simulations ?? 0) > 0; k += 1)
        await new Promise((resolve) => setTimeout(resolve, 100));
    }, trial.tried);
    trial.tried += 4;
    for (let turn = 0; turn < 2; turn += 1) await session.send('HeapProfiler.collectGarbage');
    const { usedSize } = (await session.send('Runtime.getHeapUsage')) as { usedSize: number };
    const { nodes } = await session.send('Memory.getDOMCounters');
    const usage = await opened.evaluate(() =>
      (
        customElements.get('guidance-lab') as unknown as {
          usage(): Promise<{ simulations: number; memory: number } | null>;
        }
      ).usage(),
    );
    for (const [name, value] of Object.entries({
      heap: usedSize,
      nodes,
      memory: usage?.memory ?? 0,
      simulations: usage?.simulations ?? 0,
      workers: opened.native.workers().length,
    }))
      held[name]?.push(value);
    await looked(trial, opened, 'soak');
  }
  // The first rounds fetch what is fetched once, and memory grows to what the largest of them needs.
  for (const [name, values] of Object.entries(held)) {
    const settled = values.slice(Math.ceil(values.length / 2));
    if (settled.length < 6) continue;
    const { slope: grows, error } = slope(settled);
    trial.notes.push(
      `${name} ${settled[0]} to ${settled.at(-1)}, ${grows.toPrecision(2)} ± ${error.toPrecision(2)} a round.`,
    );
    // Within its error, or less than a thousandth of what is held.
    if (grows > 3 * error && grows > 1e-3 * (settled[0] as number))
      trial.wrong('no answer', { name, grows, error, settled });
  }
  await opened.close();
  await blog.close();
  await browser.close();
  trial.end();
  expect(trial.tried).toBeGreaterThan(0);
});
