/** The Lab over the real module, in Node: no picture, and a clock that goes only when it is told to. */
import { afterEach, describe, expect, test, vi } from 'vitest';
import { type Bench, HandClock, newLab, openLab, Staff } from '../../tests/unit/in-node';
import { Workers } from '../workers/client';
import type { State } from '../workers/protocol';
import type { Aspect } from './changes';
import type { LabOptions } from './lab';
import type { Plain } from './paths';
import { summaryOf } from './summary';

const benches: Bench[] = [];
const open = async (query = '', options: LabOptions = {}): Promise<Bench> => {
  const bench = await openLab(query, options);
  benches.push(bench);
  return bench;
};
afterEach(() => {
  for (const { lab } of benches.splice(0)) lab.release();
});

/** Everything that is told from now on, change by change. */
function heard({ lab }: Bench): Aspect[][] {
  const all: Aspect[][] = [];
  lab.listen((changed) => all.push([...changed]));
  return all;
}

/** Lets what was asked of the module be answered: it answers in turn, and no answer leads to more than a few questions. */
async function settle({ lab }: Bench): Promise<void> {
  for (let k = 0; k < 6; k += 1) await lab.exact.presets();
}

const SMALL = 'preset=wiggle&particles=600&process.steps=40';

describe('opening', () => {
  test('a link opens on top of its preset, with the engine that there is', async () => {
    const { lab } = await open(`${SMALL}&guidance.gamma=2.5&classifier.frequency=9&compare=["conditional"]`);
    expect(lab.preset).toBe('wiggle');
    expect(lab.state).toMatchObject({
      guidance: { gamma: 2.5 },
      classifier: { kind: 'wiggle', frequency: 9 },
      compare: ['conditional'],
      particles: 600,
    });
    expect(lab.engine).toMatchObject({ backend: 'cpu', reason: 'There is no WebGPU adapter.' });
    expect(lab.run.step).toBe(40);
    expect(lab.notices.list).toEqual([]);
    // The link that the Lab gives opens the same state again.
    const again = await open(lab.query.toString());
    expect(again.lab.state).toEqual(lab.state);
  });

  test('what takes long is told until something is shown', async () => {
    const clock = new HandClock();
    const { lab } = newLab({ clock });
    const opened = lab.start(new URLSearchParams(SMALL));
    clock.pass(10_000);
    expect(lab.notices.list.map(({ text }) => text)).toEqual([expect.stringMatching(/^Setting up takes long here/)]);
    await opened;
    expect(lab.notices.list).toEqual([]);
    lab.release();
  });

  test('a link that does not fit opens the nearest state and says what it changed', async () => {
    const { lab } = await open('preset=no-such&particles=-3&process.steps=40&guidance.gamma=NaN');
    expect(lab.preset).toBe('wiggle');
    expect(lab.state.particles).toBeGreaterThan(0);
    const [notice] = lab.notices.list;
    expect(notice?.kind).toBe('info');
    expect(notice?.items.join('\n')).toMatch(/no preset “no-such”[\s\S]*gamma[\s\S]*particles/);
  });

  test('a link opens, however deep or large what it holds', async () => {
    const deep = `${'['.repeat(60)}${']'.repeat(60)}`;
    const large = JSON.stringify(Array(30_000).fill(1));
    for (const seed of [deep, large]) {
      const { lab } = await open(`${SMALL}&seed=${seed}`);
      expect(lab.state.particles).toBe(600);
      expect(lab.notices.list[0]?.items.join()).toContain('seed');
    }
  });

  test('a link to each kind of classifier opens it, and the link of that opens it again', async () => {
    const links: Record<string, string> = {
      exact: '',
      wiggle:
        '&classifier.form=logit&classifier.frequency=11&classifier.amplitude.law=fixed&classifier.amplitude.scale=0.2&classifier.smoothing=0.03',
      tempered: '&classifier.sharpness=2.5&classifier.bias=-1.25',
      mistimed: '&classifier.shift=-0.4',
      'label-smoothing': '&classifier.epsilon=0.25',
      'noise-blind': '&classifier.time=0.5&classifier.input=rescaled',
      denoised: '&classifier.jacobian=false',
      learned: '&classifier.recipe.hidden=[16]&classifier.recipe.targetKl=0.01&classifier.recipe.noise=[0.1,1]',
    };
    const first = await open(SMALL);
    expect(first.lab.fields.get('classifier.kind')?.choices).toEqual(Object.keys(links));
    for (const [kind, rest] of Object.entries(links)) {
      const { lab } = await open(`${SMALL}&classifier.kind=${kind}${rest}`);
      expect(lab.notices.list, kind).toEqual([]);
      expect(lab.state.classifier.kind).toBe(kind);
      const again = await open(lab.query.toString());
      expect(again.lab.state, kind).toEqual(lab.state);
    }
    const { lab } = await open(`${SMALL}&classifier.kind=tempered${links.tempered}`);
    expect(lab.state.classifier).toEqual({ kind: 'tempered', sharpness: 2.5, bias: -1.25 });
  });

  test('a link that names a kind alone, or has nonsense for its fields, opens it as it is by default', async () => {
    const first = await open(SMALL);
    for (const kind of first.lab.fields.get('classifier.kind')?.choices ?? []) {
      const { lab } = await open(`${SMALL}&classifier.kind=${kind}`);
      expect(lab.state.classifier.kind).toBe(kind);
    }
    for (const recipe of ['null', '7', '[3]', 'text', '{"weights":7}']) {
      const { lab } = await open(`${SMALL}&classifier.kind=learned&classifier.recipe=${recipe}`);
      expect(lab.state.classifier, recipe).toMatchObject({ kind: 'learned', recipe: { weights: null } });
    }
  });

  test('what was set before lies over the link', async () => {
    const bench = newLab();
    benches.push(bench);
    await bench.lab.start(new URLSearchParams(SMALL), () => ({ seed: 77, guidance: { gamma: 3 } }));
    expect(bench.lab.state).toMatchObject({ seed: 77, guidance: { gamma: 3 }, particles: 600 });
  });

  test('what cannot be read is that of the preset', async () => {
    const wrong = 'guidance.gamma=much&process.grid=none&seed=none&classifier.frequency=fast&compare=5&mixture=7';
    const { lab } = await open(`preset=two-modes&${wrong}`);
    const preset = lab.presets.find(({ name }) => name === 'two-modes');
    expect(lab.state).toEqual(preset?.state);
    expect(lab.notices.list[0]?.items).toHaveLength(6);
  });

  test('what was set before may be text, as in an attribute, and may come while it opens', async () => {
    const bench = newLab();
    benches.push(bench);
    let early: Plain = { seed: '77' };
    const opened = bench.lab.start(new URLSearchParams(SMALL), () => early);
    early = { ...early, guidance: { gamma: '3' }, compare: '["exact"]', classifier: { form: 'logit' } };
    await opened;
    expect(bench.lab.state).toMatchObject({ seed: 77, guidance: { gamma: 3 }, classifier: { form: 'logit' } });
    expect(bench.lab.state.compare).toEqual(['exact']);
    expect(bench.lab.notices.list).toEqual([]);
  });

  test('that it takes long is said, until it stands', async () => {
    const bench = newLab();
    benches.push(bench);
    const opened = bench.lab.start(new URLSearchParams(SMALL));
    bench.clock.pass(10_000);
    expect(bench.lab.notices.list).toMatchObject([{ kind: 'info', text: expect.stringMatching(/takes long/) }]);
    await opened;
    expect(bench.lab.notices.list).toEqual([]);
  });

  test('play before it stands begins by playing, unless a pause follows', async () => {
    for (const paused of [false, true]) {
      const bench = newLab();
      benches.push(bench);
      bench.lab.play();
      if (paused) bench.lab.pause();
      const opened = bench.lab.start(new URLSearchParams(SMALL));
      await bench.lab.opened;
      expect(bench.lab.playing).toBe(!paused);
      bench.lab.pause();
      await opened;
    }
  });

  test('a page that has chance and toJSON in its hands changes nothing', async () => {
    const lists = Array.prototype as { toJSON?: () => unknown };
    vi.spyOn(Math, 'random').mockReturnValue(0.5);
    lists.toJSON = () => 'mine';
    try {
      const bench = newLab();
      benches.push(bench);
      const { lab } = bench;
      await lab.start(new URLSearchParams(SMALL));
      await Promise.all([lab.setState({ compare: ['exact'] }), lab.exact.presets(), lab.setState({ seed: 4 })]);
      const { mixture } = lab.state;
      await lab.setState({ mixture: mixture.map((each) => ({ ...each, mean: [2 * (each.mean[0] as number)] })) });
      expect(lab.state).toMatchObject({ compare: ['exact'], seed: 4 });
      const again = await open(lab.query.toString());
      expect(again.lab.state).toEqual(lab.state);
    } finally {
      delete lists.toJSON;
      vi.restoreAllMocks();
    }
  });

  test('a WebGPU that never answers is not waited for', async () => {
    let asked = () => {};
    const asking = new Promise<void>((resolve) => {
      asked = resolve;
    });
    const requestAdapter = () => {
      asked();
      return new Promise(() => {});
    };
    vi.stubGlobal('navigator', { gpu: { requestAdapter } });
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const bench = newLab();
      benches.push(bench);
      const opened = bench.lab.start(new URLSearchParams(SMALL));
      await asking;
      vi.advanceTimersByTime(10_000);
      await opened;
      await bench.lab.ready;
      expect(bench.lab.engine).toMatchObject({ backend: 'cpu', reason: 'WebGPU did not answer.' });
    } finally {
      vi.useRealTimers();
      vi.unstubAllGlobals();
    }
  });

  test('whether there is an adapter is asked again with the next start', async () => {
    let asked = 0;
    const requestAdapter = async () => {
      asked += 1;
      return null;
    };
    vi.stubGlobal('navigator', { gpu: { requestAdapter } });
    try {
      const { lab } = await open(SMALL);
      expect([asked, lab.engine?.backend]).toEqual([1, 'cpu']);
      lab.setBackend('webgpu');
      await lab.samples('tested');
      expect(asked).toBe(2);
    } finally {
      vi.unstubAllGlobals();
    }
  });

  test('before it is open nothing is known, and asking says so', () => {
    const { lab } = newLab();
    expect(lab.isOpen).toBe(false);
    expect(() => lab.state).toThrow('not ready');
    expect(lab.query.toString()).toBe('');
  });

  test('where nothing can compute, the fault is told and kept', async () => {
    const bench = newLab();
    const all = heard(bench);
    const broken = () => Promise.reject({ code: 'unsupported', path: '', message: 'WebAssembly could not start: no' });
    const { Lab } = await import('./lab');
    const lab = new Lab({ exact: { presets: broken, fields: broken } as never, simulator: {} as never, release() {} });
    lab.listen((changed) => all.push([...changed]));
    await lab.start(new URLSearchParams());
    expect(lab.notices.fatal).toMatchObject({ code: 'unsupported' });
    expect(all).toEqual([['notices', 'fault']]);
    await expect(lab.opened).rejects.toMatchObject({ code: 'unsupported' });
    await expect(lab.ready).rejects.toMatchObject({ code: 'unsupported' });
  });

  test('a change of the state does not wait for an integral', async () => {
    const staff = new Staff();
    let busy = false;
    // As a worker's thread does, it answers nothing while it integrates; this one does not end.
    const integrating = async (name: string) => {
      const spawned = await staff.spawn();
      if (name !== 'exact') return spawned;
      const service = new Proxy(spawned.service, {
        get: (all, method: 'measures') => {
          if ((method as string) === 'then') return undefined;
          busy ||= method === 'measures';
          return busy ? () => new Promise(() => {}) : all[method];
        },
      });
      return { ...spawned, service };
    };
    const { Lab } = await import('./lab');
    const lab = new Lab(new Workers(integrating, 0).connect(), { clock: new HandClock(), spawn: staff.spawn });
    await lab.start(new URLSearchParams(SMALL));
    void lab.exact.measures(lab.state, 0.5);
    await lab.setState({ seed: 9, mixture: [{ weight: 1, mean: [0], covariance: [[1]], class: 1 }] });
    expect([busy, lab.state.seed, lab.state.mixture.length]).toEqual([true, 9, 1]);
    lab.release();
  });

  test('where it could not start, it can be tried again', async () => {
    const { lab: whole, workers } = newLab();
    const endpoints = workers.connect();
    let broken = true;
    const presets = () =>
      broken ? Promise.reject({ code: 'unsupported', path: '', message: 'cut' }) : whole.exact.presets();
    const { Lab } = await import('./lab');
    const exact = new Proxy(endpoints.exact, {
      get: (all, name: 'fields') => ((name as string) === 'presets' ? presets : all[name]),
    });
    const lab = new Lab({ ...endpoints, exact });
    await lab.start(new URLSearchParams(SMALL));
    expect(lab.notices.fatal).not.toBeNull();
    broken = false;
    await lab.retry();
    await lab.ready;
    expect([lab.notices.fatal, lab.state.particles, lab.run.step]).toEqual([null, 600, 40]);
    lab.release();
    whole.release();
  });
});

