/** What the figure's own charts and its histogram hand out as files. */
import { LabError } from '../lab/error';
import type { Lab } from '../lab/lab';
import type { ChartData } from '../lab/series';
import { particlesOf } from '../painter/density';
import { lawOf, type Subject, tilts } from '../painter/subject';
import { LANE_STYLES, LANES, type Theme } from '../painter/theme';
import { timeTicks } from '../painter/ticks';
import { ofTarget } from '../words/classes';
import { formatNumber } from '../words/numbers';
import { level, symbol } from '../words/units';
import type { Measurement } from '../workers/protocol';
import type { Plot, PlotAxis, PlotPoint, PlotSeries } from './plot';
import { chooseFormat, type Savable } from './save';

export type Part = 'classifier' | 'samples' | 'density';

export interface Source {
  subject: Subject;
  charts: ChartData;
  theme: Theme;
  /** At the step on show, if it is known. */
  measurement: Measurement | null;
}

/** Opens the menu of formats at a button: for what the Lab knows when one is chosen. */
export function save(button: HTMLElement, part: Part, lab: Lab, theme: Theme): void {
  chooseFormat(button, () => {
    const { subject, charts, measurement } = lab;
    if (!subject) throw LabError.notReady();
    return savable(part, { subject, charts, theme, measurement });
  });
}

export function savable(part: Part, source: Source): Savable {
  const { subject, theme, measurement } = source;
  const about = { state: subject.state, step: subject.step, time: subject.time, measurement };
  const base = { name: `guidance-lab-${part}`, about, look: theme };
  const drawn = part === 'density' && subject.domain.dimension === 2 ? plane : { classifier, samples, density }[part];
  return { ...base, ...drawn(source) };
}

/** The steps of the run, labelled by their times. */
export function stepAxis(times: Float64Array): PlotAxis {
  const last = times.length - 1;
  const marks = timeTicks(times, (step) => (step / last) * 560, 48);
  return {
    label: symbol(),
    range: [0, last],
    marks: marks.map(({ step, label }) => ({ at: step, label })),
  };
}

type Drawn = Pick<Savable, 'table' | 'plots'>;

function classifier({ charts: { profile, times }, theme }: Source): Drawn {
  const series = (
    label: string,
    color: string,
    of: (point: (typeof profile)[number]) => number,
    dash: number[] = [],
  ) => ({
    label,
    color,
    dash,
    points: profile.map((point) => ({ x: point.step, y: of(point) })),
  });
  return {
    table: {
      columns: [
        { name: 'step' },
        { name: 't', unit: 'time' },
        { name: 'conditional KL', unit: 'nats', estimator: 'quadrature' },
        { name: 'guidance error given the target class', unit: '1/length^2', estimator: 'mean square, quadrature' },
        { name: 'guidance error', unit: '1/length^2', estimator: 'mean square, quadrature' },
        { name: 'guidance given the target class', unit: '1/length^2', estimator: 'mean square, quadrature' },
      ],
      rows: profile.map((point) => [
        point.step,
        point.time,
        point.conditionalKl,
        point.guidanceMse,
        point.guidanceMseJoint,
        point.guidanceNorm,
      ]),
    },
    plots: [
      {
        title: 'The classifier over the run',
        x: stepAxis(times),
        y: { label: 'KL (nats), mean squares (1/length²)', log: true },
        series: [
          series('KL', theme.ink, (point) => point.conditionalKl, [2, 3]),
          series('guidance error', theme.lanes.tested, (point) => point.guidanceMse),
          series('|guidance|²', theme.lanes.exact, (point) => point.guidanceNorm, [6, 4]),
        ],
      },
    ],
  };
}

