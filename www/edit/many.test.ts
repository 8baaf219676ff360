/** Own data in many dimensions over the real module, in Node: the page's fit is that of the command, digit by digit. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import '../../tests/unit/in-node';
import { inProcess } from '../workers/client';
import type { FitRound, ImageFolder, Roles } from '../workers/protocol';
import { begin, directed } from './preview';

const data = (name: string) => readFileSync(new URL(`../../tests/data/${name}`, import.meta.url), 'utf8');
const { service } = await inProcess();

async function made(points: string | Uint8Array, wanted: Roles | ImageFolder) {
  const told: FitRound[] = [];
  const fitted = await service.fit(points, wanted, (round) => told.push(round));
  return { fitted, told };
}

async function fitAll(text: string) {
  const table = await service.table(text);
  const roles = begin(table) as Roles;
  return made(text, directed(table, roles, 'all'));
}

test.each([
  ['wine.data', 'many/wine.json', ['1', '2', '3']],
  ['moons.csv', 'many/moons.json', ['0', '1']],
])('%s is fitted as by the command', async (table, wanted, classes) => {
  const { fitted, told } = await fitAll(data(table));
  expect(fitted.state).toEqual(JSON.parse(data(wanted)));
  // Class after class, and ever further; who is answered may not have heard of the last rounds.
  const heard = [...new Set(told.map((round) => round.class))];
  expect(heard.length).toBeGreaterThan(0);
  expect(heard).toEqual(classes.slice(0, heard.length));
  expect(told.every(({ share }, at) => share < 1 && share >= (told[at - 1]?.share ?? 0))).toBe(true);
  // No images: points of the plane.
  expect([fitted.width, fitted.height]).toEqual([0, 0]);
  expect(fitted.values).toHaveLength(2 * fitted.classes.length);
  expect(fitted.values.every(Number.isFinite)).toBe(true);
});

/** The images of `images_of_pixels` in tests/factors.rs. */
function images(): { pixels: Uint8Array; folder: ImageFolder } {
  const pixels: number[] = [];
  for (let k = 0; k < 18; k += 1)
    for (let p = 0; p < 20; p += 1) {
      const v = (37 * p + 91 * k + 120 * Math.floor(k / 9) * (p % 2) + 13 * ((p * k) % 7)) % 256;
      pixels.push(...(p % 3 === 0 ? [v, 255 - v, 7, 255] : [v, v, v, p === 4 ? 128 : 255]));
    }
  const sizes = Array.from({ length: 18 }, (_, k) => ({ file: `${k}.png`, width: 5, height: 4 }));
  const classes = ['circles', 'stripes'].map((name) => ({ name, images: 9 }));
  return { pixels: new Uint8Array(pixels), folder: { path: 'shapes', classes, sizes } };
}

test('so are images; some of each class are handed on, from black to white', async () => {
  const { pixels, folder } = images();
  const { fitted } = await made(pixels, folder);
  expect(fitted.state).toEqual(JSON.parse(data('many/images.json')));
  expect([fitted.width, fitted.height, fitted.labels]).toEqual([5, 4, ['circles', 'stripes']]);
  expect([...fitted.classes]).toEqual([...Array(9).fill(0), ...Array(9).fill(1)]);
  expect([Math.min(...fitted.values), Math.max(...fitted.values)]).toEqual([-1, 1]);
});

test('the gallery draws what was fitted, in its coordinates or in the plane', async () => {
  const { fitted } = await fitAll(data('wine.data'));
  expect(await service.gallery('open', fitted.state)).toEqual([1, 2, 3]);
  const { process } = fitted.state;
  const settings = { classifier: { kind: 'exact' } as const, process: { ...process, steps: 20 }, gamma: 1, seed: 1 };
  const all = { ...settings, lanes: ['exact' as const], targets: [1, 2, 3], particles: 60 };
  const whole = await service.gallery('run', all);
  const flat = await service.gallery('run', { ...all, flat: true });
  expect([whole.positions.length, flat.positions.length]).toEqual([21 * 60 * 13, 21 * 60 * 2]);
  expect(flat.labels).toEqual(whole.labels);
  // Samples of a class end nearer to its data than to those of others, in the plane.
  const middle = (of: (at: number) => boolean, values: ArrayLike<number>, count: number) => {
    const sum = [0, 0, 0];
    for (let at = 0; at < count; at += 1) {
      if (!of(at)) continue;
      for (const k of [0, 1]) sum[k] = (sum[k] as number) + (values[2 * at + k] as number);
      sum[2] = (sum[2] as number) + 1;
    }
    return [0, 1].map((k) => (sum[k] as number) / (sum[2] as number));
  };
  const ends = flat.positions.slice(-60 * 2);
  const distance = (a: number[], b: number[]) => Math.hypot(...a.map((x, k) => x - (b[k] as number)));
  for (const [place, label] of [1, 2, 3].entries()) {
    const drawn = middle((at) => at % 3 === place, ends, 60);
    const far = [1, 2, 3].map((other) =>
      distance(
        drawn,
        middle((at) => fitted.classes[at] === other, fitted.values, fitted.classes.length),
      ),
    );
    expect(far.indexOf(Math.min(...far))).toBe(label - 1);
  }
  await expect(service.gallery('open', { ...fitted.state, mixture: [] })).rejects.toMatchObject({ path: 'mixture' });
});

test('what cannot be fitted is refused before the work starts, with field, value and limit', async () => {
  const refused = async (points: string | Uint8Array, wanted: Roles | ImageFolder, words: string) => {
    let rounds = 0;
    const found = service.fit(points, wanted, () => (rounds += 1));
    await expect(found).rejects.toMatchObject({ message: expect.stringContaining(words) });
    expect(rounds).toBe(0);
  };
  const none = new Uint8Array();
  const { folder } = images();
  const sized = (width: number, height: number) => ({
    ...folder,
    sizes: [...folder.sizes, { file: 'x.png', width, height }],
  });
  await refused(none, sized(4, 5), 'x.png has 4 × 5 points, but the images before it have 5 × 4');
  await refused(
    none,
    { ...folder, sizes: [{ file: 'x.png', width: 17, height: 16 }] },
    'an image may have at most 256',
  );
  await refused(
    none,
    { ...folder, classes: folder.classes.slice(1) },
    'shapes has 1 folders with PNG images, but must have 2 to 16',
  );
  const many = folder.classes.map((each) => ({ ...each, images: 5001 }));
  await refused(none, { ...folder, classes: many }, 'shapes has 10002 images, but at most 10000 are fitted');
  const wide = [...Array(257).keys()];
  const table = [...wide, 'class'].join() + `\n${wide.join()},0\n${wide.map((k) => k + (k % 3)).join()},1\n`.repeat(3);
  const roles: Roles = {
    axes: wide,
    directions: 'all',
    label: 257,
    withoutMissing: true,
    withoutOutliers: false,
    index: null,
  };
  await refused(table, roles, '257');
  await refused(
    'x,y,z,class\n1,2,3,0\n2,1,4,0\n3,5,1,1\n',
    { ...roles, axes: [0, 1, 2], label: 3 },
    'Class 1 has 1 points, but needs at least 2',
  );
});