describe('setState', () => {
  test('one object in very many places is refused', async () => {
    const { lab } = await open(SMALL);
    let seed: unknown = [1];
    for (let k = 0; k < 12; k += 1) seed = [seed, seed, seed, seed, seed, seed];
    await expect(lab.setState({ seed })).rejects.toMatchObject({ code: 'type', message: /more than 20000 parts/ });
    expect(lab.state.seed).toBe(1);
  });

  test('a horizon below the time on show is no error', async () => {
    const bench = await open(`${SMALL}&process.horizon=10`);
    const { lab } = bench;
    lab.setActive(true);
    await lab.reset();
    expect(lab.subject?.time).toBe(10);
    for (const horizon of [1, 9, 0.5]) {
      await lab.setState({ process: { horizon } });
      await settle(bench);
      await lab.run.settled();
      expect([lab.notices.list, lab.notices.fault, lab.subject?.time]).toEqual([[], null, horizon]);
    }
  });

  test('a change waits for one closed form of the state before at most', async () => {
    const { lab: whole, workers } = newLab();
    const endpoints = workers.connect();
    const asked: string[] = [];
    const holds: (() => void)[] = [];
    const slow = ['curves', 'spacetime', 'measures'];
    const exact = new Proxy(endpoints.exact, {
      get:
        (all, name: 'measures') =>
        async (...args: Parameters<typeof all.measures>) => {
          asked.push(name);
          if (slow.includes(name)) await new Promise<void>((resolve) => holds.push(resolve));
          return all[name](...args);
        },
    });
    const { Lab } = await import('./lab');
    const lab = new Lab({ ...endpoints, exact });
    await lab.start(new URLSearchParams(SMALL));
    lab.setActive(true);
    await vi.waitFor(() => expect(holds.length).toBe(1));
    // Nothing else of this state is on its way, and the change is asked before all that waits.
    expect(asked.filter((name) => slow.includes(name))).toHaveLength(1);
    await lab.setState({ seed: 2 });
    expect(asked.filter((name) => slow.includes(name))).toHaveLength(1);
    for (let k = 0; k < 9; k += 1) {
      for (const end of holds.splice(0)) end();
      await whole.exact.presets();
    }
    lab.release();
    whole.release();
  });

  test('a wrong patch is refused by code and path, and changes nothing', async () => {
    const bench = await open(SMALL);
    const { lab } = bench;
    const before = structuredClone(lab.state);
    const all = heard(bench);
    const wrong: [unknown, string, string][] = [
      [{ guidance: { gamma: -11 } }, 'range', 'guidance.gamma'],
      [{ guidance: { gamma: 'much' } }, 'type', 'guidance.gamma'],
      [{ guidance: { gama: 1 } }, 'unknown-key', 'guidance.gama'],
      [{ version: 9 }, 'version', 'version'],
      [{ guidance: { target: 5 } }, 'inconsistent', 'guidance.target'],
    ];
    for (const [patch, code, path] of wrong) {
      await expect(lab.setState(patch), path).rejects.toMatchObject({ name: 'LabError', code, path });
    }
    expect(lab.state).toEqual(before);
    expect(lab.canUndo).toBe(false);
    expect(all).toEqual([]);
  });

  test('each patch is laid over what the one before it has made, whoever asks', async () => {
    const { lab } = await open(SMALL);
    lab.change({ guidance: { gamma: 4 } });
    const set = lab.setState({ seed: 5 });
    lab.change({ guidance: { gamma: 6 } });
    await Promise.all([set, lab.setState({ particles: 700 })]);
    expect(lab.state).toMatchObject({ guidance: { gamma: 6 }, seed: 5, particles: 700 });
  });

  test('a mixture in the plane has a subject of its own; the part of the axes is forgotten with the old one', async () => {
    const prepared: number[] = [];
    const { lab } = await open(SMALL, {
      prepare: async ({ dimension }) => {
        prepared.push(dimension);
      },
    });
    lab.sight.look({ min: [-1], max: [1] });
    const line = lab.subject;
    await lab.setState({ seed: 2 });
    expect(lab.subject).toBe(line);
    expect(lab.subject?.window).toEqual({ min: [-1], max: [1] });
    await lab.open('pair-2d');
    expect(lab.subject).not.toBe(line);
    expect(lab.domain.dimension).toBe(2);
    expect(lab.sight.zoomed).toBe(false);
    expect(prepared).toEqual([1, 1, 2]);
  });

  test('while the axes are held they stand still', async () => {
    const { lab } = await open(SMALL);
    const { mixture } = lab.state;
    const before = lab.subject?.window;
    lab.sight.hold(true);
    await lab.setState({ mixture: mixture.map((each) => ({ ...each, mean: [3 * (each.mean[0] as number)] })) });
    expect(lab.subject?.window).toBe(before);
    lab.sight.hold(false);
    expect(lab.subject?.window).toBe(lab.domain);
  });
});