function samples({ charts: { lanes, times, reciprocalPrior }, theme }: Source): Drawn {
  const steps = [...new Set(lanes.flatMap(({ points }) => points.map(({ step }) => step)))].sort((a, b) => a - b);
  const known = lanes.map(({ points }) => new Map(points.map((point) => [point.step, point])));
  const greatest = Math.max(0, ...lanes.flatMap(({ points }) => points.map(({ value }) => value)));
  return {
    table: {
      columns: [
        { name: 'step' },
        { name: 't', unit: 'time' },
        ...lanes.flatMap(({ name }) => [
          { name: `E[1/p(c|x)] of ${name}`, unit: '1', estimator: 'mean over particles' },
          { name: `E[1/p(c|x)] of ${name}`, unit: '1', estimator: 'standard error' },
        ]),
      ],
      rows: steps.map((step) => [
        step,
        times[step] as number,
        ...known.flatMap((points) => {
          const point = points.get(step);
          return point ? [point.value, point.error] : [null, null];
        }),
      ]),
    },
    plots: [
      {
        title: 'The samples over the run: E[1/p(c|x)]',
        x: stepAxis(times),
        y: { label: '', log: greatest > 30 },
        series: [
          ...lanes.map(
            ({ name, points }): PlotSeries => ({
              label: LANE_STYLES[name].short,
              color: theme.lanes[name],
              dash: LANE_STYLES[name].dash,
              points: points.map(({ step, value }) => ({ x: step, y: value })),
            }),
          ),
          {
            label: `1/p(c) = ${formatNumber(reciprocalPrior, 3)}`,
            color: theme.soft,
            width: 1,
            dash: [6, 4],
            points: [
              { x: 0, y: reciprocalPrior },
              { x: times.length - 1, y: reciprocalPrior },
            ],
          },
        ],
      },
    ],
  };
}

/** The histogram and every curve at the time on show; each keeps its own points, so cells are empty between. */
function density({ subject, theme }: Source): Drawn {
  const { domain, frame, curves, state } = subject;
  const [low, high] = [domain.min[0] as number, domain.max[0] as number];
  const columns: Savable['table']['columns'] = [{ name: 'x', unit: 'length' }];
  const values: Map<number, number>[] = [];
  const add = (name: string, estimator: string, unit: string, xs: Iterable<number>, ys: ArrayLike<number>) => {
    columns.push({ name, unit, estimator });
    values.push(new Map([...xs].map((x, k) => [x, ys[k] as number])));
  };
  const series: PlotSeries[] = [];
  const line = (label: string, color: string, ys: ArrayLike<number>, xs: Iterable<number>, more = {}): PlotSeries => ({
    label,
    color,
    points: [...xs].map((x, k) => ({ x, y: ys[k] as number })),
    ...more,
  });
  for (const name of LANES) {
    const lane = frame?.lanes.find((each) => each.name === name);
    if (!lane) continue;
    const particles = Math.max(1, particlesOf(lane));
    const width = (high - low) / lane.bins.length;
    const centres = [...lane.bins.keys()].map((k) => low + (k + 0.5) * width);
    const shares = [...lane.bins].map((count) => count / particles);
    const heights = shares.map((share) => share / width);
    const errors = shares.map((share) => Math.sqrt((share * (1 - share)) / particles) / width);
    add(`density of ${name}`, `histogram of ${particles} particles`, '1/length', centres, heights);
    add(`density of ${name}`, 'standard error', '1/length', centres, errors);
    const outline: PlotPoint[] = heights.flatMap((y, k) => [
      { x: low + k * width, y },
      { x: low + (k + 1) * width, y },
    ]);
    series.push({
      label: `${LANE_STYLES[name].short} samples`,
      color: theme.lanes[name],
      points: outline,
      width: 1,
      ...(name === 'tested' ? { filled: true } : { dash: LANE_STYLES[name].dash }),
    });
  }
  const law = lawOf(subject)?.law;
  if (law) {
    add(
      'density of tested',
      `exact law in continuous time, error ${law.error.toExponential(1)}`,
      '1/length',
      law.x,
      law.density,
    );
    series.push(line('exact law of tested', theme.laneText.tested, law.density, law.x));
  }
  if (curves) {
    const { x } = curves;
    add('p(x|c)', 'exact', '1/length', x, curves.target);
    if (state.guidance.gamma >= 0) {
      add(`tilted density, gamma = ${state.guidance.gamma}`, 'exact', '1/length', x, curves.tilted);
    }
    add('p(x)', 'exact', '1/length', x, curves.unguided);
    add('p(c|x)', 'exact', '', x, curves.posterior);
    add('p(c|x) of the tested classifier', 'exact', '', x, curves.testedPosterior);
    add('guidance', 'exact', '1/length', x, curves.guidance);
    add('guidance of the tested classifier', 'exact', '1/length', x, curves.testedGuidance);
    series.push(line(ofTarget('target p(x|c)', state), theme.ink, curves.target, x));
    if (tilts(state)) {
      series.push(line('tilted', theme.ink, curves.tilted, x, { width: 1.25, dash: [5, 4] }));
    }
    series.push(line('all classes p(x)', theme.soft, curves.unguided, x, { width: 1 }));
  }
  const xs = [...new Set(values.flatMap((each) => [...each.keys()]))].filter((x) => x >= low && x <= high);
  const top = Math.max(0.1, ...(curves ? [...curves.target, ...curves.tilted] : []));
  const guidance = curves && {
    title: `Guidance at ${level(subject.time)}`,
    x: { label: 'x', range: [low, high] as [number, number] },
    y: { label: '∇ log p(c|x) (1/length)' },
    series: [
      line('exact', theme.lanes.exact, curves.guidance, curves.x, { dash: [6, 3] }),
      line('tested', theme.lanes.tested, curves.testedGuidance, curves.x),
    ],
  };
  return {
    table: {
      columns,
      rows: xs.sort((a, b) => a - b).map((x) => [x, ...values.map((each) => each.get(x) ?? null)]),
    },
    plots: [
      {
        title: `Density at ${level(subject.time)}`,
        x: { label: 'x', range: [low, high] },
        y: { label: '1/length', range: [0, 1.25 * top] },
        series,
      },
      ...(guidance ? [guidance] : []),
    ],
  };
}

