/**
 * Several classifiers on one state, held against the truth: their errors over the whole run by quadrature, and what they
 * do to the samples of the ODE and of the SDE. Knows no kind of classifier by name. It is done piece by piece, in
 * workers, and what has been found of a classifier is kept as long as the rest of the state stands.
 */
import type { Estimate, Exact, Measurement, Says, State } from '../workers/protocol';
import { isOde } from '../workers/samplers';
import type { Harmed } from '../workers/sweep-protocol';
import { LabError } from './error';
import { networkOf } from './networks';
import { coarseToFine, type ProfilePoint } from './profile';
import { type Shape, shapeOf } from './shape';
import { type Summary, summarise } from './summary';
import { follow, SweepWorker } from './sweep';

/** The most classifiers at once. */
export const MOST = 4;
/** Times at which the curves are known. */
const POINTS = 32;
/** The most particles that are moved for it. */
const PARTICLES = 20_000;

type Classifier = State['classifier'];

export const PROCESSES = ['ode', 'sde'] as const;
export type ProcessName = (typeof PROCESSES)[number];

/** The samples of one process at the end of the run; without standard error where its exact law is known. */
export interface Samples {
  wasserstein?: Estimate;
  /** What a perfect sampler with as many particles would score. */
  floor?: number;
  meanReciprocal?: Estimate;
  improved?: Estimate;
}

/** What is known of one classifier. */
export interface Diagnosed {
  classifier: Classifier;
  /** In the order of steps. */
  points: ProfilePoint[];
  /** Once all points are there. */
  summary: Summary | null;
  shape: Shape | null;
  samples: Record<ProcessName, Samples>;
  /** Why something is missing. */
  trouble: Says | null;
  done: boolean;
}

type Asked = Pick<Exact, 'merge' | 'domain' | 'measures'>;

const exactly = (estimate: number): Estimate => ({ estimate, standardError: 0 });

function fromLaw({ wasserstein, meanReciprocal, fractionImproved }: Harmed): Samples {
  return {
    wasserstein: exactly(wasserstein),
    ...(meanReciprocal === null ? {} : { meanReciprocal: exactly(meanReciprocal) }),
    ...(fractionImproved === null ? {} : { improved: exactly(fractionImproved) }),
  };
}

function fromParticles({ lanes, distances }: Measurement): Samples {
  const [lane, distance] = [lanes.tested, distances?.tested];
  return {
    ...(distance ? { wasserstein: distance.wasserstein, floor: distance.wassersteinFloor } : {}),
    ...(lane ? { meanReciprocal: lane.meanReciprocal } : {}),
    ...(lane?.fractionImproved ? { improved: lane.fractionImproved } : {}),
  };
}

export class Diagnosis {
  /** In the order in which they were asked for. */
  rows: Diagnosed[] = [];
  readonly #exact: Asked;
  readonly #changed: () => void;
  readonly #worker: SweepWorker;
  #base = '';
  #known = new Map<string, Diagnosed>();
  #turn = 0;

  constructor(exact: Asked, changed: () => void, worker = new SweepWorker()) {
    this.#exact = exact;
    this.#changed = changed;
    this.#worker = worker;
  }

  /** Whether all is known. */
  get done(): boolean {
    return this.rows.every(({ done }) => done);
  }

  /** Holds these classifiers against the truth of the state, from now on; `samples`: and what they do to samples. */
  async want(state: State, classifiers: Classifier[], { samples = true } = {}): Promise<void> {
    const { mixture, process, guidance, particles, seed } = state;
    const base = JSON.stringify([mixture, process, guidance, particles, seed]);
    if (base !== this.#base) this.#known = new Map();
    this.#base = base;
    this.rows = classifiers.slice(0, MOST).map((classifier) => {
      const key = JSON.stringify([classifier, networkOf({ ...state, classifier })?.version]);
      const known = this.#known.get(key) ?? {
        classifier,
        points: [],
        summary: null,
        shape: null,
        samples: { ode: {}, sde: {} },
        trouble: null,
        done: false,
      };
      this.#known.set(key, known);
      return known;
    });
    this.stop();
    const work = this.done ? null : this.#work(this.#turn, state, samples);
    this.#changed();
    await work;
  }