describe('by hand', () => {
  test('a drag shows as a draft at once; of what comes while one is validated only the newest is', async () => {
    const bench = await open(SMALL);
    const { lab } = bench;
    const all = heard(bench);
    for (const gamma of [2, 3, 4, 5]) lab.change({ guidance: { gamma } });
    lab.change({ seed: 9 });
    expect(lab.draft).toMatchObject({ guidance: { gamma: 5 }, seed: 9 });
    expect(lab.state.guidance.gamma).toBe(1);
    await settle(bench);
    expect(lab.state).toMatchObject({ guidance: { gamma: 5 }, seed: 9 });
    expect(lab.draft).toBe(lab.state);
    expect(all.filter((aspects) => aspects.includes('state'))).toHaveLength(1);
    expect(all.slice(0, 5)).toEqual(Array.from({ length: 5 }, () => ['draft']));
    expect(lab.notices.list).toEqual([]);
  });

  test('what is not valid is told, and the draft goes back', async () => {
    const bench = await open(SMALL);
    const { lab } = bench;
    const before = lab.state;
    lab.change({ process: { steps: 0 } });
    expect(lab.draft.process.steps).toBe(0);
    await settle(bench);
    expect(lab.draft).toBe(before);
    expect(lab.notices.list[0]).toMatchObject({ kind: 'error', text: expect.stringContaining('process.steps') });
    // The next good change takes the notice away.
    lab.change({ seed: 3 });
    await settle(bench);
    expect(lab.notices.list).toEqual([]);
    expect(lab.state.seed).toBe(3);
  });

  test('the classifier that was left can be gone back to', async () => {
    const { lab } = await open(`${SMALL}&classifier.frequency=17`);
    const { classifier } = lab.state;
    await lab.setState({ classifier: { kind: 'exact' } });
    expect(lab.lastClassifier('wiggle')).toEqual(classifier);
    await lab.setState({ classifier: lab.lastClassifier('wiggle') });
    expect(lab.state.classifier).toEqual(classifier);
  });
});

