/** What several browser tests do with the element on the page. Functions run in the page. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type * as playwright from 'playwright-core';
import type { Backend, LaneName, Measurement, State } from '../../www/workers/protocol';
import type { Handle, Page } from './browsers';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** The element as the tests see it. */
export interface Lab extends HTMLElement {
  ready: Promise<void>;
  engine: { backend: Backend; adapter: string; reason: string };
  state: State;
  presets: { name: string }[];
  playing: boolean;
  setState(patch: unknown): Promise<void>;
  play(): void;
  pause(): void;
  step(n?: number): Promise<void>;
  finish(): Promise<void>;
  reset(seed?: number): Promise<void>;
  measure(options?: { time?: number }): Promise<Measurement>;
  samples(lane: LaneName): Promise<Float32Array>;
}

/** Waits until the tag is defined and every figure of the page stands. */
export function ready<Native>(page: Page<Native>): Promise<void> {
  return page.evaluate(async () => {
    await customElements.whenDefined('guidance-lab');
    await Promise.all([...document.querySelectorAll('guidance-lab')].map((lab) => (lab as Lab).ready));
  });
}

/** The last of what is read once it is good, or has not become so in half a minute: what is expected of it is said by the caller. */
export async function eventually<T>(read: () => Promise<T>, good: (value: T) => boolean): Promise<T> {
  const until = Date.now() + 30_000;
  for (;;) {
    const value = await read();
    if (good(value) || Date.now() > until) return value;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** What is read once it stands still: the same eight times in a row. */
export async function atRest<T>(read: () => Promise<T>): Promise<T> {
  let [last, still] = ['', 0];
  return eventually(read, (value) => {
    const now = JSON.stringify(value);
    still = now === last ? still + 1 : 0;
    last = now;
    return still >= 8;
  });
}

/**
 * The page's workers by name. The figures share `exact` and `particles`; `sweep` comes and goes when there is time, for
 * the exact laws and for sweeps.
 */
export async function workers(page: Page): Promise<Record<string, playwright.Worker>> {
  const found: Record<string, playwright.Worker> = {};
  for (const worker of (page.native as playwright.Page).workers()) {
    // One that has ended since has no name.
    const name = await worker.evaluate(() => self.name.replace('guidance-lab ', '')).catch(() => 'sweep');
    if (name in found && name !== 'sweep') throw new Error(`two workers are called ${name}`);
    found[name] = worker;
  }
  return found;
}

/** The names of those that the figures share, in order. */
export const sharedWorkers = async (page: Page): Promise<string[]> =>
  Object.keys(await workers(page))
    .filter((name) => name !== 'sweep')
    .sort();

/** The query that shows all of the figure's controls and numbers; a lesson has its own. */
const unfolded = (query: string): string => {
  const asked = new URLSearchParams(query);
  if (asked.has('lesson') || asked.has('controls')) return query;
  return `${query}${query === '' ? '?' : '&'}controls=all`;
};

/** Opens the page, with everything unfolded, and waits until the figure is ready. */
export async function openLab<Native>(
  browser: Handle<Native>,
  site: string,
  query = '',
  view: Parameters<Handle<Native>['open']>[1] = {},
): Promise<Page<Native>> {
  const page = await browser.open(`${site}${unfolded(query)}`, view);
  await ready(page);
  return page;
}

/** At the end of the run, opens the panel that an explanation has a button for, and waits until `part` stands in it. */
export function openPanel<Native>(page: Page<Native>, explanation: string, part: string): Promise<void> {
  return page.evaluate(
    async (explanation: string, part: string) => {
      const lab = document.querySelector('guidance-lab') as Lab;
      const root = lab.shadowRoot as ShadowRoot;
      lab.pause();
      await lab.finish();
      const wait = async (selector: string): Promise<HTMLElement> => {
        for (;;) {
          const found = root.querySelector<HTMLElement>(selector);
          if (found) return found;
          await new Promise((resolve) => setTimeout(resolve, 50));
        }
      };
      (await wait(`[popovertarget="${explanation}"]`)).click();
      (await wait(`#${explanation} [data-panel]`)).click();
      await wait(part);
    },
    explanation,
    part,
  );
}

/** Sets the state, runs to the end, and measures. */
export function runAndMeasure<Native>(page: Page<Native>, patch: unknown): Promise<Measurement> {
  return page.evaluate(async (patch: unknown) => {
    const lab = document.querySelector('guidance-lab') as Lab;
    lab.pause();
    await lab.setState(patch);
    await lab.reset();
    await lab.finish();
    return lab.measure();
  }, patch);
}

/** The particles of a lane, as plain numbers. */
export function samples<Native>(page: Page<Native>, lane: LaneName): Promise<number[]> {
  return page.evaluate(
    async (lane: LaneName) => [...(await (document.querySelector('guidance-lab') as Lab).samples(lane))],
    lane,
  );
}

/** The share of each canvas of the figure that is not its most common colour, largest first. */
export function inked<Native>(page: Page<Native>): Promise<number[]> {
  return page.evaluate(() => {
    const canvases: HTMLCanvasElement[] = [];
    const visit = (root: ParentNode) => {
      for (const element of root.querySelectorAll('*')) {
        if (element instanceof HTMLCanvasElement && element.width > 0 && element.height > 0) canvases.push(element);
        if (element.shadowRoot) visit(element.shadowRoot);
      }
    };
    visit(document);
    return canvases
      .map((canvas) => {
        const pixels = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data;
        if (!pixels) return 0;
        const counts = new Map<number, number>();
        for (let i = 0; i < pixels.length; i += 4) {
          const key = ((pixels[i]! * 256 + pixels[i + 1]!) * 256 + pixels[i + 2]!) * 256 + pixels[i + 3]!;
          counts.set(key, (counts.get(key) ?? 0) + 1);
        }
        return 1 - Math.max(...counts.values()) / (pixels.length / 4);
      })
      .sort((a, b) => b - a);
  });
}

/** What axe-core finds on the page. */
export async function violations<Native>(page: Page<Native>): Promise<string[]> {
  await page.evaluate(axe);
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
    };
    return (await axe.run()).violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
  });
}

