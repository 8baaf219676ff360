/** The tools on the picture in Firefox and in Safari's engine: reading, dragging, undo, keys. */
import type * as puppeteer from 'puppeteer-core';
import { Button, Key, Origin, type WebDriver } from 'selenium-webdriver';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import type { State } from '../../www/workers/protocol';
import { firefox, type Handle, type Page, webkit } from './browsers';
import { type Lab, openLab } from './lab';

interface Point {
  x: number;
  y: number;
}

/** What a hand does, by each browser's own driver. */
interface Hand {
  move(to: Point): Promise<void>;
  drag(from: Point, to: Point): Promise<void>;
  undo(): Promise<void>;
}

const between = (from: Point, to: Point, count: number): Point[] =>
  Array.from({ length: count }, (_, k) => ({
    x: Math.round(from.x + ((to.x - from.x) * (k + 1)) / count),
    y: Math.round(from.y + ((to.y - from.y) * (k + 1)) / count),
  }));

const hands: Record<string, (native: never) => Hand> = {
  firefox: ({ mouse, keyboard }: puppeteer.Page) => ({
    move: ({ x, y }) => mouse.move(x, y),
    async drag(from, to) {
      await mouse.move(from.x, from.y);
      await mouse.down();
      for (const { x, y } of between(from, to, 8)) await mouse.move(x, y);
      await mouse.up();
    },
    async undo() {
      await keyboard.down('Control');
      await keyboard.press('z');
      await keyboard.up('Control');
    },
  }),
  webkit: (session: WebDriver) => {
    const to = ({ x, y }: Point) => ({ x: Math.round(x), y: Math.round(y), origin: Origin.VIEWPORT, duration: 20 });
    return {
      move: (point) => session.actions().move(to(point)).perform(),
      drag(from, point) {
        const actions = session.actions().move(to(from)).press(Button.LEFT);
        for (const each of between(from, point, 8)) actions.move(to(each));
        return actions.release(Button.LEFT).perform();
      },
      undo: () => session.actions().keyDown(Key.CONTROL).sendKeys('z').keyUp(Key.CONTROL).perform(),
    };
  },
};

const root = `document.querySelector('guidance-lab').shadowRoot`;
const boxOf = (page: Page<unknown>, selector: string): Promise<Point & { width: number; height: number }> =>
  page.evaluate(`(() => {
    const { x, y, width, height } = ${root}.querySelector(${JSON.stringify(selector)}).getBoundingClientRect();
    return { x, y, width, height };
  })()`);
const middle = ({ x, y, width, height }: Point & { width: number; height: number }): Point => ({
  x: x + width / 2,
  y: y + height / 2,
});
const until = async <Value>(ask: () => Promise<Value>, wanted: (value: Value) => boolean): Promise<Value> => {
  for (let k = 0; k < 150; k += 1) {
    const value = await ask();
    if (wanted(value)) return value;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`not as wanted: ${JSON.stringify(await ask())}`);
};

describe.each([
  ['firefox', firefox],
  ['webkit', webkit],
] as const)('%s', (name, launch) => {
  let browser: Handle<never>;
  let page: Page<never>;
  let hand: Hand;
  const state = () =>
    page.evaluate(() => (document.querySelector('guidance-lab') as unknown as Lab).state) as Promise<State>;
  const has = (selector: string) =>
    page.evaluate(`!!${root}.querySelector(${JSON.stringify(selector)})`) as Promise<boolean>;

  beforeAll(async () => {
    browser = (await launch()) as unknown as Handle<never>;
    page = await openLab(browser, inject('site'), '?preset=wiggle&particles=5000&engine=cpu');
    hand = (hands[name] as (native: never) => Hand)(page.native);
    await page.evaluate(() => (document.querySelector('guidance-lab') as unknown as Lab).finish());
    await until(() => has('.mode'), Boolean);
    await page.evaluate(() => scrollTo(0, 0));
  });
  afterAll(async () => browser?.close());

  test('pointing reads the values, leaving ends it', async () => {
    const box = await boxOf(page, '.picture');
    await hand.move({ x: box.x + box.width * 0.6, y: box.y + box.height * 0.6 });
    await until(() => has('.card'), Boolean);
    const words = await until(
      () => page.evaluate(`${root}.querySelector('.card').textContent`) as Promise<string>,
      (text) => /density p\(x\)\s*0\.\d/.test(text.replace(/\s+/g, ' ')),
    );
    expect(words).toMatch(/exact/);
    await hand.move({ x: 4, y: 4 });
    await until(
      () => has('.card'),
      (there) => !there,
    );
  });

  test('a component is dragged, and Ctrl+Z puts it back', async () => {
    const before = await state();
    await page.evaluate(`${root}.querySelectorAll('.mode')[0].click()`);
    await until(() => has('.handle.mean[data-index="0"]'), Boolean);
    const disc = middle(await boxOf(page, '.handle.mean[data-index="0"] .disc'));
    await hand.drag(disc, { x: disc.x - 90, y: disc.y });
    const moved = await until(state, ({ mixture }) => (mixture[0]?.mean[0] as number) < 0.6);
    expect(moved.mixture[1]).toEqual(before.mixture[1]);
    await page.evaluate(`${root}.querySelector('.picture').focus()`);
    await hand.undo();
    const back = await until(state, ({ mixture }) => mixture[0]?.mean[0] === before.mixture[0]?.mean[0]);
    expect(back).toEqual(before);
    await page.evaluate(`${root}.querySelectorAll('.mode')[0].click()`);
  });

  test('the weight is dragged, and the keys of the picture move the crosshair', async () => {
    const before = (await state()).guidance.gamma;
    const slider = middle(await boxOf(page, '#gamma'));
    const box = await boxOf(page, '#gamma');
    // Its thumb stands at the weight on a scale from 0 to 10.
    const thumb = { x: box.x + 8 + (before / 10) * (box.width - 16), y: slider.y };
    await hand.drag(thumb, { x: thumb.x + 80, y: thumb.y });
    await until(state, ({ guidance }) => guidance.gamma > before + 0.5);
    await page.evaluate(`${root}.querySelector('.picture').focus()`);
    await page.press('ArrowRight');
    await until(() => has('.card'), Boolean);
    await page.press('Escape');
    await until(
      () => has('.card'),
      (there) => !there,
    );
    expect(await page.errors()).toEqual([]);
  });

  test('three side by side, chosen by the menu', async () => {
    await page.evaluate(`(() => {
      const menu = ${root}.querySelector('#view-layout');
      menu.value = 'trio';
      menu.dispatchEvent(new Event('change', { bubbles: true }));
    })()`);
    await until(state, ({ view, compare }) => view.layout === 'trio' && compare.includes('unguided'));
    const label = await until(
      () => page.evaluate(`${root}.querySelector('canvas').getAttribute('aria-label')`) as Promise<string>,
      (words) => words.includes('Side by side'),
    );
    expect(label).toMatch(/unguided, exact, tested/);
    expect(await page.errors()).toEqual([]);
  });
});
