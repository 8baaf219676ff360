/** Everything that is measured of the samples, each distance beside its noise floor, as a table. */
import { html, nothing, type TemplateResult } from 'lit';
import { unsafeHTML } from 'lit/directives/unsafe-html.js';
import { swatch } from '../controls/swatch';
import { stepAxis } from '../export/figure';
import { type Plot, plotSvg } from '../export/plot';
import type { Savable } from '../export/save';
import type { Column } from '../export/table';
import type { Subject } from '../painter/subject';
import { LANE_STYLES, LANES, type Theme } from '../painter/theme';
import { t } from '../words';
import { tm } from '../words/markup';
import { estimateText, formatNumber } from '../words/numbers';
import { level } from '../words/units';
import type { Estimate, LaneName, Measurement } from '../workers/protocol';
import { Below, type Of } from './below';

interface Found extends Of {
  measurement: Measurement;
}

interface Quantity {
  name: string;
  /** In the page's language. */
  label: string;
  unit: string;
  estimator: string;
  of(measurement: Measurement, lane: LaneName): Estimate | number | null | undefined;
}

function quantities(dimension: number, particles: number): Quantity[] {
  const floor = 'noise floor: a perfect sampler with as many particles';
  const means = (dimension === 1 ? ['x'] : ['x₁', 'x₂']).map(
    (x, i): Quantity => ({
      name: `mean of ${x}`,
      label: t('mean of {x}', { x }),
      unit: 'length',
      estimator: 'mean over particles',
      of: ({ lanes }, lane) => {
        const found = lanes[lane];
        const variance = found?.covariance[i]?.[i] ?? Number.NaN;
        return (
          found && {
            estimate: found.mean[i] ?? Number.NaN,
            standardError: Math.sqrt(variance / Math.max(1, found.weights?.independent ?? particles - found.nonFinite)),
          }
        );
      },
    }),
  );
  return [
    {
      name: 'sampling KL',
      label: t('Sampling KL'),
      unit: 'nats',
      estimator: 'histogram, bias removed',
      of: ({ lanes }, lane) => lanes[lane]?.samplingKl,
    },
    {
      name: 'sampling KL',
      label: t('noise floor'),
      unit: 'nats',
      estimator: floor,
      of: ({ lanes }, lane) => lanes[lane]?.samplingKlFloor,
    },
    {
      name: dimension === 1 ? 'W_1' : 'sliced W_1',
      label: dimension === 1 ? 'W₁' : t('sliced W₁'),
      unit: 'length',
      estimator: 'particles against the exact distribution function',
      of: ({ distances }, lane) => distances?.[lane]?.wasserstein,
    },
    {
      name: dimension === 1 ? 'W_1' : 'sliced W_1',
      label: t('noise floor'),
      unit: 'length',
      estimator: floor,
      of: ({ distances }, lane) => distances?.[lane]?.wassersteinFloor,
    },
    {
      name: 'entropy',
      label: t('entropy'),
      unit: 'nats',
      estimator: 'fourth neighbours',
      of: ({ distances }, lane) => distances?.[lane]?.entropy,
    },
    {
      name: 'E[1/p(c|x)]',
      label: 'E[1/p(c|x)]',
      unit: '1',
      estimator: 'mean over particles',
      of: ({ lanes }, lane) => lanes[lane]?.meanReciprocal,
    },
    {
      name: 'E[log p(c|x)]',
      label: 'E[log p(c|x)]',
      unit: 'nats',
      estimator: 'mean over particles',
      of: ({ lanes }, lane) => lanes[lane]?.meanLogProbability,
    },
    {
      name: 'fraction improved',
      label: t('Improved'),
      unit: '1',
      estimator: 'share of particles',
      of: ({ lanes }, lane) => (lane === 'conditional' ? null : lanes[lane]?.fractionImproved),
    },
    ...means,
    {
      name: 'effective sample size',
      label: t('effective sample size'),
      unit: '1',
      estimator: 'from the weights',
      of: ({ lanes }, lane) => lanes[lane]?.weights?.effective,
    },
    {
      name: 'lineages',
      label: t('lineages'),
      unit: '1',
      estimator: 'from the weights of the offspring of each first particle',
      of: ({ lanes }, lane) => lanes[lane]?.weights?.lineages,
    },
    {
      name: 'log normaliser',
      label: t('log of the mean weight'),
      unit: '1',
      estimator: 'product of the mean weights',
      of: ({ lanes }, lane) => lanes[lane]?.weights?.logNormaliser,
    },
  ];
}

function text(value: Estimate | number | null | undefined): string {
  if (value === null || value === undefined) return '–';
  if (typeof value === 'number') return formatNumber(value, 3);
  return estimateText(value);
}

export class Measures extends Below<Found> {
  protected readonly from = 'about-sampling';

  protected async measure(): Promise<Omit<Found, keyof Of> | null> {
    const measurement = await this.lab.measure();
    this.note = '';
    return { measurement };
  }

  protected title(found: Found | null): unknown {
    return found
      ? tm('All measures of the samples at {level}', { level: level(found.time) })
      : t('All measures of the samples');
  }

  protected hint({ measurement }: Found): string {
    const { guidanceMseJoint, guidanceNorm } = measurement;
    return `${t('± is one standard error. A noise floor is what as many samples of p(x|c) itself would score: around 0 ± the floor for the sampling KL, about the floor for W₁. At its floor a lane cannot be told from a perfect sampler.')}${t(' ')}${t(
      'Of the classifier, by quadrature: guidance error over all classes {joint}, mean square of the true guidance {norm}.',
      { joint: formatNumber(guidanceMseJoint, 3), norm: formatNumber(guidanceNorm, 3) },
    )}`;
  }