/** In the plane: the histogram of every lane, and its marginals against the exact ones. */
function plane({ subject, theme }: Source): Drawn {
  const { domain, frame, marginals, time } = subject;
  const lanes = LANES.flatMap((name) => frame?.lanes.filter((lane) => lane.name === name) ?? []);
  const side = Math.round(Math.sqrt(lanes[0]?.bins.length ?? 0));
  const widths = [0, 1].map((axis) => ((domain.max[axis] as number) - (domain.min[axis] as number)) / side);
  const centre = (axis: number, k: number) => (domain.min[axis] as number) + (k + 0.5) * (widths[axis] as number);
  const area = (widths[0] as number) * (widths[1] as number);
  const totals = lanes.map((lane) => Math.max(1, particlesOf(lane)));
  const cells = [...Array(side * side).keys()].map((k) => [
    centre(0, k % side),
    centre(1, Math.floor(k / side)),
    ...lanes.flatMap(({ bins }, lane) => {
      const total = totals[lane] as number;
      const share = (bins[k] as number) / total;
      return [share / area, Math.sqrt((share * (1 - share)) / total) / area];
    }),
  ]);
  const plots = [0, 1].map((axis): Plot => {
    const width = widths[axis] as number;
    const drawn = lanes.map(({ name, bins }, lane): PlotSeries => {
      const sums = new Float64Array(side);
      bins.forEach((count, k) => {
        const at = axis === 0 ? k % side : Math.floor(k / side);
        sums[at] = (sums[at] as number) + count;
      });
      const outline = [...sums].map((sum, k) => {
        const y = sum / (totals[lane] as number) / width;
        const x = centre(axis, k);
        return [
          { x: x - width / 2, y },
          { x: x + width / 2, y },
        ];
      });
      return {
        label: `${LANE_STYLES[name].short} samples`,
        color: theme.lanes[name],
        points: outline.flat(),
        width: 1,
        ...(name === 'tested' ? { filled: true } : { dash: LANE_STYLES[name].dash }),
      };
    });
    const exact = (label: string, values: Float64Array, color: string, width: number): PlotSeries => {
      const { min, max } = (marginals as NonNullable<typeof marginals>).over;
      const count = values.length / 2;
      const [from, to] = [min[axis] as number, max[axis] as number];
      const points = [...values.subarray(axis * count, (axis + 1) * count)].map((y, k) => ({
        x: from + ((to - from) * k) / (count - 1),
        y,
      }));
      return { label, color, points, width };
    };
    const series = [
      ...drawn,
      ...(marginals
        ? [
            exact(ofTarget('target p(x|c)', subject.state), marginals.target, theme.ink, 1.75),
            exact('all classes p(x)', marginals.unguided, theme.soft, 1),
          ]
        : []),
    ];
    return {
      title: `Density along x${axis + 1} at ${level(time)}`,
      x: { label: `x${axis + 1}`, range: [domain.min[axis] as number, domain.max[axis] as number] },
      y: { label: '1/length', range: [0, 1.1 * Math.max(...series.flatMap(({ points }) => points.map(({ y }) => y)))] },
      series,
    };
  });
  return {
    table: {
      columns: [
        { name: 'x1', unit: 'length' },
        { name: 'x2', unit: 'length' },
        ...lanes.flatMap(({ name }, lane) => [
          { name: `density of ${name}`, unit: '1/length^2', estimator: `histogram of ${totals[lane]} particles` },
          { name: `density of ${name}`, unit: '1/length^2', estimator: 'standard error' },
        ]),
      ],
      rows: cells,
    },
    plots,
  };
}
