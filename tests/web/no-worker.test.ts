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
  page = await openLab(browser, `${site.origin}/`, '?preset=wiggle&experiment=reciprocal&particles=5000');
});
afterAll(async () => {
  await browser?.close();
  await site?.close();
});

test('a sweep goes on in slices, and the exact law, which cannot, is left out', async () => {
  const [rows, longest] = await page.evaluate(async () => {
    const lab = document.querySelector('guidance-lab') as Lab & {
      sweep(options: unknown): Promise<{ value: number }[]>;
    };
    lab.scrollIntoView();
    lab.pause();
    await lab.finish();
    let longest = 0;
    let last = performance.now();
    const clock = setInterval(() => {
      longest = Math.max(longest, performance.now() - last);
      last = performance.now();
    }, 1);
    const rows = await lab.sweep({ path: 'process.steps', values: [500, 1000] });
    // The law is asked for after a rest of .4 s.
    await new Promise((resolve) => setTimeout(resolve, 1500));
    clearInterval(clock);
    return [rows.map(({ value }) => value), longest] as const;
  });
  expect(rows).toEqual([500, 1000]);
  // 10,000,000 and 20,000,000 particle-steps, or a law, in one go take several times as long.
  expect(longest).toBeLessThan(150);
});

test('an experiment says that the page may stand still, and its verdict is right', async () => {
  const [said, verdict] = await page.evaluate(async () => {
    const section = document.querySelector('#experiments') as HTMLElement;
    const wait = async (selector: string) => {
      for (let k = 0; k < 600; k += 1) {
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
  expect(said).toContain('This page forbids workers');
  expect(verdict).toBe('verdict yes');
});
