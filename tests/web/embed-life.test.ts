/** A figure's life in other people's pages: it starts when seen, stops when not, shares, moves, and leaves nothing. */
import type * as playwright from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chromium, type Handle, type Page } from './browsers';
import { type Host, host, packageFolder, page } from './host';
import { atRest, eventually, inked, type Lab, ready, sharedWorkers, workers } from './lab';

const SCRIPT = '<script type="module" src="/cdn/guidance-lab.js"></script>';
const TEN = Array.from(
  { length: 10 },
  (_, index) =>
    `<guidance-lab autoplay preset="${['wiggle', 'two-modes', 'pair-2d'][index % 3]}" controls="time" particles="4000" seed="${index + 1}"></guidance-lab>`,
).join('');

let blog: Host;
let browser: Handle<playwright.Page>;
beforeAll(async () => {
  blog = await host({
    folders: { '/cdn/': packageFolder },
    pages: {
      '/empty': page('<main></main>', SCRIPT),
      '/below': page('<div style="height:3000px">Above.</div><guidance-lab controls="time"></guidance-lab>', SCRIPT),
      '/below-digits': page(
        '<div style="height:3000px">Above.</div><guidance-lab mixture="digits" controls="time"></guidance-lab><guidance-lab mixture="digits" guidance.gamma="1"></guidance-lab>',
        SCRIPT,
      ),
      '/below-both': page(
        '<div style="height:3000px">Above.</div><guidance-lab></guidance-lab>',
        `<meta name="color-scheme" content="light dark">${SCRIPT}`,
      ),
      '/ten': page(`<style>guidance-lab { --lab-picture: 400px }</style>${TEN}`, SCRIPT),
      '/light': page('<guidance-lab controls="none"></guidance-lab>', SCRIPT),
      '/both': page(
        '<guidance-lab controls="none"></guidance-lab>',
        `<meta name="color-scheme" content="light dark">${SCRIPT}`,
      ),
      '/charts': page(
        '<guidance-lab particles="2000"></guidance-lab>',
        `<meta name="color-scheme" content="light dark">${SCRIPT}`,
      ),
      '/styled': page(
        '<style>guidance-lab { --lab-paper: rgb(255 250 205); --lab-tested: purple } guidance-lab::part(verdict) { font-style: italic }</style><guidance-lab controls="verdict"></guidance-lab>',
        SCRIPT,
      ),
      '/locked': page('<guidance-lab controls="weight,frequency" lock></guidance-lab>', SCRIPT),
      '/set': page(
        '<main></main>',
        `<script>
          const lab = document.createElement('guidance-lab');
          Object.assign(lab, { 'guidance.gamma': 6, seed: '5', particles: 2000, engine: 'cpu' });
          lab.setAttribute('controls', '');
          lab.setAttribute('show-controls', 'weight');
          addEventListener('DOMContentLoaded', () => document.body.append(lab));
        </script>${SCRIPT}`,
      ),
      '/patched': page(
        '<guidance-lab preset="pair-2d" particles="2000" controls="none"></guidance-lab>',
        `<script>
          Math.random = () => { throw new Error('no chance here'); };
          Object.prototype.theirs = 5;
          Promise.prototype.finally = undefined;
          Array.from = (list) => { const all = new Array(list.length || 0); for (let k = 0; k < all.length; k += 1) all[k] = list[k]; return all; };
          Array.prototype.toJSON = String.prototype.toJSON = () => 'theirs';
          performance.mark = performance.measure = undefined;
          delete globalThis.ResizeObserver;
        </script>${SCRIPT}`,
      ),
      '/shouting': page(
        '<div dir="rtl" style="text-transform:uppercase;letter-spacing:4px;white-space:pre;font-style:italic"><guidance-lab></guidance-lab></div>',
        SCRIPT,
      ),
      '/hidden': page('<div style="display:none"><guidance-lab></guidance-lab></div>', SCRIPT),
      '/early': page(
        '<guidance-lab id="early" particles="2000" controls="none"></guidance-lab>',
        `<script>addEventListener('DOMContentLoaded', () => {
          const lab = document.querySelector('guidance-lab');
          lab.guidance = { gamma: 4 };
          lab.seed = 77;
        })</script>${SCRIPT}`,
      ),
    },
  });
  browser = await chromium({ webgpu: false });
});
afterAll(async () => {
  await browser?.close();
  await blog?.close();
});

