/** The Lab over the real module, in Node: no picture, and a clock that goes when it is told to. */
import { expect, test } from 'vitest';
import { openLab } from '../../tests/unit/in-node';

test('opens a link', async () => {
  const { lab } = await openLab('preset=wiggle&particles=1000&guidance.gamma=2');
  expect(lab.engine?.backend).toBe('cpu');
  expect(lab.state.guidance.gamma).toBe(2);
});
