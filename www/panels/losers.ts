/**
 * Which of the tested samples end less certain than plain conditional sampling would have left them on the same
 * noise: marked in the picture, mapped over x, and the paired histogram.
 */
import { html, nothing, render, svg, type TemplateResult } from 'lit';
import { unsafeHTML } from 'lit/directives/unsafe-html.js';
import { chartPlot, chartTable } from '../export/bins';
import { plotSvg } from '../export/plot';
import type { Lab } from '../lab/lab';
import { columnsOf } from '../painter/columns';
import { binDensity, densityTop } from '../painter/density';
import { panesOf, planeLayout } from '../painter/plane';
import type { Stage } from '../painter/stage';
import { across, placed, type Subject, upward } from '../painter/subject';
import type { Theme } from '../painter/theme';
import { called, t } from '../words';
import { tm } from '../words/markup';
import { formatCount, formatNumber } from '../words/numbers';
import { level } from '../words/units';
import type { LaneFrame } from '../workers/protocol';
import type { Chart, Pairs } from '../workers/sweep-protocol';
import { Below, type Of } from './below';

/** So many particles are held against each other; a lane may have a million. */
const MOST = 200_000;
/** Marks and ways in the picture. */
const MARKS = 600;
const WAYS = 8;
const HEIGHT = 176;

interface Found extends Of, Pairs {
  samples: Float32Array;
  /** Those that lose, by number. */
  lost: number[];
  known: number;
}

export class Losers extends Below<Found> {
  protected readonly from = 'about-improved';
  readonly #over = document.createElement('div');

  constructor(lab: Lab, stage: Stage) {
    super(lab, stage);
    this.#over.className = 'lost';
    this.#over.setAttribute('aria-hidden', 'true');
  }

  override show(): void {
    this.stage.find('.over')?.before(this.#over);
    super.show();
  }

  protected override hide(): void {
    this.#over.remove();
    super.hide();
  }

  override draw(): void {
    super.draw();
    const { subject } = this.lab;
    if (this.open && subject) render(this.#marks(subject), this.#over);
  }

  protected async measure(subject: Subject): Promise<Omit<Found, keyof Of> | null> {
    const { state, time } = subject;
    if (!state.compare.includes('conditional')) {
      this.note = t('Tick “Conditional sampling” to see which samples lose.');
      return null;
    }
    const lanes = [await this.lab.samples('tested'), await this.lab.samples('conditional')] as const;
    const most = MOST * subject.domain.dimension;
    const [samples, others] = [lanes[0].subarray(0, most), lanes[1].subarray(0, most)];
    const pairs = await this.lab.exact.pairs(state, time, samples, others);
    const lost: number[] = [];
    let known = 0;
    pairs.gains.forEach((gain, particle) => {
      if (!Number.isNaN(gain)) known += 1;
      if (gain < 0) lost.push(particle);
    });
    this.note = '';
    return { ...pairs, samples, lost, known };
  }

  // --- In the picture -----------------------------------------------------------------------------

  #marks(subject: Subject): TemplateResult | typeof nothing {
    const found = this.present();
    if (!found) return nothing;
    const { width, height } = this.stage.size;
    const marks = subject.domain.dimension === 1 ? this.#onLine(subject, found) : this.#inPlane(subject, found);
    return html`<svg width=${width} height=${height}>
      <defs>
        <pattern id="lost-hatch" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
          <path d="M0 0V5" stroke="currentColor" stroke-width="1.5" />
        </pattern>
      </defs>
      ${marks}
    </svg>`;
  }

  /** The ways of some, and their part of the histogram. */
  #onLine(subject: Subject, { lost, samples, known }: Found): TemplateResult | typeof nothing {
    const { width, height } = this.stage.size;
    const column = columnsOf(subject.state, width, height).find(({ filled, minus }) => filled === 'tested' && !minus);
    const lane = subject.frame?.lanes.find(({ name }) => name === 'tested');
    if (!column || !lane) return nothing;
    const { spacetime, density } = column.layout;
    const [low, high] = [subject.domain.min[0] as number, subject.domain.max[0] as number];
    const bins = new Uint32Array(lane.bins.length);
    for (const particle of lost) {
      const bin = Math.floor((((samples[particle] as number) - low) / (high - low)) * bins.length);
      if (bin >= 0 && bin < bins.length) bins[bin] = (bins[bin] as number) + 1;
    }
    const whole = placed(density, subject.window, subject.domain);
    const { values, count } = binDensity({ ...lane, bins } as LaneFrame, known, high - low, whole.width);
    const top = densityTop(subject);
    const bottom = density.y + density.height;
    const outline = [...values]
      .map((value, k) => {
        const y = bottom - Math.min(1, value / top) * density.height;
        return `L${whole.x + (k * whole.width) / count} ${y}H${whole.x + ((k + 1) * whole.width) / count}`;
      })
      .join('');
    const { tracks } = subject;
    const row = subject.state.process.steps;
    const at = tracks.lanes.indexOf('tested');
    const ways = lost
      .filter((particle) => particle < tracks.tracked)
      .slice(0, WAYS)
      .map((particle) => {
        const points: string[] = [];
        for (let step = 0; step <= subject.step; step += tracks.stride) {
          const place = (step / tracks.stride) * tracks.rowSize + at * tracks.tracked + particle;
          const x = across(spacetime, subject.window, tracks.data[place] as number);
          points.push(`${x.toFixed(1)} ${(spacetime.y + (step / row) * spacetime.height).toFixed(1)}`);
        }
        return svg`<path d=${`M${points.join('L')}`} fill="none" stroke="currentColor" stroke-opacity="0.7" />`;
      });
    const clip = (name: string, { x, y, width, height }: typeof density) =>
      svg`<clipPath id=${name}><rect x=${x} y=${y} width=${width} height=${height} /></clipPath>`;
    return svg`${clip('lost-ways', spacetime)}${clip('lost-density', density)}
      <g clip-path="url(#lost-ways)">${ways}</g>
      <path clip-path="url(#lost-density)" d=${`M${whole.x} ${bottom}${outline}L${whole.x + whole.width} ${bottom}Z`}
        fill="url(#lost-hatch)" stroke="currentColor" />`;
  }

