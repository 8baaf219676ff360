import { expect, test } from 'vitest';
import { openLab } from '../../tests/unit/in-node';
import { describe } from './describe';

test('the picture in words brackets an estimate that shares a power of ten', async () => {
  const { lab } = await openLab(
    'preset=wiggle&particles=5000&process.steps=20&compare=["conditional"]&guidance.gamma=1',
  );
  const words = (await describe(lab)).join('\n');
  lab.release();
  expect(words).toContain('The data: a mixture of 2 Gaussians in 2 classes, on a line.');
  const powers = words.match(/[^,]*× 10\S/g) ?? [];
  expect(powers.filter((each) => each.includes('±')).length, words).toBeGreaterThan(0);
  for (const each of powers) if (each.includes('±')) expect(each).toMatch(/\(−?[\d.]+ ± [\d.]+\) × 10/);
});
