/** The numbers on show: exact ones by quadrature and those of the particles, as fast as digits can be read. */
import type { ExactMeasures, Frame, Measurement } from '../workers/protocol';
import type { Aspect } from './changes';

/** Readouts change at most so often while playing, in milliseconds. */
const READABLE = 120;

interface Pair {
  measures: ExactMeasures | null;
  frame: Frame | null;
}

export function measurementOf(exact: ExactMeasures, frame: Frame): Measurement {
  const lanes: Measurement['lanes'] = {};
  for (const { name, bins, outside, ...measures } of frame.lanes) lanes[name] = measures;
  return { ...exact, step: frame.step, lanes };
}

export class Readouts {
  shown: Pair = { measures: null, frame: null };
  /** The newest. */
  #measures: ExactMeasures | null = null;
  #at = Number.NEGATIVE_INFINITY;
  /** What the last measurement was made of. */
  #told: Pair = { measures: null, frame: null };

  /** The exact readouts at some time are known. */
  set measures(measures: ExactMeasures) {
    this.#measures = measures;
  }

  /** What is known of the particles on show, if all of it is. */
  measurement(frame: Frame | null): Measurement | null {
    const measures = this.#measures;
    return measures && frame && measures.time === frame.time ? measurementOf(measures, frame) : null;
  }

  /** Shows the newest, unless it would change too fast to be read. */
  refresh(frame: Frame | null, playing: boolean, now: number): Aspect[] {
    if (playing && now - this.#at < READABLE) return [];
    this.#at = now;
    const measures = this.#measures;
    this.shown = { measures, frame };
    const told = this.#told.measures === measures && this.#told.frame === frame;
    if (told || this.measurement(frame) === null) return ['readouts'];
    this.#told = { measures, frame };
    return ['readouts', 'measurement'];
  }
}
