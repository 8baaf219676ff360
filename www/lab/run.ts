/**
 * The run: what the simulator is asked for, and when. One loop, one request in flight.
 *
 * The loop always works towards the newest wish: first the newest scene is handed over, then a goal
 * step is approached in short pieces, then (if playing) the next steps are asked for once a frame.
 * While playing, weight and classifier act from now on. In all other cases a change runs again from
 * the start to the step on show. If that takes longer than a glance, fewer particles go first (they
 * are the first ones of the many, with the same noise) and the full number follows when no newer
 * wish has come. If frames come late while playing, the run plays on with as many as keep pace, and
 * the full number follows when it stops.
 */

import { Tracks } from '../painter/tracks';
import { TOOK_OVER } from '../words/own';
import { saying } from '../words/says';
import type { Backend, Distances, Domain, EngineInfo, Frame, LaneName, Simulator, State } from '../workers/protocol';
import { type Clock, clock } from './clock';
import { LabError } from './error';
import { equal } from './paths';

/** Seconds that a run takes at full speed. */
const RUN_SECONDS = 4;
/** A piece of work that a newer wish waits for, in milliseconds. */
const PIECE = 16;
/** A re-run slower than this (in milliseconds) is preceded by one with fewer particles ... */
const GLANCE = 90;
/** ... so many that it takes about this long. */
const PREVIEW = 50;
const PREVIEW_LEAST = 2000;
/** A played frame that takes longer than this (in milliseconds) is late; so many in a row, and fewer particles play. */
const LATE = 16;
const LATE_FRAMES = 5;
/** A change made by dragging is followed up (all particles, all charts) after so long without another. */
const IDLE = 200;
/** How often a run that is not watched stops for the charts. */
const STOPS = 20;
/** Where motion is unwelcome a run is shown in so many stills ... */
const STILLS = 16;
/** ... each for so many milliseconds. */
const STILL = 600;
/** Failures of an engine count together within so long, in milliseconds. */
const SOON = 60_000;
/** Progress is shown if nothing else came for so long. */
const PATIENCE = 350;

export interface RunEvents {
  /** New particles are at hand. */
  frame(frame: Frame): void;
  /** Particles on the way to those that are asked for: for charts, not for show. */
  passed(frame: Frame): void;
  /** Playing, step, busy or speed changed. */
  status(): void;
  /** An engine runs; `trouble`: because another one failed, and that is not tried again if `instead`. */
  engine(info: EngineInfo, trouble: LabError | null, instead: boolean): void;
  failed(error: LabError): void;
}

export interface RunScene {
  state: State;
  domain: Domain;
  /** The version of the state's network, if it has one. */
  network?: number | undefined;
  /** More of it follows soon: a glance will do. */
  passing?: boolean;
}

/** What the simulator has thrown, as opposed to a fault of the page: only that is a failure of the engine. */
class Failed {
  readonly error: LabError;

  constructor(thrown: unknown) {
    this.error = LabError.from(thrown);
  }
}

/** The same simulator, with its failures marked. */
function marked(simulator: Simulator): Simulator {
  return new Proxy(simulator, {
    get:
      (all, name: keyof Simulator) =>
      async (...args: unknown[]) => {
        try {
          return await (all[name] as (...args: unknown[]) => unknown)(...args);
        } catch (thrown) {
          throw new Failed(thrown);
        }
      },
  });
}

interface Waiter {
  resolve: () => void;
  reject: (error: LabError) => void;
}

export class Run {
  readonly tracks = new Tracks();
  /** The particles on show. */
  frame: Frame | null = null;
  playing = false;
  /** 1, or 1/4 for slow motion. */
  speed = 1;
  engine: EngineInfo | null = null;

