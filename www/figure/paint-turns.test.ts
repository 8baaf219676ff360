/** Figures that paint in turns, by a clock and frames of the test's own. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { neverMind, paintSoon } from './paint-turns';

let now = 0;
let frames: (() => void)[] = [];
const frame = () => {
  for (const act of frames.splice(0)) act();
};

beforeEach(() => {
  now = 0;
  frames = [];
  vi.stubGlobal('performance', { now: () => now });
  vi.stubGlobal('requestAnimationFrame', (act: () => void) => frames.push(act));
});
afterEach(() => vi.unstubAllGlobals());

/** Ten figures that ask anew whenever they have painted, and what each frame's painting took. */
function play(cost: number, count: number): { painted: number[]; spent: number[] } {
  const painted = Array.from({ length: 10 }, () => 0);
  const paints = painted.map((_, index) => () => {
    now += cost;
    painted[index] = (painted[index] as number) + 1;
    paintSoon(paints[index] as () => void);
  });
  for (const paint of paints) paintSoon(paint);
  const spent = Array.from({ length: count }, () => {
    const began = now;
    frame();
    return now - began;
  });
  for (const paint of paints) neverMind(paint);
  frame();
  return { painted, spent };
}

test('ten figures paint in the time of one frame, each as often as the others', () => {
  const { painted, spent } = play(3, 20);
  // The one that is begun within the budget of 8 ms is finished.
  expect(Math.max(...spent)).toBe(9);
  expect(new Set(painted)).toEqual(new Set([6]));
});

test('figures that paint fast all paint in every frame', () => {
  expect(play(0.5, 20).painted).toEqual(Array.from({ length: 10 }, () => 20));
});

test('what has left the page is not painted; what asks twice is painted once', () => {
  let count = 0;
  const paint = () => {
    count += 1;
  };
  paintSoon(paint);
  paintSoon(paint);
  frame();
  expect(count).toBe(1);
  paintSoon(paint);
  neverMind(paint);
  frame();
  expect(count).toBe(1);
});
