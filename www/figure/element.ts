/**
 * `<guidance-lab>`: the figure. Holds the state, asks the workers, paints, and offers the public
 * interface of docs/api.md. The work over time is done by `Run`; the drawing by `painter/`.
 */
import { html, LitElement, nothing, type PropertyValues, type TemplateResult, unsafeCSS } from 'lit';
import type { PanelContext, Wiggle } from '../controls/form';
import { type Shown, shownControls, unknownControls } from '../controls/names';
import { timebar } from '../controls/timebar';
import type { Host } from '../edit/host';
import type { Tools } from '../edit/tools';
import type { Part, Source } from '../export/figure';
import { ClosedForms } from '../lab/closed-forms';
import { LabError } from '../lab/error';
import type { LawKeeper } from '../lab/law';
import { equal, getPath, isPlain, mergeDeep, type Plain, patchOf } from '../lab/paths';
import { decode, encode, patchOfPairs } from '../lab/permalink';
import { Profile } from '../lab/profile';
import { Run } from '../lab/run';
import { History, pathsOf } from '../lab/undo';
import { LinePicture } from '../painter/line';
import { type Picture, type Scene, type Window, wishedHeight } from '../painter/scene';
import { readTheme, type Theme } from '../painter/theme';
import type { Panels } from '../panels';
import { languageOf, say, setLanguage, t, tm } from '../words';
import { NO_PARTICLES, NOT_READY, UNKNOWN_PRESET } from '../words/own';
import { fault, saying } from '../words/says';
import { connect, type Endpoints, usage } from '../workers/client';
import type {
  Backend,
  Change,
  Domain,
  EngineInfo,
  ExactMeasures,
  Field,
  Frame,
  LaneName,
  Measurement,
  Preset,
  State,
} from '../workers/protocol';
import type { SweepCost, SweepOptions, SweepRow } from '../workers/sweep-protocol';
import type { ChartData, Charts, LaneSeries } from './charts';
import sheet from './element.css?inline';
import { keepKeys } from './keys';
import { neverMind, paintSoon } from './paint-turns';
import { posterUrl } from './posters';
import { definePaths, TOP_PATHS, upgradePaths } from './properties';
import { readouts } from './readouts';
import { summary } from './summary';
import { verdict } from './verdict';

const FALLBACK_PRESET = 'wiggle';
/** Readouts change at most so often while playing: faster digits cannot be read. */
const READABLE = 120;
/** What an attribute or a link may set. */
const TOP_KEYS = ['version', ...TOP_PATHS];

type PlanePainter = typeof import('../painter/plane');
type Panel = typeof import('../controls/form').panel;

export interface Notice {
  kind: 'error' | 'info';
  text: string;
  items: string[];
}

/** Every path that can be a property: the fields' own, and those of the objects that they stand in. */
function fieldPaths(fields: Field[]): string[] {
  const plain = fields.map(({ path }) => path).filter((path) => /^[a-zA-Z.]+$/.test(path) && path !== 'version');
  const parents = plain.flatMap((path) => path.split('.').map((_, index, keys) => keys.slice(0, index + 1).join('.')));
  return [...new Set(parents)];
}

/** Whether an element is shown in dark colours: by the page's color-scheme and the reader's wish. */
function isDark(element: Element): boolean {
  const schemes = getComputedStyle(element).colorScheme;
  return schemes.includes('dark') && (!schemes.includes('light') || matchMedia('(prefers-color-scheme: dark)').matches);
}

export class GuidanceLab extends LitElement {
  static override properties = {
    preset: { type: String, reflect: true },
    controls: { type: String },
    theme: { type: String, reflect: true },
    engineChoice: { type: String, attribute: 'engine' },
    autoplay: { type: Boolean },
    lock: { type: Boolean },
    poster: { type: String },
  };

  static readonly version = __VERSION__;

  /** What all figures of the page hold together: simulations, and bytes of wasm memory; null when no worker runs. */
  static usage(): Promise<{ simulations: number; memory: number } | null> {
    return usage();
  }

  static override styles = unsafeCSS(sheet);

  declare preset: string;
  /** Which controls are shown: `all`, `none`, or names of groups and single controls, separated by commas or spaces. */
  declare controls: string;
  declare theme: 'auto' | 'light' | 'dark';
  declare engineChoice: Backend | 'auto';
  declare autoplay: boolean;
  /** Whether a reader can change only what has a control. */
  declare lock: boolean;
  /** The address of a picture to show before the figure starts, instead of the one that comes with the preset. */
  declare poster: string;

  readonly #ready: Promise<void>;
  /** The state is open: calls can be answered. */
  readonly #opened: Promise<void>;

