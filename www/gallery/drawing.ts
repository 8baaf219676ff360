/** What a mixture in many dimensions draws: digits, or what own data are: images, or points that are shown in a plane. */
import { owned } from '../lab/named';
import { t } from '../words';
import type { FittedMany, State } from '../workers/protocol';

/** Columns of the gallery at most, where there are fewer classes. */
const COLUMNS = 10;
/** Particles of a lane in the plane, and fewer where they would take more products and sums than this. */
const PARTICLES = 400;
const LEAST = 40;
const WORK = 2e9;

export interface Drawing {
  /** As a state names its mixture. */
  readonly named: string;
  readonly classes: readonly number[];
  /** Pixels of a row, and rows; null: points. */
  readonly shape: readonly [number, number] | null;
  readonly dimension: number;
  readonly components: number;
  /** How many particles of a lane are on show: of images a column for each. */
  readonly columns: number;
  /** The data; null: digits. */
  readonly own: FittedMany | null;
}

const TEN = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9] as const;

export const DIGITS: Drawing = {
  named: 'digits',
  classes: TEN,
  shape: [14, 14],
  dimension: 196,
  components: 50,
  columns: TEN.length,
  own: null,
};

/** Numbers of a particle on show. */
export const sizeOf = ({ shape }: Drawing): number => (shape ? shape[0] * shape[1] : 2);

export function nameOf({ own }: Drawing, label: number): string {
  return own?.labels[label] || String(label);
}

const drawings = new Map<string, Drawing>();

/** What a state's mixture draws by its name; digits where that is none of own data. */
export function drawingOf(named: unknown): Drawing {
  const own = owned.get(named);
  if (!own) return DIGITS;
  const known = drawings.get(named as string);
  if (known) return known;
  const { mixture } = own.state;
  const classes = [...new Set(mixture.map((each) => each.class))].sort((a, b) => a - b);
  const dimension = mixture[0]?.mean.length ?? 0;
  const shape = own.width > 0 ? ([own.width, own.height] as const) : null;
  // Three lanes of a hundred steps.
  const cost = mixture.reduce((sum, { covariance }) => sum + 2 * dimension * (covariance.factors.length + 2), 0);
  const wished = shape ? COLUMNS : Math.min(PARTICLES, Math.max(LEAST, WORK / (300 * cost)));
  const columns = classes.length * Math.max(1, Math.floor(wished / classes.length));
  const drawing = { named: named as string, classes, shape, dimension, components: mixture.length, columns, own };
  drawings.set(drawing.named, drawing);
  return drawing;
}

/** A state under which a network of these is known: no other figure has such a mixture. */
export const networkState = (state: State, { named, own }: Drawing = DIGITS): State => ({
  ...state,
  mixture: (own ? [named] : []) as unknown as State['mixture'],
});

/** Which of the data are of a class. */
export const ofClass = ({ classes }: Pick<FittedMany, 'classes'>, label: number): number[] =>
  [...classes.keys()].filter((at) => classes[at] === label);

/** What the columns of a row are: some data of the class that each is steered to. */
export function examplesOf({ own, classes, columns }: Drawing, target: number | null): Float32Array[] {
  if (!own || own.width === 0) return [];
  const size = own.width * own.height;
  return [...Array(columns).keys()].map((column) => {
    const label = target ?? (classes[column % classes.length] as number);
    const all = ofClass(own, label);
    const turn = target === null ? Math.floor(column / classes.length) : column;
    const at = all[turn % all.length] as number;
    return own.values.subarray(at * size, (at + 1) * size);
  });
}

/** What was done for the fit stands in `notes`; this is how its mixture is called. */
export function mixtureText({ components, dimension }: Drawing): string {
  return t('a mixture of {components} Gaussians in {dimension} dimensions', { components, dimension });
}
