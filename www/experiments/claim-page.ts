/**
 * The page of a claim: what it says and whose it is, one button that measures it, its points as they come, the verdict,
 * and how to repeat and cite it. The work is done by a worker of its own.
 */
import { html, nothing, render, type TemplateResult } from 'lit';
import { unsafeHTML } from 'lit/directives/unsafe-html.js';
import { chartPlot, chartTable } from '../export/bins';
import { plotSvg } from '../export/plot';
import { capital, named, pretty } from '../export/quantity';
import { chooseFormat, type Savable } from '../export/save';
import { LabError } from '../lab/error';
import { follow, SweepWorker } from '../lab/sweep';
import { readTheme, type Theme } from '../painter/theme';
import { called, say, t } from '../words';
import { tm } from '../words/markup';
import { formatNumber, formatPlain } from '../words/numbers';
import type { State } from '../workers/protocol';
import type { Chart, Entry, Fit, Measured, Report, Row, Size, Verdict } from '../workers/sweep-protocol';
import './experiments.css';
import { recall, remember } from './memory';
import { costOf, type Panel, panelsOf, plotOf, predictedText, rich, shown, tableOf } from './plots';
import { againstWhat, citation, predictor, STANDINGS, sourced, verdictWords } from './standing';

/** The least width of a chart, and the gap between two. */
const CHART = 360;
const GAP = 32;
const HEIGHT = 208;

type Phase = 'running' | 'done' | 'cancelled' | 'failed';

interface Outcome {
  entry: Entry;
  size: Size;
  phase: Phase;
  rows: Row[];
  states: (State | null)[];
  fits: Fit[];
  verdict: Verdict | null;
  /** Of the whole, 0 to 1. */
  share: number;
  began: number;
  seconds: number;
  error: string;
  /** The point whose own pictures are shown; the middle one until somebody chooses. */
  shown: number | null;
}

/** What a claim's page needs of the page around it. */
export interface Links {
  /** Of the table. */
  table: string;
  /** Of the figure with a state. */
  figure(state: State): string;
}

export class ClaimPage {
  readonly #host: HTMLElement;
  readonly #entry: Entry;
  readonly #links: Links;
  readonly #worker = new SweepWorker();
  #outcome: Outcome | null = null;
  #gone = false;
  #size: Size = 'default';
  #cancel: AbortController | null = null;
  #said = '';
  #saidShare = 0;
  #frame = 0;
  #width = 0;
  /** Whether the work is done in a worker; known after the first run. */
  #apart = true;

  constructor(host: HTMLElement, entry: Entry, links: Links) {
    this.#host = host;
    this.#entry = entry;
    this.#links = links;
    this.#draw();
    new ResizeObserver(() => {
      const width = this.#host.querySelector<HTMLElement>('.body')?.clientWidth ?? 0;
      if (width !== this.#width) {
        this.#width = width;
        this.#redraw();
      }
    }).observe(host);
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.#redraw());
    addEventListener('guidance-lab-language', () => {
      this.#said = '';
      this.#redraw();
    });
  }

