/**
 * `<guidance-lab>`: the view of a Lab, and the public interface of docs/api.md. What is known and done is the Lab's
 * (`lab/lab.ts`); here stand attributes and properties, events, the template, and what the page does to a figure. What
 * each change leads to stands in `effects.ts`.
 */
import { html, LitElement, nothing, type PropertyValues, type TemplateResult, unsafeCSS } from 'lit';
import { type Shown, shownControls } from '../controls/names';
import { placeScrubber, timebar } from '../controls/timebar';
import type { Part } from '../export/figure';
import type { Model } from '../gallery/model';
import { LabError } from '../lab/error';
import { Lab } from '../lab/lab';
import { drawsPictures, mixtureOf } from '../lab/named';
import { getPath, isPlain, mergeDeep, type Plain, patchOf } from '../lab/paths';
import { patchOfPairs, textRead } from '../lab/permalink';
import { LinePicture } from '../painter/line';
import { Stage } from '../painter/stage';
import { type Picture, wishedHeight } from '../painter/subject';
import { languageOf, setLanguage, t } from '../words';
import { again } from '../workers/again';
import { connect, usage } from '../workers/client';
import type {
  Backend,
  Change,
  Domain,
  EngineInfo,
  FitAnswer,
  FitOptions,
  LaneName,
  Measurement,
  Points,
  PointValues,
  Preset,
  State,
} from '../workers/protocol';
import type { SweepCost, SweepOptions, SweepRow } from '../workers/sweep-protocol';
import { Acts } from './acts';
import { ChartPair } from './chart-pair';
import { type Cause, type Effect, effectsOf } from './effects';
import sheet from './element.css?inline';
import { keepKeys } from './keys';
import { OnDemand } from './on-demand';
import { neverMind, paintSoon } from './paint-turns';
import { posterUrl } from './posters';
import { definePaths, fieldPaths, TOP_PATHS, upgradePaths } from './properties';
import type { GuidanceLabElement } from './public';
import { chartFigures, fatal, notices, saveButton } from './template';
import { watch } from './watch';

/** What an attribute or a link may set. */
const TOP_KEYS = ['version', ...TOP_PATHS];
/** Groups of controls that stand beside the picture. */
const BESIDE = ['preset', 'classifier', 'guidance', 'view', 'compare', 'sampler', 'particles', 'engine'];
/** The picture's size in pixels where the page gives it none. */
const UNSEEN = [640, 400] as const;
/** Where nothing was asked for. */
const USUAL_PRESET = 'wiggle';

export class GuidanceLab extends LitElement {
  static override properties = {
    preset: { type: String, useDefault: true },
    controls: { type: String },
    showControls: { type: String, attribute: 'show-controls' },
    theme: { type: String, reflect: true, useDefault: true },
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
  /** The same by a name that HTML has no meaning for: tools that know `controls` of a film print it without its value. */
  declare showControls: string;
  declare theme: 'auto' | 'light' | 'dark';
  declare engineChoice: Backend | 'auto';
  declare autoplay: boolean;
  /** Whether a reader can change only what has a control. */
  declare lock: boolean;
  /** The address of a picture to show before the figure starts, instead of the one that comes with the preset. */
  declare poster: string;

  /** What this is the view of, where the mixture draws no pictures. */
  readonly lab: Lab;
  /** What is on show: the Lab, or pictures. */
  #model: Model;
  #pictures: Model | null = null;
  /** It is known which of them that is. */
  readonly #chosen: Promise<void>;
  #choose!: () => void;
  /** The picture in the page. */
  readonly stage = new Stage(this);

  readonly #charts: ChartPair;
  readonly #onDemand: OnDemand;
  readonly #acts: Acts;
  #picture: Picture | null = null;
  #shownControls: Shown = shownControls('');
  /** Whether anybody has asked for the figure to start: by looking at it, or by a call. */
  #asked = false;
  #started = false;
  #visible = false;
  #initial: URLSearchParams | null = null;
  /** What was set before the state was open. */
  #early: Plain = {};
  #posterFailed = false;
  /** Ends what is watched while the figure is in the page. */
  #unwatch: (() => void)[] = [];

  constructor() {
    super();
    this.preset = '';
    this.controls = 'all';
    this.showControls = '';
    this.theme = 'auto';
    this.engineChoice = 'auto';
    this.autoplay = false;
    this.lock = false;
    this.poster = '';
    this.lab = new Lab(connect(), {
      prepare: (domain) => this.#prepare(domain),
      detail: (state) => this.#onDemand.detail(state),
    });
    this.#model = this.lab;
    this.#chosen = new Promise((resolve) => {
      this.#choose = resolve;
    });
    this.#charts = new ChartPair(this.lab, this.stage);
    this.#onDemand = new OnDemand(this.lab, this.stage);
    this.#acts = new Acts(this.lab, this.#onDemand, () => this.allows('time'));
    this.lab.listen((changed) => this.#follow(changed));
    upgradePaths(this);
    this.addEventListener('keydown', keepKeys);
  }