  readonly #simulator: Simulator;
  readonly #events: RunEvents;
  readonly #clock: Clock;
  #backend: Backend | 'auto';
  /** When the engine failed of late. */
  #failures: number[] = [];
  #scene: RunScene | null = null;
  /** What the simulator has; null if it must be started. */
  #applied: RunScene | null = null;
  #started = false;
  /** How often the simulation was freed. */
  #lives = 0;
  #interactive = false;
  #goal: number | null = null;
  /** The steps of the run that the goal was set for: the next one may have more. */
  #goalSteps = 0;
  /** The simulator's own step. */
  #at = 0;
  /** The full number of particles is still owed. */
  #refine = false;
  /** With how many particles frames are in time while playing. */
  #pace = Number.POSITIVE_INFINITY;
  /** Late frames in a row. */
  #late = 0;
  /** How long a frame took when particles were last left out, or 0; infinite if that did not help. */
  #lateBefore = 0;
  /** Too many particles are playing. */
  #shrink = false;
  #refining = false;
  /** Whether the charts are served on the way. */
  #collect = true;
  /** The tracks is of the run before, and stands until the first frame of this one. */
  #stale = false;
  #configuredAt = 0;
  /** Particles in a lane at present: all, or those of a preview. */
  #particles = 1;
  /** The step at which lanes were last changed on the way: from before it the run goes elsewhere. */
  #divergedAt = -1;
  /** What went wrong last, to be told with the engine that took over. */
  #trouble: LabError | null = null;
  #active = false;
  #pumping = false;
  #wake: (() => void) | null = null;
  #waiters: Waiter[] = [];
  /** Milliseconds for a step of one particle in one lane. */
  #cost = 3e-5;
  #carry = 0;
  #lastTick = 0;
  #lastShown = 0;
  /** The step that the person wants to see when nothing moves. */
  #wanted = 0;

  constructor(simulator: Simulator, backend: Backend | 'auto', events: RunEvents, time: Clock = clock) {
    this.#simulator = marked(simulator);
    this.#backend = backend;
    this.#events = events;
    this.#clock = time;
  }

  get steps(): number {
    return this.#scene?.state.process.steps ?? 0;
  }

  /** The step on show. */
  get step(): number {
    return Math.min(this.frame?.step ?? 0, this.steps);
  }

  get atEnd(): boolean {
    return this.frame !== null && this.step >= this.steps;
  }

  /** The step at which weight or classifier was last changed on the way, or -1. */
  get changedAt(): number {
    return this.#divergedAt;
  }

  /** The particles on show are a first glance; the rest of the run follows. */
  get glance(): boolean {
    return !this.#collect;
  }

  /** Particles of each lane on show, if these are not all. */
  get particles(): number | null {
    return this.#applied && this.#particles < this.#applied.state.particles ? this.#particles : null;
  }