  protected body(found: Found, subject: Subject, theme: Theme): TemplateResult {
    const { measurement } = found;
    const lanes = LANES.filter((lane) => measurement.lanes[lane]);
    // Without plain conditional sampling nothing improves on it.
    const known = ({ of }: Quantity) => lanes.some((lane) => (of(measurement, lane) ?? null) !== null);
    const shown = quantities(subject.domain.dimension, found.state.particles).filter(known);
    return html`<figure class="whole">
      <figcaption>
        <span>${t('The particles of each lane at this time')}</span>
        ${this.save(t('All measures of the samples'), () => this.#savable(found, shown, lanes, theme))}
      </figcaption>
      <div class="scroll" role="region" tabindex="0" aria-label=${t('All measures of the samples')}>
      <table>
        <thead>
          <tr>
            <th scope="col">${t('Samples')}</th>
            ${shown.map(({ label, unit }) => html`<th scope="col">${label}${unit === 'nats' ? html`<br />${t('nats')}` : ''}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${lanes.map(
            (lane) => html`<tr class=${`lane-${lane}`}>
              <th scope="row" class="lane">${swatch(lane)} ${t(LANE_STYLES[lane].short)}</th>
              ${shown.map(({ of }) => html`<td>${text(of(measurement, lane))}</td>`)}
            </tr>`,
          )}
        </tbody>
      </table>
      </div>
    </figure>
    ${measurement.lanes.corrected ? this.#effective(found, theme) : nothing}`;
  }

  /** The effective sample size of lane `corrected` over the run, and its lineages. */
  #effective({ state, step, time }: Found, theme: Theme): TemplateResult {
    const { times, lanes } = this.lab.charts;
    const points = lanes.find(({ name }) => name === 'corrected')?.points ?? [];
    const known = points.flatMap(({ step, weights }) => (weights ? [{ step, ...weights }] : []));
    const title = 'Effective sample size over the run';
    const plot: Plot = {
      title,
      x: stepAxis(times),
      y: { label: '', range: [0, state.particles] },
      series: [
        {
          label: t('effective sample size'),
          color: theme.lanes.corrected,
          points: known.map(({ step, effective }) => ({ x: step, y: effective })),
        },
        {
          label: t('lineages'),
          color: theme.lanes.corrected,
          dash: [6, 4],
          points: known.map(({ step, lineages }) => ({ x: step, y: lineages })),
        },
        {
          label: t('drawn anew below this'),
          color: theme.soft,
          width: 1,
          guide: true,
          points: [0, times.length - 1].map((x) => ({ x, y: state.particles / 2 })),
        },
      ],
    };
    const savable = (): Savable => ({
      name: 'guidance-lab-effective-sample-size',
      table: {
        columns: [
          { name: 'step' },
          { name: 't', unit: 'time' },
          { name: 'effective sample size', unit: '1', estimator: 'from the weights' },
          { name: 'lineages', unit: '1', estimator: 'from the weights of the offspring of each first particle' },
          { name: 'times drawn anew', unit: '1' },
        ],
        rows: known.map(({ step, effective, lineages, resamplings }) => [
          step,
          times[step] as number,
          effective,
          lineages,
          resamplings,
        ]),
      },
      about: { state, step, time },
      plots: [plot],
      look: theme,
    });
    return html`<figure class="half">
      <figcaption>
        <span>${tm('The effective sample size of the corrected lane, against *t*')}</span>
        ${this.save(t('The effective sample size over the run'), savable)}
      </figcaption>
      ${unsafeHTML(plotSvg(plot, theme, { width: this.panel.clientWidth >= 560 ? Math.floor((this.panel.clientWidth - 24) / 2) : this.panel.clientWidth, height: 176, titled: false }))}
    </figure>`;
  }

  #savable({ measurement, state, step, time }: Found, shown: Quantity[], lanes: LaneName[], theme: Theme): Savable {
    const columns: Column[] = [{ name: 'lane' }];
    for (const { name, unit, estimator, of } of shown) {
      columns.push({ name, unit, estimator });
      if (typeof of(measurement, lanes[0] ?? 'tested') === 'object') {
        columns.push({ name, unit, estimator: 'standard error' });
      }
    }
    const rows = lanes.map((lane) => [
      lane,
      ...shown.flatMap(({ of }) => {
        const value = of(measurement, lane);
        const noisy = typeof of(measurement, lanes[0] ?? 'tested') === 'object';
        if (value === null || value === undefined) return noisy ? [null, null] : [null];
        return typeof value === 'number' ? [value] : [value.estimate, value.standardError];
      }),
    ]);
    const marks = lanes.map((lane, at) => ({ at, label: LANE_STYLES[lane].short }));
    // A distance of each lane, and the floor as a line.
    const plot = (distance: Quantity, floor: Quantity): Plot => ({
      title: `${distance.name} at ${level(time)}`,
      x: { label: 'lane', range: [-0.5, lanes.length - 0.5], marks },
      y: { label: distance.unit },
      series: [
        {
          label: distance.name,
          color: theme.lanes.tested,
          line: false,
          marker: 'circle',
          points: lanes.map((lane, x) => {
            const value = distance.of(measurement, lane) as Estimate;
            return { x, y: value.estimate, error: value.standardError };
          }),
        },
        {
          label: 'noise floor',
          color: theme.soft,
          dash: [6, 4],
          guide: true,
          points: lanes.map((lane, x) => ({ x, y: floor.of(measurement, lane) as number })),
        },
      ],
    });
    return {
      name: 'guidance-lab-measures',
      table: { columns, rows },
      about: { state, step, time, measurement },
      plots: [plot(shown[0] as Quantity, shown[1] as Quantity), plot(shown[2] as Quantity, shown[3] as Quantity)],
      look: theme,
    };
  }
}
