/** The fit and a fresh seed over the real module, in Node. */
import { expect, test } from 'vitest';
import { openLab } from '../../tests/unit/in-node';

test('points become a mixture that the state takes; what is wrong is said with line and field', async () => {
  const { lab } = await openLab('preset=wiggle&particles=1000');
  const rows = Array.from({ length: 300 }, (_, k) => `${((k * 0.618034) % 1) + (k % 2) * 3},"${k % 2 ? 'a, b' : 'c'}"`);
  const { mixture, points } = await lab.exact.fit(rows.join('\r\n'));
  expect(points).toBe(300);
  expect(mixture.map((component) => component.class).sort()).toEqual([...mixture.map((each) => each.class)]);
  expect(new Set(mixture.map((component) => component.class))).toEqual(new Set([0, 1]));
  await lab.setState({ mixture });
  expect(lab.state.mixture).toHaveLength(mixture.length);
  // The page's way: with the names of the labels, guided to a class that there is.
  const { notes } = await lab.fit(rows.join('\n'));
  expect(notes.join(' ')).toContain('Fitted to 300 points');
  expect(lab.state.labels).toEqual(['a, b', 'c']);
  expect(lab.state.guidance.target).toBe(1);
  await lab.fit('u,v,w\n1,2,0\n2,1,0\n3,5,1\n4,4,1\n', { axes: ['v'], label: 'w' });
  expect([lab.state.labels, lab.state.mixture[0]?.mean.length]).toEqual([[], 1]);
  await expect(lab.fit('u,v\n1,0\n2,1', { axes: ['x'] })).rejects.toMatchObject({ code: 'range', path: 'roles' });
  await expect(lab.fit('u,v\n1,0\n2,1', { columns: 3 } as never)).rejects.toMatchObject({ path: 'roles' });
  // The same text, the same mixture.
  expect((await lab.exact.fit(rows.join('\r\n'))).mixture).toEqual(mixture);
  await expect(lab.exact.fit('x,class\n1,0\nten,1')).rejects.toMatchObject({ code: 'type', path: 'line 3, x' });
});

test('while points are fitted, other questions are answered', async () => {
  const { lab } = await openLab('preset=wiggle&particles=1000');
  const rows = Array.from({ length: 50_000 }, (_, k) => `${((k * 0.618034) % 1) ** 3 + (k % 3)},${k % 2}`);
  const order: string[] = [];
  const fitted = lab.exact.fit(rows.join('\n')).then(() => order.push('fit'));
  for (let k = 0; k < 3; k += 1) {
    await lab.exact.measures(lab.state, 1);
    order.push('measures');
  }
  await fitted;
  expect(order).toEqual(['measures', 'measures', 'measures', 'fit']);
}, 120_000);

test('a new seed is a whole number of 32 bits, another one each time, and is undone like any change', async () => {
  const { lab } = await openLab('preset=wiggle&particles=1000&seed=5');
  const seeds = [await lab.exact.newSeed(), await lab.exact.newSeed()];
  for (const seed of seeds) expect(Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32).toBe(true);
  // Equal by chance once in 2^32 runs.
  expect(seeds[0]).not.toBe(seeds[1]);
  await lab.newSeed();
  expect(lab.draft.seed).not.toBe(5);
});