  /** How far a long re-run has come, or null. */
  get progress(): number | null {
    const goal = this.#goal;
    return goal !== null && goal > 0 && (this.#refining || goal - this.#at > 1) ? this.#at / goal : null;
  }

  /** A new wish. `interactive`: a person drags; show something soon. */
  configure(scene: RunScene, interactive: boolean): void {
    this.#scene = scene;
    this.#configuredAt = this.#clock.now();
    this.#interactive = interactive;
    this.#pump();
  }

  play(): void {
    if (this.playing) return;
    this.playing = true;
    if (this.#applied) this.#refine &&= this.#particles < this.#playable(this.#applied.state);
    this.#shrink = this.#particles > this.#pace && this.#divergedAt < 0;
    this.#late = 0;
    this.#lastTick = 0;
    this.#carry = 0;
    if (this.atEnd && this.#goal === null) this.#goal = 0;
    this.#events.status();
    this.#pump();
  }

  pause(): void {
    if (!this.playing) return;
    this.#stop();
    this.#wanted = this.#goal ?? this.#at;
    this.#events.status();
    this.#pump();
  }

  #stop(): void {
    this.playing = false;
    this.#shrink = false;
    this.#owe();
  }

  /** Once it has stopped, the particles that were left out to keep pace are owed. */
  #owe(): void {
    // Lanes that were changed on the way cannot be run again from the start.
    if (!this.playing && this.particles !== null && this.#divergedAt < 0) this.#refine = true;
  }

  #playable(state: State): number {
    return Math.min(state.particles, this.#pace);
  }

  setSpeed(speed: number): void {
    this.speed = speed;
    this.#events.status();
  }

  /** Pauses and goes to a step; resolves when it is on show. */
  seek(step: number): Promise<void> {
    this.#stop();
    return this.#go(step);
  }

  /** From the start, playing. */
  replay(): void {
    this.pause();
    this.#goal = 0;
    this.#wanted = 0;
    this.play();
  }

  /** Back to the start; goes on playing if it played. */
  restart(): Promise<void> {
    return this.#go(0);
  }

  #go(step: number): Promise<void> {
    this.#wanted = Math.min(this.steps, Math.max(0, Math.round(step)));
    this.#goal = this.#wanted;
    this.#goalSteps = this.steps;
    const done = new Promise<void>((resolve, reject) => this.#waiters.push({ resolve, reject }));
    this.#events.status();
    this.#pump();
    return done;
  }

  /** Everything asked for so far is on show. */
  settled(): Promise<void> {
    if (!this.#pending) return Promise.resolve();
    const done = new Promise<void>((resolve, reject) => this.#waiters.push({ resolve, reject }));
    this.#pump();
    return done;
  }

  async samples(lane: LaneName): Promise<Float32Array> {
    await this.settled();
    return this.#ask((simulator) => simulator.samples(lane));
  }

  async distances(lane: LaneName): Promise<Distances> {
    await this.settled();
    return this.#ask((simulator) => simulator.distances(lane));
  }

  /** Rejects with a LabError. */
  #ask<Answer>(question: (simulator: Simulator) => Promise<Answer>): Promise<Answer> {
    return question(this.#simulator).catch((thrown) => {
      throw thrown instanceof Failed ? thrown.error : thrown;
    });
  }

  /** Work is done only while the figure can be seen. */
  setActive(active: boolean): void {
    if (this.#active === active) return;
    this.#active = active;
    this.#lastTick = 0;
    this.#pump();
  }

  setBackend(backend: Backend | 'auto'): void {
    if (backend === this.#backend) return;
    this.#backend = backend;
    this.#failures = [];
    this.#forget();
    this.#pump();
  }

  /** All that was asked for is on show, but for the particles that are still owed. */
  get free(): boolean {
    return this.#scene === this.#applied && this.#goal === null;
  }

  get #pending(): boolean {
    return this.#scene !== this.#applied || this.#goal !== null || this.#refine;
  }

  /** Out of sight nothing is done, unless somebody waits for it. */
  get #mayWork(): boolean {
    return this.#scene !== null && (this.#active || this.#waiters.length > 0);
  }

  /** The simulation was freed: what is on show stays, and the next wish starts it again. */
  release(): void {
    this.#lives += 1;
    const { playing, step } = this;
    this.playing = false;
    this.#wanted = this.#goal ?? step;
    this.#goal = null;
    this.#forget();
    if (playing) this.#events.status();
  }

  /** The simulation went with its worker: it is made again, at once if somebody looks. */
  renew(): void {
    this.#lives += 1;
    this.#forget();
    this.#goal ??= this.step;
    this.#goalSteps = this.steps;
    this.#pump();
  }

  /** The simulator knows nothing of this run any more. */
  #forget(): void {
    this.#started = false;
    this.#applied = null;
    this.#refine = false;
    this.#refining = false;
    this.#shrink = false;
  }

  #pump(): void {
    this.#wake?.();
    if (this.#pumping || !this.#mayWork) return;
    this.#pumping = true;
    const done = () => {
      this.#pumping = false;
      // A wish may have come between the loop's last look and its end.
      if (this.#mayWork && (this.#pending || this.playing)) this.#pump();
    };
    // There are pages without `finally`.
    void this.#loop().then(done, done);
  }

  async #loop(): Promise<void> {
    while (this.#mayWork && this.#scene) {
      const life = this.#lives;
      try {
        if (this.#scene !== this.#applied) await this.#apply(this.#scene, 'new');
        else if (this.#shrink) await this.#apply(this.#scene, 'fewer');
        else if (this.#goal !== null) await this.#approach(this.#goal);
        else if (this.#refine) await this.#followUp(this.#scene);
        else if (this.playing) await this.#tick();
        else break;
      } catch (thrown) {
        // What was freed on the way has not failed.
        if (life === this.#lives && !this.#recover(thrown)) return;
      }
      if (life !== this.#lives) this.#forget();
    }
    if (!this.#pending) this.#settle();
  }

  #settle(): void {
    for (const waiter of this.#waiters.splice(0)) waiter.resolve();
  }

  /** First another try with any engine, then the CPU, then the truth. A fault of the page is told at once. */
  #recover(thrown: unknown): boolean {
    const now = this.#clock.now();
    const error = thrown instanceof Failed ? thrown.error : LabError.from(thrown);
    this.#failures = [...this.#failures.filter((at) => now - at < SOON), now];
    const failures = this.#failures.length;
    this.#forget();
    if (!(thrown instanceof Failed) || failures > 3) {
      this.playing = false;
      this.#goal = null;
      this.#applied = this.#scene;
      for (const waiter of this.#waiters.splice(0)) waiter.reject(error);
      this.#events.failed(error);
      return false;
    }
    this.#trouble = error;
    if (failures > 1) this.#backend = 'cpu';
    return true;
  }

  /** Hands a scene over: a new one, or the same again with all its particles or with as many as keep pace. */
  async #apply(scene: RunScene, what: 'new' | 'all' | 'fewer'): Promise<void> {
    const before = this.#applied;
    const isNew = what === 'new';
    if (isNew && before && sameRun(before, scene)) {
      this.#applied = scene;
      return;
    }
    const { state } = scene;
    if (isNew && before && !sameCost(before.state, state)) {
      this.#pace = Number.POSITIVE_INFINITY;
      this.#lateBefore = 0;
    }
    const live = isNew && this.playing && this.#goal === null;
    if (what === 'fewer') this.#wanted = this.#at;
    const steps = state.process.steps;
    const known = this.tracks.steps || steps;
    // Asked again after the wait: the wish may have changed meanwhile.
    const target = () => {
      const [step, of] = this.#goal === null ? [this.#wanted, known] : [this.#goal, this.#goalSteps || known];
      return Math.round((Math.min(step, of) / of) * steps);
    };
    const quick = isNew && !live && this.#interactive && this.#started;
    const most = this.playing ? this.#playable(state) : state.particles;
    const particles = quick ? Math.min(most, this.#previewSize(state, target())) : most;
    const configured = particles < state.particles ? { ...state, particles } : state;
    let restarted = true;
    // Weights and a learned score run on the CPU: with them, and again without, an engine is chosen.
    const weighted = ({ compare, score }: State) => compare.includes('corrected') || score.kind === 'learned';
    if (this.#started && (!before || weighted(before.state) === weighted(state))) {
      ({ restarted } = await this.#simulator.configure(configured));
    } else {
      const backend = this.#backend;
      const engine = await this.#simulator.start(configured, backend);
      const trouble = this.#trouble;
      const instead = trouble !== null && backend === 'cpu';
      this.engine = instead ? { ...engine, ...becauseOf(trouble) } : engine;
      this.#started = true;
      this.#trouble = null;
      this.#events.engine(this.engine, trouble, instead);
    }
    this.#applied = scene;
    this.#particles = particles;
    this.#refine = quick && !scene.passing;
    this.#shrink = false;
    this.#collect = !quick;
    this.#refining = what === 'all';
    if (live && !restarted) {
      this.#divergedAt = this.#at;
      return;
    }
    if (!restarted) await this.#simulator.restart();
    // A step asked for during the wait is where it goes.
    this.#wanted = live && this.#goal === null ? 0 : target();
    this.#goal = this.#wanted;
    this.#goalSteps = steps;
    this.#at = 0;
    this.#divergedAt = -1;
    // It may have stopped meanwhile.
    this.#owe();
    this.#stale = this.tracks.steps === steps && this.tracks.dimension === scene.domain.dimension;
    if (!this.#stale) this.tracks.reset(steps, scene.domain.dimension);
    this.#lastShown = this.#clock.now();
  }

  /** The same scene again, in full, once no newer wish has come for a while. */
  async #followUp(scene: RunScene): Promise<void> {
    const rest = IDLE - (this.#clock.now() - this.#configuredAt);
    if (rest > 0) await this.#wait((resolve) => this.#clock.after(rest, () => resolve(0)));
    if (this.#scene === scene && this.#applied === scene && this.#goal === null && this.#refine) {
      await this.#apply(scene, 'all');
    }
  }

  /** Waits for a timer or a frame; a new wish ends the wait, with -1. */
  async #wait(start: (resolve: (now: number) => void) => () => void): Promise<number> {
    const now = await new Promise<number>((resolve) => {
      const cancel = start(resolve);
      this.#wake = () => {
        cancel();
        resolve(-1);
      };
    });
    this.#wake = null;
    return now;
  }

  /** How many particles can be run to the target within a glance. */
  #previewSize(state: State, target: number): number {
    const perParticle = this.#cost * (state.compare.length + 1) * target;
    if (perParticle * state.particles <= GLANCE) return state.particles;
    const size = Math.max(PREVIEW_LEAST, Math.floor(PREVIEW / perParticle));
    return size < state.particles * 0.8 ? size : state.particles;
  }

  async #approach(goal: number): Promise<void> {
    if (goal < this.#at) {
      this.#at = await this.#simulator.restore(goal);
      if (this.#at < this.#divergedAt) {
        this.tracks.truncate(this.#at);
        this.#divergedAt = -1;
        this.#owe();
      }
    }
    const stride = Math.max(1, Math.ceil(this.steps / STOPS));
    if (this.#collect && this.#at === 0 && goal > 0) await this.#pass(0);
    const stop = this.#collect ? stride - (this.#at % stride) : Number.POSITIVE_INFINITY;
    const remaining = goal - this.#at;
    const chunk = Math.min(remaining, stop, Math.max(1, Math.floor(PIECE / this.#stepCost())));
    const last = chunk === remaining;
    const impatient = !this.#refining && this.#clock.now() - this.#lastShown > PATIENCE;
    if (last || impatient) {
      await this.#show(chunk);
    } else if (chunk === stop) {
      await this.#pass(chunk);
    } else {
      this.#learn(chunk, await this.#simulator.advance(chunk));
      this.#at += chunk;
    }
    if (last && this.#goal === goal) {
      this.#goal = null;
      this.#refining = false;
      if (!this.#pending) this.#settle();
    }
    this.#events.status();
  }

  /** A frame for the charts; the particles on show stay. */
  async #pass(count: number): Promise<void> {
    const applied = this.#applied;
    const frame = await this.#simulator.frame(count, this.#at + count);
    this.#at = frame.step;
    if (this.#applied === applied) this.#events.passed(frame);
  }

  /** Milliseconds that one step of all particles takes. */
  #stepCost(): number {
    const lanes = ((this.#applied ?? this.#scene) as RunScene).state.compare.length + 1;
    return Math.max(1e-4, this.#cost * this.#particles * lanes);
  }

  /** Learns from `took` milliseconds of work for `count` steps. */
  #learn(count: number, took: number): void {
    const units = this.#stepCost() / this.#cost;
    if (count > 1) this.#cost = 0.6 * this.#cost + (0.4 * took) / (count * units);
  }

  async #show(count: number): Promise<void> {
    const first = this.#stale ? 0 : Math.min(this.#at, Math.max(0, this.tracks.recorded));
    const applied = this.#applied;
    const frame = await this.#simulator.frame(count, first);
    this.#learn(count, frame.took);
    if (this.#applied !== applied) return;
    this.#at = frame.step;
    if (this.playing) this.#wanted = frame.step;
    // The newest wish may have other steps than what was asked.
    if (this.#stale) this.tracks.reset(this.tracks.steps, this.tracks.dimension);
    this.#stale = false;
    this.tracks.record(frame);
    this.frame = frame;
    this.#lastShown = this.#clock.now();
    this.#events.frame(frame);
  }

  /** Waits for the next animation frame, then asks for as many steps as the time that passed. */
  async #tick(): Promise<void> {
    if (this.#at >= this.steps) {
      this.#stop();
      this.#wanted = this.steps;
      this.#events.status();
      return;
    }
    const most = Math.max(1, Math.floor(40 / this.#stepCost()));
    if (this.#clock.still) {
      const waited = await this.#wait((resolve) => this.#clock.after(STILL / this.speed, () => resolve(0)));
      if (waited < 0 || !this.playing) return;
      let left = Math.min(Math.ceil(this.steps / STILLS), this.steps - this.#at);
      for (; left > most; left -= most) await this.#pass(most);
      await this.#show(left);
      return;
    }
    const now = await this.#wait((resolve) => this.#clock.frame(resolve));
    if (now < 0 || !this.playing) return;
    const elapsed = this.#lastTick === 0 ? 16 : Math.min(50, now - this.#lastTick);
    this.#lastTick = now;
    this.#carry += (elapsed / 1000) * (this.steps / RUN_SECONDS) * this.speed;
    const count = Math.min(Math.floor(this.#carry), most, this.steps - this.#at);
    if (count < 1) return;
    this.#carry = Math.min(1, this.#carry - count);
    const start = this.#clock.now();
    await this.#show(count);
    this.#keepPace(this.#clock.now() - start);
  }

  /** Frames that come late one after the other: as many particles as come in time. */
  #keepPace(duration: number): void {
    this.#late = duration > LATE ? this.#late + 1 : 0;
    if (this.#late < LATE_FRAMES || this.#lateBefore === Number.POSITIVE_INFINITY) return;
    this.#late = 0;
    // A device may take its time whatever the work is.
    const helped = duration < 0.8 * this.#lateBefore;
    if (this.#lateBefore > 0 && !helped) {
      this.#lateBefore = Number.POSITIVE_INFINITY;
      this.#pace = Number.POSITIVE_INFINITY;
      return;
    }
    this.#lateBefore = duration;
    this.#pace = Math.max(PREVIEW_LEAST, Math.floor((0.7 * LATE * this.#particles) / duration));
    this.#shrink = this.#particles > this.#pace && this.#divergedAt < 0;
  }
}

/** Why the CPU took over. */
function becauseOf({ says }: LabError): Pick<EngineInfo, 'reason' | 'says'> {
  const why = saying(TOOK_OVER, { why: says });
  return { reason: why.text, says: why };
}

/** Whether two states give the same particles (they may look different). */
function sameRun(a: RunScene, b: RunScene): boolean {
  const same = a.network === b.network && a.passing === b.passing;
  return same && equal({ ...a.state, view: null }, { ...b.state, view: null });
}

/** Whether a step of two states takes about as long. */
function sameCost(a: State, b: State): boolean {
  const work = ({ mixture, process, compare, particles }: State) => ({
    components: mixture.length,
    dimension: mixture[0]?.mean.length,
    process,
    compare,
    particles,
  });
  return equal(work(a), work(b));
}
