/** Where the tracked particles have been: positions per step, lane and particle. */
import type { Frame, LaneName } from '../workers/protocol';

/** So many rows are kept; runs with more steps keep every second, third, ... step. */
const MAX_ROWS = 1000;

export class Tracks {
  lanes: LaneName[] = [];
  tracked = 0;
  dimension = 1;
  steps = 0;
  /** Steps per stored row. */
  stride = 1;
  /** The last step whose positions are known, -1 if none. */
  recorded = -1;
  /** Rises whenever rows that may have been drawn change. */
  version = 0;
  data = new Float32Array(0);

  reset(steps: number, dimension: number): void {
    this.steps = steps;
    this.dimension = dimension;
    this.stride = Math.max(1, Math.ceil(steps / MAX_ROWS));
    this.tracked = 0;
    this.recorded = -1;
    this.version += 1;
  }

  /** From `step` on the run goes another way than before. */
  truncate(step: number): void {
    if (this.recorded <= step) return;
    this.recorded = step;
    this.version += 1;
  }

  get rowSize(): number {
    return this.lanes.length * this.tracked * this.dimension;
  }

  record(frame: Frame): void {
    const names = frame.lanes.map((lane) => lane.name);
    if (frame.tracked !== this.tracked || names.join() !== this.lanes.join()) {
      this.lanes = names;
      this.tracked = frame.tracked;
      this.recorded = -1;
      this.version += 1;
      const length = (Math.floor(this.steps / this.stride) + 1) * this.rowSize;
      if (this.data.length !== length) this.data = new Float32Array(length);
    }
    const size = this.rowSize;
    if (frame.firstPathStep <= this.recorded && frame.firstPathStep < frame.step) {
      // Rows that were drawn may be rewritten; if they say the same, the drawing stands.
      if (this.#differs(frame, size)) this.version += 1;
    }
    for (let step = frame.firstPathStep; step <= frame.step; step += 1) {
      if (step % this.stride !== 0) continue;
      const from = (step - frame.firstPathStep) * size;
      this.data.set(frame.paths.subarray(from, from + size), (step / this.stride) * size);
    }
    this.recorded = frame.step;
  }

  #differs(frame: Frame, size: number): boolean {
    const last = Math.min(this.recorded, frame.step);
    for (let step = frame.firstPathStep; step <= last; step += 1) {
      if (step % this.stride !== 0) continue;
      const from = (step - frame.firstPathStep) * size;
      const row = (step / this.stride) * size;
      for (let k = 0; k < size; k += 17) {
        if (this.data[row + k] !== frame.paths[from + k]) return true;
      }
    }
    return false;
  }
}
