import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type * as playwright from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import type { LaneName, State } from '../../www/workers/protocol';
import { chromium, type Handle, type Page } from './browsers';
import { atRest, type Lab as BareLab, openLab, overflow, violations } from './lab';

interface Lab extends BareLab {
  canUndo: boolean;
  canRedo: boolean;
  undo(): Promise<void>;
  redo(): Promise<void>;
  open(preset: string): Promise<unknown>;
}

let browser: Handle<playwright.Page>;

beforeAll(async () => {
  browser = await chromium({ webgpu: false });
});
afterAll(async () => browser?.close());

/** Opens the finished run, with the tools there. */
async function open(query: string, view: Parameters<typeof openLab>[3] = {}): Promise<Page<playwright.Page>> {
  const page = await openLab(browser, inject('site'), query, view);
  await page.evaluate(async () => {
    const lab = document.querySelector('guidance-lab') as unknown as Lab;
    lab.pause();
    await lab.finish();
  });
  await page.native.getByRole('toolbar').getByRole('button', { name: 'Undo' }).waitFor();
  return page;
}

const state = (page: Page<unknown>): Promise<State> =>
  page.evaluate(() => (document.querySelector('guidance-lab') as unknown as Lab).state);

/** Until the state is as wanted, or the time is up. */
async function until(page: Page<playwright.Page>, wanted: (state: State) => boolean): Promise<State> {
  for (let k = 0; k < 600; k += 1) {
    const now = await state(page);
    if (wanted(now)) return now;
    await page.native.waitForTimeout(50);
  }
  throw new Error(`the state did not become as wanted: ${JSON.stringify(await state(page))}`);
}

const boxOf = async (locator: playwright.Locator) => {
  const box = await locator.boundingBox();
  if (!box) throw new Error('not to be seen');
  return { ...box, cx: box.x + box.width / 2, cy: box.y + box.height / 2 };
};

/** The text, with plain spaces and minus signs. */
const wordsOf = async (locator: playwright.Locator) =>
  ((await locator.textContent()) ?? '').replace(/\s+/g, ' ').replaceAll('−', '-').trim();

const picture = (page: Page<playwright.Page>) => page.native.locator('.picture');
const card = (page: Page<playwright.Page>) => page.native.locator('.card');

async function drag(page: Page<playwright.Page>, from: { cx: number; cy: number }, dx: number, dy: number) {
  const { mouse } = page.native;
  await mouse.move(from.cx, from.cy);
  await mouse.down();
  for (let k = 1; k <= 8; k += 1) {
    await mouse.move(from.cx + (dx * k) / 8, from.cy + (dy * k) / 8);
    await page.native.waitForTimeout(20);
  }
  await mouse.up();
}

const NORMAL = (x: number, mean: number, variance: number) =>
  Math.exp((-0.5 * (x - mean) ** 2) / variance) / Math.sqrt(2 * Math.PI * variance);

