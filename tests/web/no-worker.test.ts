/** The whole page where workers are forbidden: sweeps and experiments let it have its turn, and what cannot is said. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { chromium, type Handle, type Page } from './browsers';
import { dist, type Host, host } from './host';
import { type Lab, openLab } from './lab';

let browser: Handle;
let site: Host;
let page: Page;
beforeAll(async () => {
  browser = await chromium({ webgpu: false });
  site = await host({ folders: { '/': dist }, headers: { 'content-security-policy': "worker-src 'none'" } });
  page = await browser.open(`${site.origin}/check/?claim=reciprocal`);
});
afterAll(async () => {
  await browser?.close();
  await site?.close();
});

test('a sweep goes on in slices, and the exact law, which cannot, is left out', async () => {
  const page = await openLab(browser, `${site.origin}/`, '?preset=wiggle&particles=5000');
  const [rows, turns, painted] = await page.evaluate(async () => {
    const lab = document.querySelector('guidance-lab') as Lab & {
      sweep(options: unknown): Promise<{ value: number }[]>;
    };
    const painted = new Set<string>();
    const { fillText } = CanvasRenderingContext2D.prototype;
    CanvasRenderingContext2D.prototype.fillText = function (text, ...place) {
      painted.add(text);
      fillText.call(this, text, ...place);
    };
    lab.pause();
    await lab.finish();
    let turns = 0;
    const clock = setInterval(() => {
      turns += 1;
    }, 1);
    const rows = await lab.sweep({ path: 'process.steps', values: [500, 1000] });
    clearInterval(clock);
    // The law is asked for after a rest of .4 s.
    for (let k = 0; k < 1200 && ![...painted].some((text) => text.startsWith('exact law:')); k += 1) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    CanvasRenderingContext2D.prototype.fillText = fillText;
    return [rows.map(({ value }) => value), turns, [...painted]] as const;
  });
  expect(rows).toEqual([500, 1000]);
  // In one go for each value there would be a few.
  expect(turns).toBeGreaterThan(8);
  expect(painted).toContain('exact law: needs a worker, which this page forbids');
  await page.close();
});

test('an experiment says that the page may stand still, and its verdict is right', async () => {
  const [said, verdict] = await page.evaluate(async () => {
    const section = document.querySelector('.experiments') as HTMLElement;
    const wait = async (selector: string) => {
      for (let k = 0; k < 2400; k += 1) {
        const found = section.querySelector<HTMLElement>(selector);
        if (found) return found;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      throw new Error(`no ${selector}`);
    };
    const run = await wait('.run');
    const size = section.querySelector<HTMLSelectElement>('.size select');
    if (size) {
      size.value = 'small';
      size.dispatchEvent(new Event('change'));
    }
    run.click();
    let said = '';
    const watch = new MutationObserver(() => {
      said += section.querySelector('.progress')?.textContent ?? '';
    });
    watch.observe(section, { childList: true, subtree: true, characterData: true });
    const verdict = (await wait('.verdict')).className;
    watch.disconnect();
    return [said, verdict] as const;
  });
  expect(said).toContain('Web workers are blocked');
  expect(verdict).toBe('verdict yes');
});