  /** Ends what is under way; what has been found is kept. */
  stop(): void {
    this.#turn += 1;
    this.#worker.stop();
  }

  async #work(turn: number, state: State, samples: boolean): Promise<void> {
    const stale = () => turn !== this.#turn;
    const open = this.rows.filter(({ done }) => !done);
    const states = new Map<Diagnosed, State>();
    for (const row of open) {
      // A classifier may not go with this state.
      await this.#guard(row, stale, async () => {
        states.set(
          row,
          await this.#exact.merge({ ...state, compare: ['conditional'] }, { classifier: row.classifier }),
        );
      });
    }
    await this.#curves(states, stale);
    for (const [row, its] of states) {
      if (!stale() && samples) await this.#guard(row, stale, () => this.#samples(row, its, stale));
      if (stale()) return;
      row.done = true;
      this.#changed();
    }
    this.#worker.stop();
  }

  /** All from coarse to fine together. */
  async #curves(states: Map<Diagnosed, State>, stale: () => boolean): Promise<void> {
    const [some] = states.values();
    if (!some || stale()) return;
    const { times } = await this.#exact.domain(some);
    const last = times.length - 1;
    const count = Math.min(POINTS, last);
    const steps = [...new Set(coarseToFine(count).map((k) => Math.round((k * last) / count)))];
    for (const step of steps) {
      for (const [row, state] of states) {
        if (row.points.some((point) => point.step === step)) continue;
        await this.#guard(row, stale, async () => {
          const measures = await this.#exact.measures(state, times[step] as number);
          if (stale()) return;
          row.points = [...row.points, { ...measures, step }].sort((a, b) => a.step - b.step);
          if (row.points.length === steps.length) {
            row.summary = summarise(row.points);
            row.shape = shapeOf(row.points, state.mixture);
          }
        });
      }
      if (stale()) return;
      this.#changed();
    }
  }

  /** In one dimension by the exact laws, and by particles what needs the same noise; else all by particles. */
  async #samples(row: Diagnosed, state: State, stale: () => boolean): Promise<void> {
    const onLine = state.mixture[0]?.mean.length === 1;
    if (onLine) {
      const found = await (await this.#worker.sweeper()).harm(state);
      if (stale()) return;
      for (const name of PROCESSES) row.samples[name] = fromLaw(found[name]);
      this.#changed();
    }
    const { sampler } = state.process;
    const samplers = {
      ode: isOde(sampler) ? sampler : 'ddim',
      sde: sampler === 'ddpm' || sampler === 'euler-maruyama' ? sampler : 'exponential',
    } as const;
    for (const name of PROCESSES) {
      if (row.samples[name].improved && row.samples[name].meanReciprocal) continue;
      const process = { ...state.process, sampler: samplers[name] };
      const run = { ...state, process, particles: Math.min(state.particles, PARTICLES) };
      await follow<unknown, Measurement>(this.#worker, {
        begin: (sweeper) => sweeper.over(run, 'seed', [run.seed], true),
        progress: () => {},
        point: (measurement) => {
          if (!stale()) row.samples[name] = { ...fromParticles(measurement), ...row.samples[name] };
        },
      });
      if (stale()) return;
      this.#changed();
    }
  }

  async #guard(row: Diagnosed, stale: () => boolean, work: () => Promise<void>): Promise<void> {
    if (row.trouble) return;
    try {
      await work();
    } catch (thrown) {
      if (stale()) return;
      row.trouble = LabError.from(thrown).says;
      row.done = true;
      this.#changed();
    }
  }
}