  /** A cross for each of the first. */
  #inPlane(subject: Subject, { lost, samples }: Found): TemplateResult | typeof nothing {
    const { width, height } = this.stage.size;
    const wanted = panesOf(subject.state);
    const { panes } = planeLayout(width, height, wanted);
    const shown = panes.length === 1 ? wanted.lanes.slice(-1) : wanted.lanes;
    const square = panes[shown.indexOf('tested')]?.square;
    if (!square) return nothing;
    const marks = lost.slice(0, MARKS).map((particle) => {
      const x = across(square, subject.window, samples[2 * particle] as number);
      const y = upward(square, subject.window, samples[2 * particle + 1] as number);
      return `M${(x - 2.5).toFixed(1)} ${(y - 2.5).toFixed(1)}l5 5m-5 0l5-5`;
    });
    return svg`<clipPath id="lost-plane"><rect x=${square.x} y=${square.y} width=${square.width} height=${square.height} /></clipPath>
      <path clip-path="url(#lost-plane)" d=${marks.join('')} fill="none" stroke="currentColor" stroke-width="1.25" />`;
  }

  // --- Below it -----------------------------------------------------------------------------------

  protected body(found: Found, _: Subject, theme: Theme): TemplateResult {
    return html`${found.charts.map((chart) => this.#chart(chart, found, theme))}`;
  }

  protected title(found: Found | null): unknown {
    return found ? this.#words(found) : t('The samples that lose');
  }

  #words({ lost, known, time }: Found): ReturnType<typeof tm> {
    const share = lost.length / Math.max(1, known);
    const error = Math.sqrt((share * (1 - share)) / Math.max(1, known));
    return tm('{share}% of the samples lose at {level}', {
      share: `${formatNumber(100 * share, 3)} ± ${formatNumber(100 * error, 1)}`,
      level: level(time),
    });
  }

  protected hint({ lost, known }: Found, subject: Subject): string {
    const what = t('Their p(c|x) is smaller than on the same noise with γ = 1, {lost} of {known} particles.', {
      lost: formatCount(lost.length),
      known: formatCount(known),
    });
    if (lost.length === 0) return what;
    return `${what} ${subject.domain.dimension === 1 ? t('Hatched in the histogram; dark lines are the paths of some of them.') : t('Crosses mark the first {marks} of them.', { marks: Math.min(MARKS, lost.length) })}`;
  }

  #chart(chart: Chart, { state, step, time }: Found, theme: Theme): TemplateResult {
    const plot = chartPlot(chart, theme);
    const all = this.panel.clientWidth;
    const width = all >= 560 ? Math.floor((all - 24) / 2) : all;
    const savable = () => ({
      name: `guidance-lab-${chart.title.replace(/[^A-Za-z]+/g, '-').toLowerCase()}`,
      table: chartTable(chart),
      about: { state, step, time, chart: chart.title },
      plots: [{ ...plot, title: `${called(chart.title)}${called(', ')}${level(time)}` }],
      look: theme,
    });
    return html`<figure class="half">
      <figcaption>
        <span>${called(chart.title)}</span>
        ${this.save(called(chart.title), savable)}
      </figcaption>
      ${unsafeHTML(plotSvg(plot, theme, { width, height: HEIGHT, titled: false }))}
    </figure>`;
  }
}