describe('undo', () => {
  test('goes back and on in order; a drag and quick repeats are one step, a pause parts them', async () => {
    const bench = await open(SMALL);
    const { lab, clock } = bench;
    const gamma = () => lab.state.guidance.gamma;
    const drag = async (...values: number[]) => {
      lab.press(true);
      for (const value of values) {
        lab.change({ guidance: { gamma: value } });
        await settle(bench);
        clock.pass(5000);
      }
      lab.press(false);
    };
    await drag(2, 3, 4);
    await drag(5, 6);
    // Keys on one control, quickly and then after a while.
    for (const wait of [10, 10, 5000]) {
      clock.pass(wait);
      lab.change({ seed: lab.state.seed + 1 });
      await settle(bench);
    }
    await lab.setState({ particles: 650 });
    expect([gamma(), lab.state.seed, lab.state.particles]).toEqual([6, 4, 650]);
    const back: unknown[] = [];
    while (lab.canUndo) {
      await lab.undo();
      back.push([gamma(), lab.state.seed, lab.state.particles]);
    }
    expect(back).toEqual([
      [6, 4, 600],
      [6, 3, 600],
      [6, 1, 600],
      [4, 1, 600],
      [1, 1, 600],
    ]);
    await lab.redo();
    await lab.redo();
    expect(gamma()).toBe(6);
    await lab.setState({ seed: 8 });
    expect(lab.canRedo).toBe(false);
  });

  test('waits for what is being validated, and takes the preset back with the state', async () => {
    const { lab } = await open(SMALL);
    await lab.open('two-modes');
    lab.change({ seed: 5 });
    await lab.undo();
    expect(lab.state.seed).toBe(1);
    expect(lab.preset).toBe('two-modes');
    await lab.undo();
    expect(lab.preset).toBe('wiggle');
    expect(lab.state.particles).toBe(600);
  });
});

