/** What a picture is painted from. Everything but the state may still be on its way. */

import type { KnownLaw } from '../law';
import type { Arrows, Curves, Domain, Frame, LaneName, Marginals, Plane, Spacetime, State } from '../protocol';
import type { PathHistory } from './history';

export interface Scene {
  state: State;
  domain: Domain;
  /** The step on show and its time. */
  step: number;
  time: number;
  frame: Frame | null;
  /** Where weight or classifier was changed on the way, -1 if nowhere. */
  changedAt: number;
  history: PathHistory;
  curves: Curves | null;
  /** The curves at the last step: they fix the range of the density axis for the whole run. */
  lastCurves: Curves | null;
  spacetime: Spacetime | null;
  /** The exact law of lane `tested`, where nothing has moved for a while. */
  law: KnownLaw | null;
  plane: Plane | null;
  /** The plane at the last step, for the same reason. */
  lastPlane: Plane | null;
  arrows: Arrows | null;
  /** The exact guidance at the same points, where the tested one is shown. */
  arrowsExact: Arrows | null;
  marginals: Marginals | null;
  /** A position under the pointer, in CSS pixels of the canvas. */
  pointer: { x: number; y: number } | null;
}

export interface Picture {
  paint(canvas: HTMLCanvasElement, width: number, height: number, scene: Scene): void;
}

export function laneOf(scene: Scene, name: LaneName) {
  return scene.frame?.lanes.find((lane) => lane.name === name) ?? null;
}

/** The law, if it is that of what is on show. */
export function lawOf({ law, state, time, changedAt }: Scene): KnownLaw | null {
  return law && law.state === state && law.time === time && changedAt < 0 ? law : null;
}
