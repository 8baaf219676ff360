/** The estimates of the lanes over the run: what the charts show. */
import type { Frame, LaneName, Weights } from '../workers/protocol';
import type { ProfilePoint } from './profile';

export interface LaneSeries {
  name: LaneName;
  /** Step, value and its standard error, in the order of steps. */
  points: {
    step: number;
    value: number;
    error: number;
    /** What the weights of lane `corrected` leave of its particles. */
    weights: Weights | null;
  }[];
}

export interface ChartData {
  times: Float64Array;
  step: number;
  profile: ProfilePoint[];
  lanes: LaneSeries[];
  reciprocalPrior: number;
}

export class Series {
  readonly #points = new Map<LaneName, LaneSeries['points']>();

  get lanes(): LaneSeries[] {
    return [...this.#points].map(([name, points]) => ({ name, points }));
  }

  clear(): void {
    this.#points.clear();
  }

  /** What was later on the way than this frame is forgotten. */
  collect(frame: Frame): void {
    if (frame.step === 0) this.clear();
    for (const lane of frame.lanes) {
      const points = this.#points.get(lane.name) ?? [];
      while (points.length > 0 && (points[points.length - 1] as { step: number }).step >= frame.step) points.pop();
      const { estimate, standardError } = lane.meanReciprocal;
      points.push({ step: frame.step, value: estimate, error: standardError, weights: lane.weights });
      this.#points.set(lane.name, points);
    }
  }
}