describe('the run', () => {
  test('steps, finishes, starts again; particles are the same to the bit', async () => {
    const { lab } = await open(SMALL);
    const end = await lab.samples('tested');
    await lab.reset();
    expect(lab.run.step).toBe(0);
    await lab.step(7);
    await lab.step(3);
    expect(lab.run.step).toBe(10);
    const tenth = await lab.samples('tested');
    await lab.finish();
    expect(await lab.samples('tested')).toEqual(end);
    await lab.step(-30);
    expect(lab.run.step).toBe(10);
    expect(await lab.samples('tested')).toEqual(tenth);
    expect(tenth).not.toEqual(end);
  });

  test('seeds decide: equal ones give equal particles in another Lab, others give others', async () => {
    const one = await open(`${SMALL}&seed=11`);
    const two = await open(`${SMALL}&seed=11`);
    const samples = await one.lab.samples('exact');
    expect(samples).toHaveLength(600);
    expect(await two.lab.samples('exact')).toEqual(samples);
    await two.lab.reset(12);
    expect(two.lab.state.seed).toBe(12);
    await two.lab.finish();
    expect(await two.lab.samples('exact')).not.toEqual(samples);
  });

  test('plays to the end while somebody looks, and stops there', async () => {
    const bench = await open(SMALL);
    const { lab } = bench;
    lab.setActive(true);
    await lab.reset();
    const steps: number[] = [];
    const ended = new Promise<void>((resolve) => {
      lab.listen((changed) => {
        if (changed.has('frame')) steps.push(lab.run.step);
        if (changed.has('status') && !lab.playing && lab.run.atEnd) resolve();
      });
    });
    lab.run.play();
    expect(lab.playing).toBe(true);
    await ended;
    expect(steps.at(-1)).toBe(40);
    expect(steps).toEqual([...steps].sort((a, b) => a - b));
    expect(steps.length).toBeGreaterThan(3);
  });

  test('a pause on the way stays there', async () => {
    const { lab } = await open(SMALL);
    lab.setActive(true);
    await lab.reset();
    const paused = new Promise<void>((resolve) => {
      lab.listen((changed) => {
        if (!changed.has('frame') || !lab.playing || lab.run.step < 5) return;
        lab.run.pause();
        resolve();
      });
    });
    lab.run.play();
    await paused;
    const { step } = lab.run;
    expect(lab.playing).toBe(false);
    await lab.run.settled();
    expect(lab.run.step).toBe(step);
    expect(step).toBeLessThan(40);
  });

  test('autoplay begins by playing, but not where motion is unwelcome', async () => {
    for (const still of [false, true]) {
      const bench = newLab();
      benches.push(bench);
      bench.clock.still = still;
      bench.lab.autoplay = true;
      // Nobody looks, so that it cannot have come to its end meanwhile.
      const opened = bench.lab.start(new URLSearchParams(SMALL));
      await bench.lab.opened;
      expect(bench.lab.playing).toBe(!still);
      bench.lab.run.pause();
      await opened;
    }
  });
});

