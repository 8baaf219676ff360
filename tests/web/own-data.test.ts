/** Own data in many dimensions: a folder of images and a table in all its columns, fitted, refused, stopped, and shown. */
import { readFileSync } from 'node:fs';
import { crc32, deflateSync } from 'node:zlib';
import { describe, expect, inject, test } from 'vitest';
import { chromium, ENGINES, type Page } from './browsers';
import { eventually, type Lab, overflow, ready, violations } from './lab';

interface Given {
  path: string;
  base64: string;
}

function png(width: number, height: number, grey: (x: number, y: number) => number): string {
  const chunk = (type: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.length);
    sum.writeUInt32BE(crc32(body));
    return Buffer.concat([length, body, sum]);
  };
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head[8] = 8;
  const rows = Buffer.alloc((width + 1) * height);
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1) rows[y * (width + 1) + 1 + x] = Math.max(0, Math.min(255, grey(x, y)));
  const mark = Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]);
  return Buffer.concat([
    mark,
    chunk('IHDR', head),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ]).toString('base64');
}

/** The fractional part of multiples of an irrational number: as good as noise here, and always the same. */
const noise = (k: number): number => ((k * 0.6180339887) % 1) - 0.5;

/** Twelve images of each class, of 8 by 6. */
function shapes(): Given[] {
  const kinds: [string, (x: number, y: number, k: number) => boolean][] = [
    ['bars', (x) => x % 4 < 2],
    ['cross', (x, y, k) => x === 3 + (k % 2) || y === 2],
    ['ring', (x, y) => x === 1 || x === 6 || y === 0 || y === 5],
  ];
  return kinds.flatMap(([name, on]) =>
    Array.from({ length: 12 }, (_, k) => ({
      path: `shapes/${name}/${k + 10}.png`,
      base64: png(8, 6, (x, y) => (on(x, y, k) ? 210 : 40) + 60 * noise(7 * k + 13 * x + 29 * y + 1)),
    })),
  );
}

const iris = {
  path: 'iris.csv',
  base64: readFileSync(new URL('../data/iris.csv', import.meta.url)).toString('base64'),
};

/** Gives files to the input of this label, as a browser does. */
const give = (page: Page, label: string, files: Given[]) =>
  page.evaluate(
    (label: string, files: Given[]) => {
      const root = document.querySelector('guidance-lab')?.shadowRoot as ShadowRoot;
      const labels = [...root.querySelectorAll('.own label')];
      const input = labels
        .find((each) => each.textContent?.trim() === label)
        ?.querySelector('input') as HTMLInputElement;
      const made = files.map(({ path, base64 }) => {
        const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
        const file = new File([bytes], path.split('/').at(-1) as string);
        return Object.defineProperty(file, 'webkitRelativePath', { value: path });
      });
      Object.defineProperty(input, 'files', { value: made, configurable: true });
      input.dispatchEvent(new Event('change', { bubbles: true }));
    },
    label,
    files,
  );

/** Presses the button of this name, once it is there. */
async function press(page: Page, name: string): Promise<void> {
  const pressed = () =>
    page.evaluate((name: string) => {
      const root = document.querySelector('guidance-lab')?.shadowRoot as ShadowRoot;
      const named = (each: HTMLElement) => [each.getAttribute('aria-label'), each.textContent?.trim()].includes(name);
      const button = [...root.querySelectorAll<HTMLButtonElement>('button')].find(named);
      if (!button || button.disabled) return false;
      button.click();
      return true;
    }, name);
  expect(await eventually(pressed, Boolean), name).toBe(true);
}

/** What stands in the figure. */
const seen = (page: Page) =>
  page.evaluate(() => {
    const root = document.querySelector('guidance-lab')?.shadowRoot as ShadowRoot;
    const texts = (selector: string) =>
      [...root.querySelectorAll(selector)].map((each) => each.textContent?.trim() ?? '');
    return {
      alert: texts('[role="alert"]').join(' '),
      headings: texts('.wall h2'),
      data: texts('[data-lane="data"] .row span'),
      exact: texts('[data-lane="exact"] .row span'),
      squares: [...root.querySelectorAll('.squares canvas')].map((each) => each.getAttribute('aria-label') ?? ''),
      own: root.querySelector('.own') !== null,
      picture: root.querySelector('.picture') !== null,
    };
  });

const until = async (page: Page, good: (now: Awaited<ReturnType<typeof seen>>) => boolean) => {
  const now = await eventually(() => seen(page), good);
  expect(now).toSatisfy(good);
  return now;
};

const open = async (page: Page) => {
  await ready(page);
  await press(page, 'Your data: draw or paste points');
  await until(page, ({ own }) => own);
};

const mixture = (page: Page) =>
  page.evaluate(() => (document.querySelector('guidance-lab') as unknown as Lab).state.mixture);

/** Chooses all columns of the table on show. */
const chooseAll = (page: Page) =>
  eventually(
    () =>
      page.evaluate(() => {
        const root = document.querySelector('guidance-lab')?.shadowRoot as ShadowRoot;
        const select = root.querySelector<HTMLSelectElement>('.own .table select');
        if (!select) return '';
        select.value = 'all';
        select.dispatchEvent(new Event('change', { bubbles: true }));
        return select.selectedOptions[0]?.textContent ?? '';
      }),
    (text) => text !== '',
  );