  // --- The public interface -----------------------------------------------------------------

  /** Resolves when the first frame stands: the state is open, the engine is chosen. Asking starts the figure. */
  get ready(): Promise<void> {
    this.#ask();
    const ready = Promise.all([this.#chosen.then(() => this.#model.ready), this.#onDemand.bringSaid()]).then(() =>
      this.#paintNow(),
    );
    // To ask is to start; not everybody waits.
    ready.catch(() => {});
    return ready;
  }

  get state(): State {
    return structuredClone(this.#model.state as State);
  }

  /** A patch like that of `setState`; what is wrong in it is told by the `error` event. */
  set state(patch: unknown) {
    this.#set(patch);
  }

  /** What a path into the state holds; undefined while the state is not open. */
  getPath(path: string): unknown {
    return structuredClone(getPath(this.#model.isOpen ? this.#model.state : this.#early, path));
  }

  /** Sets a path into the state, as the property of that name does; text is read as in an attribute. */
  setPath(path: string, value: unknown): void {
    const { isOpen } = this.#model;
    this.#set(isOpen ? textRead(patchOf(path, value), this.#model.state) : patchOf(path, value));
  }

  #set(patch: unknown): void {
    if (this.#model.isOpen) this.setState(patch).catch((error) => this.#model.report(LabError.from(error)));
    else if (isPlain(patch)) this.#early = mergeDeep(this.#early, patch);
  }

  /** Whether a reader may change something that these controls are for. */
  allows(...controls: string[]): boolean {
    return !this.lock || controls.some((name) => this.#shown(name));
  }

  get engine(): EngineInfo | null {
    return this.#model.engine;
  }

  /** The engine that is wanted, as the attribute of that name. */
  set engine(wish: Backend | 'auto') {
    this.engineChoice = wish;
  }

  get presets(): Preset[] {
    return structuredClone(this.#model.presets);
  }

  get playing(): boolean {
    return this.#model.playing;
  }

  /** The step on show. */
  get currentStep(): number {
    return this.#model.run.step;
  }

  async setState(patch: unknown): Promise<void> {
    const present = await this.#awake();
    const mixture = (patch as { mixture?: unknown } | null)?.mixture;
    const model = mixture === undefined ? present : await this.#opened(mixture);
    await model.setState(patch);
    this.#show(model);
  }

  /** Opens a preset, with anything laid over it; says what had to be changed. */
  async open(name: string, query = new URLSearchParams()): Promise<Change[]> {
    await this.#awake();
    const model = await this.#opened(mixtureOf(query));
    const changes = await model.open(name, query);
    this.#show(model);
    return changes;
  }

  play(): void {
    this.#ask();
    this.#model.play();
  }

  pause(): void {
    this.#model.pause();
  }

  async step(n = 1): Promise<void> {
    await (await this.#awake()).step(n);
  }

  async finish(): Promise<void> {
    await (await this.#awake()).finish();
  }

  async reset(seed?: number): Promise<void> {
    await (await this.#awake()).reset(seed);
  }

  async measure(options: { time?: number } = {}): Promise<Measurement> {
    return (await this.#awake()).measure(options);
  }

  /** The exact and the tested values at any points. */
  async at(points: Points, options?: { time?: number }): Promise<PointValues> {
    return (await this.#awake()).at(points, options);
  }

  /** Fits a mixture to a table of labelled points, which becomes the state's. */
  async fit(table: string | Blob, options?: FitOptions): Promise<FitAnswer> {
    return (await this.#awake()).fit(table, options);
  }

  async samples(lane: LaneName): Promise<Float32Array> {
    return (await this.#awake()).samples(lane);
  }

  /** Measures the state over a list of values of one field; the rows that are done if `signal` ends it. */
  async sweep(options: SweepOptions): Promise<SweepRow[]> {
    return (await this.#awake()).sweep(options, (progress) => this.#emit('sweepprogress', progress));
  }

  /** What `sweep` would cost; rejects as it would. */
  async sweepCost(options: SweepOptions): Promise<SweepCost> {
    return (await this.#awake()).sweepCost(options);
  }

  /** Trains the state's network, or that of a recipe, which becomes the state's; `start` resolves with the recipe that stands. */
  get train(): GuidanceLabElement['train'] {
    const awake = async () => (await this.#awake()).train;
    return {
      start: async (recipe) => (await awake()).start(recipe),
      stop: () => this.#model.train.stop(),
      open: async (file) => (await awake()).open(file),
      save: async (format) => (await awake()).save(format),
    };
  }

  /** The picture as it stands, as a PNG with `ratio` pixels to a CSS pixel. */
  async picture(ratio = 2): Promise<Blob> {
    const model = await this.#awake();
    if (model.picture) return model.picture(ratio);
    const { subject } = this.lab;
    if (!subject || !this.#picture) throw LabError.notReady();
    const canvas = document.createElement('canvas');
    canvas.dataset.ratio = String(ratio);
    let { width, height } = this.stage.size;
    if (width < 20 || height < 20) {
      // Nobody sees it, and it has no size.
      [width, height] = UNSEEN;
      await this.lab.sight.known();
    }
    this.#picture.paint(canvas, width, height, subject);
    const { png } = await import('../export/files');
    return png(canvas);
  }

  /** The query that opens this state: only what differs from the preset. */
  get query(): URLSearchParams {
    return this.#model.query;
  }

  get canUndo(): boolean {
    return this.#model.canUndo;
  }

  get canRedo(): boolean {
    return this.#model.canRedo;
  }

  undo(): Promise<void> {
    return this.#model.undo();
  }

  redo(): Promise<void> {
    return this.#model.redo();
  }

  // --- Starting, leaving ----------------------------------------------------------------------

  /** Before the element is connected: the query to open instead of the attributes. */
  set initialQuery(query: URLSearchParams) {
    this.#initial = query;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#model.hold();
    if (this.#asked) this.#ask();
    if (this.hasUpdated) this.#watch();
    const attributes = new MutationObserver(this.#onAttributes);
    attributes.observe(this, { attributes: true });
    this.#unwatch.push(() => attributes.disconnect());
    this.#on(document, 'visibilitychange', () => this.#activate());
    this.#on(globalThis, 'guidance-lab-language', () => this.#follow(['language']));
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const end of this.#unwatch.splice(0)) end();
    this.#setVisible(false);
    neverMind(this.#paintNow);
    // A figure that is only being moved is back at once, and keeps its particles.
    setTimeout(() => {
      if (this.isConnected || !this.#started) return;
      this.#model.release();
      this.#charts.destroy();
    });
  }

  /** Listens while the figure is in the page. */
  #on(target: EventTarget, type: string, act: () => void): void {
    target.addEventListener(type, act);
    this.#unwatch.push(() => target.removeEventListener(type, act));
  }

  /** Attributes that are paths into the state act when they change, too. */
  readonly #onAttributes = (records: MutationRecord[]) => {
    const pairs: [string, string][] = [];
    for (const { attributeName: name } of records) {
      const value = name === null ? null : this.getAttribute(name);
      if (name !== null && value !== null && TOP_KEYS.includes(name.split('.')[0] as string)) pairs.push([name, value]);
    }
    if (pairs.length > 0 && this.#model.isOpen)
      this.#set(patchOfPairs(pairs, this.#model.state as State, this.lab.fields.keys()));
  };

  /** Starts the figure, now or when it enters the page. */
  #ask(): void {
    this.#asked = true;
    if (this.#started || !this.isConnected) return;
    this.#started = true;
    void this.#start();
  }

  async #awake(): Promise<Model> {
    this.#ask();
    await this.#chosen;
    await this.#model.opened;
    return this.#model;
  }

  /** What shows a mixture; pictures are fetched with the first. */
  async #modelOf(mixture: unknown): Promise<Model> {
    if (!drawsPictures(mixture)) return this.lab;
    const { Pictures } = await again(() => import('../gallery/pictures'));
    this.#pictures ??= new Pictures({
      element: this,
      controls: () => this.#shownControls,
      autoplay: () => this.autoplay,
      emit: (type, detail) => this.#emit(type, detail),
    });
    return this.#pictures;
  }

  /** The same with a state. */
  async #opened(mixture: unknown): Promise<Model> {
    const model = await this.#modelOf(mixture);
    if (!model.isOpen) await model.start(new URLSearchParams(), () => (model === this.lab ? {} : { mixture }));
    return model;
  }

  #show(model: Model): void {
    if (model === this.#model) return;
    this.#model.release();
    this.#model = model;
    model.hold();
    this.#activate();
    this.requestUpdate();
    if (model.isOpen) this.#emit('statechange', this.state);
    // Its parts are others.
    this.#charts.destroy();
    this.#onDemand.forget();
    void this.updateComplete.then(() => {
      this.#watch();
      if (model === this.lab && this.#shown('tools')) void this.#onDemand.loadTools();
    });
  }

  async #start(): Promise<void> {
    // A page that does not choose a language by itself: the one around the figure.
    const tag = languageOf(this.closest<HTMLElement>('[lang]')?.lang);
    if (tag !== null) await setLanguage(tag).catch(() => {});
    void this.#onDemand.bringSaid().then(() => this.requestUpdate());
    this.lab.setBackend(this.engineChoice);
    this.lab.autoplay = this.autoplay;
    const query = this.#initial ?? this.#queryOfAttributes();
    let missing: unknown;
    const model = await this.#modelOf(this.#early.mixture ?? mixtureOf(query)).catch((thrown) => {
      missing = thrown;
      return this.lab;
    });
    this.#show(model);
    this.#choose();
    await model.start(query, () => this.#early);
    if (missing) this.lab.report(LabError.from(missing));
    if (this.#shown('tools')) {
      (globalThis.requestIdleCallback ?? setTimeout)(() => void this.#onDemand.loadTools(), { timeout: 2000 } as never);
    }
  }

  /** The preset and every attribute that is a path into the state. */
  #queryOfAttributes(): URLSearchParams {
    const query = new URLSearchParams(this.preset ? { preset: this.preset } : {});
    for (const { name, value } of this.attributes) {
      if (TOP_KEYS.includes(name.split('.')[0] as string)) query.set(name, value);
    }
    return query;
  }

  /**
   * Before a state stands: what shows it is at hand. The painter of the plane comes with the first state in 2D, the form
   * of the controls with the first figure that has some beside its picture.
   */
  async #prepare({ dimension }: Domain): Promise<void> {
    if (this.#beside()) await this.#onDemand.bringControls();
    if (dimension === 2) await this.#onDemand.bringPlane();
  }

  // --- What follows from a change ---------------------------------------------------------------

  #follow(causes: Iterable<Cause>): void {
    for (const effect of effectsOf(causes)) this.#effects[effect]();
  }

  readonly #effects: Record<Effect, () => void> = {
    paths: () => {
      definePaths(GuidanceLab.prototype, fieldPaths(this.lab.fields.keys()));
      upgradePaths(this);
    },
    picture: () => {
      const Painter = (this.lab.domain.dimension === 2 && this.#onDemand.plane?.PlanePicture) || LinePicture;
      if (!(this.#picture instanceof Painter)) this.#picture = new Painter(() => this.stage.theme);
    },
    preset: () => {
      this.preset = this.lab.preset;
    },
    backend: () => {
      this.engineChoice = this.lab.backend;
    },
    details: () => this.lab.sight.askNow(),
    template: () => this.requestUpdate(),
    paint: () => {
      if (this.isConnected) paintSoon(this.#paintNow);
    },
    error: () => this.#emit('error', this.lab.notices.fault),
    statechange: () => this.#emit('statechange', this.state),
    enginechange: () => this.#emit('enginechange', this.engine),
    measurement: () => this.#emit('measurement', this.lab.measurement),
    trainprogress: () => {
      const { step, of, loss, kl } = this.lab.train.course ?? {};
      if (step !== undefined) this.#emit('trainprogress', { step, of, loss, kl });
    },
    charts: () => this.#charts.update(),
  };

  #emit(type: string, detail: unknown): void {
    this.dispatchEvent(new CustomEvent(type, { detail, bubbles: true, composed: true }));
  }

  readonly #paintNow = (): void => {
    const canvas = this.stage.find<HTMLCanvasElement>('.picture canvas');
    const { width, height } = this.stage.size;
    const { subject } = this.lab;
    if (!canvas || !subject || !this.#picture || width < 20 || height < 20) return;
    this.#picture.paint(canvas, width, height, subject);
    this.#onDemand.draw();
  };

  // --- The page around it -------------------------------------------------------------------------

  #watch(): void {
    const retheme = () => {
      this.stage.retheme();
      this.#follow(['theme']);
    };
    const end = watch(this, this.renderRoot, {
      seen: (visible) => this.#setVisible(visible),
      resized: (width, height) => {
        if (width === this.stage.size.width && height === this.stage.size.height) return;
        this.stage.size = { width, height };
        this.#follow(['size']);
        this.#paintNow();
      },
      near: (visible) => {
        this.#charts.see(visible).catch(() => this.lab.tell('info', t('The charts could not be loaded.')));
      },
      recoloured: retheme,
      printed: () => {
        retheme();
        this.#paintNow();
        this.#charts.update(true);
      },
    });
    this.#unwatch.push(end);
    retheme();
  }

  #setVisible(visible: boolean): void {
    this.#visible = visible;
    if (visible) this.#ask();
    this.#activate();
  }

  /** Off screen and in a hidden tab nothing is done. */
  #activate(): void {
    const active = this.#visible && document.visibilityState === 'visible' && this.isConnected;
    this.#model.setActive(active);
    if (active) this.#effects.paint();
  }

  // --- Rendering --------------------------------------------------------------------------------

  #shown(name: string): boolean {
    return this.#shownControls.has(name);
  }

  #beside(): boolean {
    return BESIDE.some((group) => this.#shown(group));
  }

  override willUpdate(changed: PropertyValues): void {
    if (changed.has('controls') || changed.has('showControls')) {
      this.#shownControls = shownControls(this.showControls || (this.controls ?? ''));
      if (this.lab.isOpen && this.#beside()) void this.#onDemand.bringControls().then(() => this.requestUpdate());
    }
  }

  override firstUpdated(): void {
    this.#watch();
    // A browser that has lost its GPU process gives its canvases back empty, the painter's own too.
    const restored = () => {
      if (!this.#picture) return;
      this.#picture = null;
      this.#effects.picture();
      this.#paintNow();
      this.#charts.update(true);
    };
    this.renderRoot.addEventListener('contextrestored', restored, true);
  }

  override updated(changed: PropertyValues): void {
    const { lab } = this;
    placeScrubber(this.renderRoot, lab);
    if (changed.has('theme')) {
      this.stage.retheme();
      this.#follow(['theme']);
    }
    if (changed.has('controls') && this.#shown('tools') && lab.isOpen) {
      void this.#onDemand.loadTools().then(() => this.#onDemand.draw());
    }
    if (changed.has('autoplay')) lab.autoplay = this.autoplay;
    if (changed.has('engineChoice')) lab.setBackend(this.engineChoice);
    const chosen = changed.has('preset') && changed.get('preset') !== undefined;
    if (chosen && this.#model.isOpen && this.preset !== this.#model.preset) {
      this.open(this.preset).catch((thrown) => {
        // What is named is what is shown.
        this.preset = this.#model.preset;
        lab.report(LabError.from(thrown));
      });
    }
  }

  override render(): TemplateResult {
    const { lab } = this;
    const { subject, run } = lab;
    const { said } = this.#onDemand;
    const view = this.#model.view?.();
    if (view) return html`${view}`;
    if (lab.notices.fatal) return fatal(lab.notices.fatal, () => void lab.retry());
    const side = lab.isOpen && this.#beside();
    const save = (part: Part, words: string) => saveButton(words, (button) => this.#onDemand.save(button, part));
    return html`<div
      part="figure"
      class=${`figure ${side || !lab.isOpen ? 'with-panel' : ''}`}
      @keydown=${this.#acts.onKey}
      @click=${this.#acts.onClick}
      @pointerdown=${this.#acts.onPress}
      @input=${this.#acts.onTyping}
      @change=${this.#acts.onTyping}
      @unfolded=${() => this.requestUpdate()}
    >
      <div class="stage">
        ${notices(lab, said?.unknownControls(this.#shownControls.unknown))}
        ${
          this.#shown('verdict')
            ? html`<p class="verdict" part="verdict">${(lab.isOpen && said?.verdict({ state: lab.state, summary: said.summaryOf(lab.profile), frame: run.atEnd ? run.frame : null, times: lab.domain.times, take: this.allows('steps') ? (steps) => lab.change({ process: { steps } }) : null })) || t('Setting up the figure …')}</p>`
            : nothing
        }
        ${this.#shown('tools') ? html`<div class="tools" role="toolbar" aria-label=${t('Tools for the picture')}></div>` : nothing}
        <div
          part="picture"
          class=${`picture ${subject?.domain.dimension === 2 ? 'plane' : 'line'}`}
          .style=${subject ? `--lab-own: ${wishedHeight(subject.state, subject.domain.dimension, this.stage.size.width)}` : ''}
          tabindex="0"
          role="group"
          aria-label=${t('Picture. The arrow keys move a crosshair that reads the values; space plays and pauses, comma and full stop step.')}
          @pointerenter=${() => this.#onDemand.loadTools()}
          @focus=${() => this.#onDemand.loadTools()}
        >
          <canvas part="canvas" role="img" aria-label=${said?.summary(subject) ?? t('The figure is being set up.')}></canvas>
          <div class="over"></div>
          ${this.#shown('charts') && subject ? save('density', t('Save histogram and curves')) : nothing}
          ${subject?.frame ? nothing : html`<div class="poster" part="poster"><slot>${this.#poster()}</slot></div>`}
        </div>
        ${this.#shown('time') ? timebar(lab) : nothing}
        <div class="bench"></div>
      </div>
      ${side ? html`<form class="panel" part="controls" @submit=${(event: Event) => event.preventDefault()}>${this.#onDemand.controlsForm?.(lab, this.#shownControls)}</form>` : lab.isOpen ? nothing : html`<div class="panel"></div>`}
        ${this.#shown('readouts') && lab.isOpen ? said?.readouts(lab) : nothing}
      ${chartFigures(this.#shown('charts'), save)}
      <span class="probe" aria-hidden="true"><i></i></span>
    </div>`;
  }

  /** What stands in the figure before its first frame: true of the preset as it is only. */
  #poster(): TemplateResult | typeof nothing {
    const query = this.#queryOfAttributes();
    const pictures = drawsPictures(this.#early.mixture ?? mixtureOf(query));
    const keys = [...query.keys(), ...Object.keys(this.#early)];
    const changed = keys.some((key) => key !== 'preset' && !(pictures && key.startsWith('mixture')));
    const ours = this.#initial || changed ? null : pictures ? 'digits' : this.preset || USUAL_PRESET;
    const url = this.poster || (ours && posterUrl(ours, this.stage.dark));
    return url && !this.#posterFailed ? html`<img src=${url} alt="" @error=${this.#onPosterError} />` : nothing;
  }

  readonly #onPosterError = () => {
    this.#posterFailed = true;
    this.requestUpdate();
  };
}

definePaths(GuidanceLab.prototype, TOP_PATHS);
