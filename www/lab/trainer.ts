/**
 * Trains the network of a state, slice by slice in a worker of its own, so that neither readouts nor particles wait.
 * What it has learned so far guides in the meantime. If the recipe or the mixture changes on the way, it begins anew.
 */
import { t } from '../words';
import { again } from '../workers/again';
import { spawn } from '../workers/client';
import type { NetworkFormat, Patch, Progress, Recipe, Spawned, State } from '../workers/protocol';
import type { Clock } from './clock';
import { LabError } from './error';
import { type Course, isFromFile, keepNetwork, networkKey, networkOf, partBy } from './networks';
import type { Notice, Notices } from './notices';
import type { Asked } from './opened';
import { partsOf } from './parts';
import { SweepWorker } from './sweep';

partBy(partsOf);

/** Milliseconds of training between two looks at it; fewer where there is no worker and the page has to have its turn. */
const SLICE = 40;
const LITTLE = 12;
/** What it has learned is shown so often, in milliseconds. */
const SHOWN = 150;
/** Milliseconds of training that nobody begins without having been asked ... */
const LONG = 60_000;
/** ... which is judged after so many; with a target, that is met long before all steps are done, after so many. */
const JUDGED = 1000;
const PATIENT = 30_000;
/** Milliseconds after which a worker without work is ended. */
const IDLE = 10_000;

/** Whose networks are trained. */
export interface Host {
  readonly lab: Trainee;
  /** There is progress. */
  told(): void;
  /** Other weights stand; `passing`: more follow soon. */
  learned(passing: boolean): void;
}

/** What of the Lab is asked. */
interface Trainee {
  readonly clock: Clock;
  readonly state: State;
  readonly notices: Pick<Notices, 'list'>;
  setState(patch: unknown): Promise<void>;
  report(error: LabError): void;
  tell(kind: 'info', text: string, items: string[], act: Notice['act']): void;
  dismiss(index: number): void;
}

interface Job {
  /** With this network alone. */
  state: State;
  key: string;
  course: Course;
  weights: Float32Array;
  /** Those that stood before. */
  before: Float32Array | null;
  /** It may end before all steps are done. */
  target: boolean;
  /** Nobody has said yet that it may take long. */
  asks: boolean;
  /** Somebody waits for it, whether the figure is seen or not. */
  awaited: boolean;
  begun: boolean;
  working: boolean;
}

export class Trainer {
  readonly #host: Host;
  readonly #worker: SweepWorker;
  #job: Job | null = null;
  /** What has been trained: on another mixture it is trained again. */
  readonly #recipes = new Set<string>();
  /** What is trained then. */
  #queue: State[] = [];
  #active = false;
  #shownAt = Number.NEGATIVE_INFINITY;
  /** Milliseconds and steps since the training began. */
  #spent = [0, 0] as [number, number];
  #waiting: { resolve: (recipe: Recipe) => void; reject: (error: LabError) => void }[] = [];
  /** Those who wait until nothing is under way. */
  #resting: (() => void)[] = [];
  #rest = () => {};

  constructor(host: Host, make: () => Promise<Spawned> = () => spawn('train')) {
    this.#host = host;
    this.#worker = new SweepWorker(make);
  }