  /** Ends what is under way, and shows nothing any more. */
  leave(): void {
    this.#cancel?.abort();
    this.#gone = true;
    render(nothing, this.#host);
  }

  #redraw(): void {
    if (this.#frame !== 0) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      this.#draw();
    });
  }

  async #run(): Promise<void> {
    const { entry, size } = { entry: this.#entry, size: this.#size };
    const points = entry[size].points.length;
    const cancel = new AbortController();
    this.#cancel = cancel;
    const outcome: Outcome = {
      entry,
      size,
      phase: 'running',
      rows: [],
      states: [],
      fits: [],
      verdict: null,
      share: 0,
      began: performance.now(),
      seconds: 0,
      error: '',
      shown: null,
    };
    this.#outcome = outcome;
    this.#say(t('Measuring: {count} points.', { count: points }));
    this.#saidShare = 0;
    this.#draw();
    // The time that is left goes on while a long point is measured.
    const clock = setInterval(() => this.#redraw(), 1000);
    try {
      this.#apart = (await this.#worker.spawned()).apart;
      const complete = await follow<void, Measured>(this.#worker, {
        begin: (sweeper) => sweeper.experiment(entry.about.name, size),
        progress: (share) => {
          outcome.share = (outcome.rows.length + share) / points;
          this.#redraw();
        },
        point: async ({ row, state }, sweeper) => {
          const report: Report = await sweeper.report();
          outcome.rows.push(row);
          outcome.states.push(state);
          outcome.share = outcome.rows.length / points;
          Object.assign(outcome, report);
          this.#tellProgress(outcome, points);
          this.#redraw();
        },
        signal: cancel.signal,
      });
      outcome.phase = complete ? 'done' : 'cancelled';
      if (outcome.verdict) remember(entry.about.name, { agrees: outcome.verdict.agrees, size, at: Date.now() });
      this.#say(
        outcome.verdict
          ? `${againstWhat(entry.about)[outcome.verdict.agrees ? 'agrees' : 'differs']}${t(' ')}${say(outcome.verdict.says)}`
          : t('Cancelled after {done} of {count} points.', { done: outcome.rows.length, count: points }),
      );
    } catch (thrown) {
      outcome.phase = 'failed';
      outcome.error = say(LabError.from(thrown).says);
    } finally {
      // The next one starts a worker of its own: nothing waits for it till then.
      this.#worker.stop();
      clearInterval(clock);
      outcome.seconds = (performance.now() - outcome.began) / 1000;
      this.#cancel = null;
      this.#draw();
      if (document.activeElement === document.body) this.#host.querySelector<HTMLElement>('.run')?.focus();
    }
  }

  #say(words: string): void {
    this.#said = words;
  }

  /** A screen reader hears of every quarter. */
  #tellProgress(outcome: Outcome, points: number): void {
    const quarter = Math.floor(outcome.share * 4);
    if (quarter <= this.#saidShare || outcome.rows.length === points) return;
    this.#saidShare = quarter;
    this.#say(t('{done} of {count} points.', { done: outcome.rows.length, count: points }));
  }

  #savable(outcome: Outcome, panels: Panel[], theme: Theme, part: string): Savable {
    const { entry, size, rows, states, fits, verdict, seconds } = outcome;
    const { about } = entry;
    return {
      name: `guidance-lab-${about.name}${part ? `-${part.replace(/[^A-Za-z0-9]+/g, '-').toLowerCase()}` : ''}`,
      table: tableOf(about, rows),
      about: { experiment: about, size, seconds, points: entry[size].points, fits, verdict, states },
      plots: panels.map((panel) => ({
        ...plotOf(about, panel, rows, fits, entry[size].guides, theme),
        title: `${called(about.title)}${t(': ')}${pretty(called(panel.title))}`,
      })),
      look: theme,
    };
  }

  // --- Rendering ----------------------------------------------------------------------------------

  #draw(): void {
    if (!this.#gone) render(this.#template(), this.#host);
  }

  #template(): TemplateResult {
    const entry = this.#entry;
    const { about } = entry;
    const outcome = this.#outcome;
    const here = outcome?.phase === 'running';
    const standing = STANDINGS[about.name];
    const last = here || outcome ? null : recall(about.name);
    return html`<div class="body">
        <p class="back"><a href=${this.#links.table}>← ${t('All claims')}</a></p>
        <h1>${pretty(called(about.title))}</h1>
        <p class="claim">${rich(called(about.claim))}</p>
        <dl class="facts">
          <div><dt>${t('Whose')}</dt><dd>${sourced(called(about.source))}</dd></div>
          <div><dt>${t('Standing')}</dt><dd>${standing?.proved ? t('proved in the paper; measured here') : t('seen, not proved')}</dd></div>
          <div><dt>${t('Prediction')}</dt><dd>${standing ? html`${rich(t(standing.predicts))}${t(' ')}${predictor(standing)}` : nothing}</dd></div>
          ${last ? html`<div><dt>${t('Last verdict')}</dt><dd>${verdictWords(last)}</dd></div>` : nothing}
        </dl>
        <div class="actions">
          ${
            here
              ? html`<button type="button" class="run" @click=${() => this.#cancel?.abort()}>${t('Cancel')}</button>`
              : html`<button type="button" class="run primary" @click=${() => void this.#run()}>${t('Run')}</button>`
          }
          <label class="size"
            ><span>${t('Size')}</span>
            <select
              ?disabled=${here}
              @change=${(event: Event) => {
                this.#size = (event.target as HTMLSelectElement).value as Size;
                this.#draw();
              }}
            >
              <option value="default" .selected=${this.#size === 'default'}>${t('full')}</option>
              <option value="small" .selected=${this.#size === 'small'}>${t('small')}</option>
            </select>
          </label>
          ${here ? this.#progress(outcome) : html`<span class="cost">${costOf(entry, this.#size)}</span>`}
        </div>
        <p class="said" role="status">${this.#said}</p>
        ${outcome ? this.#result(outcome) : html`<p class="empty">${t('Nothing measured yet. The points appear here as they are done, with the prediction beside them.')}</p>`}
        <h2>${t('Repeat it')}</h2>
        <pre tabindex="0" data-own-text>cargo run --release -- experiment ${about.name}${this.#size === 'small' ? ' --small' : ''} --json</pre>
        <p>${tm('The command prints the rows, the state of each and the verdict; it ends with 0 if the verdict agrees. Predictions and tolerances: {docs}.', { docs: html`<code>docs/experiments.md</code>` })}</p>
        <h2>${t('Cite it')}</h2>
        <pre tabindex="0" data-own-text>${citation(about)}</pre>
      </div>`;
  }

  #progress(outcome: Outcome): TemplateResult {
    const points = outcome.entry[outcome.size].points.length;
    const seconds = (performance.now() - outcome.began) / 1000;
    const left = (seconds * (1 - outcome.share)) / outcome.share;
    const words = t('Point {point} of {count}, {seconds} s', {
      point: Math.min(points, outcome.rows.length + 1),
      count: points,
      seconds: Math.floor(seconds),
    });
    const rest =
      outcome.share > 0.1 && seconds > 2
        ? t(', about {seconds} s left', { seconds: Math.max(1, Math.round(left)) })
        : '';
    return html`<span class="progress">
      <progress max="1" .value=${outcome.share} aria-label=${t('Progress of the experiment')}></progress>
      <span class="cost">${words}${rest}</span>
      ${this.#apart ? nothing : html`<span class="cost">${t('Web workers are blocked here, so the page may freeze briefly.')}</span>`}
    </span>`;
  }

  /** The page's colours, as they are now. */
  get #theme(): Theme {
    const probe = document.createElement('i');
    this.#host.append(probe);
    const theme = readTheme(this.#host, probe);
    probe.remove();
    return theme;
  }

  #result(outcome: Outcome): TemplateResult {
    const { entry, size, rows, phase } = outcome;
    const panels = panelsOf(entry.about);
    const theme = this.#theme;
    const width = this.#width || 360;
    const columns = Math.max(1, Math.min(panels.length, Math.floor((width + GAP) / (CHART + GAP))));
    const chart = Math.floor((width - GAP * (columns - 1)) / columns);
    return html`
      ${this.#verdict(outcome)}
      <div class="panels" .style=${`grid-template-columns: repeat(${columns}, minmax(0, 1fr))`}>
        ${panels.map((panel) => {
          const plot = plotOf(entry.about, panel, rows, outcome.fits, entry[size].guides, theme);
          const title = plot.y.label;
          const against = t('against {axis}', { axis: pretty(called(entry.about.axis.name)) });
          const drawing = plotSvg(
            {
              ...plot,
              title: `${title} ${against}${called(', ')}${t('{count} points', { count: rows.length })}`,
              y: { ...plot.y, label: '' },
            },
            theme,
            { width: chart, height: HEIGHT, titled: false },
          );
          return html`<figure>
            <figcaption><span>${title} ${against}</span>${this.#save(outcome, [panel], theme, panel.title)}</figcaption>
            ${unsafeHTML(drawing)}
          </figure>`;
        })}
      </div>
      ${this.#pictures(outcome, theme, chart)}
      ${rows.length > 0 ? this.#table(outcome, panels, theme) : nothing}
      ${phase === 'running' ? nothing : html`<p class="cost">${t('{done} of {count} points at {size} size, measured here in {seconds} s. Bars are one standard error each way; values without one are exact.', { done: rows.length, count: entry[size].points.length, size: size === 'small' ? t('small') : t('full'), seconds: formatNumber(outcome.seconds, 2) })}</p>`}`;
  }

  /** The pictures of one point alone. */
  #pictures(outcome: Outcome, theme: Theme, width: number): TemplateResult | typeof nothing {
    const { entry, rows, states } = outcome;
    const index = Math.min(outcome.shown ?? Math.floor(entry[outcome.size].points.length / 2), rows.length - 1);
    const row = rows[index];
    if (!row?.charts) return nothing;
    const { about } = entry;
    const at = `${pretty(called(about.axis.name))} = ${formatPlain(row.x)}`;
    const savable = (chart: Chart): Savable => ({
      name: `guidance-lab-${about.name}-${chart.title.replace(/[^A-Za-z]+/g, '-').toLowerCase()}`,
      table: chartTable(chart),
      about: { experiment: about, [about.axis.name]: row.x, state: states[index] ?? null, chart: chart.title },
      plots: [{ ...chartPlot(chart, theme), title: `${called(chart.title)}${called(', ')}${at}` }],
      look: theme,
    });
    return html`<p class="at">
        <label
          >${t('One point in detail: {name} =', { name: pretty(called(about.axis.name)) })}
          <select
            @change=${(event: Event) => {
              outcome.shown = Number((event.target as HTMLSelectElement).value);
              this.#draw();
            }}
          >
            ${rows.map(({ x }, each) => html`<option value=${each} .selected=${each === index}>${formatPlain(x)}</option>`)}
          </select>
        </label>
      </p>
      <div class="panels detail" .style=${`grid-template-columns: repeat(auto-fill, minmax(${Math.min(width, CHART)}px, 1fr))`}>
        ${row.charts.map((chart) => {
          const plot = chartPlot(chart, theme);
          return html`<figure>
            <figcaption>
              <span>${called(chart.title)}</span>${this.#saveButton(t('Save the chart {name}', { name: called(chart.title) }), () => savable(chart))}
            </figcaption>
            ${unsafeHTML(plotSvg({ ...plot, title: `${called(chart.title)}${called(', ')}${at}` }, theme, { width, height: HEIGHT, titled: false }))}
          </figure>`;
        })}
      </div>`;
  }

  #saveButton(label: string, savable: () => Savable, disabled = false): TemplateResult {
    return html`<button
      type="button"
      class="save"
      aria-expanded="false"
      aria-label=${label}
      ?disabled=${disabled}
      @click=${(event: Event) => chooseFormat(event.currentTarget as HTMLElement, savable)}
    >
      ${t('Save')}
    </button>`;
  }

  #save(outcome: Outcome, panels: Panel[], theme: Theme, part: string): TemplateResult {
    const what = part ? t('Save the chart {name}', { name: pretty(called(part)) }) : t('Save the table and all charts');
    return this.#saveButton(what, () => this.#savable(outcome, panels, theme, part), outcome.rows.length === 0);
  }

  #verdict(outcome: Outcome): TemplateResult | typeof nothing {
    const { verdict, phase, rows, entry, size } = outcome;
    const against = againstWhat(entry.about);
    const points = entry[size].points.length;
    if (phase === 'failed') {
      return html`<div class="verdict no" role="alert"><p><b>${t('It could not be measured.')}</b> ${outcome.error}</p></div>`;
    }
    if (phase === 'cancelled') {
      return html`<div class="verdict"><p>${tm('**Cancelled** after {done} of {count} points. They are kept; a verdict needs all of them.', { done: rows.length, count: points })}</p></div>`;
    }
    if (!verdict) return nothing;
    return html`<div class=${`verdict ${verdict.agrees ? 'yes' : 'no'}`}>
      <p><b><span aria-hidden="true">${verdict.agrees ? '✓' : '✗'}</span> ${against[verdict.agrees ? 'agrees' : 'differs']}</b> ${rich(say(verdict.says))}</p>
      <div class="scroll checks" role="region" tabindex="0" aria-label=${t('Measured and predicted')}>
        <table>
          <thead><tr><th scope="col"><span class="hidden">${t('Verdict')}</span></th><th scope="col">${t('Quantity')}</th><th scope="col">${t('Measured')}</th><th scope="col">${against.column}</th></tr></thead>
          <tbody>
            ${verdict.checks.map(
              (check) => html`<tr>
                <td class=${check.agrees ? 'yes' : 'no'}>${check.agrees ? '✓' : '✗'}<span class="word"> ${check.agrees ? t('agrees') : t('does not agree')}</span></td>
                <th scope="row">${capital(pretty(say(check.says)))}</th>
                <td>${shown(check.measured)}</td>
                <td>${predictedText(check)}</td>
              </tr>`,
            )}
          </tbody>
        </table>
      </div>
    </div>`;
  }

  #table(outcome: Outcome, panels: Panel[], theme: Theme): TemplateResult {
    const { entry, rows, states } = outcome;
    const { about } = entry;
    const openable = states.some((state) => state !== null);
    return html`<figure class="numbers">
      <figcaption><span>${t('The numbers')}</span>${this.#save(outcome, panels, theme, '')}</figcaption>
      <div class="scroll" role="region" tabindex="0" aria-label=${t('The numbers')}>
        <table>
          <thead>
            <tr>
              <th scope="col">${named(about.axis)}</th>
              ${about.series.map((quantity) => html`<th scope="col">${named(quantity)}</th>`)}
              ${openable ? html`<th scope="col"><span class="hidden">${t('Figure')}</span></th>` : nothing}
            </tr>
          </thead>
          <tbody>
            ${rows.map((row, index) => {
              const state = states[index];
              const x = formatPlain(row.x);
              return html`<tr>
                <th scope="row">${x}</th>
                ${row.values.map((value) => html`<td>${shown(value)}</td>`)}
                ${openable ? html`<td>${state ? html`<a href=${this.#links.figure(state)} aria-label=${t('Open in the figure: {name} = {value}', { name: called(about.axis.name), value: x })}>${t('Open in the figure')}</a>` : nothing}</td>` : nothing}
              </tr>`;
            })}
          </tbody>
        </table>
      </div>
    </figure>`;
  }
}
