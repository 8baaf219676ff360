/**
 * Two networks with the same validation KL, side by side: how they came to it, their errors over the run, what they say and
 * where they steer at one time, and where the same noise ends under each.
 */
import { html, nothing, render, svg, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import { unsafeHTML } from 'lit/directives/unsafe-html.js';
import { KINDS } from '../controls/classifier';
import { choice, explain, slider } from '../controls/inputs';
import { type Plot, plotSvg } from '../export/plot';
import type { Savable } from '../export/save';
import { Latest } from '../lab/latest';
import { Matched, type Side } from '../lab/matched';
import type { ProfilePoint } from '../lab/profile';
import { binDensity } from '../painter/density';
import type { Theme } from '../painter/theme';
import { say, t } from '../words';
import { tm } from '../words/markup';
import { estimateText, formatCount, formatNumber } from '../words/numbers';
import { level, symbol } from '../words/units';
import type { Curves, Domain, ErrorBound, Recipe, State } from '../workers/protocol';
import { axisRange, CURVES, colorsOf, curvePlot, DASHES } from './error-curves';
import { PAIRS, type Pair } from './pairs';
import { Panel } from './panel';
import { type LineLook, type Roughness, roughness, type Surfaces, surfaces, surfacesView } from './surfaces';

const HEIGHT = 132;
/** A and B among the colours and dashes of the curves. */
const LINES = [0, 3] as const;
/** A time at which there are both noise and guidance. */
const HALF = 0.5;
/** There is guidance where its mean square is this share of its greatest. */
const SOME = 0.01;

export class MatchedPanel extends Panel {
  protected readonly from = 'compare-trainings';
  readonly #matched: Matched;
  #pair: Pair = PAIRS[0] as Pair;
  #target = 0.003;
  #time = HALF;
  #phase = '';
  /** That of the state in which the two were trained: the figure may have another by now. */
  #domain: Domain;
  #surfaces: Surfaces | null = null;
  /** The exact density at the end of the run. */
  #end: Curves | null = null;
  readonly #ask: Latest<{ states: readonly State[]; time: number }, [Surfaces, Curves | null]>;

  constructor(...args: ConstructorParameters<typeof Panel>) {
    super(...args);
    const { lab } = this;
    this.#domain = lab.domain;
    this.#matched = new Matched(lab.exact, lab.clock, () => this.#changed());
    this.#ask = new Latest(
      async ({ states, time }) => {
        const domain = this.#domain;
        const [from, to] = [domain.min[0] as number, domain.max[0] as number];
        const last = domain.times.at(-1) as number;
        return [
          await surfaces(lab.exact, states, domain, time),
          domain.dimension === 1 ? await lab.exact.curves(states[0] as State, last, from, to, 401) : null,
        ];
      },
      ([found, end]) => {
        this.#surfaces = found;
        this.#end = end;
        this.draw();
      },
      () => {},
    );
  }

  show(): void {
    this.place();
    this.draw();
    this.reveal();
  }

  protected override hide(): void {
    this.#matched.stop();
    this.panel.remove();
    this.stage.find(`[data-panel="matched"]`)?.focus();
  }

  #changed(): void {
    const { phase } = this.#matched;
    if (phase === 'training') this.#surfaces = null;
    // Once both are trained.
    if (phase === 'measuring' && this.#phase !== phase) this.#look();
    this.#phase = phase;
    this.draw();
  }

  #look(): void {
    this.#ask.ask({ states: this.#matched.sides.map(({ state }) => state), time: this.#time });
  }

  #start(): void {
    const { state, domain } = this.lab;
    this.#domain = domain;
    const own =
      state.classifier.kind === 'learned' ? { ...state.classifier.recipe, weights: null } : KINDS.learned.first.recipe;
    const base: Recipe = { ...own, targetKl: this.#target, steps: Math.max(own.steps, 6000) };
    void this.#matched.want(state, this.#pair.recipes(base, domain.dimension));
  }

  draw(): void {
    if (!this.open || !this.lab.subject) return;
    const { theme } = this.stage;
    const { phase, trouble, sides } = this.#matched;
    const looks = this.#looks(theme);
    const all = this.panel.clientWidth;
    const width = all >= 560 ? Math.floor((all - 24) / 2) : all;
    const hint = t(
      'Two networks are trained until their validation KL is the same, so that their losses cannot tell them apart. Then their guidance is held against the truth, and both steer the same noise.',
    );
    render(
      html`${this.head(t('Two networks with the same KL'), hint)}
        <div class="whole pair">
          ${choice(
            'pair',
            t('A and B'),
            this.#pair.name,
            PAIRS.map(({ name, title }) => ({ value: name, label: title() })),
            (name) => {
              this.#pair = PAIRS.find((each) => each.name === name) as Pair;
              this.draw();
            },
          )}
          <label class="field"
            >${t('Both until KL ≤')}
            <input
              type="number"
              min="0.0001"
              max="0.1"
              step="any"
              .value=${live(String(this.#target))}
              @change=${({ target }: Event) => {
                const { valueAsNumber } = target as HTMLInputElement;
                if (valueAsNumber > 0) this.#target = Math.min(0.1, Math.max(1e-4, valueAsNumber));
                this.draw();
              }}
            />
            ${explain('validation-kl', t('Validation KL'))}</label
          >
          ${
            phase === 'training' || phase === 'measuring'
              ? html`<button type="button" class="speed" @click=${() => this.#matched.stop()}>${t('Stop')}</button>`
              : html`<button type="button" class="speed" @click=${() => this.#start()}>${t('Train both')}</button>`
          }
        </div>
        ${trouble ? html`<p class="whole" role="alert">${say(trouble)}</p>` : nothing}
        ${sides.length === 2 ? html`${this.#table(sides, looks)} ${width >= 40 ? this.#pictures(sides, looks, theme, width) : nothing}` : nothing}`,
      this.panel,
    );
  }

  #looks(theme: Theme): LineLook[] {
    const names = this.#pair.sides();
    return LINES.map((line, k) => ({
      label: `${'AB'[k]}${t(': ')}${names[k]}`,
      color: colorsOf(theme)[line] as string,
      dash: DASHES[line] as number[],
    }));
  }

  // --- What is known, in numbers ----------------------------------------------------------------------

  #table(sides: Side[], looks: LineLook[]): TemplateResult {
    const exact = sides[0]?.frame?.lanes.find(({ name }) => name === 'exact');
    const { phase } = this.#matched;
    const rough = this.#surfaces ? roughness(this.#surfaces, this.#domain) : [];
    const none = phase === 'done' || phase === 'idle' ? '–' : '…';
    return html`<figure class="whole">
      <figcaption>
        <span role="status">${this.#outcome(sides)}</span>
        ${this.save(t('Two networks with the same KL'), () => this.#savable(sides, looks))}
      </figcaption>
      <div class="scroll" role="region" tabindex="0" aria-label=${t('Two networks with the same KL')}>
        <table>
          <thead>
            <tr>
              <th scope="col">${t('Classifier')}</th>
              <th scope="col">${t('steps')}</th>
              <th scope="col">${t('Validation KL')}<br />${t('nats')}</th>
              <th scope="col">${t('error')}<br />${t('over the run')}</th>
              <th scope="col">${t('steepest slope')}<br />${level(this.#surfaces?.time ?? this.#time)}</th>
              <th scope="col">${t('greatest bend')} ${explain('smooth', t('greatest bend'))}<br />${level(this.#surfaces?.time ?? this.#time)}</th>
              <th scope="col">${t('Sampling KL')}<br />${t('nats')}</th>
              <th scope="col">E[1/p]</th>
              <td></td>
            </tr>
          </thead>
          <tbody>
            ${sides.map((side, k) => this.#row(side, looks[k] as LineLook, rough[k], none))}
            <tr>
              <th scope="row" class="lane">${swatch(this.stage.theme.lanes.exact, [])} ${t('exact')}</th>
              <td>–</td>
              <td>0</td>
              <td>0%</td>
              ${roughCells(rough[2], none)}
              <td>${exact ? estimateText(exact.samplingKl) : none}</td>
              <td>${exact ? estimateText(exact.meanReciprocal) : none}</td>
              <td></td>
            </tr>
          </tbody>
        </table>
      </div>
    </figure>`;
  }

  #row(side: Side, { label, color, dash }: LineLook, rough: Roughness | undefined, none: string): TemplateResult {
    const course = this.#matched.courseOf(side);
    const tested = side.frame?.lanes.find(({ name }) => name === 'tested');
    const summary = side.diagnosed?.summary;
    const { classifier } = side.state;
    return html`<tr>
      <th scope="row" class="lane">${swatch(color, dash)} ${label}</th>
      <td>${course ? formatCount(course.step) : none}</td>
      <td>${course && Number.isFinite(course.kl) ? formatNumber(course.kl, 2) : none}${course?.outcome === 'missed' ? html`<br />${t('missed')}` : nothing}</td>
      <td>${summary ? `${formatNumber(100 * summary.share, 2)}%` : none}</td>
      ${roughCells(rough, none)}
      <td>${tested ? estimateText(tested.samplingKl) : none}</td>
      <td>${tested ? estimateText(tested.meanReciprocal) : none}</td>
      <td>
        ${
          this.#matched.phase === 'done'
            ? html`<button type="button" class="link" @click=${() => this.lab.change({ classifier })}>${t('Put it under test')}</button>`
            : nothing
        }
      </td>
    </tr>`;
  }

  /** What came of it, in a sentence. */
  #outcome(sides: Side[]): string {
    const { phase } = this.#matched;
    if (phase === 'training') return t('Both are being trained, one after the other …');
    if (phase === 'measuring') return t('Both are trained. Their guidance is being measured …');
    if (phase !== 'done') return t('Not finished.');
    if (sides.some((side) => this.#matched.courseOf(side)?.outcome !== 'target')) {
      return t('Not both met the target: what follows compares networks whose KL is not the same.');
    }
    const ratio = ratioOf(sides);
    return t(
      'The same KL, and a guidance error (mean square) that is {ratio} times as large for A as for B, in the geometric mean over the run.',
      { ratio: formatNumber(ratio, 2) },
    );
  }

  // --- What is known, in pictures ---------------------------------------------------------------------

  #pictures(sides: Side[], looks: LineLook[], theme: Theme, width: number): TemplateResult {
    const domain = this.#domain;
    const known = sides.every(({ diagnosed }) => (diagnosed?.points.length ?? 0) > 1);
    const plots = known ? this.#plots(sides, looks, theme, width) : [];
    return html`${plots.map(
      (plot) => html`<figure class="half">
        <figcaption><span>${plot.title}</span></figcaption>
        ${unsafeHTML(plotSvg(plot, theme, { width, height: HEIGHT, titled: false }))}
      </figure>`,
    )}
    ${this.#bounds(sides, looks)}
    ${
      this.#surfaces
        ? html`<div class="whole">
              ${slider({
                id: 'matched-time',
                label: html`${tm('What they say at *t* =')}`,
                name: t('Time at which the two are compared'),
                value: this.#time,
                min: domain.times.at(-1) as number,
                max: Math.min(4, domain.times[0] as number),
                scale: 'square',
                input: (value) => {
                  this.#time = value;
                  this.#look();
                  this.draw();
                },
              })}
            </div>
            ${surfacesView(this.#surfaces, looks, theme, domain, domain.dimension === 1 ? width : this.panel.clientWidth)}`
        : nothing
    }`;
  }

  #plots(sides: Side[], looks: LineLook[], theme: Theme, width: number): Plot[] {
    const domain = this.#domain;
    const lines = sides.map(({ diagnosed }, k) => ({
      label: (looks[k] as LineLook).label,
      points: diagnosed?.points ?? [],
      line: LINES[k] as number,
    }));
    const named = (name: string) => CURVES.filter((curve) => curve.name === name);
    const plots = [...named('conditional KL'), ...named('guidance error')].map((curve) =>
      curvePlot(curve, lines, theme, domain, width),
    );
    const ratio = ratios(sides).map(({ step, ratio }) => ({ x: step, y: ratio }));
    const last = domain.times.length - 1;
    plots.push({
      title: t('Guidance error of A over that of B'),
      x: plots[0]?.x ?? { label: symbol() },
      y: { label: '', log: true, range: axisRange([0.5, ...ratio.map(({ y }) => y)]) },
      series: [
        { label: '', color: theme.soft, width: 1, guide: true, points: [0, last].map((x) => ({ x, y: 1 })) },
        { label: '', color: theme.ink, width: 2, points: ratio },
      ],
    });
    const samples = this.#histogram(sides, looks, theme);
    if (samples) plots.push(samples);
    if (sides.some(({ bounds }) => bounds.length > 1)) {
      const series = sides.flatMap(({ bounds }, k) => {
        const line = (label: string, width: number, of: (each: ErrorBound) => number) => {
          const { color, dash } = looks[k] as LineLook;
          return { label, color, dash, width, points: bounds.map((each) => ({ x: each.step, y: of(each) })) };
        };
        return [
          line(looks[k]?.label ?? '', 2.25, ({ guidanceMseJoint }) => guidanceMseJoint),
          line('', 1, ({ bound }) => bound),
        ];
      });
      plots.push({
        title: t('Guidance error of all classes; thin: its bound'),
        x: plots[0]?.x ?? { label: symbol() },
        y: { label: '', log: true, range: axisRange(series.flatMap(({ points }) => points.map(({ y }) => y))) },
        series,
      });
    }
    return plots;
  }

  /** What the bound is made of, at the time that is looked at or the nearest one at which it is known. */
  #bounds(sides: Side[], looks: LineLook[]): TemplateResult | typeof nothing {
    const away = ({ time }: ErrorBound) => Math.abs(Math.log(time / this.#time));
    const found = sides.map(({ bounds }) =>
      bounds.reduce<ErrorBound | null>((best, each) => (best && away(best) <= away(each) ? best : each), null),
    );
    const time = found.find(Boolean)?.time;
    if (time === undefined && sides.every(({ unbounded }) => !unbounded)) return nothing;
    const cells = (of: ErrorBound) => [
      of.guidanceMseJoint,
      of.bound,
      of.conditionalKl,
      of.largestShortfall,
      of.roughness,
      of.slope,
      of.bend,
    ];
    return html`<figure class=${this.#domain.dimension === 1 ? 'half' : 'whole'}>
      <figcaption>
        <span
          >${t(
            'The error is at most √(κ KL) · ‖Lf‖, f being the error of log p̂: where f has no steep slopes and sharp bends, a small KL leaves no room for wrong guidance.',
          )}
          ${explain('error-bound', t('Bound on the guidance error'))}</span
        >
      </figcaption>
      <div class="scroll" role="region" tabindex="0" aria-label=${t('Bound on the guidance error')}>
        <table>
          <thead>
            <tr>
              <th scope="col">${time === undefined ? nothing : level(time)}</th>
              <th scope="col">${t('error')}</th>
              <th scope="col">${t('bound')}</th>
              <th scope="col">KL</th>
              <th scope="col">B</th>
              <th scope="col">‖Lf‖</th>
              <th scope="col">${t('steepest slope')}<br />(f)</th>
              <th scope="col">${t('greatest bend')}<br />(f)</th>
            </tr>
          </thead>
          <tbody>
            ${sides.map(({ unbounded }, k) => {
              const { color, dash } = looks[k] as LineLook;
              const of = found[k];
              return html`<tr>
                <th scope="row" class="lane">${swatch(color, dash)} ${'AB'[k]}</th>
                ${
                  unbounded
                    ? html`<td colspan="7">${say(unbounded)}</td>`
                    : of && cells(of).map((value) => html`<td>${formatNumber(value, 2)}</td>`)
                }
              </tr>`;
            })}
          </tbody>
        </table>
      </div>
    </figure>`;
  }

  /** Where the same noise ends, on a line. */
  #histogram(sides: Side[], looks: LineLook[], theme: Theme): Plot | null {
    const { min, max, dimension } = this.#domain;
    const end = this.#end;
    if (dimension !== 1 || !end) return null;
    const [from, to] = [min[0] as number, max[0] as number];
    const series = sides.flatMap(({ frame }, k) => {
      const lane = frame?.lanes.find(({ name }) => name === 'tested');
      if (!lane) return [];
      const count = lane.bins.reduce((sum, bin) => sum + bin, 0) + lane.outside;
      const { values, count: bins } = binDensity(lane, count, to - from, 128);
      const points = [...values].map((y, j) => ({ x: from + ((j + 0.5) * (to - from)) / bins, y }));
      return [{ ...(looks[k] as LineLook), width: 1.5, filled: k === 0, points }];
    });
    if (series.length < 2) return null;
    return {
      title: t('Samples at the end, from the same noise; thin: the target'),
      x: { label: 'x', range: [from, to] },
      y: { label: '' },
      series: [
        ...series,
        {
          label: '',
          color: theme.ink,
          width: 1,
          points: [...end.target].map((y, k) => ({ x: end.x[k] as number, y })),
        },
      ],
    };
  }

  // --- Files ------------------------------------------------------------------------------------------

  #savable(sides: Side[], looks: LineLook[]): Savable {
    const { theme } = this.stage;
    const steps = (sides[0]?.diagnosed?.points ?? []).map((point, k) => ({
      a: point,
      b: sides[1]?.diagnosed?.points[k] as ProfilePoint | undefined,
    }));
    const bound = (side: number, step: number) => sides[side]?.bounds.find((each) => each.step === step);
    const both = (name: string, unit: string) =>
      ['A', 'B'].map((side) => ({ name: `${name}, ${side}`, unit, estimator: 'quadrature' }));
    return {
      name: 'guidance-lab-two-networks',
      table: {
        columns: [
          { name: 'step' },
          { name: 't', unit: 'time' },
          { name: 'guidance', unit: '1/length^2', estimator: 'mean square, quadrature' },
          ...both('conditional KL', 'nats'),
          ...both('guidance error', '1/length^2'),
          ...both('guidance error of all classes', '1/length^2'),
          ...both('bound of the guidance error of all classes', '1/length^2'),
        ],
        rows: steps.map(({ a, b }) => [
          a.step,
          a.time,
          a.guidanceNorm,
          a.conditionalKl,
          b?.conditionalKl ?? null,
          a.guidanceMse,
          b?.guidanceMse ?? null,
          a.guidanceMseJoint,
          b?.guidanceMseJoint ?? null,
          bound(0, a.step)?.bound ?? null,
          bound(1, a.step)?.bound ?? null,
        ]),
      },
      about: {
        states: sides.map(({ state }) => state),
        trainings: sides.map((side) => this.#matched.courseOf(side)),
        samples: sides.map(({ frame }) => frame?.lanes.map(({ bins, ...measures }) => measures) ?? null),
        bounds: sides.map(({ bounds }) => bounds),
        at: level(this.#time),
      },
      plots: this.#plots(sides, looks, theme, 640),
      look: theme,
    };
  }
}

/** What the theorem asks to be bounded. */
function roughCells(rough: Roughness | undefined, none: string): TemplateResult {
  return html`<td>${rough ? formatNumber(rough.slope, 2) : none}</td>
    <td>${rough ? formatNumber(rough.bend, 2) : none}</td>`;
}

function swatch(color: string, dash: number[]): TemplateResult {
  return html`<svg class="swatch" width="24" height="10" viewBox="0 0 24 10" aria-hidden="true">
    ${svg`<line x1="0" x2="24" y1="5" y2="5" stroke=${color} stroke-width="2.5" stroke-dasharray=${dash.join(' ')} />`}
  </svg>`;
}

/** The errors of A over those of B, at times at which both are known and there is guidance. */
function ratios([a, b]: Side[]): { step: number; ratio: number }[] {
  const others = new Map(b?.diagnosed?.points.map((point) => [point.step, point]));
  const points = a?.diagnosed?.points ?? [];
  const most = Math.max(...points.map(({ guidanceNorm }) => guidanceNorm));
  return points.flatMap(({ step, guidanceMse, guidanceNorm }) => {
    const other = others.get(step)?.guidanceMse;
    return other && guidanceNorm > SOME * most ? [{ step, ratio: guidanceMse / other }] : [];
  });
}

/** Their geometric mean. */
function ratioOf(sides: Side[]): number {
  const logs = ratios(sides).map(({ ratio }) => Math.log(ratio));
  return Math.exp(logs.reduce((sum, each) => sum + each, 0) / logs.length);
}
