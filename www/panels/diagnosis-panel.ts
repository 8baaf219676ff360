/**
 * The classifier under test beside others, over the whole run: four charts of their errors, what they do to the samples,
 * and what the shape of the curves tells. It lists whatever kinds of classifier there are.
 */
import { html, nothing, render, svg, type TemplateResult } from 'lit';
import { unsafeHTML } from 'lit/directives/unsafe-html.js';
import { KINDS, kindOf } from '../controls/classifier';
import { plotSvg } from '../export/plot';
import type { Savable } from '../export/save';
import type { Column } from '../export/table';
import { type Diagnosed, Diagnosis, MOST, PROCESSES, type Samples } from '../lab/diagnosis';
import { networkOf } from '../lab/networks';
import { equal } from '../lab/paths';
import type { Shape } from '../lab/shape';
import type { Theme } from '../painter/theme';
import { say, t } from '../words';
import { estimateText, formatNumber } from '../words/numbers';
import { level } from '../words/units';
import type { Estimate, State } from '../workers/protocol';
import { CURVES, colorsOf, curvePlot, DASHES, type ErrorCurve } from './error-curves';
import { FAULTS, PRESET, queryOf } from './faults';
import { Panel } from './panel';

type Classifier = State['classifier'];

const REST = 250;
const HEIGHT = 132;
/** What the curves look like, for a person. */
export function looksLike({ looks, prior }: Shape): string {
  const percent = (share: number) => formatNumber(100 * share, 2);
  const first = (() => {
    switch (looks.is) {
      case 'right':
        return t('No error at any noise level.');
      case 'hardly':
        return t('Hardly any error: over the run {percent}% of the guidance.', { percent: percent(looks.share) });
      case 'rough':
        return t(
          'Its KL is next to nothing and its guidance is not: as if a ripple of frequency {n} lay over it. Averaged over noisy copies of the input it would be gone.',
          { n: formatNumber(looks.frequency, 2) },
        );
      case 'unseen':
        return t(
          'Right on the data, and the more wrong the noisier, {times} times the guidance at the start: has it ever seen noise?',
          {
            times: formatNumber(looks.times, 2),
          },
        );
      case 'one-level':
        return t('Right at {level} and nowhere else: has it seen no other noise level?', { level: level(looks.time) });
      case 'guess':
        return t(
          'Off by the same share of the guidance wherever there is much noise, {percent}%, and right on the data: does it judge a guess of the datum instead of the noised one?',
          { percent: percent(looks.share) },
        );
      case 'towards-data':
        return t(
          'Off by {percent}% of the guidance wherever there is much noise, and by {data}% at the data, where the classes part: does it hedge, or look at the wrong time?',
          { percent: percent(looks.share), data: percent(looks.data) },
        );
      case 'one-factor':
        return t(
          'Off by about the same share of the guidance everywhere, {percent}%: are its logits too large or too small by one factor?',
          {
            percent: percent(looks.share),
          },
        );
      case 'peak':
        return t('The error is largest at {level}: {percent}% of the guidance there.', {
          level: level(looks.time),
          percent: percent(looks.share),
        });
    }
  })();
  if (prior === null) return first;
  return `${first}${t(' ')}${t('Under full noise, where only the class frequencies are left, its KL is still {kl} nats: does it know how frequent each class is?', { kl: formatNumber(prior, 2) })}`;
}

export class DiagnosisPanel extends Panel {
  protected readonly from = 'about-mse';
  readonly #diagnosis: Diagnosis;
  /** Those beside the classifier under test. */
  #others: Classifier[] | null = null;
  #timer = 0;
  #state: State | null = null;

  constructor(...args: ConstructorParameters<typeof Panel>) {
    super(...args);
    this.#diagnosis = new Diagnosis(this.lab.exact, () => this.draw());
    this.lab.listen((changed) => {
      const trained = changed.has('training') && this.lab.train.course?.phase === 'done';
      if (!this.open || !(trained || changed.has('state'))) return;
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#ask(), REST) as unknown as number;
    });
  }

  show(): void {
    this.place();
    const { classifier } = this.lab.state;
    this.#others ??= [classifier.kind === 'exact' ? KINDS.wiggle.first : KINDS.exact.first];
    this.#ask();
    this.reveal();
  }

