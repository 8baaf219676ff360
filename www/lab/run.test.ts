import { beforeEach, describe, expect, it, vi } from 'vitest';
import { GUIDANCE } from '../../tests/unit/states';
import type { Distances, Domain, EngineInfo, Frame, LaneName, Simulator, State } from '../workers/protocol';
import { clock } from './clock';
import { Run } from './run';

function guidance(gamma: number): State['guidance'] {
  return { ...GUIDANCE, target: 0, gamma };
}

function stateWith(patch: Partial<State> = {}): State {
  return {
    version: 1,
    labels: [],
    mixture: [{ weight: 1, mean: [0], covariance: [[1]], class: 0 }],
    process: { horizon: 8, stop: 0.01, steps: 100, grid: 'uniform', sampler: 'exponential' },
    guidance: guidance(1),
    classifier: { kind: 'exact' },
    score: { kind: 'exact' },
    compare: [],
    particles: 1000,
    seed: 1,
    view: { field: 'none', lane: 'tested', layout: 'auto', against: 'exact' },
    ...patch,
  };
}

function sceneWith(patch: Partial<State> = {}) {
  const state = stateWith(patch);
  const times = Float64Array.from({ length: state.process.steps + 1 }, (_, k) => 8 * (1 - k / state.process.steps));
  const domain: Domain = { dimension: 1, min: [-4], max: [4], times };
  return { state, domain };
}

/** Remembers calls, saves every 25 steps, and refuses a second request while one is in flight. */
class FakeSimulator implements Simulator {
  calls: string[] = [];
  at = 0;
  state: State = stateWith();
  failures = 0;
  /** Milliseconds that a frame takes. */
  frameTime: (state: State) => number = () => 0;
  #busy = false;

  async #once<T>(name: string, work: () => T): Promise<T> {
    expect(this.#busy, 'one request in flight').toBe(false);
    this.#busy = true;
    this.calls.push(name);
    await Promise.resolve();
    const time = name.startsWith('frame') ? this.frameTime(this.state) : 0;
    await new Promise((resolve) => setTimeout(resolve, time));
    this.#busy = false;
    if (this.failures > 0 && name.startsWith('frame')) {
      this.failures -= 1;
      throw { code: 'engine', path: '', message: 'device lost' };
    }
    return work();
  }

  start(state: State, engine: string): Promise<EngineInfo> {
    return this.#once(`start ${engine}`, () => {
      this.state = state;
      this.at = 0;
      return { backend: 'cpu', adapter: 'fake', reason: 'test', says: { id: 'test', values: {}, text: 'test' } };
    });
  }
  install(): Promise<void> {
    return this.#once('install', () => undefined);
  }

  configure(state: State): Promise<{ restarted: boolean }> {
    return this.#once('configure', () => {
      const restarted =
        JSON.stringify(state.process) !== JSON.stringify(this.state.process) ||
        state.particles !== this.state.particles ||
        state.seed !== this.state.seed;
      this.state = state;
      if (restarted) this.at = 0;
      return { restarted };
    });
  }
  restart(): Promise<void> {
    return this.#once('restart', () => {
      this.at = 0;
    });
  }
  restore(step: number): Promise<number> {
    return this.#once(`restore ${step}`, () => {
      this.at = Math.floor(step / 25) * 25;
      return this.at;
    });
  }
  advance(count: number): Promise<number> {
    return this.#once(`advance ${count}`, () => {
      this.at += count;
      return 0.1;
    });
  }
  frame(count: number, first: number): Promise<Frame> {
    return this.#once(`frame ${count}`, () => {
      this.at = Math.min(this.state.process.steps, this.at + count);
      const estimate = { estimate: this.state.guidance.gamma, standardError: 0 };
      return {
        step: this.at,
        time: 8 * (1 - this.at / this.state.process.steps),
        lanes: [
          {
            name: 'tested' as LaneName,
            bins: new Uint32Array(256),
            outside: 0,
            samplingKl: estimate,
            samplingKlFloor: 0,
            meanReciprocal: estimate,
            meanLogProbability: estimate,
            fractionImproved: null,
            mean: [0],
            covariance: [[1]],
            nonFinite: 0,
            weights: null,
          },
        ],
        paths: new Float32Array((this.at - first + 1) * 4),
        firstPathStep: first,
        tracked: 4,
        workers: 1,
        throughput: 1,
        took: 0.1,
      };
    });
  }
  distances(): Promise<Distances> {
    const unknown = { estimate: Number.NaN, standardError: Number.NaN };
    return this.#once('distances', () => ({
      wasserstein: unknown,
      wassersteinFloor: Number.NaN,
      entropy: unknown,
      particles: 0,
    }));
  }
  samples(): Promise<Float32Array> {
    return this.#once('samples', () => new Float32Array(0));
  }
}

