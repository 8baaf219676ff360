/**
 * Two networks that are trained to the same validation KL, and what differs all the same: their errors over the run by
 * quadrature, and where the same noise ends under each.
 */
import { spawn } from '../workers/client';
import type { ErrorBound, Exact, Frame, Recipe, Says, Spawned, State } from '../workers/protocol';
import type { Clock } from './clock';
import { type Diagnosed, Diagnosis } from './diagnosis';
import { LabError } from './error';
import { type Course, networkOf } from './networks';
import { partsOf } from './parts';
import { coarseToFine } from './profile';
import { SweepWorker } from './sweep';
import { Trainer } from './trainer';

/** The most particles that are moved for it. */
const PARTICLES = 5000;
/** Steps of them in one go. */
const PIECE = 10;
/** Stretches of the run at whose ends the bound is known: it is slow in the plane. */
const STRETCHES = { line: 16, plane: 8 };

type Asked = Pick<Exact, 'merge' | 'domain' | 'measures'>;

export type Recipes = readonly [Recipe, Recipe];

/** One of the two. */
export interface Side {
  state: State;
  diagnosed: Diagnosed | null;
  /** The particles at the end of its run: those it guides, those of the exact classifier. */
  frame: Frame | null;
  /** What bounds its guidance error, at some of the times of `diagnosed`, in the order of steps. */
  bounds: (ErrorBound & { step: number })[];
  /** Why nothing does. */
  unbounded: Says | null;
}

export class Matched {
  sides: Side[] = [];
  phase: 'idle' | 'training' | 'measuring' | 'done' = 'idle';
  /** Why it ended before its time. */
  trouble: Says | null = null;
  readonly #exact: Asked;
  readonly #clock: Clock;
  readonly #changed: () => void;
  readonly #make: (name: string) => Promise<Spawned>;
  readonly #diagnosis: Diagnosis;
  readonly #worker: SweepWorker;
  #trainer: Trainer | null = null;
  #turn = 0;

  constructor(exact: Asked, clock: Clock, changed: () => void, make = spawn) {
    this.#exact = exact;
    this.#clock = clock;
    this.#changed = changed;
    this.#make = make;
    this.#worker = new SweepWorker(() => make('matched'));
    this.#diagnosis = new Diagnosis(exact, () => this.#diagnosed(), new SweepWorker(() => make('sweep')));
  }

  /** How the training of a side stands. */
  courseOf({ state }: Side): Course | null {
    return networkOf(state)?.course ?? null;
  }

  /** Trains both on a state's mixture, one after the other, and measures them. */
  async want(state: State, recipes: Recipes): Promise<void> {
    this.stop();
    const turn = this.#turn;
    const stale = () => turn !== this.#turn;
    try {
      const sides: Side[] = [];
      for (const recipe of recipes) {
        const patch = { classifier: { kind: 'learned', recipe }, compare: ['exact'], view: { layout: 'auto' } };
        sides.push({
          state: await this.#exact.merge(state, patch),
          diagnosed: null,
          frame: null,
          bounds: [],
          unbounded: null,
        });
      }
      if (stale()) return;
      this.sides = sides;
      this.#goOn('training');
      for (const side of sides) {
        await this.#train(side);
        if (stale()) return;
      }
      this.#goOn('measuring');
      const classifiers = sides.map((side) => side.state.classifier);
      const curves = this.#diagnosis.want(sides[0]?.state as State, classifiers, { samples: false });
      for (const side of sides) {
        side.frame = await this.#run(side.state, stale);
        if (stale()) return;
        this.#changed();
      }
      await curves;
      if (stale()) return;
      this.#goOn('done');
      await this.#bound(sides, stale);
    } catch (thrown) {
      if (stale()) return;
      this.trouble = LabError.from(thrown).says;
      this.#goOn('idle');
    }
  }

  /** Ends what is under way; what has been found stays. */
  stop(): void {
    this.#turn += 1;
    this.trouble = null;
    this.#trainer?.release();
    this.#trainer = null;
    this.#diagnosis.stop();
    this.#worker.stop();
    if (this.phase !== 'done') this.phase = 'idle';
    this.#changed();
  }

  #goOn(phase: Matched['phase']): void {
    this.phase = phase;
    this.#changed();
  }

  #diagnosed(): void {
    for (const [k, side] of this.sides.entries()) side.diagnosed = this.#diagnosis.rows[k] ?? null;
    this.#changed();
  }

  async #train({ state }: Side): Promise<void> {
    if (networkOf(state)?.course?.outcome === 'target') return;
    const nothing = () => {};
    const host = {
      lab: {
        clock: this.#clock,
        state,
        notices: { list: [] },
        setState: async () => {},
        report: nothing,
        tell: nothing,
        dismiss: nothing,
      },
      told: this.#changed,
      learned: this.#changed,
    };
    const trainer = new Trainer(host, () => this.#make('train'));
    this.#trainer = trainer;
    try {
      await trainer.start();
    } finally {
      trainer.release();
    }
  }

  /** What bounds their errors, from coarse to fine. The worker has their weights: it has moved their particles. */
  async #bound(sides: Side[], stale: () => boolean): Promise<void> {
    const count = sides[0]?.state.mixture[0]?.mean.length === 1 ? STRETCHES.line : STRETCHES.plane;
    for (const k of coarseToFine(count)) {
      for (const side of sides) {
        const points = side.diagnosed?.points ?? [];
        const point = points[Math.round((k * (points.length - 1)) / count)];
        if (!point || side.unbounded) continue;
        try {
          const { service } = await this.#worker.spawned();
          const bound = await service.learn('bound', [side.state, point.time]);
          if (stale()) return;
          side.bounds = [...side.bounds, { ...bound, step: point.step }].sort((a, b) => a.step - b.step);
        } catch (thrown) {
          if (stale()) return;
          side.unbounded = LabError.from(thrown).says;
        }
      }
      this.#changed();
    }
  }

  /** The end of its run, from the same noise whichever network it is. */
  async #run(state: State, stale: () => boolean): Promise<Frame | null> {
    const { service } = await this.#worker.spawned();
    const run = { ...state, particles: Math.min(state.particles, PARTICLES) };
    for (const part of partsOf(run)) {
      const network = networkOf(part);
      if (network) await service.install(part, network.weights);
    }
    const ask = (method: 'start' | 'advance' | 'frame', ...args: unknown[]) => service.simulate(0, method, args);
    await ask('start', run, 'cpu');
    const { steps } = state.process;
    for (let step = 0; step < steps && !stale(); step += PIECE) await ask('advance', Math.min(PIECE, steps - step));
    return stale() ? null : ((await ask('frame', 0, steps)) as Frame);
  }
}