/** By how many pixels the page is wider than its window. */
export function overflow<Native>(page: Page<Native>): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}

/** Pairs of visible pieces of text whose boxes cut each other by more than a pixel. */
export const overlaps = (page: Page<unknown>): Promise<string[]> =>
  page.evaluate(() => {
    const pieces: { text: string; box: DOMRect }[] = [];
    const cut = (a: DOMRect, b: DOMRect) => {
      const [left, top] = [Math.max(a.left, b.left), Math.max(a.top, b.top)];
      return new DOMRect(left, top, Math.min(a.right, b.right) - left, Math.min(a.bottom, b.bottom) - top);
    };
    const visit = (node: Node, clip = new DOMRect(-1e4, -1e4, 1e5, 1e5)) => {
      let inner = clip;
      if (node instanceof Element) {
        if (['SCRIPT', 'STYLE', 'NOSCRIPT', 'SELECT', 'MATH'].includes(node.tagName.toUpperCase())) return;
        if (!node.checkVisibility({ visibilityProperty: true }) || node.matches('.hidden')) return;
        const { clipPath, overflowX } = getComputedStyle(node);
        if (clipPath.startsWith('inset(50%')) return;
        // What is scrolled away or cut off is not seen.
        if (overflowX !== 'visible') inner = cut(node.getBoundingClientRect(), clip);
        if (node.shadowRoot) visit(node.shadowRoot, inner);
      }
      if (node.nodeType === Node.TEXT_NODE && node.textContent?.trim()) {
        const range = document.createRange();
        range.selectNodeContents(node);
        for (const rect of range.getClientRects()) {
          const box = cut(rect, inner);
          if (box.width > 1 && box.height > 1) pieces.push({ text: node.textContent.trim().slice(0, 30), box });
        }
      }
      for (const child of node.childNodes) visit(child, inner);
    };
    visit(document.body);
    const found: string[] = [];
    pieces.forEach((a, index) => {
      for (const b of pieces.slice(index + 1)) {
        const across = Math.min(a.box.right, b.box.right) - Math.max(a.box.left, b.box.left);
        const down = Math.min(a.box.bottom, b.box.bottom) - Math.max(a.box.top, b.box.top);
        // Line boxes of small text are higher than its letters.
        if (across > 1 && down > 4) found.push(`${a.text} | ${b.text}`);
      }
    });
    return found;
  });

/** The same for what the painter writes on its canvas, as it would be written now. */
export const paintedOverlaps = (page: Page<unknown>): Promise<string[]> =>
  page.evaluate(async () => {
    const pieces: { text: string; left: number; right: number; y: number }[] = [];
    const { prototype } = CanvasRenderingContext2D;
    const { fillText } = prototype;
    prototype.fillText = function (text, x, y) {
      // The charts may write meanwhile.
      if (this.canvas.dataset.ratio !== '1') return fillText.call(this, text, x, y);
      const { width } = this.measureText(text);
      const left = x - (this.textAlign === 'right' ? width : this.textAlign === 'center' ? width / 2 : 0);
      const at = this.getTransform().transformPoint({ x: left, y });
      pieces.push({ text, left: at.x, right: at.x + width, y: at.y });
      fillText.call(this, text, x, y);
    };
    await (document.querySelector('guidance-lab') as unknown as { picture(ratio: number): Promise<Blob> }).picture(1);
    prototype.fillText = fillText;
    if (pieces.length < 8) return ['nothing was written'];
    const found: string[] = [];
    pieces.forEach((a, index) => {
      for (const b of pieces.slice(index + 1)) {
        if (Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1 && Math.abs(a.y - b.y) < 9) {
          found.push(`${a.text} | ${b.text}`);
        }
      }
    });
    const { width } = (document.querySelector('guidance-lab') as HTMLElement).shadowRoot
      ?.querySelector('.picture')
      ?.getBoundingClientRect() ?? { width: 0 };
    for (const { text, left, right } of pieces) if (left < -1 || right > width + 1) found.push(`outside: ${text}`);
    return found;
  });