function makeRun(simulator: FakeSimulator) {
  const events = { frame: vi.fn(), passed: vi.fn(), status: vi.fn(), engine: vi.fn(), failed: vi.fn() };
  let later = 0;
  const run = new Run(simulator, 'auto', events, { ...clock, now: () => performance.now() + later });
  run.setActive(true);
  /** So many milliseconds go by at once. */
  const pass = (milliseconds: number) => {
    later += milliseconds;
  };
  return { run, events, pass };
}

beforeEach(() => {
  let now = 0;
  vi.stubGlobal('requestAnimationFrame', (callback: (time: number) => void) => {
    now += 16;
    const at = now;
    return setTimeout(() => callback(at), 0);
  });
  vi.stubGlobal('cancelAnimationFrame', (id: number) => clearTimeout(id));
});

describe('Run', () => {
  it('goes to a step and back, exactly', async () => {
    const simulator = new FakeSimulator();
    const { run } = makeRun(simulator);
    run.configure(sceneWith(), false);
    await run.seek(80);
    expect([run.step, simulator.at]).toEqual([80, 80]);
    await run.seek(60);
    expect(simulator.calls).toContain('restore 60');
    expect([run.step, simulator.at]).toEqual([60, 60]);
    expect(run.tracks.recorded).toBe(60);
  });

  it('stops on the way for the charts, and not while a person drags', async () => {
    const simulator = new FakeSimulator();
    const { run, events } = makeRun(simulator);
    run.configure(sceneWith(), false);
    await run.seek(100);
    const steps = () => events.passed.mock.calls.map(([frame]) => frame.step);
    expect(steps()).toEqual([0, 5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 55, 60, 65, 70, 75, 80, 85, 90, 95]);
    events.passed.mockClear();
    run.configure(sceneWith({ guidance: guidance(2) }), true);
    await vi.waitFor(() => expect(run.frame?.lanes[0]?.meanReciprocal.estimate).toBe(2));
    expect(steps()).toEqual([]);
    await run.settled();
    expect(steps().length).toBe(20);
  });

  it('goes where it is sent right after a change while it plays', async () => {
    const simulator = new FakeSimulator();
    const { run } = makeRun(simulator);
    run.configure(sceneWith(), false);
    await run.seek(0);
    run.play();
    await vi.waitFor(() => expect(run.step).toBeGreaterThan(2));
    const { process } = sceneWith().state;
    run.configure(sceneWith({ process: { ...process, steps: 40 } }), false);
    await run.seek(run.steps);
    expect([run.step, simulator.at]).toEqual([40, 40]);
    // Also while the change is on its way to the simulator.
    await run.seek(0);
    run.play();
    await vi.waitFor(() => expect(run.step).toBeGreaterThan(2));
    const configure = simulator.configure.bind(simulator);
    simulator.configure = (state) => {
      void run.seek(30);
      return configure(state);
    };
    run.configure(sceneWith({ process: { ...process, steps: 60 } }), false);
    await vi.waitFor(() => expect(run.step).toBe(30));
    await run.settled();
    expect([run.step, simulator.at]).toEqual([30, 30]);
  });

  it('plays to the end and stops', async () => {
    const simulator = new FakeSimulator();
    const { run } = makeRun(simulator);
    run.configure(sceneWith(), false);
    run.play();
    await vi.waitFor(() => expect(run.atEnd).toBe(true), { timeout: 8000 });
    await vi.waitFor(() => expect(run.playing).toBe(false));
    expect(run.step).toBe(100);
  }, 10_000);

  it('runs again to the same step on a change while paused, and ends on the newest', async () => {
    const simulator = new FakeSimulator();
    const { run } = makeRun(simulator);
    run.configure(sceneWith(), false);
    await run.seek(70);
    for (const gamma of [2, 3, 4, 5]) run.configure(sceneWith({ guidance: guidance(gamma) }), true);
    await run.settled();
    expect(run.step).toBe(70);
    expect(run.frame?.lanes[0]?.meanReciprocal.estimate).toBe(5);
    expect(simulator.calls.filter((call) => call === 'configure').length).toBeLessThan(4);
  });

  it('keeps the share of the run when the number of steps changes', async () => {
    const simulator = new FakeSimulator();
    const { run } = makeRun(simulator);
    run.configure(sceneWith(), false);
    await run.seek(100);
    run.configure(sceneWith({ process: { ...stateWith().process, steps: 40 } }), true);
    await run.settled();
    expect(run.step).toBe(40);
  });

  it('lets weight and classifier act from now on while playing', async () => {
    const simulator = new FakeSimulator();
    const { run } = makeRun(simulator);
    run.configure(sceneWith(), false);
    run.play();
    await vi.waitFor(() => expect(run.step).toBeGreaterThan(20));
    run.configure(sceneWith({ guidance: guidance(7) }), true);
    await vi.waitFor(() => expect(run.frame?.lanes[0]?.meanReciprocal.estimate).toBe(7));
    expect(run.step).toBeGreaterThan(20);
    expect(simulator.calls).not.toContain('restart');
    run.pause();
  });

  it('plays fewer particles where frames come late, and brings the others when it stops', async () => {
    const simulator = new FakeSimulator();
    simulator.frameTime = ({ particles }) => particles / 1000;
    const { run } = makeRun(simulator);
    run.configure(sceneWith({ particles: 40_000 }), false);
    run.play();
    await vi.waitFor(() => expect(run.particles).not.toBeNull(), { timeout: 8000 });
    await vi.waitFor(() => expect(simulator.state.particles).toBeLessThan(16_000));
    const shrunkAt = simulator.at;
    await vi.waitFor(() => expect(run.step).toBeGreaterThan(shrunkAt + 2), { timeout: 8000 });
    expect(run.playing).toBe(true);
    run.pause();
    const pausedAt = run.step;
    await run.settled();
    expect([simulator.state.particles, run.particles]).toEqual([40_000, null]);
    expect(Math.abs(run.step - pausedAt)).toBeLessThanOrEqual(4);
    run.play();
    await vi.waitFor(() => expect(simulator.state.particles).toBeLessThan(16_000));
    await run.seek(100);
    expect([simulator.state.particles, run.step]).toEqual([40_000, 100]);
  }, 20_000);

  describe('brings the particles that were left out', () => {
    const playing = async () => {
      const simulator = new FakeSimulator();
      simulator.frameTime = ({ particles }) => particles / 1000;
      const { run } = makeRun(simulator);
      run.configure(sceneWith({ particles: 40_000 }), false);
      run.play();
      await vi.waitFor(() => expect(run.particles).not.toBeNull(), { timeout: 8000 });
      await vi.waitFor(() => expect(simulator.state.particles).toBeLessThan(16_000), { timeout: 8000 });
      const shrunkAt = simulator.at;
      await vi.waitFor(() => expect(run.step).toBeGreaterThan(shrunkAt + 2), { timeout: 8000 });
      return { simulator, run };
    };

    it('when it is stopped while another seed is on its way', async () => {
      const { simulator, run } = await playing();
      const configure = simulator.configure.bind(simulator);
      simulator.configure = (state) => {
        simulator.configure = configure;
        void run.seek(100);
        return configure(state);
      };
      run.configure(sceneWith({ particles: 40_000, seed: 2 }), false);
      await vi.waitFor(() => expect(simulator.state.seed).toBe(2));
      await run.settled();
      expect([simulator.state.particles, run.particles, run.step]).toEqual([40_000, null, 100]);
    }, 20_000);

    it('when it is stopped while a lost engine is replaced', async () => {
      const { simulator, run } = await playing();
      const start = simulator.start.bind(simulator);
      simulator.start = (state, engine) => {
        simulator.start = start;
        void run.seek(100);
        return start(state, engine);
      };
      simulator.failures = 1;
      await vi.waitFor(() => expect(run.playing).toBe(false));
      await run.settled();
      expect([simulator.state.particles, run.particles, run.step]).toEqual([40_000, null, 100]);
    }, 20_000);

    it('when lanes that were changed on the way begin anew', async () => {
      const { simulator, run } = await playing();
      run.configure(sceneWith({ particles: 40_000, guidance: guidance(3) }), false);
      await vi.waitFor(() => expect(run.changedAt).toBeGreaterThan(0));
      await run.seek(0);
      await run.seek(100);
      expect([simulator.state.particles, run.particles, run.step]).toEqual([40_000, null, 100]);
    }, 20_000);
  });

  it('keeps all particles where fewer do not help', async () => {
    const simulator = new FakeSimulator();
    simulator.frameTime = () => 25;
    const { run } = makeRun(simulator);
    run.configure(sceneWith({ particles: 40_000 }), false);
    run.play();
    await vi.waitFor(() => expect(simulator.state.particles).toBeLessThan(40_000), { timeout: 8000 });
    await vi.waitFor(() => expect(run.playing).toBe(false), { timeout: 8000 });
    await run.settled();
    run.replay();
    await vi.waitFor(() => expect(run.step).toBeGreaterThan(50), { timeout: 8000 });
    expect([simulator.state.particles, run.particles]).toEqual([40_000, null]);
    run.pause();
  }, 30_000);

  it('tries again after a failure, then takes the CPU, then says so', async () => {
    const simulator = new FakeSimulator();
    simulator.failures = 2;
    const { run, events } = makeRun(simulator);
    run.configure(sceneWith(), false);
    await run.seek(10);
    expect(simulator.calls.filter((call) => call.startsWith('start'))).toEqual([
      'start auto',
      'start auto',
      'start cpu',
    ]);
    expect(run.step).toBe(10);

    simulator.failures = 99;
    await expect(run.seek(50)).rejects.toMatchObject({ code: 'engine', message: 'device lost' });
    expect(events.failed).toHaveBeenCalledOnce();
  });

  it('does not call a failure what was freed while it was computed', async () => {
    const simulator = new FakeSimulator();
    const { run, events } = makeRun(simulator);
    run.configure(sceneWith(), false);
    await run.seek(10);
    simulator.failures = 1;
    const freed = run.seek(20);
    await vi.waitFor(() => expect(simulator.calls.at(-1)).toMatch(/^frame/));
    run.setActive(false);
    run.release();
    run.setActive(true);
    await freed;
    await run.seek(30);
    expect(run.step).toBe(30);
    expect(simulator.calls.filter((call) => call === 'start auto')).toHaveLength(2);
    expect(events.engine.mock.calls.map(([, trouble]) => trouble)).toEqual([null, null]);
    expect(events.failed).not.toHaveBeenCalled();
  });

  it('forgets failures of long ago, and says which engine took over and why', async () => {
    const simulator = new FakeSimulator();
    const { run, events, pass } = makeRun(simulator);
    run.configure(sceneWith(), false);
    for (const step of [10, 20, 30]) {
      simulator.failures = 1;
      await run.seek(step);
      pass(3_600_000);
    }
    expect(simulator.calls.filter((call) => call.startsWith('start'))).toEqual(Array(4).fill('start auto'));
    simulator.failures = 2;
    await run.seek(40);
    expect(simulator.calls.filter((call) => call.startsWith('start')).at(-1)).toBe('start cpu');
    expect(events.engine).toHaveBeenLastCalledWith(run.engine, expect.objectContaining({ code: 'engine' }), true);
    expect(run.engine).toMatchObject({ reason: expect.stringContaining('device lost'), says: { id: 'took_over' } });
  });

  it('a fault of the page is none of the engine', async () => {
    const simulator = new FakeSimulator();
    const { run, events } = makeRun(simulator);
    events.frame.mockImplementationOnce(() => {
      throw new RangeError('of the page');
    });
    run.configure(sceneWith(), false);
    await expect(run.seek(10)).rejects.toMatchObject({ message: 'of the page' });
    expect(events.failed).toHaveBeenCalledOnce();
    expect(simulator.calls.filter((call) => call.startsWith('start'))).toEqual(['start auto']);
  });

  it('takes a frame for what it was asked for, whatever is wished meanwhile', async () => {
    const simulator = new FakeSimulator();
    const { run, events } = makeRun(simulator);
    run.configure(sceneWith(), false);
    await run.seek(100);
    const frame = simulator.frame.bind(simulator);
    simulator.frame = (count, first) => {
      if (simulator.at + count < 100) return frame(count, first);
      simulator.frame = frame;
      run.configure(sceneWith({ process: { ...stateWith().process, steps: 20 } }), false);
      return frame(count, first);
    };
    run.configure(sceneWith({ seed: 2 }), false);
    await run.settled();
    expect([run.step, run.tracks.steps, run.tracks.recorded]).toEqual([20, 20, 20]);
    expect(events.engine).toHaveBeenCalledOnce();
  });

  it('does nothing while out of sight', async () => {
    const simulator = new FakeSimulator();
    const { run } = makeRun(simulator);
    run.setActive(false);
    run.configure(sceneWith(), false);
    run.play();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(simulator.calls).toEqual([]);
  });

  it('shares one simulator with another figure', async () => {
    const simulator = new FakeSimulator();
    const { run: first } = makeRun(simulator);
    first.configure(sceneWith(), false);
    await first.seek(50);
    const { run: second } = makeRun(simulator);
    second.configure(sceneWith({ seed: 2 }), false);
    await second.seek(20);
    expect([first.step, second.step]).toEqual([50, 20]);
    await first.seek(51);
    expect([first.step, simulator.state.seed]).toEqual([51, 1]);
  });

  it('goes to the end of a new scene whose number of steps differs', async () => {
    const simulator = new FakeSimulator();
    const run = new Run(simulator, 'auto', {
      frame() {},
      passed() {},
      status() {},
      engine() {},
      failed(error) {
        throw error;
      },
    });
    run.setActive(true);
    for (const steps of [100, 20, 80, 30]) {
      run.configure(sceneWith({ process: { ...stateWith().process, steps } }), false);
      await run.seek(steps);
      expect(run.step).toBe(steps);
      expect(simulator.at).toBe(steps);
    }
  });
});