describe('reading values at a point', () => {
  test('the mouse reads the exact values of the place and time, in every panel', async () => {
    const page = await open('?preset=wiggle&classifier.kind=exact');
    const box = await boxOf(picture(page));
    for (const share of [0.25, 0.6, 0.9]) {
      await page.native.mouse.move(box.x + box.width * 0.6, box.y + box.height * share);
      await card(page).waitFor();
      // The place stands there at once; its values are asked for.
      const right = async () => {
        const words = await wordsOf(card(page));
        const [x, t] = [/x = (-?[\d.]+)/, /t = ([\d.]+)/].map((pattern) => Number(pattern.exec(words)?.[1]));
        const [u, noise] = [Math.exp(-(t as number)), 1 - Math.exp(-2 * (t as number))];
        const own = 0.5 * NORMAL(x as number, u, u * u * 0.25 + noise);
        const other = 0.5 * NORMAL(x as number, -u, u * u * 0.25 + noise);
        const told = (name: string) => Number(new RegExp(`${name}\\s+(-?[\\d.]+)`).exec(words)?.[1]);
        return {
          time: share === 0.25 ? (t as number) > 0.02 : t === 0.01,
          // The place is shown with three digits.
          density: Math.abs(told('density p\\(x\\)') - own - other) < 0.05,
          posterior: Math.abs(told('p\\(1\\|x\\)') - own / (own + other)) < 0.03,
        };
      };
      await expect.poll(right).toEqual({ time: true, density: true, posterior: true });
    }
    await page.native.mouse.move(5, 5);
    await card(page).waitFor({ state: 'detached' });
    await page.close();
  });

  test('on a phone a tap shows the card inside the picture and beside the finger; a second takes it away', async () => {
    for (const preset of ['wiggle', 'pair-2d']) {
      const page = await open(`?preset=${preset}`, { width: 375, height: 812 });
      const target = picture(page);
      // The sentence above the picture grows when the last of its numbers is there.
      let box = await boxOf(target);
      for (let still = 0, k = 0; still < 8 && k < 60; k += 1) {
        await page.native.waitForTimeout(100);
        const now = await boxOf(target);
        still = now.y === box.y ? still + 1 : 0;
        box = now;
      }
      const spots = preset === 'wiggle' ? [60, 160, 330] : [100, 190, 260];
      for (const x of spots) {
        const point = { x, y: box.height * 0.5 };
        await tap(page, box.x + x, box.y + point.y);
        await card(page).waitFor();
        // Numbers come in, and the card is placed by its last size.
        const shown = await atRest(() => boxOf(card(page)));
        expect(shown.x).toBeGreaterThanOrEqual(0);
        expect(shown.x + shown.width).toBeLessThanOrEqual(375);
        const [px, py] = [box.x + x, box.y + point.y];
        expect(px >= shown.x && px <= shown.x + shown.width && py >= shown.y && py <= shown.y + shown.height).toBe(
          false,
        );
      }
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(375);
      await tap(page, box.x + (spots[2] as number), box.y + box.height * 0.5);
      await card(page).waitFor({ state: 'detached' });
      await page.close();
    }
  });

  test('the arrow keys move a crosshair, Escape ends it, the full stop steps', async () => {
    const page = await open('?preset=pair-2d');
    await picture(page).focus();
    await page.press('ArrowRight');
    await card(page).waitFor();
    const first = await wordsOf(card(page).locator('.where'));
    await page.press('ArrowRight');
    await page.press('ArrowUp');
    await expect.poll(() => wordsOf(card(page).locator('.where'))).not.toBe(first);
    await expect.poll(() => page.native.getByRole('status').filter({ hasText: 'density' }).count()).toBe(1);
    await page.press('Escape');
    await card(page).waitFor({ state: 'detached' });
    await page.native.keyboard.press(',');
    await page.native.waitForFunction(
      () => (document.querySelector('guidance-lab') as unknown as { currentStep: number }).currentStep === 399,
    );
    await page.close();
  });
});

/** A touch by the browser's own input, as a finger makes it. */
async function tap(page: Page<playwright.Page>, x: number, y: number): Promise<void> {
  const session = await page.native.context().newCDPSession(page.native);
  await session.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: [{ x, y }] });
  await session.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
  await session.detach();
}

describe('undo and redo', () => {
  test('a drag of a slider is one step; presets and calls are steps; the keys and the buttons go both ways', async () => {
    const page = await open('?preset=two-modes');
    const slider = page.native.getByRole('slider', { name: 'Scale γ' });
    const before = await state(page);
    await drag(page, await boxOf(slider), 40, 0);
    await until(page, (now) => now.guidance.gamma !== before.guidance.gamma);
    const dragged = await atRest(() => state(page));
    await page.evaluate(() => (document.querySelector('guidance-lab') as unknown as Lab).setState({ seed: 77 }));
    await page.evaluate(() => (document.querySelector('guidance-lab') as unknown as Lab).open('pair-2d'));
    await page.native.getByRole('button', { name: 'Undo' }).click();
    await until(page, (now) => now.seed === 77 && now.mixture[0]?.mean.length === 1);
    await page.native.keyboard.press('Control+z');
    await until(page, (now) => now.seed === before.seed && now.guidance.gamma !== before.guidance.gamma);
    await page.native.keyboard.press('Control+z');
    expect(await until(page, (now) => now.guidance.gamma === before.guidance.gamma)).toEqual(before);
    await expect.poll(() => page.native.getByRole('button', { name: 'Undo' }).isDisabled()).toBe(true);
    await page.native.keyboard.press('Control+Shift+z');
    const again = await until(page, (now) => now.guidance.gamma !== before.guidance.gamma);
    expect(again.guidance.gamma).toBeCloseTo(dragged.guidance.gamma, 0);
    await page.close();
  });
});

