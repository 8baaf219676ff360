/** Runs in parts, call by call: several instances of the real module in one process, with and without the others. */
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import '../../tests/unit/in-node';
import { calls } from './call';
import { worthOf } from './crew';
import type { Figures, Frame, Part, Preset, Service, State, Wish } from './protocol';

/** Locks as a browser has them, as far as they are used: a worker's is free when it dies. */
class Locks {
  readonly #held = new Map<string, (() => void)[]>();

  async request(name: string, hold: () => unknown): Promise<void> {
    const waiting = this.#held.get(name);
    if (waiting) await new Promise<void>((resolve) => waiting.push(resolve));
    else this.#held.set(name, []);
    await hold();
  }

  free(name: string): void {
    for (const tell of this.#held.get(name)?.splice(0) ?? []) tell();
  }
}

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const locks = new Locks();
beforeAll(() => vi.stubGlobal('navigator', { locks }));
afterAll(() => vi.unstubAllGlobals());

/** Another instance of the module, as another worker has it. */
async function worker(): Promise<Service> {
  vi.resetModules();
  const { serve } = await import('./worker');
  const { port1, port2 } = new MessageChannel();
  serve(port1);
  return calls<Service>(port2);
}

interface Hand {
  port: MessagePort;
  lock: string;
  die(): void;
}

let made = 0;
/** A worker that can be hired, and how to make it die. */
async function hand(): Promise<Hand> {
  const service = await worker();
  const { port1, port2 } = new MessageChannel();
  const lock = `part ${made++}`;
  await service.attend(port2, lock);
  return {
    port: port1,
    lock,
    die: () => {
      port2.close();
      locks.free(lock);
    },
  };
}

/** One worker and what it is asked; `simulate` of figure 1. */
type Asked = (method: keyof Part, ...args: unknown[]) => Promise<unknown>;
const ask =
  (service: Figures): Asked =>
  (method, ...args) =>
    service.simulate(1, method, args);

/** What there is to see of a frame: not how long it took, and who made it. */
const seen = ({ took, throughput, workers, ...frame }: Frame) => frame;

let first: Service;
let wishes: Wish[];
let state: State;
/** The run in parts, and the same by one worker. */
let parted: Asked;
let alone: Asked;

beforeEach(async () => {
  first = await worker();
  const second = await worker();
  wishes = [];
  parted = ask(first);
  alone = ask(second);
  const preset = (await first.presets())[0] as Preset;
  state = await first.merge(preset.state, {
    particles: 60_000,
    compare: ['exact'],
    process: { steps: 16, grid: 'quadratic', sampler: 'exponential' },
  });
});

async function hire(hands: Hand[]): Promise<void> {
  for (const { port, lock } of hands) await first.hire(port, lock);
}

/** Asks both the same, and holds the answers together. */
async function both(method: keyof Part, ...args: unknown[]): Promise<Frame> {
  const [one, other] = [await parted(method, ...args), await alone(method, ...args)];
  // Milliseconds of work are each worker's own.
  if (method === 'advance') return one as Frame;
  if (method !== 'frame') expect(one).toEqual(other);
  else expect(seen(one as Frame)).toEqual(seen(other as Frame));
  return one as Frame;
}

/** Looks at the particles where they are until so many workers hold them. */
async function until(workers: number): Promise<void> {
  for (;;) {
    const frame = (await parted('frame', 0, 0)) as Frame;
    if (frame.workers === workers) return;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

const staff = () => void first.staff((wish) => wishes.push(wish));

/** Waits for so many wishes: each comes by a message of its own. */
async function wished(count: number): Promise<void> {
  while (wishes.length < count) await new Promise((resolve) => setImmediate(resolve));
}

/** A run in three parts at its first step; who holds the other two. */
async function inParts(): Promise<Hand[]> {
  staff();
  const hands = [await hand(), await hand()];
  await both('start', state, 'cpu');
  await wished(1);
  await hire(hands);
  await both('restart');
  await until(3);
  return hands;
}

const gamma = (state: State, gamma: number): State => ({ ...state, guidance: { ...state.guidance, gamma } });

test('how many workers a run is worth', () => {
  expect(worthOf(state)).toBe(3);
  expect(worthOf({ ...state, particles: 20_000 })).toBe(1);
  expect(worthOf({ ...state, compare: ['exact', 'corrected'] })).toBe(1);
  const learned = { kind: 'learned' } as State['classifier'];
  expect(worthOf({ ...state, particles: 5000, compare: [], classifier: learned })).toBe(5);
});

describe('the numbers are those of one worker', () => {
  test('whatever is asked of a run in parts', async () => {
    await inParts();
    expect(wishes).toEqual([{ workers: 3, gone: [] }]);
    await both('frame', 5, 0);
    await both('configure', gamma(state, 4));
    await both('advance', 3);
    // Its pace is that of its own steps, not of those before.
    const { workers, took, throughput } = await both('frame', 4, 2);
    expect(workers).toBe(3);
    expect(throughput * took).toBeCloseTo(4 * 0.12 * 1e3, 6);
    await both('restore', 10);
    await both('frame', 1, 0);
    await both('samples', 'exact');
    await both('distances', 'tested');
    // Anything else starts again, with as many workers as it is worth then.
    await both('configure', { ...gamma(state, 4), particles: 20_000 });
    expect((await both('frame', 3, 0)).workers).toBe(1);
    await both('configure', { ...gamma(state, 4), seed: 9, particles: 50_000 });
    expect((await both('frame', 16, 0)).workers).toBe(2);
    await both('restart');
    expect((await both('frame', 4, 0)).workers).toBe(2);
    await both('start', state, 'cpu');
    expect((await both('frame', 4, 0)).workers).toBe(3);
    // What is wrong with a call is told, and nobody is given up for it.
    await expect(parted('samples', 'nobody')).rejects.toMatchObject({ path: 'lane' });
    expect((await both('frame', 4, 0)).workers).toBe(3);
    expect(wishes).toHaveLength(1);
  });

  test('others join on the way, after changes on the way', async () => {
    // All that came before is remembered, too.
    await both('start', { ...state, particles: 2000 }, 'cpu');
    await both('frame', 16, 0);
    await both('configure', state);
    await both('frame', 4, 0);
    await both('configure', gamma(state, -1));
    await both('frame', 4, 0);
    staff();
    await both('restore', 6);
    await both('frame', 3, 0);
    const hands = [await hand(), await hand()];
    await wished(1);
    await hire(hands);
    // The first call has them come; they hear of those that follow on their way.
    await both('frame', 1, 0);
    await both('restore', 6);
    await both('frame', 2, 0);
    await until(3);
    await both('frame', 3, 0);
    await both('samples', 'tested');
    await both('restore', 8);
    expect((await both('frame', 8, 0)).workers).toBe(3);
  });

  test('nobody asks for a while', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    try {
      const hands = await inParts();
      await both('frame', 5, 0);
      await both('configure', gamma(state, 3));
      await both('frame', 2, 0);
      // One half of the time is not enough, since something was asked in it.
      vi.advanceTimersByTime(6000);
      expect((await both('frame', 1, 0)).workers).toBe(3);
      vi.advanceTimersByTime(6000);
      expect((await both('frame', 1, 0)).workers).toBe(3);
      vi.advanceTimersByTime(20_000);
      const gone = hands.map(({ lock }) => lock);
      await wished(2);
      expect(wishes.at(-1)).toEqual({ workers: 1, gone });
      expect((await both('frame', 3, 0)).workers).toBe(1);
      await both('samples', 'tested');
    } finally {
      vi.useRealTimers();
    }
  });

  test('one dies', async () => {
    const hands = await inParts();
    await both('frame', 5, 0);
    await both('configure', gamma(state, 3));
    await both('frame', 2, 0);
    hands[0]?.die();
    await both('frame', 3, 0);
    await both('samples', 'tested');
    // Another is asked for in its place, and comes on the way.
    const [lost] = hands;
    await wished(2);
    expect(wishes.at(-1)).toEqual({ workers: 3, gone: [lost?.lock] });
    await hire([await hand()]);
    await both('restore', 0);
    await until(3);
    expect((await both('frame', 16, 0)).workers).toBe(3);
  });
});
