/**
 * The Lab without a picture: a state, the particles that run under it, and all that is known of both. It owns each
 * of these once and says what has changed (`changes.ts`); the element is its view, and panels, lessons, experiments
 * and the page are its users. There is no DOM here and no Lit: time and workers are handed in, so that its tests run
 * in Node against the real module.
 */
import type { Subject } from '../painter/subject';
import { say, t } from '../words';
import { UNKNOWN_PRESET } from '../words/own';
import { saying } from '../words/says';
import { again } from '../workers/again';
import type { Endpoints } from '../workers/client';
import type {
  Backend,
  Change,
  Domain,
  EngineInfo,
  ExactMeasures,
  Field,
  FitAnswer,
  FitOptions,
  Frame,
  LaneName,
  Measurement,
  Points,
  PointValues,
  Preset,
  Roles,
  Spawned,
  State,
} from '../workers/protocol';
import type { SweepCost, SweepOptions, SweepProgress, SweepRow } from '../workers/sweep-protocol';
import { type Aspect, Changes, type Listener } from './changes';
import { type Clock, clock } from './clock';
import { type Detail, USUAL } from './closed-forms';
import { reciprocalPrior } from './derived';
import { LabError } from './error';
import { inTurn } from './latest';
import { type Given, informed, isFromFile, versionOf } from './networks';
import { type Notice, Notices } from './notices';
import type { Plain } from './paths';
import { encode } from './permalink';
import { Profile } from './profile';
import { Readouts } from './readouts';
import { Run } from './run';
import { type ChartData, Series } from './series';
import { Sight } from './sight';
import { States, type Taken } from './states';
import { Train } from './train';

const FALLBACK_PRESET = 'wiggle';
/** Milliseconds after which it is said that the start takes long. */
const SLOW = 8000;

/** What a view brings. Without one the Lab is as good, only nobody looks. */
export interface LabOptions {
  clock?: Clock;
  /** Gets ready to show states of this domain, before one stands. */
  prepare?: (domain: Domain) => Promise<void>;
  /** How fine the picture wants its closed forms. */
  detail?: (state: State) => Detail;
  /** A worker of one's own. */
  spawn?: (name: string) => Promise<Spawned>;
}

function need<T>(value: T | null): T {
  if (value === null) throw LabError.notReady();
  return value;
}

export class Lab {
  /** Answers questions in closed form. */
  readonly exact: Endpoints['exact'];
  /** Time, and whether motion is welcome. */
  readonly clock: Clock;
  readonly run: Run;
  readonly profile: Profile;
  readonly sight: Sight;
  readonly train: Train;
  readonly readouts = new Readouts();
  readonly notices = new Notices();
  /** The state is open: calls can be answered. */
  opened!: Promise<void>;
  /** The first frame stands. */
  ready!: Promise<void>;
  /** A scene that is opened begins by playing (never where motion is unwelcome). */
  autoplay = false;
  /** The engine that was asked for. */
  backend: Backend | 'auto' = 'auto';

  readonly #endpoints: Endpoints;
  readonly #changes = new Changes();
  readonly #states: States;
  readonly #series = new Series();
  /** The networks that the workers have. */
  readonly #given: Given[] = [new Map(), new Map()];
  /** Plays from the first frame on, because somebody asked for it before there was one. */
  #playsFirst = false;
  /** Nobody has it, and so many calls are under way. */
  #gone = false;
  #calls = 0;
  #begun = false;
  /** Starts once more, if that could help. */
  #again: (() => Promise<void>) | null = null;
  #resolveOpened!: () => void;
  #resolveReady!: () => void;
  #reject!: (error: LabError) => void;