describe('editing the mixture', () => {
  test('1D: discs, squares and the diamond are dragged; a double click adds, Delete removes, the chip relabels', async () => {
    const page = await open('?preset=wiggle');
    await page.native.getByRole('button', { name: 'Edit the mixture by hand' }).click();
    const disc = page.native.getByRole('button', { name: /^Component 1 of class 1/ });
    const before = await state(page);
    await drag(page, await boxOf(disc), -100, 0);
    const moved = await until(page, (now) => (now.mixture[0]?.mean[0] as number) < 0.5);
    expect(moved.mixture[1]).toEqual(before.mixture[1]);
    const square = page.native.locator('.handle.second');
    await drag(page, await boxOf(square), 40, 0);
    await until(page, (now) => (now.mixture[0]?.covariance[0]?.[0] as number) > 0.3);
    const diamond = page.native.locator('.handle.weight');
    await drag(page, await boxOf(diamond), 0, 25);
    await until(page, (now) => (now.mixture[0]?.weight as number) < 0.45);
    const box = await boxOf(picture(page));
    await page.native.mouse.dblclick(box.x + box.width * 0.8, box.y + box.height * 0.6);
    await until(page, (now) => now.mixture.length === 3);
    await page.native.getByRole('button', { name: /^Class \d of component 3: change/ }).click();
    await until(page, (now) => now.mixture[2]?.class === 2);
    await page.native.getByRole('button', { name: /^Component 3 of class 2/ }).focus();
    await page.native.keyboard.press('Delete');
    await until(page, (now) => now.mixture.length === 2);
    // Six things were done.
    for (let k = 0; k < 6; k += 1) {
      await page.native.keyboard.press('Control+z');
      await page.native.waitForTimeout(300);
    }
    await expect.poll(() => state(page)).toEqual(before);
    await page.close();
  });

  test('an undo waits for what is still being validated, and for the undo before it', async () => {
    const page = await open('?preset=wiggle');
    const [weights, steps] = await page.evaluate(async () => {
      const lab = document.querySelector('guidance-lab') as Lab & { undo(): Promise<void>; redo(): Promise<void> };
      const weigh = (value: number) => {
        const slider = lab.shadowRoot?.querySelector('#gamma') as HTMLInputElement;
        slider.dispatchEvent(new PointerEvent('pointerdown', { bubbles: true, composed: true }));
        slider.value = String(value);
        slider.dispatchEvent(new Event('input', { bubbles: true, composed: true }));
        dispatchEvent(new PointerEvent('pointerup'));
      };
      // Until every answer has come that is on its way.
      const rest = () => new Promise((resolve) => setTimeout(resolve, 1000));
      const weights = [lab.state.guidance.gamma];
      weigh(3);
      await lab.undo();
      await rest();
      weights.push(lab.state.guidance.gamma);
      // Other steps need other times, which are asked for.
      const before = lab.state.process.steps;
      await lab.setState({ process: { steps: 200 } });
      await lab.setState({ process: { steps: 300 } });
      await Promise.all([lab.undo(), lab.undo()]);
      const steps = [before, lab.state.process.steps];
      await lab.redo();
      steps.push(lab.state.process.steps);
      await lab.redo();
      return [weights, [...steps, lab.state.process.steps]] as const;
    });
    expect(weights).toEqual([1, 1]);
    expect(steps).toEqual([400, 400, 200, 300]);
    await page.close();
  });

  test('2D: mean, axes and rotation by mouse; everything by keys; every number typed', async () => {
    const page = await open('?preset=pair-2d');
    await page.native.getByRole('button', { name: 'Edit the mixture by hand' }).click();
    const disc = page.native.getByRole('button', { name: /^Component 1 of/ });
    const before = await state(page);
    const [x, y] = (before.mixture[0]?.mean ?? []) as [number, number];
    await drag(page, await atRest(() => boxOf(disc)), 40, -40);
    const moved = await until(page, ({ mixture }) => (mixture[0]?.mean[0] as number) > x + 0.3);
    expect(moved.mixture[0]?.mean[1]).toBeGreaterThan(y + 0.3);
    // Both squares show it alike; the last one is for the keys.
    const handle = page.native.locator('.handle.first').last();
    // The axes follow a moved component a little later.
    await drag(page, await atRest(() => boxOf(handle)), -20, -40);
    const turned = await until(
      page,
      ({ mixture }) => JSON.stringify(mixture[0]?.covariance) !== JSON.stringify(before.mixture[0]?.covariance),
    );
    const [[a, b], [, c]] = (turned.mixture[0]?.covariance ?? []) as [[number, number], [number, number]];
    expect(a * c - b * b).toBeGreaterThan(0);

    await page.native.getByRole('button', { name: /^Component 2 of/ }).focus();
    const second = () => state(page).then(({ mixture }) => mixture[1] as State['mixture'][number]);
    const start = await second();
    await page.native.keyboard.press('ArrowRight');
    await until(page, ({ mixture }) => (mixture[1]?.mean[0] as number) > (start.mean[0] as number));
    await page.native.keyboard.press('+');
    await until(page, ({ mixture }) => (mixture[1]?.weight as number) > start.weight);
    await page.native.keyboard.press(']');
    await until(
      page,
      ({ mixture }) => (mixture[1]?.covariance[0]?.[0] as number) > (start.covariance[0]?.[0] as number),
    );

    const type = async (name: string, value: string) => {
      const field = page.native.getByRole('spinbutton', { name });
      await field.fill(value);
      await field.press('Tab');
    };
    await type('Mean along x1 of component 2', '-1.25');
    await until(page, ({ mixture }) => mixture[1]?.mean[0] === -1.25);
    await type('Weight of component 2', '0.3');
    const weighed = await until(page, ({ mixture }) => Math.abs((mixture[1]?.weight as number) - 0.3) < 1e-6);
    expect(weighed.mixture.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(1, 6);
    await type('Angle of the first axis in degrees of component 2', '30');
    await type('Standard deviation along the first axis of component 2', '1');
    const shaped = await until(page, ({ mixture }) => (mixture[1]?.covariance[0]?.[0] as number) > 0.7);
    const [[p, q], [, r]] = (shaped.mixture[1]?.covariance ?? []) as [[number, number], [number, number]];
    expect((Math.atan2(2 * q, p - r) * 90) / Math.PI).toBeCloseTo(30, 0);

    // The model has the last word, by name, and the figure stays as it was.
    await type('Mean along x1 of component 2', '99');
    await page.native.getByRole('alert').filter({ hasText: 'mixture[1].mean' }).waitFor();
    expect((await second()).mean[0]).toBe(-1.25);
    await page.close();
  });

  test('a finger drags a component, and the page does not scroll', async () => {
    const page = await open('?preset=three-classes', { width: 375, height: 812 });
    await page.native.getByRole('button', { name: 'Edit the mixture by hand' }).click();
    await page.evaluate(() => scrollTo(0, 0));
    const disc = await boxOf(page.native.getByRole('button', { name: /^Component 3 of/ }));
    const before = (await state(page)).mixture[2]?.mean as number[];
    const session = await page.native.context().newCDPSession(page.native);
    const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', x = 0, y = 0) =>
      session.send('Input.dispatchTouchEvent', { type, touchPoints: type === 'touchEnd' ? [] : [{ x, y }] });
    await touch('touchStart', disc.cx, disc.cy);
    for (let k = 1; k <= 6; k += 1) await touch('touchMove', disc.cx + 4 * k, disc.cy - 6 * k);
    await touch('touchEnd');
    await until(page, ({ mixture }) => (mixture[2]?.mean[1] as number) > (before[1] as number) + 0.3);
    expect(await page.evaluate(() => scrollY)).toBe(0);
    await page.close();
  });

  test('the axes stand still while a component is dragged out of them, and follow afterwards', async () => {
    const page = await open('?preset=wiggle');
    await page.native.getByRole('button', { name: 'Edit the mixture by hand' }).click();
    const disc = page.native.getByRole('button', { name: /^Component 1 of class 1/ });
    const from = await boxOf(disc);
    await page.native.mouse.move(from.cx, from.cy);
    await page.native.mouse.down();
    await page.native.mouse.move(from.cx + 300, from.cy, { steps: 10 });
    const off = async () => Math.abs((await boxOf(disc)).cx - from.cx - 300);
    // The disc is under the pointer, and stays there: the axes have not moved.
    await expect.poll(off).toBeLessThan(3);
    await page.native.waitForTimeout(500);
    expect(await off()).toBeLessThan(3);
    await page.native.mouse.up();
    await expect.poll(off).toBeGreaterThan(10);
    await page.close();
  });
});

describe('pan and zoom', () => {
  test('Ctrl and wheel zoom at the pointer, the wheel alone scrolls the page, a drag pans, 0 shows all', async () => {
    const page = await open('?preset=wiggle');
    const box = await boxOf(picture(page));
    const at = { x: box.x + box.width * 0.5, y: box.y + box.height * 0.5 };
    const where = async () => {
      const words = await wordsOf(card(page).locator('.where'));
      return Number(/x = (-?[\d.]+)/.exec(words)?.[1]);
    };
    const read = () => atRest(where);
    await page.native.mouse.move(at.x, at.y);
    const before = await read();
    await page.native.keyboard.down('Control');
    await page.native.mouse.wheel(0, -300);
    await page.native.keyboard.up('Control');
    await expect.poll(() => page.native.getByRole('button', { name: 'Show all' }).isEnabled()).toBe(true);
    expect(Math.abs((await read()) - before)).toBeLessThan(0.02);
    await page.native.mouse.move(at.x + 100, at.y);
    await expect.poll(where).toBeGreaterThan(before + 0.02);
    const near = (await read()) - before;
    expect(await page.evaluate(() => scrollY)).toBe(0);

    await page.native.mouse.down();
    await page.native.mouse.move(at.x, at.y, { steps: 5 });
    await page.native.mouse.up();
    await page.native.mouse.move(at.x + 1, at.y);
    await expect.poll(async () => Math.abs((await read()) - before - near)).toBeLessThan(0.05);

    await picture(page).focus();
    await page.native.keyboard.press('0');
    await page.native.mouse.move(at.x + 100, at.y);
    await expect.poll(async () => (await read()) - before).toBeGreaterThan(near * 1.5);
    await page.native.mouse.wheel(0, 200);
    await page.native.waitForFunction(() => scrollY > 0);
    await page.close();
  });

  test('over a chosen component, too, the wheel alone scrolls the page', async () => {
    const page = await open('?preset=pair-2d');
    await page.native.getByRole('button', { name: 'Edit the mixture by hand' }).click();
    const handle = page.native.locator('.handle.first').last();
    await handle.click();
    const before = await state(page);
    const { cx, cy } = await atRest(() => boxOf(handle));
    await page.native.mouse.move(cx, cy);
    await page.native.mouse.wheel(0, 100);
    await page.native.waitForFunction(() => scrollY > 0);
    expect((await state(page)).mixture).toEqual(before.mixture);
    await page.close();
  });

  test('two fingers zoom the plane', async () => {
    const page = await open('?preset=pair-2d', { width: 375, height: 812 });
    const box = await boxOf(picture(page));
    const session = await page.native.context().newCDPSession(page.native);
    const fingers = (apart: number) => [
      { x: box.cx - apart, y: box.y + 150, id: 0 },
      { x: box.cx + apart, y: box.y + 150, id: 1 },
    ];
    await session.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: fingers(20) });
    for (const apart of [25, 35, 45, 55]) {
      await session.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: fingers(apart) });
    }
    await session.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
    const all = page.native.getByRole('button', { name: 'Show all' });
    await page.native.waitForTimeout(300);
    await expect.poll(() => all.isEnabled()).toBe(true);
    await all.click();
    await page.native.waitForTimeout(300);
    await expect.poll(() => all.isDisabled()).toBe(true);
    await page.close();
  });
});

