import { afterEach, expect, test } from 'vitest';
import { type Bench, openLab } from '../../tests/unit/in-node';
import { FAULTS, faultOf, PRESET, queryOf } from './faults';

let bench: Bench | null = null;
afterEach(() => bench?.lab.release());

test.each(FAULTS.map((fault) => [fault.name, fault] as const))(
  'the link of %s opens it, and nothing else',
  async (_, fault) => {
    bench = await openLab(`preset=${PRESET}&particles=200&process.steps=20&${queryOf(fault)}`);
    expect(bench.lab.notices.list).toEqual([]);
    expect(faultOf(bench.lab.state)?.name).toBe(fault.name);
  },
  // One of them trains a network.
  120_000,
);

test('averaged, the ripple has 28,000 times less guidance error at t = 1/2', async () => {
  const errors: number[] = [];
  for (const name of ['ripple', 'averaged']) {
    const fault = FAULTS.find((each) => each.name === name);
    if (!fault) throw new Error(name);
    bench = await openLab(`preset=${PRESET}&particles=200&process.steps=20&${queryOf(fault)}`);
    errors.push((await bench.lab.measure({ time: 0.5 })).guidanceMse);
    bench.lab.release();
  }
  expect((errors[0] as number) / (errors[1] as number) / 28_000).toBeCloseTo(1, 1);
});