const background = (opened: Page) =>
  opened.evaluate(() => {
    const canvas = document.querySelector('guidance-lab')?.shadowRoot?.querySelector('canvas') as HTMLCanvasElement;
    return [...(canvas.getContext('2d') as CanvasRenderingContext2D).getImageData(1, 1, 1, 1).data].slice(0, 3);
  });

test('a figure below the fold starts when it is scrolled into view', async () => {
  const opened = await browser.open(`${blog.origin}/below`);
  await opened.native.waitForTimeout(1500);
  expect(opened.native.workers()).toHaveLength(0);
  // What stands there meanwhile is the preset's finished run, rendered ahead.
  const poster = await opened.evaluate(async () => {
    const image = document.querySelector('guidance-lab')?.shadowRoot?.querySelector('.poster img') as HTMLImageElement;
    await image.decode();
    return { width: image.naturalWidth, box: image.getBoundingClientRect().width };
  });
  expect(poster.width).toBe(720);
  expect(poster.box).toBeGreaterThan(700);
  await opened.evaluate(() => document.querySelector('guidance-lab')?.scrollIntoView());
  await opened.native.waitForFunction(() => (document.querySelector('guidance-lab') as unknown as Lab).engine !== null);
  await ready(opened);
  expect((await inked(opened))[0]).toBeGreaterThan(0.02);
  expect(await opened.native.locator('.poster').count()).toBe(0);
  const { presets } = await opened.evaluate(() => ({
    presets: (document.querySelector('guidance-lab') as unknown as { presets: { name: string }[] }).presets,
  }));
  const { readdir } = await import('node:fs/promises');
  const files = await readdir(`${packageFolder}/assets`);
  for (const { name } of [...presets, { name: 'digits' }]) {
    for (const theme of ['light', 'dark']) {
      expect(
        files.some((file) => file.startsWith(`${name}-${theme}`)),
        `npm run posters: ${name}, ${theme}`,
      ).toBe(true);
    }
  }
  await opened.close();
});

test('one of pictures has its poster too, and one of other pictures none', async () => {
  const opened = await browser.open(`${blog.origin}/below-digits`);
  const posters = await opened.evaluate(async () => {
    await customElements.whenDefined('guidance-lab');
    const images = [...document.querySelectorAll('guidance-lab')].map(({ shadowRoot }) =>
      shadowRoot?.querySelector<HTMLImageElement>('.poster img'),
    );
    await images[0]?.decode();
    return images.map((image) => image && [new URL(image.src).pathname.split('/').pop(), image.naturalWidth]);
  });
  expect(posters).toEqual([[expect.stringMatching(/^digits-light/), 720], null]);
  await opened.evaluate(async () => {
    const lab = document.querySelector('guidance-lab') as unknown as Lab;
    (lab as unknown as HTMLElement).scrollIntoView();
    await lab.ready;
  });
  expect(await opened.native.locator('guidance-lab').first().locator('.poster').count()).toBe(0);
  expect(await opened.errors()).toEqual([]);
  await opened.close();
});

test.each(['light', 'dark'] as const)('on a page that follows the reader its poster is %s', async (colorScheme) => {
  const opened = await browser.open(`${blog.origin}/below-both`);
  await opened.native.emulateMedia({ colorScheme });
  await opened.native.reload();
  const poster = opened.native.locator('.poster img');
  expect(await poster.getAttribute('src')).toContain(`wiggle-${colorScheme}`);
  await opened.close();
});

test('out of sight a run stands still, and goes on when it is seen again', async () => {
  const opened = await browser.open(`${blog.origin}/below`);
  await opened.evaluate(async () => {
    const lab = document.querySelector('guidance-lab') as Lab;
    await customElements.whenDefined('guidance-lab');
    lab.scrollIntoView();
    await lab.ready;
    await lab.reset();
    lab.play();
  });
  const step = () =>
    opened.evaluate(() => (document.querySelector('guidance-lab') as Lab & { currentStep: number }).currentStep);
  await expect.poll(step).toBeGreaterThan(0);
  await opened.evaluate(() => scrollTo(0, 0));
  const left = await atRest(step);
  // Not because it is at its end.
  expect(
    await opened.evaluate(() => {
      const { playing, state } = document.querySelector('guidance-lab') as Lab;
      return [playing, state.process.steps];
    }),
  ).toEqual([true, expect.toSatisfy((steps: number) => steps > left)]);
  await opened.native.waitForTimeout(800);
  expect(await step()).toBe(left);
  await opened.evaluate(() => document.querySelector('guidance-lab')?.scrollIntoView());
  await expect.poll(step).toBeGreaterThan(left);
  await opened.close();
});