  #resolveReady!: () => void;
  #resolveOpened!: () => void;
  #rejectReady!: (error: LabError) => void;
  #endpoints: Endpoints | null = null;
  #run: Run | null = null;
  #profile: Profile | null = null;
  #presets: Preset[] = [];
  #fields = new Map<string, Field>();
  #state: State | null = null;
  /** The state with the changes that are still being validated: what the controls show. */
  #draft: State | null = null;
  #pendingPatch: unknown = null;
  /** While changes of a person are being validated. */
  #merging: Promise<void> | null = null;
  #domain: Domain | null = null;
  #wiggle: Wiggle = {
    kind: 'wiggle',
    form: 'probability',
    frequency: 32,
    amplitude: { law: 'inverse', scale: 1 },
  };
  #notices: Notice[] = [];
  #fatal: LabError | null = null;
  #theme: Theme | null = null;
  #picture: Picture | null = null;
  #planePainter: PlanePainter | null = null;
  /** The controls, fetched while the module is. */
  #panel: Panel | null = null;
  #scene: Scene | null = null;
  #visible = false;
  #measures: ExactMeasures | null = null;
  #shownReadouts: { measures: ExactMeasures | null; frame: Frame | null } = { measures: null, frame: null };
  #readoutsAt = 0;
  /** What the last `measurement` event was made of. */
  #told: { measures: ExactMeasures | null; frame: Frame | null } = { measures: null, frame: null };
  #forms: ClosedForms | null = null;
  #charts: Charts | null = null;
  #chartsLoading = false;
  #chartsVisible = false;
  #chartsAt = 0;
  #series = new Map<LaneName, LaneSeries['points']>();
  #initial: URLSearchParams | null = null;
  #merges: Promise<void> = Promise.resolve();
  /** Whether anybody has asked for the figure to start: by looking at it, or by a call. */
  #asked = false;
  #started = false;
  /** What was set before the state was open. */
  #early: Plain = {};
  #shownControls: Shown = shownControls('');
  #posterFailed = false;
  #observers: { disconnect(): void }[] = [];
  #size = { width: 0, height: 0 };
  readonly #history = new History<{ state: State; preset: string }>();
  #tools: Tools | null = null;
  #toolsLoading = false;
  /** The part of the axes that was asked for, and whether the axes stand still. */
  #looked: Window | null = null;
  #held = false;
  /** Presses of a pointer, counted: what one press changes is one step of undo. */
  #presses = 0;
  #pressed = false;

  constructor() {
    super();
    this.preset = '';
    this.controls = 'all';
    this.theme = 'auto';
    this.engineChoice = 'auto';
    this.autoplay = false;
    this.lock = false;
    this.poster = '';
    let rejectOpened: (error: LabError) => void;
    this.#opened = new Promise<void>((resolve, reject) => {
      this.#resolveOpened = resolve;
      rejectOpened = reject;
    });
    this.#ready = new Promise<void>((resolve, reject) => {
      this.#resolveReady = resolve;
      this.#rejectReady = (error) => {
        rejectOpened(error);
        reject(error);
      };
    });
    // Whoever does not await them hears of a failure by the `error` event.
    this.#ready.catch(() => {});
    this.#opened.catch(() => {});
    upgradePaths(this);
    this.addEventListener('keydown', keepKeys);
  }

  // --- The public interface -----------------------------------------------------------------

  /** Resolves when the first frame stands: the state is open, the engine is chosen. Asking starts the figure. */
  get ready(): Promise<void> {
    this.#ask();
    return this.#ready;
  }

  get state(): State {
    return structuredClone(this.#need(this.#state));
  }

  /** A patch like that of `setState`; what is wrong in it is told by the `error` event. */
  set state(patch: unknown) {
    this.#set(patch);
  }

  /** What a path into the state holds; undefined while the state is not open. */
  getPath(path: string): unknown {
    return structuredClone(getPath(this.#state ?? this.#early, path));
  }

  /** Sets a path into the state, as the property of that name does. */
  setPath(path: string, value: unknown): void {
    this.#set(patchOf(path, value));
  }

  #set(patch: unknown): void {
    if (this.#state) this.setState(patch).catch((error) => this.#report(LabError.from(error)));
    else if (isPlain(patch)) this.#early = mergeDeep(this.#early, patch);
  }

  /** Whether a reader may change something that these controls are for. */
  allows(...controls: string[]): boolean {
    return !this.lock || controls.some((name) => this.#shown(name));
  }

  get engine(): EngineInfo | null {
    return this.#run?.engine ?? null;
  }

  get presets(): Preset[] {
    return structuredClone(this.#presets);
  }

  get playing(): boolean {
    return this.#run?.playing ?? false;
  }

  /** The step on show. */
  get currentStep(): number {
    return this.#run?.step ?? 0;
  }

  async setState(patch: unknown): Promise<void> {
    await this.#awake();
    const { exact } = this.#need(this.#endpoints);
    // One after the other: each patch is laid over what the one before it has made.
    const merged = this.#merges.then(async () => {
      const state = await exact.merge(this.#need(this.#state), patch);
      await this.#adopt(state, false);
    });
    this.#merges = merged.catch(() => {});
    try {
      await merged;
    } catch (thrown) {
      throw LabError.from(thrown);
    }
  }

  /** Opens a preset, with anything laid over it; says what had to be changed. */
  async open(name: string, query?: URLSearchParams): Promise<Change[]> {
    await this.#awake();
    const changes = await this.#open(new URLSearchParams([['preset', name], ...(query ?? [])]));
    this.#begin();
    return changes;
  }

  play(): void {
    this.#run?.play();
  }

  pause(): void {
    this.#run?.pause();
  }

  async step(n = 1): Promise<void> {
    await this.#awake();
    const run = this.#need(this.#run);
    await run.seek(run.step + n);
  }

  async finish(): Promise<void> {
    await this.#awake();
    const run = this.#need(this.#run);
    await run.seek(run.steps);
  }

  async reset(seed?: number): Promise<void> {
    await this.#awake();
    if (seed !== undefined) await this.setState({ seed });
    await this.#need(this.#run).seek(0);
  }

  async measure({ time }: { time?: number } = {}): Promise<Measurement> {
    await this.#awake();
    const run = this.#need(this.#run);
    await run.settled();
    const { frame } = run;
    if (!frame) throw new LabError(fault('unsupported', '', saying(NO_PARTICLES)));
    try {
      const exact = await this.#need(this.#endpoints).exact.measures(this.#need(this.#state), time ?? frame.time);
      const distances: Measurement['distances'] = {};
      for (const { name } of frame.lanes) distances[name] = await run.distances(name);
      return { ...this.#measurement(exact, frame), distances };
    } catch (thrown) {
      throw LabError.from(thrown);
    }
  }

  async samples(lane: LaneName): Promise<Float32Array> {
    await this.#awake();
    try {
      return await this.#need(this.#run).samples(lane);
    } catch (thrown) {
      throw LabError.from(thrown);
    }
  }

  /** Measures the state over a list of values of one field; the rows that are done if `signal` ends it. */
  async sweep(options: SweepOptions): Promise<SweepRow[]> {
    await this.#opened;
    const { sweep } = await import('../lab/sweep');
    return sweep(this.state, options, (progress) => this.#emit('sweepprogress', progress));
  }

  /** What `sweep` would cost; rejects as it would. */
  async sweepCost(options: SweepOptions): Promise<SweepCost> {
    await this.#opened;
    const { cost } = await import('../lab/sweep');
    return cost(this.state, options);
  }

  /** The picture as it stands, as a PNG with `ratio` pixels to a CSS pixel. */
  async picture(ratio = 2): Promise<Blob> {
    await this.#opened;
    const canvas = document.createElement('canvas');
    canvas.dataset.ratio = String(ratio);
    const { width, height } = this.#size;
    this.#need(this.#picture).paint(canvas, width, height, this.#need(this.#scene));
    const { png } = await import('../export/files');
    return png(canvas);
  }

  /** The query that opens this state: only what differs from the preset. */
  get query(): URLSearchParams {
    const preset = this.#presets.find((each) => each.name === this.preset) ?? this.#presets[0];
    return this.#state && preset ? encode(this.#state, preset) : new URLSearchParams();
  }

  // --- Starting -------------------------------------------------------------------------------

  /** Before the element is connected: the query to open instead of the attributes. */
  set initialQuery(query: URLSearchParams) {
    this.#initial = query;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    if (this.#asked) this.#ask();
    document.addEventListener('visibilitychange', this.#onVisibility);
    if (this.hasUpdated) this.#observe();
    const retold = () => {
      this.requestUpdate();
      this.#requestPaint();
      this.#updateCharts();
    };
    addEventListener('guidance-lab-language', retold);
    this.#observers.push({ disconnect: () => removeEventListener('guidance-lab-language', retold) });
    const attributes = new MutationObserver(this.#onAttributes);
    attributes.observe(this, { attributes: true });
    this.#observers.push(attributes);
  }

  /** Attributes that are paths into the state act when they change, too. */
  readonly #onAttributes = (records: MutationRecord[]) => {
    const pairs: [string, string][] = [];
    for (const { attributeName: name } of records) {
      const value = name === null ? null : this.getAttribute(name);
      if (name !== null && value !== null && TOP_KEYS.includes(name.split('.')[0] as string)) pairs.push([name, value]);
    }
    if (pairs.length === 0 || !this.#state) return;
    this.setState(patchOfPairs(pairs, this.#state)).catch((error) => this.#report(LabError.from(error)));
  };

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    document.removeEventListener('visibilitychange', this.#onVisibility);
    for (const observer of this.#observers.splice(0)) observer.disconnect();
    this.#setVisible(false);
    this.#laws?.want(null);
    neverMind(this.#paintNow);
    // A figure that is only being moved is back at once, and keeps its particles.
    setTimeout(() => {
      if (this.isConnected || !this.#endpoints) return;
      this.#run?.release();
      this.#endpoints.release();
      // They listen to the window.
      this.#charts?.destroy();
      this.#charts = null;
      this.#chartsLoading = false;
    });
  }

  /** Starts the figure, now or when it enters the page. */
  #ask(): void {
    this.#asked = true;
    if (this.#started || !this.isConnected) return;
    this.#started = true;
    void this.#start();
  }

  #awake(): Promise<void> {
    this.#ask();
    return this.#opened;
  }

  async #start(): Promise<void> {
    try {
      // A page that does not choose a language by itself: the one around the figure.
      const tag = languageOf(this.closest<HTMLElement>('[lang]')?.lang);
      if (tag !== null) await setLanguage(tag).catch(() => {});
      const controls = import('../controls/form');
      controls.catch(() => {});
      this.#endpoints = await connect();
      this.#panel = (await controls).panel;
      const { exact, simulator } = this.#endpoints;
      const [presets, fields] = await Promise.all([exact.presets(), exact.fields()]);
      this.#presets = presets;
      this.#fields = new Map(fields.map((field) => [field.path, field]));
      definePaths(GuidanceLab.prototype, fieldPaths(fields));
      this.#profile = new Profile(exact, () => {
        this.#updateCharts();
        this.requestUpdate();
      });
      this.#forms = new ClosedForms(exact, {
        scene: () => this.#need(this.#scene),
        size: () => this.#size,
        zoomed: () => this.#looked !== null,
        plane: () => this.#plane(),
        measured: (measures) => {
          this.#measures = measures;
          this.#refreshReadouts();
        },
        answered: () => this.#requestPaint(),
        failed: (error) => this.#report(LabError.from(error)),
      });
      this.#run = new Run(simulator, this.engineChoice, {
        frame: (frame) => this.#onFrame(frame),
        passed: (frame) => this.#collect(frame),
        status: () => this.#onStatus(),
        engine: (info, trouble) => this.#onEngine(info, trouble),
        failed: (error) => this.#fail(error),
      });
      await this.#open(this.#initial ?? this.#queryOfAttributes(), this.#early);
      this.#begin();
      this.#activate();
      this.#resolveOpened();
      await this.#run.settled();
      this.#paintNow();
      this.#resolveReady();
      if (this.#shown('tools')) {
        (globalThis.requestIdleCallback ?? setTimeout)(() => void this.#loadTools(), { timeout: 2000 } as never);
      }
    } catch (thrown) {
      const error = LabError.from(thrown);
      this.#fatal = error;
      this.#rejectReady(error);
      this.#emit('error', error);
      this.requestUpdate();
    }
  }

  /** A scene begins by playing; without autoplay, or where motion is unwelcome, finished. */
  #begin(): void {
    const run = this.#need(this.#run);
    const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
    if (this.autoplay && !still) run.replay();
    else void run.seek(run.steps).catch(() => {});
  }

  /** The preset and every attribute that is a path into the state. */
  #queryOfAttributes(): URLSearchParams {
    const query = new URLSearchParams(this.preset ? { preset: this.preset } : {});
    for (const { name, value } of this.attributes) {
      if (TOP_KEYS.includes(name.split('.')[0] as string)) query.set(name, value);
    }
    return query;
  }

  async #open(query: URLSearchParams, early: Plain = {}): Promise<Change[]> {
    const { exact } = this.#need(this.#endpoints);
    const decoded = decode(query, this.#presets, FALLBACK_PRESET);
    const { state, changes } = await exact.open(mergeDeep(decoded.candidate, early));
    const told = [...changes];
    if (decoded.unknownPreset !== null) {
      const values = { name: decoded.unknownPreset.slice(0, 40), title: t(decoded.preset.title) };
      const says = saying(UNKNOWN_PRESET, values);
      told.unshift({ path: 'preset', message: says.text, says });
    }
    const before = this.preset;
    this.preset = this.#openPreset = decoded.preset.name;
    await this.#adopt(state, false, null, before);
    if (told.length > 0) {
      this.#notices = [
        {
          kind: 'info',
          text: t('This link did not quite fit. What is shown is the nearest valid state:'),
          items: told.map((change) =>
            change.path && !change.message.startsWith(change.path)
              ? `${change.path}: ${say(change.says)}`
              : say(change.says),
          ),
        },
      ];
      this.requestUpdate();
    }
    return told;
  }

  // --- State ----------------------------------------------------------------------------------

  /** A person moved a control: show it at once, validate it, and act on the newest. */
  #change(patch: unknown): void {
    if (!this.#state) return;
    this.#draft = mergeDeep(this.#draft ?? this.#state, patch);
    this.#pendingPatch = this.#pendingPatch === null ? patch : mergeDeep(this.#pendingPatch, patch);
    this.requestUpdate();
    this.#merging ??= this.#mergePending();
  }

  async #mergePending(): Promise<void> {
    while (this.#pendingPatch !== null) {
      const patch = this.#pendingPatch;
      this.#pendingPatch = null;
      try {
        const state = await this.#need(this.#endpoints).exact.merge(this.#need(this.#state), patch);
        await this.#adopt(state, true, `${this.#presses} ${pathsOf(patch)}`);
      } catch (thrown) {
        this.#draft = null;
        this.#notices = [{ kind: 'error', text: say(LabError.from(thrown).says), items: [] }];
        this.requestUpdate();
      }
    }
    this.#draft = null;
    this.#merging = null;
    this.requestUpdate();
  }

  get canUndo(): boolean {
    return this.#history.canUndo;
  }

  get canRedo(): boolean {
    return this.#history.canRedo;
  }

  undo(): Promise<void> {
    return this.#travel('undo');
  }

  redo(): Promise<void> {
    return this.#travel('redo');
  }

  /** After all that has been asked for before: an answer that is on its way would undo the undoing. */
  #travel(way: 'undo' | 'redo'): Promise<void> {
    const travelled = this.#merges.then(async () => {
      await this.#merging;
      const present = { state: this.#need(this.#state), preset: this.preset };
      const there = this.#history[way](present);
      if (!there) return;
      this.preset = this.#openPreset = there.preset;
      await this.#adopt(there.state, true, false);
    });
    this.#merges = travelled.catch(() => {});
    return travelled;
  }

  /** A part of the axes, or all of them. */
  #look(window: Window | null): void {
    const scene = this.#scene;
    if (!scene) return;
    this.#looked = window;
    scene.window = window ?? scene.domain;
    this.#askWhole();
    this.#askNow();
    this.#requestPaint();
  }

  /** The tools on the picture come after the first frame, or when the picture is first touched. */
  readonly #loadTools = async () => {
    if (this.#tools || this.#toolsLoading) return;
    this.#toolsLoading = true;
    try {
      await this.#opened;
      const { Tools: Made } = await import('../edit/tools');
      this.#tools = new Made(this.#toolsHost());
    } catch {
      // The figure works without them; the next touch tries again.
      this.#toolsLoading = false;
    }
  };

  #toolsHost(): Host {
    const lab = this;
    return {
      root: this.renderRoot as ShadowRoot,
      exact: this.#need(this.#endpoints).exact,
      fields: this.#fields,
      get state() {
        return lab.#draft ?? lab.#need(lab.#state);
      },
      get scene() {
        return lab.#scene;
      },
      get size() {
        return lab.#size;
      },
      get zoomed() {
        return lab.#looked !== null;
      },
      get canUndo() {
        return lab.canUndo;
      },
      get canRedo() {
        return lab.canRedo;
      },
      shown: (group) => this.#shown(group),
      change: (patch) => this.#change(patch),
      set: (patch) => this.setState(patch),
      look: (window) => this.#look(window),
      hold: (on) => {
        this.#held = on;
        if (!on) this.#look(this.#looked);
      },
      finish: () => this.#seek(this.#run?.steps ?? 0),
      tell: (kind, text, items = []) => {
        this.#notices = [{ kind, text, items }];
        this.requestUpdate();
      },
      undo: () => void this.undo(),
      redo: () => void this.redo(),
    };
  }

  /** The painter of the plane, fetched with the first figure in 2D. */
  async #plane(): Promise<PlanePainter> {
    this.#planePainter ??= await import('../painter/plane');
    return this.#planePainter;
  }

  /** `key`: what was changed, for undo; `false`: the change is an undo itself. */
  async #adopt(
    state: State,
    interactive: boolean,
    key: string | null | false = null,
    preset = this.preset,
  ): Promise<void> {
    const { exact } = this.#need(this.#endpoints);
    const before = this.#state;
    const same =
      before !== null &&
      JSON.stringify([before.mixture, before.process, before.guidance.target]) ===
        JSON.stringify([state.mixture, state.process, state.guidance.target]);
    const domain = same && this.#domain ? this.#domain : await exact.domain(state);
    const Painter = domain.dimension === 1 ? LinePicture : (await this.#plane()).PlanePicture;
    if (key !== false && before && !equal(before, state)) {
      this.#history.record({ state: before, preset }, key, performance.now(), this.#pressed);
    }
    this.#state = state;
    this.#domain = domain;
    if (state.classifier.kind === 'wiggle') this.#wiggle = state.classifier;
    if (this.#notices.some((notice) => notice.kind === 'error')) this.#notices = [];
    const run = this.#need(this.#run);
    if (!this.#scene || this.#scene.domain.dimension !== domain.dimension) {
      this.#picture = new Painter(() => this.#colors());
      this.#scene = {
        state,
        domain,
        window: domain,
        step: run.step,
        time: domain.times[0] as number,
        frame: null,
        changedAt: -1,
        history: run.history,
        curves: null,
        lastCurves: null,
        spacetime: null,
        law: null,
        plane: null,
        arrows: null,
        arrowsExact: null,
        marginals: null,
      };
      this.#forms?.drop();
      this.#looked = null;
      this.#held = false;
    }
    const scene = this.#scene;
    scene.state = state;
    scene.domain = domain;
    if (!this.#held) scene.window = this.#looked ?? domain;
    if (!same) this.#series.clear();
    run.configure({ state, domain }, interactive);
    this.#profile?.restart(state, domain.times);
    this.#askWhole();
    this.#askNow();
    this.requestUpdate();
    this.#requestPaint();
    void this.#wantLaw().catch(() => {});
    this.#emit('statechange', this.state);
  }

  /** Closed forms that belong to the whole run. */
  #askWhole(): void {
    if (this.#scene) this.#forms?.whole(this.#scene);
  }

  /** Closed forms at the time on show. */
  #askNow(): void {
    if (this.#scene && this.#visible) this.#forms?.now(this.#scene);
  }

  // --- What the run says ------------------------------------------------------------------------

  #onFrame(frame: Frame): void {
    const scene = this.#scene;
    if (!scene) return;
    scene.frame = frame;
    scene.changedAt = this.#run?.changedAt ?? -1;
    scene.step = frame.step;
    scene.time = frame.time;
    if (!this.#run?.glance) this.#collect(frame);
    void this.#wantLaw().catch(() => {});
    this.#askNow();
    this.#refreshReadouts();
    this.#updateCharts();
    this.#requestPaint();
    this.requestUpdate();
  }

  /** The estimates of a frame, for the chart; what was later on the way is forgotten. */
  #collect(frame: Frame): void {
    if (frame.step === 0) this.#series.clear();
    for (const lane of frame.lanes) {
      const points = this.#series.get(lane.name) ?? [];
      while (points.length > 0 && (points[points.length - 1] as { step: number }).step >= frame.step) points.pop();
      const { estimate, standardError } = lane.meanReciprocal;
      points.push({ step: frame.step, value: estimate, error: standardError });
      this.#series.set(lane.name, points);
    }
  }

  #onStatus(): void {
    if (!this.playing) this.#refreshReadouts();
    void this.#wantLaw().catch(() => {});
    this.requestUpdate();
  }

  #onEngine(info: EngineInfo, trouble: LabError | null): void {
    if (trouble) {
      this.#notices = [
        {
          kind: 'error',
          text: t('The engine stopped ({why}). The run goes on with {engine}.', {
            why: say(trouble.says),
            engine: info.backend === 'webgpu' ? 'WebGPU' : t('the CPU'),
          }),
          items: [],
        },
      ];
      this.#emit('error', trouble);
    }
    this.#emit('enginechange', info);
    this.requestUpdate();
  }

  #fail(error: LabError): void {
    this.#notices = [
      {
        kind: 'error',
        text: t(
          'The particles cannot be computed here ({why}). Curves and readouts of the classifier still work; reload the page to try again.',
          { why: say(error.says) },
        ),
        items: [],
      },
    ];
    this.#emit('error', error);
    this.requestUpdate();
  }

  #report(error: LabError): void {
    this.#notices = [{ kind: 'error', text: say(error.says), items: [] }];
    this.#emit('error', error);
    this.requestUpdate();
  }

  #refreshReadouts(): void {
    const now = performance.now();
    if (this.playing && now - this.#readoutsAt < READABLE) return;
    this.#readoutsAt = now;
    const frame = this.#run?.frame ?? null;
    this.#shownReadouts = { measures: this.#measures, frame };
    const told = this.#told.measures === this.#measures && this.#told.frame === frame;
    if (!told && frame && this.#measures && this.#measures.time === frame.time) {
      this.#told = { measures: this.#measures, frame };
      this.#emit('measurement', this.#measurement(this.#measures, frame));
    }
    this.requestUpdate();
  }

  #measurement(exact: ExactMeasures, frame: Frame): Measurement {
    const lanes: Measurement['lanes'] = {};
    for (const { name, bins, outside, ...measures } of frame.lanes) lanes[name] = measures;
    return { ...exact, step: frame.step, lanes };
  }

  #emit(type: string, detail: unknown): void {
    this.dispatchEvent(new CustomEvent(type, { detail, bubbles: true, composed: true }));
  }

  #need<T>(value: T | null | undefined): T {
    if (value === null || value === undefined) {
      throw new LabError(fault('unsupported', '', saying(NOT_READY)));
    }
    return value;
  }

  // --- Visibility, size, theme ----------------------------------------------------------------

  readonly #onVisibility = () => this.#activate();

  /** The exact law of the samples is computed while nothing moves; its code comes with the first wish. */
  async #wantLaw(): Promise<void> {
    const still = () => {
      const scene = this.#scene;
      const shown = this.#visible && !this.playing && scene?.frame && scene.changedAt < 0;
      return shown && scene.domain.dimension === 1 ? { state: scene.state, time: scene.time } : null;
    };
    if (!this.#laws && still()) {
      const { LawKeeper } = await import('../lab/law');
      this.#laws ??= new LawKeeper((known) => {
        if (this.#scene) this.#scene.law = known;
        this.#requestPaint();
      });
    }
    this.#laws?.want(still());
  }
  #laws: LawKeeper | null = null;

  #observe(): void {
    const host = this.renderRoot.querySelector('.picture');
    if (!host) return;
    const seen = new IntersectionObserver((entries) => {
      this.#setVisible(entries.some((entry) => entry.isIntersecting));
    });
    seen.observe(this);
    const resized = new ResizeObserver(() => {
      const { clientWidth, clientHeight } = host;
      if (clientWidth === this.#size.width && clientHeight === this.#size.height) return;
      this.#size = { width: clientWidth, height: clientHeight };
      this.requestUpdate();
      this.#askNow();
      this.#paintNow();
      this.#updateCharts();
    });
    resized.observe(host);
    const charts = this.renderRoot.querySelector('.charts');
    this.#observers.push(seen, resized);
    if (charts) {
      const near = new IntersectionObserver((entries) => {
        this.#chartsVisible = entries.some((entry) => entry.isIntersecting);
        void this.#loadCharts();
      });
      near.observe(charts);
      this.#observers.push(near);
    }
    const retheme = () => {
      this.#theme = null;
      this.#requestPaint();
      this.#updateCharts();
      if (!this.#scene?.frame) this.requestUpdate();
    };
    // Paper does not wait for the next frame.
    const reprint = () => {
      retheme();
      this.#paintNow();
    };
    const watched: [EventTarget | null, string, () => void][] = [
      [matchMedia('(prefers-color-scheme: dark)'), 'change', retheme],
      [matchMedia('(forced-colors: active)'), 'change', retheme],
      [matchMedia('print'), 'change', reprint],
      [this.renderRoot.querySelector('.probe'), 'transitionend', retheme],
    ];
    for (const [target, type, act] of watched) {
      target?.addEventListener(type, act);
      this.#observers.push({ disconnect: () => target?.removeEventListener(type, act) });
    }
    retheme();
  }

  #setVisible(visible: boolean): void {
    this.#visible = visible;
    if (visible) this.#ask();
    this.#activate();
  }

  #activate(): void {
    const active = this.#visible && document.visibilityState === 'visible' && this.isConnected;
    this.#run?.setActive(active);
    this.#profile?.setActive(active);
    void this.#wantLaw().catch(() => {});
    if (active) {
      this.#askNow();
      this.#requestPaint();
    }
  }

  #colors(): Theme {
    this.#theme ??= readTheme(this, this.#need(this.renderRoot.querySelector<HTMLElement>('.probe i')));
    return this.#theme;
  }

  #requestPaint(): void {
    if (this.isConnected) paintSoon(this.#paintNow);
  }

  readonly #paintNow = (): void => {
    const canvas = this.renderRoot.querySelector('canvas');
    const { width, height } = this.#size;
    if (!canvas || !this.#scene || !this.#picture || width < 20 || height < 20) return;
    performance.mark('lab-paint');
    this.#picture.paint(canvas, width, height, this.#scene);
    this.#tools?.draw();
    this.#panels?.draw();
    performance.measure('lab-paint', 'lab-paint');
    performance.clearMarks('lab-paint');
    if (performance.getEntriesByName('lab-paint').length > 500) performance.clearMeasures('lab-paint');
  };

  async #loadCharts(): Promise<void> {
    if (!this.#chartsVisible) return;
    if (!this.#charts && !this.#chartsLoading) {
      this.#chartsLoading = true;
      try {
        // After the first frame, when nothing else is to be done.
        await this.ready;
        await new Promise((resolve) =>
          (globalThis.requestIdleCallback ?? setTimeout)(resolve, { timeout: 1000 } as never),
        );
        const { Charts: Made } = await import('./charts');
        const hosts = this.renderRoot.querySelectorAll<HTMLElement>('.chart-plot');
        if (hosts.length === 2 && this.renderRoot instanceof ShadowRoot) {
          this.#charts = new Made(this.renderRoot, hosts[0] as HTMLElement, hosts[1] as HTMLElement, this.#colors());
        }
      } catch {
        this.#notices = [{ kind: 'info', text: t('The charts could not be loaded.'), items: [] }];
        this.requestUpdate();
      }
    }
    this.#updateCharts();
  }

  /** Charts follow a few times a second; their mark at the end of a run is exact. */
  #updateCharts(): void {
    if (!this.#charts || !this.#chartsVisible || !this.#scene || !this.#state || !this.#profile) return;
    const now = performance.now();
    if (this.playing && now - this.#chartsAt < 100) return;
    this.#chartsAt = now;
    this.#charts.set(this.#colors(), this.#chartData());
  }

  #chartData(): ChartData {
    const { step, domain } = this.#need(this.#scene);
    return {
      times: domain.times,
      step,
      profile: this.#profile?.points ?? [],
      lanes: [...this.#series].map(([name, points]) => ({ name, points })),
      reciprocalPrior: this.#reciprocalPrior(),
    };
  }

  /** The menu that saves a chart; its code comes when it is asked for. */
  #saveButton(part: Part, words: string): TemplateResult {
    const open = async ({ currentTarget }: Event) => {
      try {
        const { save } = await import('../export/figure');
        save(currentTarget as HTMLElement, part, () => this.#exported());
      } catch (thrown) {
        this.#report(LabError.from(thrown));
      }
    };
    return html`<button type="button" class="save" aria-label=${words} @click=${open}>${t('Save')}</button>`;
  }

  #exported(): Source {
    const [measures, frame] = [this.#measures, this.#run?.frame];
    const known = measures && frame && measures.time === frame.time;
    return {
      scene: this.#need(this.#scene),
      charts: this.#chartData(),
      theme: this.#colors(),
      measurement: known ? this.#measurement(measures, frame) : null,
    };
  }

  #reciprocalPrior(): number {
    const state = this.#need(this.#state);
    let prior = 0;
    for (const component of state.mixture) if (component.class === state.guidance.target) prior += component.weight;
    return 1 / prior;
  }

  // --- Rendering --------------------------------------------------------------------------------

  #shown(name: string): boolean {
    return this.#shownControls.has(name);
  }

  #panelContext(): PanelContext | null {
    const state = this.#draft ?? this.#state;
    if (!state || !this.#domain) return null;
    return {
      state,
      dimension: this.#domain.dimension,
      fields: this.#fields,
      presets: this.#presets,
      preset: this.preset,
      wiggle: this.#wiggle,
      engine: this.engineChoice,
      shown: (group) => this.#shown(group),
      change: (patch) => this.#change(patch),
      choosePreset: (name) => void this.open(name),
      chooseEngine: (engine) => {
        this.engineChoice = engine as Backend | 'auto';
      },
      update: () => this.requestUpdate(),
    };
  }

  override willUpdate(changed: PropertyValues): void {
    if (!changed.has('controls')) return;
    this.#shownControls = shownControls(this.controls ?? '');
  }

  override firstUpdated(): void {
    this.#observe();
  }

  override updated(changed: PropertyValues): void {
    if (changed.has('theme')) {
      this.#theme = null;
      this.#requestPaint();
      this.#updateCharts();
    }
    if (changed.has('engineChoice')) this.#run?.setBackend(this.engineChoice);
    if (
      changed.has('preset') &&
      changed.get('preset') !== undefined &&
      this.#state &&
      this.preset !== this.#openPreset
    ) {
      void this.open(this.preset);
    }
    this.#openPreset = this.preset;
  }
  #openPreset = '';

  override render(): TemplateResult {
    if (this.#fatal) {
      return html`<div class="figure"><div class="stage">
        <div class="notice error" role="alert">
          <p>
            ${t('The figure cannot run here: {why}. It needs WebAssembly and module scripts, as every current browser has them.', { why: say(this.#fatal.says) })}
          </p>
        </div>
      </div></div>`;
    }
    const context = this.#panelContext();
    const run = this.#run;
    const state = this.#state;
    const side =
      context &&
      ['preset', 'classifier', 'guidance', 'view', 'compare', 'sampler', 'particles', 'engine'].some((group) =>
        this.#shown(group),
      );
    return html`<div
      part="figure"
      class=${`figure ${side || !context ? 'with-panel' : ''}`}
      @keydown=${this.#onKey}
      @click=${this.#onClick}
      @pointerdown=${this.#onPress}
      @input=${this.#onTyping}
      @change=${this.#onTyping}
    >
      <div class="stage">
        ${
          this.#shownControls.unknown.length > 0
            ? html`<div class="notice error" part="notice" role="alert"><p>${unknownControls(this.#shownControls.unknown)}</p></div>`
            : nothing
        }
        ${this.#notices.map(
          (
            notice,
            index,
          ) => html`<div part="notice" class=${`notice ${notice.kind}`} role=${notice.kind === 'error' ? 'alert' : 'status'}>
            <div>
              <p>${notice.text}</p>
              ${notice.items.length > 0 ? html`<ul>${notice.items.map((item) => html`<li>${item}</li>`)}</ul>` : nothing}
            </div>
            <button type="button" class="icon" aria-label=${t('Dismiss')} @click=${() => this.#dismiss(index)}>×</button>
          </div>`,
        )}
        ${
          this.#shown('verdict')
            ? html`<p class="verdict" part="verdict">${state && run ? verdict(state, this.#profile?.summary() ?? null, run.frame, run.atEnd) : t('Setting up the figure …')}</p>`
            : nothing
        }
        ${this.#shown('tools') ? html`<div class="tools" role="toolbar" aria-label=${t('Tools for the picture')}></div>` : nothing}
        <div
          part="picture"
          class=${`picture ${this.#domain?.dimension === 2 ? 'plane' : 'line'}`}
          .style=${this.#scene ? `--lab-own: ${wishedHeight(this.#scene.state, this.#scene.domain.dimension, this.#size.width)}` : ''}
          tabindex="0"
          role="group"
          aria-label=${t('Picture. The arrow keys move a crosshair that reads the values; space plays and pauses, comma and full stop step.')}
          @pointerenter=${this.#loadTools}
          @focus=${this.#loadTools}
        >
          <canvas part="canvas" role="img" aria-label=${summary(this.#scene)}></canvas>
          <div class="over"></div>
          ${this.#shown('charts') && this.#domain ? this.#saveButton('density', t('Save histogram and curves')) : nothing}
          ${this.#scene?.frame ? nothing : html`<div class="poster" part="poster"><slot>${this.#poster()}</slot></div>`}
        </div>
        ${
          this.#shown('time')
            ? timebar({
                step: run?.step ?? 0,
                steps: run?.steps || 1,
                time: this.#scene?.time ?? Number.NaN,
                playing: this.playing,
                speed: run?.speed ?? 1,
                progress: run?.progress ?? null,
                restart: () => void run?.restart().catch(() => {}),
                stepBy: (by) => this.#seek((run?.step ?? 0) + by),
                toggle: () => this.#toggle(),
                seek: (step) => this.#seek(step),
                setSpeed: (speed) => run?.setSpeed(speed),
              })
            : nothing
        }
        <div class="bench"></div>
      </div>
      ${context && side ? html`<form class="panel" part="controls" aria-label=${t('Controls')} @submit=${(event: Event) => event.preventDefault()}>${this.#panel?.(context)}</form>` : side || !context ? html`<div class="panel"></div>` : nothing}
        ${
          this.#shown('readouts') && state && this.#domain
            ? readouts({
                state,
                dimension: this.#domain.dimension,
                measures: this.#shownReadouts.measures,
                frame: this.#shownReadouts.frame,
                reciprocalPrior: this.#reciprocalPrior(),
                engine: run?.engine
                  ? {
                      title: run.engine.backend === 'webgpu' ? 'WebGPU' : 'CPU',
                      reason: `${run.engine.adapter}. ${say(run.engine.says)}`,
                    }
                  : null,
                left: run?.playing ? run.particles : null,
              })
            : nothing
        }
      <div class="charts" part="charts" ?hidden=${!this.#shown('charts')}>
        <figure>
          <figcaption>
            <span>${tm('The classifier over the run: KL, guidance error and guidance, mean squares, against *t*')}</span>
            ${this.#saveButton('classifier', t('Save the chart of the classifier'))}
          </figcaption>
          <div class="chart-plot"></div>
        </figure>
        <figure>
          <figcaption>
            <span>${tm('The samples over the run: E[1/*p*(*c*|*x*)] of each lane')}</span>
            ${this.#saveButton('samples', t('Save the chart of the samples'))}
          </figcaption>
          <div class="chart-plot"></div>
        </figure>
      </div>
      <span class="probe" aria-hidden="true"><i></i></span>
    </div>`;
  }

  /** What one press of a pointer changes is one step of undo. */
  readonly #onPress = () => {
    this.#presses += 1;
    this.#pressed = true;
    const released = () => {
      this.#pressed = false;
      for (const name of ['pointerup', 'pointercancel']) removeEventListener(name, released, true);
    };
    for (const name of ['pointerup', 'pointercancel']) addEventListener(name, released, true);
  };

  /** A number that is typed and not yet taken. */
  #typing: EventTarget | null = null;
  readonly #onTyping = (event: Event) => {
    const target = event.composedPath()[0] as HTMLInputElement;
    this.#typing = event.type === 'input' && ['number', 'text'].includes(target.type) ? target : null;
  };

  /** What stands in the figure before its first frame: true of the preset as it is only. */
  #poster(): TemplateResult | typeof nothing {
    const changed = [...this.#queryOfAttributes().keys()].some((key) => key !== 'preset');
    const ours =
      this.#initial || changed || Object.keys(this.#early).length > 0 ? null : this.preset || FALLBACK_PRESET;
    const url = this.poster || (ours && posterUrl(ours, isDark(this)));
    return url && !this.#posterFailed ? html`<img src=${url} alt="" @error=${this.#onPosterError} />` : nothing;
  }

  readonly #onPosterError = () => {
    this.#posterFailed = true;
    this.requestUpdate();
  };

  #dismiss(index: number): void {
    this.#notices = this.#notices.filter((_, at) => at !== index);
    this.requestUpdate();
  }

  #toggle(): void {
    if (this.playing) this.pause();
    else this.play();
  }

  #seek(step: number): void {
    this.#run?.seek(step).catch(() => {});
  }

  readonly #onKey = (event: KeyboardEvent) => {
    if (event.defaultPrevented || event.altKey) return;
    const target = event.composedPath()[0] as HTMLElement;
    if (event.ctrlKey || event.metaKey) {
      const key = event.key.toLowerCase();
      // In a field that is being typed in, undo is the field's.
      if ((key !== 'z' && key !== 'y') || target === this.#typing) return;
      event.preventDefault();
      void (key === 'y' || event.shiftKey ? this.redo() : this.undo());
      return;
    }
    const busy = target.closest('input, select, button, a, summary, textarea');
    if (event.key === 'Escape' || !this.#run) return;
    if (busy && !(event.key === ' ' && target.matches('.scrubber'))) return;
    if (!this.allows('time')) return;
    const run = this.#run;
    const large = event.shiftKey ? 10 : 1;
    const actions: Record<string, () => void> = {
      ' ': () => this.#toggle(),
      ArrowRight: () => this.#seek(run.step + large),
      ArrowDown: () => this.#seek(run.step + large),
      ArrowLeft: () => this.#seek(run.step - large),
      ArrowUp: () => this.#seek(run.step - large),
      Home: () => this.#seek(0),
      End: () => this.#seek(run.steps),
      ',': () => this.#seek(run.step - 1),
      '.': () => this.#seek(run.step + 1),
    };
    const action = actions[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  };

  #panels: Panels | null = null;
  async #showPanel(name: string): Promise<void> {
    try {
      const { Panels: Made } = await import('../panels');
      this.#panels ??= new Made(this.#toolsHost());
      this.#panels.show(name);
    } catch (thrown) {
      this.#report(LabError.from(thrown));
    }
  }

  /** A word is explained by the glossary, which is fetched with the first. */
  readonly #onClick = (event: Event) => {
    const target = event.target as Element;
    const panel = target.closest<HTMLElement>('[data-panel]')?.dataset.panel;
    if (panel) void this.#showPanel(panel);
    const word = target.closest<HTMLElement>('[data-word]');
    if (!word) return;
    event.preventDefault();
    event.stopPropagation();
    void import('../words/glossary').then(({ showWord }) => showWord(word, word.dataset.word ?? ''));
  };
}

definePaths(GuidanceLab.prototype, TOP_PATHS);
