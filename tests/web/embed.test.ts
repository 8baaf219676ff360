/** One tag in anyone's page: from another origin, in each engine, with just the controls that are asked for. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ENGINES, type Handle, type Page } from './browsers';
import { dist, type Host, host, packageFolder, page } from './host';
import { inked, type Lab, ready, sharedWorkers } from './lab';

const CORS = { 'access-control-allow-origin': '*' };

let scripts: Host;
beforeAll(async () => {
  scripts = await host({ folders: { '/cdn/': packageFolder, '/site/': dist }, headers: CORS });
});
afterAll(async () => scripts?.close());

/** The labels of the inputs that can be seen, in order. */
const controls = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const root = document.querySelector('guidance-lab')?.shadowRoot as ShadowRoot;
    const visible = [...root.querySelectorAll<HTMLInputElement>('input, select, button')].filter((each) =>
      each.checkVisibility(),
    );
    return visible.map((each) => each.getAttribute('aria-label') ?? each.id);
  });

describe.each(ENGINES)('in %s', (_, open) => {
  let browser: Handle;
  beforeAll(async () => {
    browser = await open();
  });
  afterAll(async () => browser?.close());

  test.each(['cdn/guidance-lab.js', 'site/guidance-lab.js', 'cdn/guidance-lab.inline.js'])(
    '%s from another origin shows exactly the controls asked for',
    async (script) => {
      const blog = await host({
        pages: {
          '/post': page(
            `<p>Before.</p><guidance-lab preset="wiggle" controls="weight,frequency" guidance.gamma="3" particles="2000"></guidance-lab>`,
            `<script type="module" src="${scripts.origin}/${script}"></script>`,
          ),
        },
      });
      const post = await browser.open(`${blog.origin}/post`);
      await ready(post);
      const names = (await controls(post)).filter((name) => !name.startsWith('What is this'));
      expect(names).toEqual([
        'Frequency n of the wiggle, as a number',
        'frequency',
        'Guidance scale gamma, as a number',
        'gamma',
      ]);
      expect((await inked(post))[0]).toBeGreaterThan(0.02);
      const seen = await post.evaluate(() => {
        const lab = document.querySelector('guidance-lab') as Lab & { query: URLSearchParams };
        return { gamma: lab.state.guidance.gamma, particles: lab.state.particles, width: lab.offsetWidth };
      });
      expect(seen).toEqual({ gamma: 3, particles: 2000, width: 1264 });
      expect(await post.errors()).toEqual([]);
      // The work is done in workers, also across origins.
      if (browser.name === 'chromium') expect(await sharedWorkers(post)).toEqual(['exact', 'particles']);
      await post.close();
      await blog.close();
    },
  );
});