test('ten figures share one pair of workers and play together', async () => {
  const opened = await browser.open(`${blog.origin}/ten`, { width: 1280, height: 4400 });
  await opened.native.waitForFunction(() =>
    [...document.querySelectorAll('guidance-lab')].every(
      (lab) => (lab as Lab & { currentStep: number }).currentStep > 0,
    ),
  );
  // Those that are at their end may have started the worker for the exact laws.
  expect(await sharedWorkers(opened)).toEqual(['exact', 'particles']);
  // Nobody is left behind, and each has its own particles.
  await opened.native.waitForFunction(
    () => [...document.querySelectorAll('guidance-lab')].every((lab) => !(lab as Lab).playing),
    null,
    { timeout: 120_000 },
  );
  const ends = await opened.evaluate(async () =>
    Promise.all(
      [...document.querySelectorAll('guidance-lab')].map(async (each) => {
        const lab = each as Lab & { currentStep: number };
        const some = (await lab.samples('tested')).slice(0, 50).join();
        return { seed: lab.state.seed, left: lab.state.process.steps - lab.currentStep, some };
      }),
    ),
  );
  expect(ends.map(({ left }) => left)).toEqual(Array(10).fill(0));
  expect(ends.map(({ seed }) => seed)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  expect(new Set(ends.map(({ some }) => some)).size).toBe(10);
  expect(await opened.errors()).toEqual([]);
  await opened.close();
});

test('moved in the page, a figure keeps its state and its particles', async () => {
  const opened = await browser.open(`${blog.origin}/light`);
  await ready(opened);
  const same = await opened.evaluate(async () => {
    const lab = document.querySelector('guidance-lab') as Lab & { currentStep: number };
    await lab.setState({ particles: 1000, seed: 5, guidance: { gamma: 2 } });
    await lab.reset();
    await lab.step(30);
    const before = [...(await lab.samples('tested'))];
    const aside = document.body.appendChild(document.createElement('aside'));
    aside.append(lab);
    await new Promise((resolve) => setTimeout(resolve, 300));
    const moved = [...(await lab.samples('tested'))];
    // Away for so long that its workers have ended, then back.
    lab.remove();
    const { usage } = customElements.get('guidance-lab') as unknown as { usage(): Promise<unknown> };
    // One that ends while it is asked does not answer.
    const none = new Promise<null>((resolve) => setTimeout(resolve, 5000, null));
    while (await Promise.race([usage(), none])) await new Promise((resolve) => setTimeout(resolve, 100));
    aside.append(lab);
    await new Promise((resolve) => setTimeout(resolve, 1000));
    const back = [...(await lab.samples('tested'))];
    return {
      moved: JSON.stringify(before) === JSON.stringify(moved),
      back: JSON.stringify(before) === JSON.stringify(back),
      step: lab.currentStep,
      gamma: lab.state.guidance.gamma,
    };
  });
  expect(same).toEqual({ moved: true, back: true, step: 30, gamma: 2 });
  expect((await inked(opened))[0]).toBeGreaterThan(0.02);
  await opened.close();
});

test('the page decides the colours: its color-scheme, its custom properties, its parts', async () => {
  const colors: Record<string, number[]> = {};
  for (const path of ['light', 'both']) {
    const opened = await browser.open(`${blog.origin}/${path}`, { colorScheme: 'dark' });
    await ready(opened);
    colors[path] = await background(opened);
    if (path === 'both') {
      await opened.evaluate(() => document.documentElement.style.setProperty('color-scheme', 'light'));
      colors.changed = await eventually(
        () => background(opened),
        ([red]) => red === 255,
      );
    }
    await opened.close();
  }
  // A page that says nothing of dark colours is a light page, whatever the reader prefers.
  expect(colors).toEqual({ light: [255, 255, 255], both: [20, 23, 27], changed: [255, 255, 255] });

  const styled = await browser.open(`${blog.origin}/styled`);
  await ready(styled);
  expect(await background(styled)).toEqual([255, 250, 205]);
  const style = await styled.evaluate(() => {
    const verdict = document.querySelector('guidance-lab')?.shadowRoot?.querySelector('.verdict') as HTMLElement;
    return getComputedStyle(verdict).fontStyle;
  });
  expect(style).toBe('italic');
  await styled.close();
});

test('locked: the two controls work, and nothing else moves', async () => {
  const opened = await browser.open(`${blog.origin}/locked`);
  await ready(opened);
  const at = () =>
    opened.evaluate(() => {
      const lab = document.querySelector('guidance-lab') as Lab & { currentStep: number };
      return { step: lab.currentStep, gamma: lab.state.guidance.gamma };
    });
  const before = await at();
  await opened.native.locator('.picture').focus();
  await opened.native.keyboard.press(',');
  await opened.press('Home');
  await opened.native.waitForTimeout(300);
  expect(await at()).toEqual(before);
  await opened.native.locator('#gamma').fill('3');
  await opened.native.waitForFunction(
    () => (document.querySelector('guidance-lab') as unknown as Lab).state.guidance.gamma === 3,
  );
  await opened.evaluate(() => (document.querySelector('guidance-lab') as HTMLElement).removeAttribute('lock'));
  await opened.native.locator('.picture').focus();
  await opened.native.keyboard.press(',');
  await opened.native.waitForFunction(
    (step) => (document.querySelector('guidance-lab') as unknown as { currentStep: number }).currentStep === step - 1,
    before.step,
  );
  await opened.close();
});

test('paths are properties and attributes, before the script has come and after', async () => {
  const opened = await browser.open(`${blog.origin}/early`);
  await ready(opened);
  type Paths = Lab & Record<string, unknown>;
  const read = () =>
    opened.evaluate(() => {
      const { state } = document.querySelector('guidance-lab') as Lab;
      return [state.guidance.gamma, state.seed, state.particles, state.process.steps];
    });
  const [, , , steps] = await read();
  expect(await read()).toEqual([4, 77, 2000, steps]);
  await opened.evaluate(async () => {
    const lab = document.querySelector('guidance-lab') as Paths;
    lab['guidance.gamma'] = 1.5;
    lab.process = { steps: 50 };
    lab.setAttribute('seed', '9');
    // HTML makes small letters of it.
    lab.setAttribute('guidance.sigmaPower', '1');
    lab.state = { particles: 3000 } as never;
  });
  await opened.native.waitForFunction(() => {
    const { state } = document.querySelector('guidance-lab') as unknown as Lab;
    const { gamma, sigmaPower } = state.guidance;
    return (
      gamma === 1.5 && sigmaPower === 1 && state.process.steps === 50 && state.seed === 9 && state.particles === 3000
    );
  });
  expect(
    await opened.evaluate(() => {
      const lab = document.querySelector('guidance-lab') as Paths;
      return [lab['guidance.gamma'], lab['process.steps'], (lab.guidance as { gamma: number }).gamma];
    }),
  ).toEqual([1.5, 50, 1.5]);
  await opened.close();
});

describe('nothing is left behind', () => {
  test.each([
    ['cpu', false],
    ['webgpu', true],
  ] as const)('after 50 figures on %s: heap, wasm memory and GPU buffers are as before', async (engine, webgpu) => {
    const own = webgpu ? await chromium({ webgpu }) : browser;
    const opened = await own.open(`${blog.origin}/empty`);
    const session = await opened.native.context().newCDPSession(opened.native);
    // A figure that stays keeps the workers, so that what the others leave in them is seen.
    await opened.evaluate(async (engine: string) => {
      await customElements.whenDefined('guidance-lab');
      const make = () => {
        const lab = document.createElement('guidance-lab') as Lab;
        lab.setAttribute('engine', engine);
        lab.setAttribute('particles', '2000');
        lab.setAttribute('process.steps', '20');
        lab.setAttribute('controls', 'all');
        (document.querySelector('main') as HTMLElement).prepend(lab);
        return lab;
      };
      Object.assign(globalThis, { make });
      const stays = make();
      stays.style.display = 'block';
      await stays.ready;
    }, engine);
    const count = async () => {
      let buffers = 0;
      let made = 0;
      let asked = 0;
      const { exact, particles } = await workers(opened);
      for (const worker of [exact, particles] as playwright.Worker[]) {
        const counted = await worker.evaluate(() => {
          const {
            live,
            made = 0,
            asked = 0,
          } = globalThis as unknown as {
            live?: Set<unknown>;
            made?: number;
            asked?: number;
          };
          return { live: live?.size ?? 0, made, asked };
        });
        buffers += counted.live;
        made += counted.made;
        asked += counted.asked;
      }
      for (let turn = 0; turn < 3; turn++) await session.send('HeapProfiler.collectGarbage');
      const { usedSize } = (await session.send('Runtime.getHeapUsage')) as { usedSize: number };
      const nodes = await session.send('Memory.getDOMCounters');
      return {
        heap: usedSize,
        nodes: nodes.nodes,
        buffers,
        made,
        asked,
        held: await opened.evaluate(() => {
          const { usage } = customElements.get('guidance-lab') as unknown as {
            usage(): Promise<{ simulations: number; memory: number }>;
          };
          return usage();
        }),
      };
    };
    // Not the one that computes the exact laws when there is time: it comes and goes, and has no GPU.
    const { exact, particles } = await workers(opened);
    for (const worker of [exact, particles] as playwright.Worker[]) {
      await worker.evaluate(() => {
        const { GPU, GPUAdapter, GPUDevice, GPUBuffer } = globalThis as unknown as Record<
          string,
          { prototype: Record<string, unknown> }
        >;
        const live = new Set<unknown>();
        Object.assign(globalThis, { live, made: 0, asked: 0 });
        if (!GPU || !GPUAdapter || !GPUDevice || !GPUBuffer) return;
        for (const [{ prototype }, name] of [
          [GPU, 'requestAdapter'],
          [GPUAdapter, 'requestDevice'],
        ] as const) {
          const ask = prototype[name] as (...args: unknown[]) => unknown;
          prototype[name] = function (...args: unknown[]) {
            (globalThis as unknown as { asked: number }).asked += 1;
            return ask.apply(this, args);
          };
        }
        const create = GPUDevice.prototype.createBuffer as (...args: unknown[]) => unknown;
        GPUDevice.prototype.createBuffer = function (...args: unknown[]) {
          const buffer = create.apply(this, args);
          live.add(buffer);
          (globalThis as unknown as { made: number }).made += 1;
          return buffer;
        };
        const destroy = GPUBuffer.prototype.destroy as () => void;
        GPUBuffer.prototype.destroy = function () {
          live.delete(this);
          destroy.call(this);
        };
      });
    }
    const round = (times: number) =>
      opened.evaluate(async (times: number) => {
        const { make } = globalThis as unknown as { make(): Lab };
        for (let n = 0; n < times; n++) {
          const lab = make();
          await lab.ready;
          lab.play();
          await new Promise((resolve) => setTimeout(resolve, 60));
          lab.remove();
        }
        await new Promise((resolve) => setTimeout(resolve, 1500));
        // Those that left are only told to the workers: until these have let go of them.
        const { usage } = customElements.get('guidance-lab') as unknown as {
          usage(): Promise<{ simulations: number }>;
        };
        for (let k = 0; k < 300 && (await usage()).simulations > 1; k++) {
          await new Promise((resolve) => setTimeout(resolve, 100));
        }
      }, times);
    await round(5);
    const before = await count();
    await round(50);
    const after = await count();
    expect(await opened.evaluate(() => document.querySelectorAll('guidance-lab').length)).toBe(1);
    expect(after.heap - before.heap).toBeLessThan(1_000_000);
    expect(after.nodes).toBeLessThan(before.nodes + 200);
    expect(after.buffers).toBe(before.buffers);
    // The figure that stayed was started before the count; those that came and went did use the GPU.
    expect(after.made > before.made).toBe(webgpu);
    // All on the adapter and the device of the first.
    expect(after.asked).toBe(0);
    expect(after.held).toEqual({ simulations: 1, memory: before.held.memory });
    if (webgpu) {
      expect(await opened.evaluate(() => (document.querySelector('guidance-lab') as Lab).engine.backend)).toBe(
        'webgpu',
      );
    }
    await opened.close();
    if (webgpu) await own.close();
  });
});

test('an adapter that gives no device is told in one line', async () => {
  const own = await chromium({ webgpu: true });
  const opened = await own.open(`${blog.origin}/set`);
  await ready(opened);
  const { particles } = await workers(opened);
  await particles?.evaluate(() => {
    const { GPUAdapter } = globalThis as unknown as { GPUAdapter: { prototype: Record<string, unknown> } };
    GPUAdapter.prototype.requestDevice = () => Promise.reject(new Error('no device today\n    at of (the/stack.js:1)'));
  });
  await opened.evaluate(() => {
    (document.querySelector('guidance-lab') as Lab & { engineChoice: string }).engineChoice = 'webgpu';
  });
  const reason = () => opened.evaluate(() => (document.querySelector('guidance-lab') as Lab).engine?.reason ?? '');
  await expect.poll(reason).toContain('gave no device');
  expect(await reason()).not.toMatch(/stack|\n|\(\)/);
  await own.close();
});

test('memory that a large run has taken is given back after it, and the small one goes on', async () => {
  const opened = await browser.open(`${blog.origin}/empty`);
  const end = () =>
    opened.evaluate(async () => {
      const lab = document.querySelector('guidance-lab') as Lab & { currentStep: number };
      return { step: lab.currentStep, samples: [...(await lab.samples('tested'))] };
    });
  const memory = () =>
    opened.evaluate(async () => {
      const { usage } = customElements.get('guidance-lab') as unknown as {
        usage(): Promise<{ memory: number } | null>;
      };
      return (await usage())?.memory ?? Number.POSITIVE_INFINITY;
    });
  await opened.evaluate(async () => {
    // All of it on one worker.
    Object.defineProperty(Navigator.prototype, 'locks', { value: undefined });
    const lab = document.createElement('guidance-lab') as Lab & { preset: string; controls: string };
    Object.assign(lab, { preset: 'pair-2d', controls: 'none' });
    lab.setAttribute('particles', '500000');
    document.querySelector('main')?.append(lab);
    await lab.ready;
    await lab.finish();
  });
  expect(await memory()).toBeGreaterThan(64e6);
  await opened.evaluate(async () => {
    const lab = document.querySelector('guidance-lab') as Lab;
    await lab.setState({ particles: 1000 });
    await lab.finish();
    await lab.step(-20);
  });
  const before = await end();
  await expect.poll(memory, { interval: 1000 }).toBeLessThan(32e6);
  expect(await end()).toEqual(before);
  expect(await opened.errors()).toEqual([]);
  await opened.close();
});

test('a figure adds no attribute, so that a tag rendered by a server is what its framework finds', async () => {
  const opened = await browser.open(`${blog.origin}/charts`);
  await ready(opened);
  const names = () => opened.evaluate(() => document.querySelector('guidance-lab')?.getAttributeNames());
  expect(await names()).toEqual(['particles']);
  await opened.evaluate(() => (document.querySelector('guidance-lab') as Lab).setState({ guidance: { gamma: 2 } }));
  expect(await names()).toEqual(['particles']);
  await opened.close();
});

test('what is set before there are accessors counts, as text too, and nothing hides them afterwards', async () => {
  const opened = await browser.open(`${blog.origin}/set`);
  await ready(opened);
  const found = await opened.evaluate(async () => {
    const lab = document.querySelector('guidance-lab') as Lab & Record<string, unknown>;
    const { guidance, seed } = lab.state;
    const changed = new Promise((resolve) => lab.addEventListener('statechange', resolve, { once: true }));
    lab['guidance.gamma'] = '2.5';
    await changed;
    const { gamma } = lab.state.guidance;
    const inputs = lab.shadowRoot?.querySelectorAll('.panel input').length;
    return [guidance.gamma, seed, gamma, lab.engine.backend, lab.getAttribute('theme'), inputs];
  });
  expect(found).toEqual([6, 5, 2.5, 'cpu', null, 2]);
  await opened.close();
});

test('a page that has changed the language changes nothing in a figure', async () => {
  const opened = await browser.open(`${blog.origin}/patched`);
  await ready(opened);
  expect(await opened.evaluate(() => (document.querySelector('guidance-lab') as Lab).state.particles)).toBe(2000);
  expect((await inked(opened))[0]).toBeGreaterThan(0.02);
  await opened.close();
});

test("a page's own direction and type stay outside", async () => {
  const opened = await browser.open(`${blog.origin}/shouting`);
  await ready(opened);
  const found = await opened.evaluate(() => {
    const label = document.querySelector('guidance-lab')?.shadowRoot?.querySelector('label') as HTMLElement;
    const { direction, textTransform, letterSpacing, whiteSpace, fontStyle } = getComputedStyle(label);
    return [direction, textTransform, letterSpacing, whiteSpace, fontStyle];
  });
  expect(found).toEqual(['ltr', 'none', 'normal', 'normal', 'normal']);
  await opened.close();
});

test('the picture of a hidden figure is one', async () => {
  const opened = await browser.open(`${blog.origin}/hidden`);
  await ready(opened);
  const { width, colours } = await opened.evaluate(async () => {
    const lab = document.querySelector('guidance-lab') as unknown as { picture(ratio: number): Promise<Blob> };
    const bitmap = await createImageBitmap(await lab.picture(1));
    const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext(
      '2d',
    ) as OffscreenCanvasRenderingContext2D;
    context.drawImage(bitmap, 0, 0);
    const pixels = new Uint32Array(context.getImageData(0, 0, bitmap.width, bitmap.height).data.buffer);
    return { width: bitmap.width, colours: new Set(pixels).size };
  });
  expect(width).toBe(640);
  expect(colours).toBeGreaterThan(20);
  await opened.close();
});

test('a canvas that comes back empty is painted anew', async () => {
  const opened = await browser.open(`${blog.origin}/light`);
  await ready(opened);
  await opened.evaluate(() => {
    const canvas = document.querySelector('guidance-lab')?.shadowRoot?.querySelector('canvas') as HTMLCanvasElement;
    (canvas.getContext('2d') as CanvasRenderingContext2D).reset();
    canvas.dispatchEvent(new Event('contextrestored'));
  });
  expect((await inked(opened))[0]).toBeGreaterThan(0.02);
  await opened.close();
});

test('a preset whose painter does not come is not named, and can be asked for again', async () => {
  const opened = await browser.open(`${blog.origin}/light`);
  await ready(opened);
  await opened.native.route(/plane/, (route) => route.abort());
  const told = await opened.evaluate(async () => {
    const lab = document.querySelector('guidance-lab') as Lab & { preset: string };
    const fault = new Promise((resolve) => lab.addEventListener('error', resolve, { once: true }));
    lab.preset = 'pair-2d';
    await fault;
    return [lab.preset, lab.state.mixture[0]?.mean.length];
  });
  expect(told).toEqual(['wiggle', 1]);
  await opened.close();
});

test('printed while it plays, charts are light and as wide as the paper', async () => {
  const opened = await browser.open(`${blog.origin}/charts`, { width: 1200, height: 900, colorScheme: 'dark' });
  await ready(opened);
  await opened.native.locator('.charts').scrollIntoViewIfNeeded();
  await opened.native.locator('.charts canvas').first().waitFor();
  await opened.evaluate(() => (document.querySelector('guidance-lab') as Lab).play());
  await opened.native.emulateMedia({ media: 'print' });
  // The page is told of its new medium with one of the next frames: on a busy machine not the very next.
  const red = () =>
    opened.evaluate(() => {
      const root = (document.querySelector('guidance-lab') as Lab).shadowRoot as ShadowRoot;
      const canvas = root.querySelector('.picture canvas') as HTMLCanvasElement;
      return (canvas.getContext('2d') as CanvasRenderingContext2D).getImageData(1, 1, 1, 1).data[0];
    });
  await expect.poll(red).toBeGreaterThan(200);
  const beyond = await opened.evaluate(() => {
    const lab = document.querySelector('guidance-lab') as Lab;
    const root = lab.shadowRoot as ShadowRoot;
    // Paper is narrower than the screen, and nothing is drawn anew for it.
    lab.style.width = '600px';
    return [...root.querySelectorAll('.charts canvas')].map((chart) => {
      const plot = chart.closest('.chart-plot') as HTMLElement;
      return chart.getBoundingClientRect().right - plot.getBoundingClientRect().right;
    });
  });
  expect(beyond).toHaveLength(2);
  for (const each of beyond) expect(each).toBeLessThan(1);
  await opened.close();
});

test('charts that were not seen are not printed', async () => {
  const opened = await browser.open(`${blog.origin}/shouting`, { width: 800, height: 200 });
  await ready(opened);
  await opened.native.emulateMedia({ media: 'print' });
  expect(await opened.native.locator('.charts').isVisible()).toBe(false);
  await opened.close();
});