test('a dropped particle ends where the run ends, and its two ways are told apart in words', async () => {
  // Dropped at the place of a particle of the run: an ODE has one way from there.
  const page = await open('?preset=wiggle&particles=2000');
  const end = async (lane: LaneName) =>
    page.evaluate(
      async (lane: LaneName) =>
        (await (document.querySelector('guidance-lab') as unknown as Lab).samples(lane))[0] as number,
      lane,
    );
  const ends = { exact: await end('exact'), tested: await end('tested') };
  await page.evaluate(() => (document.querySelector('guidance-lab') as unknown as Lab).reset());
  const start = await end('tested');
  await page.native.getByRole('button', { name: 'Drop particles and watch their paths' }).click();
  // Pixels are coarser than particles: look for the place by keys and pointer, then compare roughly.
  const box = await boxOf(picture(page));
  const [left, width] = [44, box.width - 54];
  const px = box.x + left + ((start + 4.5) / 9) * width;
  await page.native.mouse.click(px, box.y + box.height * 0.6);
  const told = page.native.getByRole('region', { name: 'Dropped particles' }).getByRole('listitem');
  await told.filter({ hasText: /exact ends at −?[\d.]+.*tested at −?[\d.]+/s }).waitFor();
  const words = await wordsOf(told);
  const exact = Number(/exact ends at (-?[\d.]+)/.exec(words)?.[1]);
  expect(Math.abs(exact - ends.exact)).toBeLessThan(0.05);
  expect(Number(/tested at (-?[\d.]+)/.exec(words)?.[1])).not.toBe(exact);
  await page.native.getByText('exact', { exact: true }).first().waitFor();
  // By keys, too.
  await picture(page).focus();
  await page.press('ArrowRight');
  await page.press('Enter');
  await page.native.waitForFunction(
    () => document.querySelector('guidance-lab')?.shadowRoot?.querySelectorAll('.dropped li').length === 2,
  );
  await page.native.getByRole('button', { name: 'Clear' }).click();
  await told.first().waitFor({ state: 'detached' });
  await page.close();
});