describe('what is known', () => {
  /** docs/numerics.md: classes N(+-1, .25), form A, a = 1/n; conditional KL and guidance error. */
  const PINS: [number, number, number, number][] = [
    [0.1, 8, 2.1114163269e-4, 2.8672111871e-2],
    [0.1, 128, 8.1594681445e-7, 2.6742938704e-2],
    [0.5, 8, 6.322467046e-4, 8.1819973618e-2],
    [0.5, 128, 2.4636557842e-6, 8.0732529965e-2],
    [1, 32, 5.2976936566e-5, 1.0852575398e-1],
  ];
  const EXAMPLE: Partial<State> = {
    mixture: [
      { weight: 0.5, mean: [-1], covariance: [[0.25]], class: 0 },
      { weight: 0.5, mean: [1], covariance: [[0.25]], class: 1 },
    ],
  };

  test('measures are the closed forms', async () => {
    const { lab } = await open(SMALL);
    await lab.setState(EXAMPLE);
    for (const [time, frequency, kl, mse] of PINS) {
      await lab.setState({
        classifier: { kind: 'wiggle', form: 'probability', frequency, amplitude: { law: 'inverse', scale: 1 } },
      });
      const measured = await lab.measure({ time });
      expect(measured.time).toBe(time);
      expect(measured.conditionalKl / kl - 1, `KL at ${time}, ${frequency}`).toBeCloseTo(0, 9);
      expect(measured.guidanceMse / mse - 1, `MSE at ${time}, ${frequency}`).toBeCloseTo(0, 9);
      expect(measured.step).toBe(40);
      expect(measured.distances?.tested?.particles).toBe(600);
    }
  });

  test('without the part for distances the rest is measured', async () => {
    const { lab } = await open(SMALL);
    vi.spyOn(lab.run, 'distances').mockRejectedValue({ code: 'engine', path: '', message: 'A part is missing.' });
    expect(await lab.measure()).toMatchObject({ step: 40, distances: {}, lanes: { tested: { nonFinite: 0 } } });
  });

  test('what is asked after a change by hand is answered for the state that it makes', async () => {
    const { lab, clock } = await open(SMALL);
    // The hand rests, so that the run is computed.
    const rests = setInterval(() => clock.pass(100), 1);
    const change = (epsilon: number) => lab.change({ classifier: { kind: 'label-smoothing', epsilon } });
    try {
      change(0.1);
      const { guidanceMse } = await lab.measure({ time: 0.5 });
      expect(lab.state.classifier).toMatchObject({ epsilon: 0.1 });
      expect(guidanceMse).toBe((await lab.exact.measures(lab.state, 0.5)).guidanceMse);
      // log phat(1|x) at a point far in class 1 is log(1 - e/2), all but.
      for (const epsilon of [0.2, 0.4]) {
        change(epsilon);
        const { testedLogPosterior } = await lab.at([[5]], { time: 0 });
        expect(testedLogPosterior[0]).toBeCloseTo(Math.log(1 - epsilon / 2), 6);
      }
      const before = await lab.samples('tested');
      change(0.9);
      expect(await lab.samples('tested')).not.toEqual(before);
    } finally {
      clearInterval(rests);
    }
  });

  test('what nobody looks at is known when it is asked for', async () => {
    const { lab } = await open(SMALL);
    expect(lab.subject?.curves).toBeNull();
    await lab.sight.known();
    expect(lab.subject?.curves).not.toBeNull();
  });

  test('so are those of the tempered classifier', async () => {
    const { lab } = await open(SMALL);
    await lab.setState(EXAMPLE);
    for (const [sharpness, bias, kl, mse] of [
      [2, 0, 7.672054898e-2, 5.8299713125e-1],
      [0.5, 0, 3.8665558335e-2, 1.2206806609e-1],
      [1, 1, 7.9632731585e-2, 7.0973965611e-2],
    ] as const) {
      await lab.setState({ classifier: { kind: 'tempered', sharpness, bias } });
      const measured = await lab.measure({ time: 0.5 });
      expect(measured.conditionalKl / kl - 1, `KL of ${sharpness}, ${bias}`).toBeCloseTo(0, 9);
      expect(measured.guidanceMse / mse - 1, `MSE of ${sharpness}, ${bias}`).toBeCloseTo(0, 9);
    }
  });

  test('so are those of a classifier of another noise, and of smoothed labels', async () => {
    const { lab } = await open(SMALL);
    await lab.setState(EXAMPLE);
    for (const [classifier, kl, mse] of [
      [{ kind: 'mistimed', shift: 0.3 }, 1.941919389e-2, 6.7787067376e-2],
      [{ kind: 'noise-blind', time: 0, input: 'noisy' }, 5.3644820131e-1, 8.9701761119],
      [{ kind: 'label-smoothing', epsilon: 0.1 }, 4.6668391612e-3, 1.7827631618e-2],
      [{ kind: 'denoised', jacobian: true }, 3.8328964441e-1, 5.1370963912],
    ] as const) {
      await lab.setState({ classifier });
      const measured = await lab.measure({ time: 0.5 });
      expect(measured.conditionalKl / kl - 1, `KL of ${classifier.kind}`).toBeCloseTo(0, 9);
      expect(measured.guidanceMse / mse - 1, `MSE of ${classifier.kind}`).toBeCloseTo(0, 9);
    }
  });

  test('values at points are the closed forms, in whatever form the points come', async () => {
    const { lab } = await open(SMALL);
    // The spot test of docs/numerics.md, and the same with a third class.
    const mixture = [
      {
        weight: 0.2,
        mean: [-1, 0.5],
        covariance: [
          [0.5, 0.2],
          [0.2, 0.3],
        ],
        class: 0,
      },
      {
        weight: 0.3,
        mean: [1.2, -0.4],
        covariance: [
          [0.4, -0.1],
          [-0.1, 0.6],
        ],
        class: 0,
      },
      {
        weight: 0.5,
        mean: [0.3, 1.5],
        covariance: [
          [0.3, 0.05],
          [0.05, 0.8],
        ],
        class: 1,
      },
    ];
    const classifier = { kind: 'exact' };
    await lab.setState({ mixture, classifier, guidance: { target: 1 } });
    const found = await lab.at(
      [
        [1, -2],
        [0.3, 0.2],
      ],
      { time: 0.3 },
    );
    for (const values of Object.values(found)) expect(values).toBeInstanceOf(Float64Array);
    expect(found.logDensity[1]).toBeCloseTo(-2.019884688241, 12);
    expect(found.logPosterior[1]).toBeCloseTo(-0.685392201281, 12);
    expect(found.score).toHaveLength(4);
    expect(found.score[2]).toBeCloseTo(-0.044763893437, 12);
    expect(found.score[3]).toBeCloseTo(0.409277122993, 12);
    expect(found.guidance[2]).toBeCloseTo(-0.127340989113, 12);
    expect(found.guidance[3]).toBeCloseTo(0.619605407073, 12);
    expect(found.testedGuidance).toEqual(found.guidance);
    const same = { time: 0.3 };
    expect(await lab.at([1, -2, 0.3, 0.2], same)).toEqual(found);
    expect(await lab.at(Float64Array.of(1, -2, 0.3, 0.2), same)).toEqual(found);
    expect(await lab.at([Float64Array.of(1, -2), [0.3, 0.2]], same)).toEqual(found);
    const single = await lab.at(Float32Array.of(0.25, 0.5), same);
    expect(single).toEqual(await lab.at([[0.25, 0.5]], same));
    expect((await lab.at([], same)).score).toHaveLength(0);

    const third = {
      weight: 0.4,
      mean: [0, -1.5],
      covariance: [
        [0.3, 0],
        [0, 0.3],
      ],
      class: 2,
    };
    await lab.setState({ mixture: [...mixture, third], classifier: { kind: 'tempered', sharpness: 2 } });
    const tempered = await lab.at([[0.3, 0.2]], same);
    expect(tempered.logPosterior[0]).toBeCloseTo(-0.850342219478, 12);
    expect(tempered.testedLogPosterior[0]).toBeCloseTo(-0.740031663765, 12);
    expect(tempered.testedGuidance[0]).toBeCloseTo(-0.199337647281, 12);
    expect(tempered.testedGuidance[1]).toBeCloseTo(1.536880567702, 12);
  });

  test('without a time, values at points are those of the present; as many points as a lane has', async () => {
    const { lab } = await open(SMALL);
    await lab.setState(EXAMPLE);
    const end = await lab.at([0.4, -1]);
    expect(end).toEqual(await lab.at([[0.4], [-1]], { time: lab.state.process.stop }));
    await lab.step(-13);
    const time = lab.domain.times[27] as number;
    expect(await lab.at([0.4, -1])).toEqual(await lab.at([0.4, -1], { time }));
    expect((await lab.at([0.4, -1])).logDensity).not.toEqual(end.logDensity);
    expect((await lab.at(await lab.samples('tested'))).score).toHaveLength(600);
  });

  test('points and times that cannot be answered are refused by name, value and range', async () => {
    const { lab } = await open(SMALL);
    const wrong = async (points: unknown, options: object, code: string, path: string, message: RegExp) => {
      const error = await lab.at(points as number[], options).catch((thrown) => thrown);
      expect(error, path).toMatchObject({ name: 'LabError', code, path, message: expect.stringMatching(message) });
    };
    await wrong([0], { time: 8.5 }, 'range', 'time', /8\.5.*0 to the horizon, 8/);
    await wrong([0], { time: -1 }, 'range', 'time', /-1/);
    await wrong([0], { time: Number.NaN }, 'range', 'time', /not a number/);
    await wrong([0], { time: 'soon' }, 'range', 'time', /not a number/);
    await wrong([0, Number.NaN], {}, 'type', 'points[1]', /points\[1\] is NaN, but must be a finite number/);
    await wrong(Float32Array.of(Number.POSITIVE_INFINITY), {}, 'type', 'points[0]', /is Infinity/);
    await wrong([0, 3e6], {}, 'range', 'points[1]', /3000000.*-1000000 and 1000000/);
    await wrong([0, '1'], {}, 'type', 'points[1]', /points\[1\] is "1"/);
    await wrong([[0], [1, 2]], {}, 'type', 'points[1]', /length of 2.*1 numbers/);
    await wrong([[0], 1], {}, 'type', 'points[1]', /length of 1/);
    await wrong('everywhere', {}, 'type', 'points', /"everywhere"/);
    await wrong(undefined, {}, 'type', 'points', /undefined/);
    await wrong(new Float64Array(1_000_001), {}, 'range', 'points', /1000001 points; at most 1000000/);
    await lab.open('pair-2d');
    await wrong(
      [
        [0, 1],
        [0, Number.NaN],
      ],
      {},
      'type',
      'points[1][1]',
      /NaN/,
    );
    await wrong([0, 1, 2], {}, 'type', 'points', /3 numbers.*multiple of 2/);
    await wrong([[0, null]], {}, 'type', 'points[0][1]', /null/);
  });

  test('readouts, curves and the profile follow while somebody looks', async () => {
    const bench = await open(SMALL);
    const { lab, clock } = bench;
    expect(lab.measurement).toBeNull();
    expect(lab.subject?.curves).toBeNull();
    const measured = new Promise<void>((resolve) => {
      lab.listen((changed) => {
        if (changed.has('measurement')) resolve();
      });
    });
    lab.setActive(true);
    await measured;
    expect(lab.measurement?.conditionalKl).toBe(lab.readouts.shown.measures?.conditionalKl);
    expect(lab.measurement?.lanes.tested?.nonFinite).toBe(0);
    // What has been told is not told again.
    const all = heard(bench);
    lab.run.setSpeed(1);
    expect(all).toEqual([['status', 'readouts']]);
    const whole = new Promise<void>((resolve) => {
      lab.listen((changed) => {
        if (changed.has('profile') && lab.profile.complete) resolve();
      });
    });
    clock.pass(300);
    await whole;
    expect(lab.charts.profile).toHaveLength(41);
    expect(summaryOf(lab.profile)?.share).toBeGreaterThan(0);
    expect(lab.subject?.curves?.x.length).toBe(1201);
    // 20 stops of the run and its start.
    expect(lab.charts.lanes.map(({ points }) => points.length)).toEqual(lab.charts.lanes.map(() => 21));
    expect(lab.charts.reciprocalPrior).toBe(2);
  });
});