  constructor(endpoints: Endpoints, options: LabOptions = {}) {
    this.#endpoints = endpoints;
    endpoints.renewed = () => {
      for (const given of this.#given) given.clear();
      this.run.renew();
    };
    this.exact = informed(endpoints.exact, this.#given[0]);
    this.clock = options.clock ?? clock;
    this.#expect();
    this.#states = new States(this.exact, this.clock, {
      // A network from a file is not in the state.
      possible: async (state, ...rest) =>
        isFromFile(state) ? (await again(() => import('./opened'))).possible(this, state, ...rest) : state,
      prepare: options.prepare ?? (async () => {}),
      took: (state, domain, how) => this.#took(state, domain, how),
      drafted: () => this.#changes.tell('draft'),
      refused: (error) => {
        this.notices.show('error', say(error.says));
        this.#changes.tell('draft', 'notices');
      },
    });
    this.run = new Run(
      informed(endpoints.simulator, this.#given[1]),
      this.backend,
      {
        frame: (frame) => this.#framed(frame),
        passed: (frame) => this.#series.collect(frame),
        status: () => this.#moved(),
        engine: (info, trouble, instead) => this.#engaged(info, trouble, instead),
        failed: (error) =>
          this.report(
            error,
            t(
              'The particles cannot be computed here ({why}). Curves and readouts of the classifier still work; reload the page to try again.',
              { why: say(error.says) },
            ),
          ),
      },
      this.clock,
    );
    // A new state waits for one closed form at most, not for all those of the state before.
    const turn = inTurn(() => this.#states.settled());
    this.profile = new Profile(this.exact, () => this.#changes.tell('profile'), this.clock, turn);
    const seer = {
      changed: (...what: Aspect[]) => this.#changes.tell(...what),
      measured: (measures: ExactMeasures) => {
        this.readouts.measures = measures;
        this.#changes.tell(...this.#refreshed());
      },
      failed: (error: unknown) => this.report(LabError.from(error)),
    };
    this.sight = new Sight(this.exact, this.run, this.clock, options.detail ?? (() => USUAL), seer, turn);
    const trainee = {
      lab: this,
      told: () => this.#changes.tell('training'),
      learned: (passing: boolean) => this.#learned(passing),
    };
    this.train = new Train(trainee, options.spawn);
  }

  /** Whoever asks from now on waits for the next start. */
  #expect(): void {
    let rejectOpened: (error: LabError) => void;
    this.opened = new Promise((resolve, reject) => {
      this.#resolveOpened = resolve;
      rejectOpened = reject;
    });
    this.ready = new Promise((resolve, reject) => {
      this.#resolveReady = resolve;
      this.#reject = (error) => {
        rejectOpened(error);
        reject(error);
      };
    });
    // Whoever does not await them hears of a failure as of any other.
    this.opened.catch(() => {});
    this.ready.catch(() => {});
  }

  /** `listener` hears of every change, once, with all its aspects; the answer ends that. */
  listen(listener: Listener): () => void {
    return this.#changes.listen(listener);
  }

  // --- What is known -----------------------------------------------------------------------------

  get isOpen(): boolean {
    return this.#states.state !== null;
  }

  /** Not to be changed in place. */
  get state(): State {
    return need(this.#states.state);
  }

  /** The state with the changes that are still being validated: what controls show. */
  get draft(): State {
    return need(this.#states.draft);
  }

  get domain(): Domain {
    return need(this.#states.domain);
  }

  get presets(): Preset[] {
    return this.#states.presets;
  }

  get fields(): ReadonlyMap<string, Field> {
    return this.#states.fields;
  }

  /** The preset that the state started from. */
  get preset(): string {
    return this.#states.preset;
  }

  get engine(): EngineInfo | null {
    return this.run.engine;
  }

  /** The query that opens this state: only what differs from the preset. */
  get query(): URLSearchParams {
    const preset = this.presets.find(({ name }) => name === this.preset) ?? this.presets[0];
    return this.isOpen && preset ? encode(this.state, preset) : new URLSearchParams();
  }

  /** All that is known of the particles on show; null while a part is on its way. */
  get measurement(): Measurement | null {
    return this.readouts.measurement(this.run.frame);
  }

  get reciprocalPrior(): number {
    return reciprocalPrior(this.state);
  }

  /** What charts over the run show. */
  get charts(): ChartData {
    const { step, domain } = need(this.subject);
    return {
      times: domain.times,
      step,
      profile: this.profile.points,
      lanes: this.#series.lanes,
      reciprocalPrior: this.reciprocalPrior,
    };
  }

  // --- The state ---------------------------------------------------------------------------------

  /** Opens the first state: that of a query, with what was set before laid over it. */
  async start(query: URLSearchParams, early: () => Plain = () => ({})): Promise<void> {
    const long = t('Setting up takes long here: the connection or the machine is slow. It goes on.');
    const quick = this.clock.after(SLOW, () => this.run.frame ?? this.tell('info', long));
    try {
      await this.#during(async () => {
        await this.#states.read();
        this.#changes.tell('opened');
        await this.#open(query, early);
        this.#begin();
        this.#resolveOpened();
        await this.run.settled();
        this.#resolveReady();
      });
    } catch (thrown) {
      this.#again = () => this.start(query, early);
      this.fail(LabError.from(thrown));
    } finally {
      quick();
      if (this.notices.list[0]?.text === long) this.dismiss(0);
    }
  }

  /** Starts once more after nothing could be shown. */
  async retry(): Promise<void> {
    const again = this.#again;
    if (!again) return;
    this.#again = null;
    this.notices.fatal = null;
    this.#expect();
    this.#changes.tell('notices');
    await again();
  }

  /** Opens a preset, with anything laid over it; says what had to be changed. */
  async open(name: string, query?: URLSearchParams): Promise<Change[]> {
    await this.opened;
    const changes = await this.#during(() => this.#open(new URLSearchParams([['preset', name], ...(query ?? [])])));
    this.#begin();
    return changes;
  }

  /** A whole change; rejects with a LabError and changes nothing. */
  async setState(patch: unknown): Promise<void> {
    await this.opened;
    await this.#states.set(patch);
  }

  /** A change by hand: shown at once, validated, and acted on; what is wrong in it is shown. */
  change(patch: unknown): void {
    this.#states.change(patch);
  }

  /** Another seed, which nobody can foresee, by hand. */
  newSeed(): Promise<void> {
    return this.exact.newSeed().then(
      (seed) => this.change({ seed }),
      (thrown) => this.report(LabError.from(thrown)),
    );
  }

  /** What is changed while a pointer is down is one step of undo. */
  press(down: boolean): void {
    this.#states.press(down);
  }

  get canUndo(): boolean {
    return this.#states.canUndo;
  }

  get canRedo(): boolean {
    return this.#states.canRedo;
  }

  undo(): Promise<void> {
    return this.#states.travel('undo');
  }

  redo(): Promise<void> {
    return this.#states.travel('redo');
  }

  /** The classifier of a kind that was there last. */
  lastClassifier(kind: State['classifier']['kind']): State['classifier'] | null {
    return this.#states.lastClassifier(kind);
  }

  async #open(query: URLSearchParams, early: () => Plain = () => ({})): Promise<Change[]> {
    const { changes, preset, unknownPreset } = await this.#states.open(query, FALLBACK_PRESET, early);
    if (unknownPreset !== null) {
      const says = saying(UNKNOWN_PRESET, { name: unknownPreset.slice(0, 40), title: t(preset.title) });
      changes.unshift({ path: 'preset', message: says.text, says });
    }
    if (changes.length > 0) {
      this.tell(
        'info',
        t('Part of this link could not be used; the closest valid settings are shown:'),
        changes.map(({ path, message, says }) =>
          path && !message.startsWith(path) ? `${path}: ${say(says)}` : say(says),
        ),
      );
    }
    return changes;
  }

  #took(state: State, domain: Domain, { byHand, same, sameDomain, samePreset }: Taken): void {
    const { sight } = this;
    const settled: Aspect[] = this.notices.settle() ? ['notices'] : [];
    if (same) {
      this.#changes.tell('draft', ...settled);
      return;
    }
    sight.take(state, domain);
    if (!sameDomain) this.#series.clear();
    this.#configure(byHand);
    this.profile.restart(state, domain.times);
    sight.askWhole();
    sight.askNow();
    sight.wantLaw();
    this.train.took(state, !byHand);
    const changed: Aspect[] = ['state', 'draft', ...settled];
    if (!samePreset) changed.push('preset');
    this.#changes.tell(...changed);
  }