  protected override hide(): void {
    this.#diagnosis.stop();
    super.hide();
  }

  #ask(): void {
    if (!this.open) return;
    this.#state = this.lab.state;
    const own = this.#state.classifier;
    void this.#diagnosis.want(this.#state, [own, ...this.#beside(own)]);
  }

  /** Not the same twice. */
  #beside(own: Classifier): Classifier[] {
    return (this.#others ?? []).filter((other) => !equal(other, own)).slice(0, MOST - 1);
  }

  #add(classifier: Classifier): void {
    this.#others = [...(this.#others ?? []).filter((other) => !equal(other, classifier)), classifier].slice(1 - MOST);
    this.#ask();
  }

  #remove(classifier: Classifier): void {
    this.#others = (this.#others ?? []).filter((other) => !equal(other, classifier));
    this.#ask();
  }

  draw(): void {
    if (!this.open || !this.#state) return;
    const { theme } = this.stage;
    const { rows, done } = this.#diagnosis;
    const onLine = this.#state.mixture[0]?.mean.length === 1;
    const hint = `${t('Each classifier on this mixture, with this guidance, over the whole run. KL and guidance error are exact, by quadrature.')}${t(' ')}${
      onLine
        ? t(
            'W₁ is how far the samples at the end lie from p(x|c), from the exact laws of ODE and SDE in continuous time; with ± from particles.',
          )
        : t(
            'W₁ (sliced) is how far the samples at the end lie from p(x|c), from particles of this run’s steps: in the plane there is no exact law to compare them with.',
          )
    }`;
    render(
      html`${this.head(t('Diagnosis: classifiers side by side over the run'), done ? hint : html`${t('Being measured …')} ${hint}`)}
        ${this.#charts(rows, theme)} ${this.#table(rows, theme, onLine)} ${this.#faults()}`,
      this.panel,
    );
  }

  // --- Charts -------------------------------------------------------------------------------------

  #charts(rows: Diagnosed[], theme: Theme): TemplateResult {
    const all = this.panel.clientWidth;
    const width = all >= 560 ? Math.floor((all - 24) / 2) : all;
    if (width < 40) return html``;
    return html`${CURVES.map((curve, k) => {
      const plot = curvePlot(curve, named(rows, false), theme, this.lab.domain, width);
      return html`<figure class="half">
        <figcaption>
          <span>${curve.title()}</span>
          ${k === 0 ? this.save(t('Diagnosis: the curves'), () => this.#savableCurves(rows, theme)) : nothing}
        </figcaption>
        ${unsafeHTML(plotSvg(plot, theme, { width, height: HEIGHT, titled: false }))}
      </figure>`;
    })}`;
  }

  // --- The table ----------------------------------------------------------------------------------

  #table(rows: Diagnosed[], theme: Theme, onLine: boolean): TemplateResult {
    const colors = colorsOf(theme);
    const w1 = onLine ? 'W₁' : t('sliced W₁');
    const kinds = Object.values(KINDS).filter(({ kind }) => rows.every(({ classifier }) => classifier.kind !== kind));
    const room = rows.length < MOST;
    return html`<figure class="whole">
      <figcaption>
        <span>${t('What they get wrong, and what it does to the samples')}</span>
        ${this.save(t('Diagnosis: the table'), () => this.#savableTable(rows, theme))}
      </figcaption>
      <div class="scroll" role="region" tabindex="0" aria-label=${t('Diagnosis: the table')}>
        <table>
          <thead>
            <tr>
              <th scope="col">${t('Classifier')}</th>
              <th scope="col">${t('greatest KL')}<br />${t('nats')}</th>
              <th scope="col">${t('error')}<br />${t('over the run')}</th>
              <th scope="col">${w1}<br />ODE</th>
              <th scope="col">${w1}<br />SDE</th>
              <th scope="col">E[1/p]<br />ODE</th>
              <th scope="col">E[1/p]<br />SDE</th>
              <th scope="col">${t('Improved')}<br />ODE</th>
              <th scope="col">${t('Improved')}<br />SDE</th>
            </tr>
          </thead>
          ${rows.map((row, k) => this.#row(row, k, colors[k] as string))}
        </table>
      </div>
      ${
        room
          ? html`<p class="beside">
              ${
                kinds.length > 0
                  ? html`<label>
                      ${t('Beside it')}
                      <select
                        @change=${(event: Event) => {
                          const menu = event.currentTarget as HTMLSelectElement;
                          const kind = menu.value as keyof typeof KINDS;
                          menu.value = '';
                          this.#add(this.lab.lastClassifier(kind) ?? KINDS[kind].first);
                        }}
                      >
                        <option value="" selected>${t('add a kind …')}</option>
                        ${kinds.map(({ kind, label }) => html`<option value=${kind}>${label()}</option>`)}
                      </select>
                    </label>`
                  : nothing
              }
              ${
                (this.#others ?? []).some((other) => equal(other, this.lab.state.classifier))
                  ? nothing
                  : html`<button type="button" class="speed" @click=${() => this.#add(this.lab.state.classifier)}>
                      ${t('Keep this one, to change its settings')}
                    </button>`
              }
            </p>`
          : nothing
      }
    </figure>`;
  }

  /** As links to the state that has each. */
  #faults(): TemplateResult {
    return html`<details class="whole">
      <summary>${t('Faults that people meet')}</summary>
      <ul class="faults">
        ${FAULTS.map(
          (fault) => html`<li>
            <button type="button" class="link" @click=${() => void this.lab.open(PRESET, queryOf(fault))}>
              ${fault.title()}
            </button>
            ${fault.look()} <span class="hint">${t('Met in practice: {where}', { where: fault.met() })}</span>
          </li>`,
        )}
      </ul>
    </details>`;
  }

  #row(row: Diagnosed, k: number, color: string): TemplateResult {
    const { classifier, summary, shape, samples, trouble } = row;
    const cell = (value: string | null) => html`<td>${value ?? (row.done ? '–' : '…')}</td>`;
    const estimates = (of: (samples: Samples) => Estimate | undefined, percent = false) =>
      PROCESSES.map((name) => {
        const value = of(samples[name]);
        return cell(value ? `${estimateText(percent ? times100(value) : value)}${percent ? '%' : ''}` : null);
      });
    return html`<tbody>
      <tr>
        <th scope="row" class="lane">
          <svg class="swatch" width="24" height="10" viewBox="0 0 24 10" aria-hidden="true">
            ${svg`<line x1="0" x2="24" y1="5" y2="5" stroke=${color} stroke-width="2.5" stroke-dasharray=${(DASHES[k] ?? []).join(' ')} />`}
          </svg>
          ${nameOf(classifier, k)}
        </th>
        ${cell(summary && formatNumber(summary.greatestKl, 2))}
        ${cell(summary && `${formatNumber(100 * summary.share, 2)}%`)}
        ${estimates(({ wasserstein }) => wasserstein)} ${estimates(({ meanReciprocal }) => meanReciprocal)}
        ${estimates(({ improved }) => improved, true)}
      </tr>
      <tr class="looks">
        <td colspan="9">
          <span>
            ${settingsOf(classifier)} ${untrained(this.#state as State, classifier)}
            ${trouble ? html`<span role="alert">${say(trouble)}</span>` : shape ? html`<b>${looksLike(shape)}</b>` : nothing}
            ${
              k === 0
                ? nothing
                : html`<button type="button" class="link" @click=${() => this.lab.change({ classifier })}>${t('Put it under test')}</button>
                    <button type="button" class="link" @click=${() => this.#remove(classifier)}>${t('Take it away')}</button>`
            }
          </span>
        </td>
      </tr>
    </tbody>`;
  }

  // --- Files --------------------------------------------------------------------------------------

  #about(rows: Diagnosed[]): Record<string, unknown> {
    return {
      state: this.#state,
      classifiers: rows.map(({ classifier, summary, shape, samples }) => ({ classifier, summary, shape, samples })),
    };
  }

  #savableCurves(rows: Diagnosed[], theme: Theme): Savable {
    const dimension = this.lab.domain.dimension;
    const columns: Column[] = [
      { name: 'classifier' },
      { name: 'step' },
      { name: 't', unit: 'time' },
      { name: 'guidance', unit: '1/length^2', estimator: 'mean square, quadrature' },
      ...CURVES.map(({ name, unit }) => ({ name, unit, estimator: 'quadrature' })),
    ];
    return {
      name: 'guidance-lab-diagnosis-curves',
      table: {
        columns,
        rows: rows.flatMap(({ classifier, points }) =>
          points.map((point) => [
            JSON.stringify(classifier),
            point.step,
            point.time,
            point.guidanceNorm,
            ...CURVES.map(({ of }) => of(point, dimension)),
          ]),
        ),
      },
      about: this.#about(rows),
      plots: CURVES.map((curve) => curvePlot(curve, named(rows, true), theme, this.lab.domain, 640)),
      look: theme,
    };
  }

  #savableTable(rows: Diagnosed[], theme: Theme): Savable {
    const quantities: [string, string, (samples: Samples) => Estimate | undefined][] = [
      [this.lab.domain.dimension === 1 ? 'W_1' : 'sliced W_1', 'length', ({ wasserstein }) => wasserstein],
      ['E[1/p(c|x)]', '1', ({ meanReciprocal }) => meanReciprocal],
      ['fraction improved', '1', ({ improved }) => improved],
    ];
    const pairs = quantities.flatMap(([name, unit, of]) =>
      PROCESSES.map((process) => ({ name: `${name}, ${process.toUpperCase()}`, unit, of, process })),
    );
    const marks = rows.map(({ classifier }, at) => ({ at, label: nameOf(classifier, at) }));
    return {
      name: 'guidance-lab-diagnosis-table',
      table: {
        columns: [
          { name: 'classifier' },
          { name: 'greatest conditional KL', unit: 'nats', estimator: 'quadrature' },
          { name: 'guidance error over the run / guidance', estimator: 'quadrature' },
          ...pairs.flatMap(({ name, unit }) => [
            { name, unit },
            { name, unit, estimator: 'standard error, 0 where exact' },
          ]),
          { name: 'looks like' },
        ],
        rows: rows.map(({ classifier, summary, shape, samples }) => [
          JSON.stringify(classifier),
          summary?.greatestKl ?? null,
          summary?.share ?? null,
          ...pairs.flatMap(({ of, process }) => {
            const value = of(samples[process]);
            return [value?.estimate ?? null, value?.standardError ?? null];
          }),
          shape?.looks.is ?? null,
        ]),
      },
      about: this.#about(rows),
      plots: quantities.map(([name, unit, of]) => ({
        title: name,
        x: { label: t('Classifier'), range: [-0.5, rows.length - 0.5], marks },
        y: { label: unit },
        series: PROCESSES.map((process, k) => ({
          label: process.toUpperCase(),
          color: colorsOf(theme)[k] as string,
          line: false,
          marker: k === 0 ? ('circle' as const) : ('square' as const),
          points: rows.flatMap(({ samples }, x) => {
            const value = of(samples[process]);
            return value ? [{ x, y: value.estimate, error: value.standardError }] : [];
          }),
        })),
      })),
      look: theme,
    };
  }
}

function named(rows: Diagnosed[], keyed: boolean): ErrorCurve[] {
  return rows.map(({ classifier, points }, k) => ({ label: keyed ? nameOf(classifier, k) : '', points, line: k }));
}

function nameOf(classifier: Classifier, row: number): string {
  const label = kindOf(classifier).label();
  return row === 0 ? t('{kind} (under test)', { kind: label }) : label;
}

/** Of a network that nobody has trained on this mixture. */
function untrained(state: State, classifier: Classifier): string {
  if (classifier.kind !== 'learned' || networkOf({ ...state, classifier })?.course) return '';
  return t('Not trained yet: it gives every class the same probability, and its guidance is 0.');
}

/** Its settings under their names in the state. */
function settingsOf(classifier: Classifier): string {
  const flat = (value: object): string[] =>
    Object.entries(value).flatMap(([key, inner]) =>
      key === 'kind'
        ? []
        : typeof inner === 'object' && inner && !Array.isArray(inner)
          ? flat(inner)
          : [`${key} ${inner}`],
    );
  return flat(classifier).join(' · ');
}

function times100({ estimate, standardError }: Estimate): Estimate {
  return { estimate: 100 * estimate, standardError: 100 * standardError };
}
