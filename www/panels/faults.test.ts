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

test('averaged, the ripple has e^(n² s²) times less guidance error at t = 1/2, and the ODE reaches the class', async () => {
  const errors: number[] = [];
  const missed: number[] = [];
  for (const name of ['ripple', 'averaged']) {
    const fault = FAULTS.find((each) => each.name === name);
    if (!fault) throw new Error(name);
    bench = await openLab(`preset=${PRESET}&particles=5000&${queryOf(fault)}`);
    await bench.lab.finish();
    errors.push((await bench.lab.measure({ time: 0.5 })).guidanceMse);
    const { tested, exact } = (await bench.lab.measure()).lanes;
    missed.push((tested?.samplingKl.estimate as number) - (exact?.samplingKl.estimate as number));
    bench.lab.release();
  }
  expect((errors[0] as number) / (errors[1] as number) / Math.exp((32 * 0.15) ** 2)).toBeCloseTo(1, 1);
  expect(missed[0]).toBeGreaterThan(1);
  expect(Math.abs(missed[1] as number)).toBeLessThan(0.01);
});