test('after the end of the run a particle is dropped into the noise', async () => {
  const page = await open('?preset=pair-2d&particles=2000');
  await page.native.getByRole('button', { name: 'Drop particles and watch their paths' }).click();
  const box = await boxOf(picture(page));
  await page.native.mouse.click(box.x + box.width * 0.25, box.y + box.height * 0.5);
  await page.native
    .getByRole('region', { name: 'Dropped particles' })
    .getByRole('listitem')
    .filter({ hasText: /t = 8\.0.*exact ends at \(−?\d/s })
    .waitFor();
  await page.close();
});

describe('comparing', () => {
  test.each(['single', 'overlay', 'pair', 'trio', 'difference'] as const)(
    '%s: the picture changes, the particles do not',
    async (layout) => {
      for (const preset of ['wiggle', 'pair-2d']) {
        const page = await open(`?preset=${preset}&particles=2000&view.layout=auto`);
        const look = () =>
          page.evaluate(() => {
            const canvas = document
              .querySelector('guidance-lab')
              ?.shadowRoot?.querySelector('canvas') as HTMLCanvasElement;
            return canvas.toDataURL();
          });
        const particles = () =>
          page.evaluate(async () => [
            ...(await (document.querySelector('guidance-lab') as unknown as Lab).samples('tested')),
          ]);
        await page.evaluate(() => (document.querySelector('guidance-lab') as unknown as Lab).finish());
        const [before, there] = [await atRest(look), await particles()];
        await page.native.getByRole('combobox', { name: 'Show' }).selectOption(layout);
        await until(page, ({ view }) => view.layout === layout);
        // An overlay in 1D and side by side in 2D are what is shown of itself.
        const same = (preset === 'wiggle' && layout === 'overlay') || (preset !== 'wiggle' && layout === 'pair');
        if (!same) await expect.poll(async () => (await look()) === before).toBe(false);
        expect(await particles()).toEqual(there);
        expect(await page.errors()).toEqual([]);
        await page.close();
      }
    },
  );
});

describe('one’s own distribution', () => {
  const CSV = `x,y,class\n${Array.from({ length: 400 }, (_, k) => {
    const [u, v] = [((k * 0.618034) % 1) - 0.5, ((k * 0.754878) % 1) - 0.5];
    return k % 2 ? `${-2 + u},${1 + v},cat` : `${2 + u},${-1 + v},dog`;
  }).join('\n')}`;

  test('pasted points become a mixture that can be undone', async () => {
    const page = await open('?preset=wiggle');
    const before = await state(page);
    await page.native.getByRole('button', { name: 'Your data: draw or paste points' }).click();
    await page.native.getByRole('textbox', { name: /Points as text/ }).fill(CSV);
    await page.native.getByRole('button', { name: 'Fit the pasted points' }).click();
    const fitted = await until(page, ({ mixture }) => mixture[0]?.mean.length === 2);
    await page.native
      .getByRole('status')
      .filter({ hasText: /Fitted to 400 points/ })
      .waitFor();
    const centre = (label: number) => {
      const own = fitted.mixture.filter((component) => component.class === label);
      const total = own.reduce((sum, { weight }) => sum + weight, 0);
      expect(total).toBeCloseTo(0.5, 3);
      return [0, 1].map((axis) => own.reduce((sum, c) => sum + (c.weight / total) * (c.mean[axis] as number), 0));
    };
    for (const [label, mean] of [
      [0, [-2, 1]],
      [1, [2, -1]],
    ] as const) {
      centre(label).forEach((value, axis) => {
        expect(value).toBeCloseTo(mean[axis] as number, 1);
      });
    }
    // The classes keep their names, in controls, picture and link.
    expect(fitted.labels).toEqual(['cat', 'dog']);
    await page.native.getByRole('radio', { name: 'dog' }).waitFor();
    expect(await page.native.getByRole('radio', { name: 'dog' }).isChecked()).toBe(true);
    await expect.poll(() => decodeURIComponent(page.native.url())).toContain('labels=["cat","dog"]');
    await page.native.getByRole('button', { name: 'Edit the mixture by hand' }).click();
    await page.native.getByRole('button', { name: /^Component 1 of class cat: mean/ }).waitFor();
    await page.native.getByRole('button', { name: /^Component 1 of class cat: mean/ }).press('c');
    await page.native.getByRole('button', { name: /^Component 1 of class dog: mean/ }).waitFor();
    await page.native.getByRole('toolbar').getByRole('button', { name: 'Undo' }).click();
    await page.native.getByRole('toolbar').getByRole('button', { name: 'Undo' }).click();
    expect(await until(page, ({ mixture }) => mixture[0]?.mean.length === 1)).toEqual(before);
    await page.close();
  });

  test.each([
    ['missing columns', '1\n2\n3', /line 1.*1 column/],
    ['text in numbers', 'x,class\n1,0\nten,1', /line 3, x.*“ten” is not a number/],
    ['one class', '1,0\n2,0', /class.*in every line/],
    ['duplicates only', '1,0\n1,1\n1,0', /same point/],
  ])('%s: a message with line and field, and the page stays as it was', async (_, text, words) => {
    const page = await open('?preset=wiggle');
    const before = await state(page);
    await page.native.getByRole('button', { name: 'Your data: draw or paste points' }).click();
    await page.native.getByRole('textbox', { name: /Points as text/ }).fill(text);
    await page.native.getByRole('button', { name: 'Fit the pasted points' }).click();
    await page.native.getByRole('alert').filter({ hasText: words }).waitFor();
    expect(await state(page)).toEqual(before);
    await page.close();
  });

  test('a table is shown before it is fitted, and its roles are changed by a click', async () => {
    const page = await open('?preset=wiggle');
    const before = await state(page);
    // Dropped beside the picture: the page hands it on.
    await page.native.getByRole('button', { name: 'Your data: draw or paste points' }).waitFor();
    const table = `day;width;height;weight;species\n${Array.from({ length: 60 }, (_, k) => {
      const [u, v] = [((k * 0.618034) % 1) + 2 * (k % 2), 100 * ((k * 0.754878) % 1)];
      return `${k + 1};${u.toFixed(3).replace('.', ',')};${k === 7 ? 'NA' : v.toFixed(0)};${(9 * u + v / 50).toFixed(1).replace('.', ',')};${k % 2 ? 'Müll' : 'Öl'}`;
    }).join('\r\n')}`;
    await page.evaluate((text: string) => {
      const dataTransfer = new DataTransfer();
      // Latin-1, as older programs write it.
      dataTransfer.items.add(new File([Uint8Array.from(text, (c) => c.charCodeAt(0))], 'proben.csv'));
      document.body.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }));
    }, table);
    const shown = page.native.getByRole('group', { name: 'The table as it was read' });
    await shown.filter({ hasText: /semicolons.*decimal commas.*Latin-1.*60 rows/ }).waitFor();
    await shown
      .filter({ hasText: 'Classes: Müll, Öl' })
      .or(shown.filter({ hasText: 'Classes: Öl, Müll' }))
      .waitFor();
    expect(await state(page)).toEqual(before);
    await page.native.getByRole('button', { name: 'height as y' }).click();
    await page.native.getByRole('button', { name: 'width as x' }).click();
    await page.native.getByRole('checkbox', { name: /Leave out rows without a value \(height: 1\)/ }).check();
    await page.native.getByRole('button', { name: 'Fit proben.csv' }).click();
    await page.native
      .getByRole('status')
      .filter({ hasText: /Fitted to 59 points.*x is “width”, y is “height”, the class is “species”.*1 \(line 9\)/ })
      .waitFor();
    expect((await state(page)).mixture[0]?.mean).toHaveLength(2);
    await page.close();
  });

  test('files that people have open as their owners expect', async () => {
    const page = await open('?preset=wiggle&particles=500');
    await page.native.getByRole('button', { name: 'Your data: draw or paste points' }).click();
    const folder = fileURLToPath(new URL('../data', import.meta.url));
    // The names of the classes, their number, and what is said; tests/fit.rs has the columns.
    const files: [string, string[], number, RegExp][] = [
      ['geyser.csv', ['long', 'short'], 2, /x is “duration”, y is “waiting”/],
      ['iris.arff', ['Iris-setosa', 'Iris-versicolor', 'Iris-virginica'], 3, /x is “petallength”, y is “petalwidth”/],
      ['iris.libsvm', [], 3, /the class is “label”/],
      ['iris-decimal-commas.csv', ['setosa', 'versicolor', 'virginica'], 3, /x is “Blütenblatt Länge”/],
      ['iris-savetxt.txt', [], 3, /x is “#3”, y is “#4”, the class is “#5”/],
      ['moons.csv', [], 2, /x is “x1”, y is “x2”, the class is “y”/],
      ['penguins-pandas.csv', ['Adelie', 'Chinstrap', 'Gentoo'], 3, /the class is “species”/],
      ['wine.data', [], 3, /the class is “#1”/],
    ];
    for (const [name, labels, classes, said] of files) {
      await page.native.getByLabel('or a file').setInputFiles(join(folder, name));
      await page.native.getByRole('button', { name: `Fit ${name}` }).click();
      await page.native.getByRole('status').filter({ hasText: said }).waitFor();
      const now = await state(page);
      const found = new Set(now.mixture.map((component) => component.class)).size;
      expect([name, now.labels, found, now.mixture[0]?.mean.length]).toEqual([name, labels, classes, 2]);
    }
    await page.close();
  });

  test('a file of a million rows is thinned out, and that is said; the page stays alive', async () => {
    const page = await open('?preset=wiggle');
    await page.native.getByRole('button', { name: 'Your data: draw or paste points' }).click();
    const rows = Array.from({ length: 1_000_000 }, (_, k) => `${((k * 0.618034) % 1) + (k % 2) * 3},${k % 2}`);
    await page.native.getByLabel('or a file').setInputFiles({
      name: 'points.csv',
      mimeType: 'text/csv',
      buffer: Buffer.from(rows.join('\n')),
    });
    await page.native.getByRole('button', { name: 'Fit points.csv' }).click();
    await page.native
      .getByRole('status')
      .filter({ hasText: /1,000,000 rows; 10,000 of them/ })
      .waitFor();
    await page.close();
  });

  test('undo in the box for points is the box’s', async () => {
    const page = await open('?preset=wiggle');
    await page.evaluate(() => (document.querySelector('guidance-lab') as unknown as Lab).setState({ seed: 9 }));
    await page.native.getByRole('button', { name: 'Your data: draw or paste points' }).click();
    const box = page.native.getByRole('textbox', { name: /Points as text/ });
    await box.pressSequentially('1,0');
    await page.native.keyboard.press('Control+z');
    await expect.poll(() => box.inputValue()).not.toBe('1,0');
    expect((await state(page)).seed).toBe(9);
    await page.close();
  });

  test('points drawn with the pointer are fitted', async () => {
    const page = await open('?preset=pair-2d');
    await page.native.getByRole('button', { name: 'Your data: draw or paste points' }).click();
    const box = await boxOf(picture(page));
    const before = await state(page);
    await page.native.getByRole('radio', { name: 'Class 1' }).check();
    await drag(page, { cx: box.x + box.width * 0.65, cy: box.y + 170 }, 90, 30);
    await page.native.getByRole('radio', { name: 'Class 0' }).check();
    await drag(page, { cx: box.x + box.width * 0.75, cy: box.y + 380 }, 90, -30);
    await page.native.getByRole('button', { name: 'Fit the drawn points' }).click();
    const fitted = await until(page, ({ mixture }) => JSON.stringify(mixture) !== JSON.stringify(before.mixture));
    const height = (label: number) => fitted.mixture.find((each) => each.class === label)?.mean[1] as number;
    expect(height(1)).toBeGreaterThan(height(0) + 1);
    await page.close();
  });
});

describe.each(['Edit the mixture by hand', 'Drop particles and watch their paths', 'Your data: draw or paste points'])(
  '%s',
  (mode) => {
    test.each([
      [1280, 800, 'wiggle', 'light'],
      [375, 812, 'pair-2d', 'dark'],
      [320, 640, 'three-classes', 'light'],
    ] as const)('%ix%i %s %s: axe finds nothing, nothing overflows', async (width, height, preset, colorScheme) => {
      const page = await open(`?preset=${preset}`, { width, height, colorScheme });
      await page.native.getByRole('button', { name: mode }).click();
      await page.native.waitForTimeout(400);
      expect(await overflow(page)).toBeLessThanOrEqual(0);
      expect(await violations(page)).toEqual([]);
      expect(await page.errors()).toEqual([]);
      await page.close();
    });
  },
);