  /**
   * Trains the network of the state, or of a recipe, which becomes the state's; goes on where it was paused. Resolves
   * with the recipe that stands when it has ended, rejects with a LabError.
   */
  async start(recipe?: Patch<Recipe>): Promise<Recipe> {
    this.#askNoMore();
    const { classifier, score } = this.#host.lab.state;
    // What was opened has nothing to learn; a recipe asks for another network.
    if (
      recipe === undefined &&
      classifier.kind === 'learned' &&
      isFromFile(this.#host.lab.state) &&
      score.kind !== 'learned'
    )
      return classifier.recipe;
    if (recipe !== undefined || (classifier.kind !== 'learned' && score.kind !== 'learned')) {
      await this.#host.lab.setState({
        classifier: { kind: 'learned', ...(recipe ? { recipe: { weights: null, ...recipe } } : {}) },
      });
    }
    const ended = this.#ended();
    const parts = partsOf(this.#host.lab.state).filter((part) => !isFromFile(part));
    const lacking = parts.filter((part) => networkOf(part)?.course?.phase !== 'done');
    // All of them again, if none is missing.
    const [first, ...others] = lacking.length > 0 ? lacking : parts;
    this.#begin(first ?? this.#host.lab.state, false);
    this.#queue = others;
    if (this.#job) this.#job.awaited = true;
    this.#pump();
    return ended;
  }

  pause(): void {
    if (!this.#job) return;
    this.#job.course.phase = 'paused';
    this.#show();
    this.#rested();
  }

  /** Ends it. What it has learned stays in use. */
  stop(): void {
    const job = this.#job;
    this.#queue = [];
    if (!job) return;
    Object.assign(job.course, { phase: 'done', outcome: 'stopped' });
    this.#end(job);
  }

  /** Forgets what the state's networks have learned. */
  reset(): void {
    this.stop();
    this.#recipes.clear();
    for (const part of partsOf(this.#host.lab.state)) {
      const network = networkOf(part);
      if (!network || isFromFile(part)) continue;
      keepNetwork(networkKey(part) as string, new Float32Array(network.weights.length), null);
      this.#host.learned(false);
    }
  }

  async open(file: Blob | Uint8Array): Promise<void> {
    await (await again(() => import('./opened'))).openNetwork(this.#host.lab as unknown as Asked, file);
  }

  async save(format?: NetworkFormat): Promise<Uint8Array<ArrayBuffer>> {
    return (await again(() => import('./opened'))).savedNetwork(this.#host.lab as unknown as Asked, format);
  }

  /**
   * A state stands. `train`: its network is wanted at once, as that of a recipe which was trained on another mixture is;
   * long training is asked about first.
   */
  took(state: State, train: boolean): void {
    const parts = partsOf(state).filter((part) => !isFromFile(part));
    if (!parts.some((part) => networkOf(part)?.course?.phase === 'paused')) this.#askNoMore();
    const job = this.#job;
    this.#queue = [];
    const isTrained = (part: State) => networkOf(part)?.course?.phase === 'done';
    const knows = (part: State) => this.#recipes.has(recipeOf(part));
    const lacking = parts.filter((part) => !isTrained(part) && networkKey(part) !== job?.key);
    const others = lacking.filter((part) => !networkOf(part)?.course && (train || knows(part)));
    if (parts.some((part) => networkKey(part) === job?.key)) {
      this.#queue = others;
      return;
    }
    const first = lacking[0];
    const going = job?.course.phase === 'training' && first !== undefined;
    if (job && !going) this.stop();
    const trained = first && networkOf(first)?.course;
    const wanted = first !== undefined && (train || knows(first));
    if (first && (going || (!trained && (job ? train : wanted)))) {
      this.#begin(first, !going || wanted);
      this.#queue = others.filter((part) => part !== first);
    }
  }

  /** No training is under way, or it is paused. */
  async settled(): Promise<void> {
    if (!this.#job || this.#job.course.phase === 'paused') return;
    this.#job.awaited = true;
    this.#pump();
    await new Promise<void>((resolve) => this.#resting.push(resolve));
  }

  #rested(): void {
    for (const resolve of this.#resting.splice(0)) resolve();
  }

  /** Out of sight nothing is done, unless somebody waits for it. */
  setActive(active: boolean): void {
    this.#active = active;
    this.#pump();
  }

  release(): void {
    this.stop();
    this.#rest();
    this.#worker.stop();
  }

  #ended(): Promise<Recipe> {
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }

  /** The network of a state with one, from the start; a paused one goes on. */
  #begin(state: State, asks: boolean): void {
    const key = networkKey(state);
    const recipe = recipeIn(state);
    if (recipe === null || isFromFile(state) || key === null) return;
    if (this.#job?.key === key) {
      this.#job.course.phase = 'training';
      this.#job.asks &&= asks;
    } else {
      const { steps, targetKl } = recipe;
      this.#recipes.add(recipeOf(state));
      const course: Course = {
        phase: 'training',
        outcome: 'running',
        step: 0,
        of: steps,
        loss: Number.NaN,
        kl: Number.NaN,
        curve: [],
        left: Number.NaN,
        trouble: null,
      };
      const awaited = this.#job?.awaited ?? false;
      const before = networkOf(state)?.weights ?? null;
      const weights = before ?? new Float32Array();
      const target = targetKl !== null;
      this.#job = { state, key, course, weights, before, target, asks, awaited, begun: false, working: false };
    }
    this.#host.told();
    this.#pump();
  }

  #pump(): void {
    const job = this.#job;
    if (job && !job.working && this.#may(job)) void this.#work(job);
  }

  #may(job: Job): boolean {
    return this.#job === job && job.course.phase === 'training' && (this.#active || job.awaited);
  }

  async #work(job: Job): Promise<void> {
    const { clock } = this.#host.lab;
    this.#rest();
    job.working = true;
    try {
      const { service, apart } = await this.#worker.spawned();
      if (!job.begun && this.#may(job)) {
        job.begun = true;
        this.#spent = [0, 0];
        this.#note(job, await service.learn('begin', job.state));
      }
      while (this.#may(job)) {
        const [at, step] = [clock.now(), job.course.step];
        const progress = await service.learn('train', apart ? SLICE : LITTLE);
        if (this.#job !== job) return;
        this.#spent[0] += clock.now() - at;
        this.#spent[1] += progress.step - step;
        this.#note(job, progress);
      }
    } catch (thrown) {
      if (this.#job === job) this.#failed(job, LabError.from(thrown));
    } finally {
      job.working = false;
    }
  }

  #note(job: Job, { step, loss, kl, curve, outcome, weights }: Progress): void {
    if (this.#job !== job) return;
    const { course } = job;
    const [spent, steps] = this.#spent;
    Object.assign(course, { step, loss, kl, outcome, left: ((course.of - step) * spent) / steps });
    for (let k = 0; k < curve.length; k += 3) {
      course.curve.push({ step: curve[k] as number, loss: curve[k + 1] as number, kl: curve[k + 2] as number });
    }
    job.weights = weights;
    if (outcome !== 'running') {
      course.phase = 'done';
      this.#end(job);
      return;
    }
    if (job.asks && course.left > LONG && spent >= (job.target ? PATIENT : JUDGED)) {
      job.asks = false;
      this.pause();
      this.#ask(course.left);
      return;
    }
    if (step === 0 || this.#host.lab.clock.now() - this.#shownAt >= SHOWN) this.#show();
    else this.#host.told();
  }

  /** It would take long: shall it? */
  #ask(left: number): void {
    const minutes = Math.ceil(left / 60_000);
    this.#host.lab.tell('info', t('To train this network takes up to {minutes} minutes here.', { minutes }), [], {
      label: t('Train it'),
      run: () => void this.start().catch(() => {}),
    });
  }

  /** No other notice has something that can be done. */
  #askNoMore(): void {
    const { lab } = this.#host;
    const at = lab.notices.list.findIndex(({ act }) => act);
    if (at >= 0) lab.dismiss(at);
  }

  /** What it has learned so far guides from now on. */
  #show(): void {
    const job = this.#job;
    if (!job) return;
    this.#shownAt = this.#host.lab.clock.now();
    if (job.weights.length > 0) keepNetwork(job.key, job.weights, job.course);
    this.#host.learned(job.course.phase === 'training');
  }

  #end(job: Job): void {
    this.#show();
    const next = this.#queue.shift();
    if (next) {
      this.#job = null;
      this.#begin(next, job.asks);
      if (this.#job) (this.#job as Job).awaited = job.awaited;
      this.#pump();
      return;
    }
    this.#leave();
    for (const { resolve } of this.#waiting.splice(0)) resolve(recipeIn(job.state) as Recipe);
  }

  /** What was in use stays. */
  #failed(job: Job, error: LabError): void {
    this.#queue = [];
    Object.assign(job.course, { phase: 'done', outcome: 'failed', trouble: error.says });
    const waiting = this.#waiting.splice(0);
    job.weights = job.before ?? new Float32Array(job.weights.length);
    this.#show();
    this.#leave();
    for (const { reject } of waiting) reject(error);
    this.#host.lab.report(error);
  }

  #leave(): void {
    this.#job = null;
    this.#rest = this.#host.lab.clock.after(IDLE, () => this.#worker.stop());
    this.#host.told();
    this.#rested();
  }
}

/** Of the network of a state with one: of its classifier, or else of its score. */
function recipeIn({ classifier, score }: State): Recipe | null {
  if (classifier.kind === 'learned') return classifier.recipe;
  return score.kind === 'learned' ? score.recipe : null;
}

const recipeOf = (state: State): string => JSON.stringify([state.classifier.kind, recipeIn(state)]);