  #configure(interactive: boolean, passing = false): void {
    const { state, domain } = this;
    this.run.configure({ state, domain, network: versionOf(state), passing }, interactive);
  }

  /** The state's network has other weights; `passing`: more follow soon. */
  #learned(passing: boolean): void {
    // What plays goes on with what it began with, and begins anew when the training has ended.
    if (!passing || (this.run.free && !this.playing)) this.#configure(true, passing);
    if (passing) this.profile.complete = false;
    else {
      if (this.playing) this.run.replay();
      this.profile.restart(this.state, this.domain.times);
    }
    this.sight.relearn(passing);
    this.#changes.tell('training');
  }

  // --- The run -----------------------------------------------------------------------------------

  get playing(): boolean {
    return this.run.playing;
  }

  /** Before a frame stands: as soon as one does. */
  play(): void {
    if (this.#begun) this.run.play();
    else this.#playsFirst = true;
  }

  pause(): void {
    this.#playsFirst = false;
    this.run.pause();
  }

  toggle(): void {
    if (this.playing) this.run.pause();
    else this.run.play();
  }

  /** Pauses and goes to a step, soon; that it could not be done is told by the run itself. */
  seek(step: number): void {
    this.run.seek(step).catch(() => {});
  }

  /** What was asked for before, by hand too, is the state now. */
  async #stands(): Promise<void> {
    await this.opened;
    await this.#states.settled();
  }

  async step(by = 1): Promise<void> {
    await this.#stands();
    await this.#during(() => this.run.seek(this.run.step + by));
  }

  async finish(): Promise<void> {
    await this.#stands();
    await this.#during(() => this.run.seek(this.run.steps));
  }

  async reset(seed?: number): Promise<void> {
    if (seed !== undefined) await this.setState({ seed });
    await this.#stands();
    await this.#during(() => this.run.seek(0));
  }

  setBackend(backend: Backend | 'auto'): void {
    if (backend === this.backend) return;
    this.backend = backend;
    this.run.setBackend(backend);
    this.#changes.tell('backend');
  }

  async measure({ time }: { time?: number } = {}): Promise<Measurement> {
    await this.#stands();
    return this.#during(async () => (await again(() => import('./measured'))).measured(this, time));
  }

  /** The exact and the tested values at any points, at `time` (else the present one). */
  async at(points: Points, options: { time?: number } = {}): Promise<PointValues> {
    await this.#stands();
    return (await import('./at')).at(this, points, options);
  }

  /** The state with a mixture fitted to labelled points. */
  async fit(table: string | Blob, roles: Roles | FitOptions | null = {}): Promise<FitAnswer> {
    await this.#stands();
    return (await import('./fit')).fit(this, table, roles);
  }

  async samples(lane: LaneName): Promise<Float32Array> {
    await this.#stands();
    try {
      return await this.#during(() => this.run.samples(lane));
    } catch (thrown) {
      throw LabError.from(thrown);
    }
  }

  /** Measures the state over a list of values of one field; the rows that are done if `signal` ends it. */
  async sweep(options: SweepOptions, progress: (progress: SweepProgress) => void): Promise<SweepRow[]> {
    await this.#stands();
    const { sweep } = await import('./sweep');
    return sweep(structuredClone(this.state), options, progress);
  }

  /** What `sweep` would cost; rejects as it would. */
  async sweepCost(options: SweepOptions): Promise<SweepCost> {
    await this.#stands();
    const { cost } = await import('./sweep');
    return cost(this.state, options);
  }

  /** A scene begins by playing; without autoplay, or where motion is unwelcome, finished. */
  #begin(): void {
    this.#begun = true;
    const plays = this.#playsFirst || (this.autoplay && !this.clock.still);
    this.#playsFirst = false;
    if (plays) this.run.replay();
    else this.seek(this.run.steps);
  }

  #framed(frame: Frame): void {
    this.sight.show(frame);
    if (!this.run.glance) this.#series.collect(frame);
    this.sight.wantLaw();
    this.sight.askNow();
    this.#changes.tell('frame', ...this.#refreshed());
  }

  #moved(): void {
    this.sight.wantLaw();
    this.#changes.tell('status', ...(this.playing ? [] : this.#refreshed()));
  }

  #refreshed(): ReturnType<Readouts['refresh']> {
    return this.readouts.refresh(this.run.frame, this.playing, this.clock.now());
  }

  #engaged(info: EngineInfo, trouble: LabError | null, instead: boolean): void {
    if (trouble) {
      this.report(
        trouble,
        t('The engine stopped ({why}). The run goes on with {engine}.', {
          why: say(trouble.says),
          engine: info.backend === 'webgpu' ? 'WebGPU' : t('the CPU'),
        }),
      );
    }
    this.#changes.tell('engine');
    if (!instead || this.backend === 'cpu') return;
    // What is asked for is what runs: the other can be asked for again.
    this.backend = 'cpu';
    this.#changes.tell('backend');
  }

  // --- What is looked at -------------------------------------------------------------------------

  /** What a picture of the present is painted from; null before there is a state. */
  get subject(): Subject | null {
    return this.sight.subject;
  }

  /** Somebody looks, or nobody: then nothing is done that nobody waits for. */
  setActive(active: boolean): void {
    this.run.setActive(active);
    this.profile.setActive(active);
    this.sight.setActive(active);
    this.train.setActive(active);
  }

  // --- What is said, and the end -----------------------------------------------------------------

  /** A line above the picture. */
  tell(kind: 'error' | 'info', text: string, items: string[] = [], act?: Notice['act']): void {
    this.notices.show(kind, text, items, act);
    this.#changes.tell('notices');
  }

  dismiss(index: number): void {
    this.notices.dismiss(index);
    this.#changes.tell('notices');
  }

  /** A fault, in its own words or in others. */
  report(error: LabError, text = say(error.says)): void {
    this.notices.show('error', text);
    this.notices.fault = error;
    this.#changes.tell('notices', 'fault');
  }

  /** Nothing can be shown at all. */
  fail(error: LabError): void {
    this.notices.fatal = error;
    this.notices.fault = error;
    this.#reject(error);
    this.#changes.tell('notices', 'fault');
  }

  /** Somebody has it. */
  hold(): void {
    this.#gone = false;
  }

  /** What is asked of it once it is let go of takes all up again, and lets it go when it is answered. */
  async #during<Done>(work: () => Promise<Done>): Promise<Done> {
    this.#calls += 1;
    try {
      return await work();
    } finally {
      this.#calls -= 1;
      if (this.#gone && this.#calls === 0) this.release();
    }
  }

  /** Frees what is held: particles and workers. What is on show stays; the next wish takes all up again. */
  release(): void {
    this.#gone = true;
    this.setActive(false);
    this.sight.release();
    this.run.release();
    this.train.release();
    for (const given of this.#given) given.clear();
    this.#endpoints.release();
  }
}