describe('what has changed', () => {
  test('each change is told once, with all its aspects', async () => {
    const bench = await open(SMALL);
    const { lab } = bench;
    const all = heard(bench);
    const told = async (work: () => unknown) => {
      all.length = 0;
      await work();
      await settle(bench);
      // Each closed form that is answered is a change of its own.
      return all.map((aspects) => aspects.join(' ')).filter((each) => each !== 'forms');
    };
    // Nothing else of the state: only how it looks.
    expect(await told(() => lab.setState({ view: { layout: 'single' } }))).toEqual(['state draft']);
    // What stands already is no change: who answers a change by setting it would never end.
    expect(await told(() => lab.setState({ view: { layout: 'single' } }))).toEqual(['draft']);
    expect(await told(() => lab.setState(structuredClone(lab.state)))).toEqual(['draft']);
    expect(await told(() => lab.sight.look({ min: [0], max: [1] }))).toEqual(['looked']);
    expect(await told(() => lab.tell('info', 'words'))).toEqual(['notices']);
    expect(await told(() => lab.dismiss(0))).toEqual(['notices']);
    expect(await told(() => lab.run.setSpeed(0.25))).toEqual(['status readouts']);
    expect(await told(() => lab.setBackend('auto'))).toEqual([]);
    const seeking = await told(() => lab.step(-1));
    expect(seeking.filter((each) => each.startsWith('frame'))).toHaveLength(1);
    const opening = await told(() => lab.open('unequal'));
    expect(opening.filter((each) => each.includes('preset'))).toEqual(['state draft preset']);
  });

  test('who no longer listens hears nothing', async () => {
    const { lab } = await open(SMALL);
    let count = 0;
    const end = lab.listen(() => {
      count += 1;
    });
    lab.tell('info', 'one');
    end();
    lab.tell('info', 'two');
    expect(count).toBe(1);
  });
});