describe.each(ENGINES)('in %s', (_, start) => {
  test('a folder of images, refused and fitted; back; a table in all its columns', async () => {
    const browser = await start();
    const page = await browser.open(`${inject('site')}?preset=wiggle&particles=500&controls=all`);
    await open(page);
    const before = await mixture(page);

    const images = shapes();
    const wrong = { path: 'shapes/ring/99.png', base64: png(6, 8, () => 9) };
    await give(page, 'or a folder of images', [...images, wrong]);
    const words = 'shapes/ring/99.png has 6 × 8 points, but the images before it have 8 × 6';
    await until(page, ({ alert }) => alert.includes(`Nothing was changed. ${words}`));
    await give(page, 'or a folder of images', [...images, { ...wrong, base64: btoa('no image') }]);
    await until(page, ({ alert }) => alert.includes('shapes/ring/99.png is no PNG image that can be read'));
    await give(page, 'or a folder of images', images.slice(0, 12));
    await until(page, ({ alert }) => alert.includes('shapes has 1 folders with PNG images, but must have 2 to 16'));
    expect(await mixture(page)).toEqual(before);

    await give(page, 'or a folder of images', images);
    const names = ['bars', 'cross', 'ring', 'bars', 'cross', 'ring', 'bars', 'cross', 'ring'];
    // Each column has become what it was asked for.
    const shown = await until(page, ({ exact }) => exact.join() === names.join());
    expect(shown.data).toEqual(names);
    expect(shown.headings[0]).toBe('Your images');
    expect(await mixture(page)).toEqual({ named: 'own-1' });
    // No preset is on show.
    const preset = () => page.evaluate(() => document.querySelector<HTMLSelectElement>('#preset')?.value);
    expect(await eventually(preset, (value) => value === '')).toBe('');

    await press(page, 'Back to the figure');
    await until(page, ({ picture }) => picture);
    expect(await eventually(preset, (value) => value === 'wiggle')).toBe('wiggle');
    expect(await mixture(page)).toEqual(before);
    await open(page);
    await give(page, 'or a file', [iris]);
    expect(await chooseAll(page)).toBe('all 4 columns: a mixture in as many dimensions');
    await press(page, 'Fit iris.csv');
    const read = /^Exact classifier.* at the end (\d+) of (\d+) read as the class that was asked for\.$/;
    const { squares } = await until(page, ({ squares }) => squares.some((label) => read.test(label)));
    const [, right, of] = squares.map((label) => read.exec(label)).find(Boolean) ?? [];
    expect(Number(of)).toBeGreaterThan(300);
    expect(Number(right) / Number(of)).toBeGreaterThan(0.9);
    expect(await page.errors()).toEqual([]);
    await browser.close();
  });
});

test('a fit says how far it is, and stops; by keys and on a phone; one class wanted', async () => {
  const browser = await chromium({ webgpu: false });
  const page = await browser.open(`${inject('site')}?preset=wiggle&particles=500&controls=all`, {
    width: 375,
    height: 812,
    reducedMotion: true,
  });
  const { native } = page;
  await open(page);
  const before = await mixture(page);
  const columns = 144;
  const lines = Array.from({ length: 1200 }, (_, k) =>
    [...Array(columns).keys()].map((j) => Math.round(90 + 90 * noise(k * 37 + j * 11 + (k % 2) * j))).concat(k % 2),
  );
  const buffer = Buffer.from(
    [[...[...Array(columns).keys()].map((j) => `p${j}`), 'class'], ...lines].map((line) => line.join()).join('\n'),
  );
  await native.getByLabel('or a file').setInputFiles({ name: 'pictures.csv', mimeType: 'text/csv', buffer });
  await native.getByLabel('Picture of').selectOption('all');
  await native.getByRole('button', { name: 'Fit pictures.csv' }).click();
  await native.getByText(/Fitting class 0: \d components/).waitFor();
  await native.getByText(/Fitting class 0: 2 components/).waitFor();
  const bar = native.getByRole('progressbar', { name: 'Progress of the fit' });
  const share = await bar.evaluate((each) => (each as HTMLProgressElement).value);
  expect([share > 0, share < 1]).toEqual([true, true]);
  await native.getByRole('button', { name: 'Stop', exact: true }).click();
  await bar.waitFor({ state: 'detached' });
  expect(await mixture(page)).toEqual(before);
  // It can be begun again.
  await native
    .getByLabel('or a file')
    .setInputFiles({ name: 'iris.csv', mimeType: 'text/csv', buffer: Buffer.from(iris.base64, 'base64') });
  await native.getByLabel('Picture of').selectOption('all');
  await native.getByRole('button', { name: 'Fit iris.csv' }).click();
  await native.getByRole('img', { name: /^Exact classifier/ }).waitFor();
  await native.getByRole('combobox', { name: 'Target class' }).selectOption({ label: 'virginica' });
  await native.locator('guidance-lab').getByLabel('Guidance scale gamma, as a number').fill('3');
  await page.press('Enter');
  await native.getByRole('img', { name: /^Conditional sampling/ }).waitFor();
  await native.getByRole('combobox', { name: 'Classifier under test' }).selectOption('exact');
  await native.getByRole('button', { name: 'Measure over γ' }).click();
  await native.locator('.measures tbody tr').nth(6).waitFor();
  expect(await overflow(page)).toBe(0);
  expect(await violations(page)).toEqual([]);
  expect(await page.errors()).toEqual([]);
  await browser.close();
});
