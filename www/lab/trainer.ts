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
import { type Course, isFromFile, keepNetwork, networkKey, networkOf } from './networks';
import type { Notice, Notices } from './notices';
import type { Asked } from './opened';
import { SweepWorker } from './sweep';

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
  /** What was trained last: on another mixture it is trained again. */
  #recipe: string | null = null;
  #active = false;
  #shownAt = Number.NEGATIVE_INFINITY;
  /** Milliseconds and steps since the training began. */
  #spent = [0, 0] as [number, number];
  #waiting: { resolve: (recipe: Recipe) => void; reject: (error: LabError) => void }[] = [];
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
    const { classifier } = this.#host.lab.state;
    // What was opened has nothing to learn; a recipe asks for another network.
    if (recipe === undefined && classifier.kind === 'learned' && isFromFile(this.#host.lab.state))
      return classifier.recipe;
    if (recipe !== undefined || classifier.kind !== 'learned') {
      await this.#host.lab.setState({
        classifier: { kind: 'learned', ...(recipe ? { recipe: { weights: null, ...recipe } } : {}) },
      });
    }
    const ended = this.#ended();
    this.#begin(false);
    if (this.#job) this.#job.awaited = true;
    this.#pump();
    return ended;
  }

  pause(): void {
    if (!this.#job) return;
    this.#job.course.phase = 'paused';
    this.#show();
  }

  /** Ends it. What it has learned stays in use. */
  stop(): void {
    const job = this.#job;
    if (!job) return;
    Object.assign(job.course, { phase: 'done', outcome: 'stopped' });
    this.#end(job);
  }

  /** Forgets what the state's network has learned. */
  reset(): void {
    const { state } = this.#host.lab;
    this.stop();
    this.#recipe = null;
    const network = networkOf(state);
    if (!network) return;
    keepNetwork(networkKey(state) as string, new Float32Array(network.weights.length), null);
    this.#host.learned(false);
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
    if (networkOf(state)?.course?.phase !== 'paused') this.#askNoMore();
    const key = networkKey(state);
    const job = this.#job;
    if (job?.key === key) return;
    const wanted = train || (this.#recipe !== null && recipeOf(state) === this.#recipe);
    const trained = networkOf(state)?.course;
    const going = job !== null && job.course.phase === 'training' && key !== null && trained?.phase !== 'done';
    if (job && !going) this.stop();
    if (key !== null && (going || (!trained && (job ? train : wanted)))) this.#begin(!going || wanted);
  }

  /** No training is under way, or it is paused. */
  async settled(): Promise<void> {
    if (!this.#job || this.#job.course.phase === 'paused') return;
    this.#job.awaited = true;
    this.#pump();
    await this.#ended().catch(() => {});
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

  /** The network of the state, from the start; a paused one goes on. */
  #begin(asks: boolean): void {
    const { state } = this.#host.lab;
    const key = networkKey(state);
    if (state.classifier.kind !== 'learned' || isFromFile(state) || key === null) return;
    if (this.#job?.key === key) {
      this.#job.course.phase = 'training';
      this.#job.asks &&= asks;
    } else {
      const { steps, targetKl } = state.classifier.recipe;
      this.#recipe = recipeOf(state);
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
    this.#leave();
    const { classifier } = job.state;
    for (const { resolve } of this.#waiting.splice(0)) if (classifier.kind === 'learned') resolve(classifier.recipe);
  }

  /** What was in use stays. */
  #failed(job: Job, error: LabError): void {
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
  }
}

/** Null of a state without one. */
function recipeOf({ classifier }: State): string | null {
  return classifier.kind === 'learned' ? JSON.stringify(classifier.recipe) : null;
}