describe('release', () => {
  test('frees particles and workers; the next wish takes them up again', async () => {
    const one = await open(SMALL);
    const samples = await one.lab.samples('tested');
    expect(await one.workers.usage()).toMatchObject({ simulations: 1 });
    one.lab.release();
    await one.staff.ended();
    expect(await one.workers.usage()).toBeNull();
    // What is on show stays; what is asked of it later is answered, and nothing is kept for it.
    expect(one.lab.run.step).toBe(40);
    expect(await one.lab.samples('tested')).toEqual(samples);
    await one.staff.ended();
    one.lab.hold();
    expect(await one.lab.samples('tested')).toEqual(samples);
    expect(await one.workers.usage()).toMatchObject({ simulations: 1 });
    one.lab.release();
  });

  test('where others take the place of its workers, a run stands where it stood, and plays on', async () => {
    const { lab: other, workers } = newLab();
    const endpoints = workers.connect();
    const { Lab } = await import('./lab');
    const lab = new Lab(endpoints, { clock: new HandClock() });
    await lab.start(new URLSearchParams(SMALL));
    await lab.ready;
    lab.setActive(true);
    await lab.run.seek(17);
    const samples = await lab.samples('tested');
    endpoints.renewed?.();
    expect(await lab.samples('tested')).toEqual(samples);
    expect([lab.run.step, lab.run.playing]).toEqual([17, false]);
    lab.run.play();
    endpoints.renewed?.();
    await lab.run.settled();
    expect(lab.run.step).toBeGreaterThanOrEqual(17);
    await vi.waitFor(() => expect([lab.run.step, lab.run.playing]).toEqual([40, false]), 20_000);
    lab.release();
    other.release();
  });

  test('leaves nothing behind, whenever it comes', async () => {
    for (let turns = 0; turns < 40; turns += 3) {
      const { lab, staff, workers } = newLab();
      const started = lab.start(new URLSearchParams(SMALL));
      for (let k = 0; k < turns; k += 1) await new Promise((resolve) => setImmediate(resolve));
      lab.release();
      await started;
      await staff.ended();
      expect(await workers.usage(), `${turns}`).toBeNull();
      expect(lab.run.step).toBe(40);
    }
  });
});
