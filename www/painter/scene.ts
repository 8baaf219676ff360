/** What a picture is painted from. Everything but the state may still be on its way. */
import type { KnownLaw } from '../law';
import type {
  Arrows,
  Curves,
  Domain,
  Frame,
  LaneName,
  LayoutName,
  Marginals,
  Plane,
  Spacetime,
  State,
} from '../protocol';
import type { PathHistory } from './history';
import type { Rect } from './surface';

/** The part of the axes that a picture shows, or that an answer is about. */
export interface Window {
  min: number[];
  max: number[];
}

/** An answer, and the rectangle of points that it was asked over. */
export type Over<Answer> = Answer & { over: Window };

/** The greatest densities are those of the whole domain, also where a part of it is shown. */
export type PlaneShown = Over<Plane> & { peaks: { density: number; target: number } };

export interface Scene {
  state: State;
  domain: Domain;
  /** What the axes show: the domain, or a part of it. */
  window: Window;
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
  spacetime: Over<Spacetime> | null;
  /** The exact law of lane `tested`, where nothing has moved for a while. */
  law: KnownLaw | null;
  plane: PlaneShown | null;
  arrows: Over<Arrows> | null;
  /** The exact guidance at the same points, where the tested one is shown. */
  arrowsExact: Over<Arrows> | null;
  marginals: Over<Marginals> | null;
}

export interface Picture {
  paint(canvas: HTMLCanvasElement, width: number, height: number, scene: Scene): void;
}

/** Pixel of a value along an axis of a panel. */
export function across(rect: Rect, { min, max }: Window, value: number): number {
  const low = min[0] as number;
  return rect.x + ((value - low) / ((max[0] as number) - low)) * rect.width;
}

export function upward(rect: Rect, { min, max }: Window, value: number): number {
  const low = min[1] as number;
  return rect.y + rect.height - ((value - low) / ((max[1] as number) - low)) * rect.height;
}

/** Where the rectangle `over` lies in a panel that shows `window`; in 1D, its breadth alone. */
export function placed(rect: Rect, window: Window, over: Window): Rect {
  const x = across(rect, window, over.min[0] as number);
  const width = across(rect, window, over.max[0] as number) - x;
  if (over.min.length < 2) return { ...rect, x, width };
  const y = upward(rect, window, over.max[1] as number);
  return { x, y, width, height: upward(rect, window, over.min[1] as number) - y };
}

/** The lane on show, the one that it is held against (the first that runs, if not the one asked for), and how. */
export function comparison({ compare, view }: Pick<State, 'compare' | 'view'>): Comparison {
  const runs = (name: LaneName) => name === 'tested' || compare.includes(name);
  const shown = runs(view.lane) ? view.lane : 'tested';
  const others: LaneName[] = [view.against, 'exact', 'conditional', 'unguided', 'tested'];
  const other = others.find((name) => name !== shown && runs(name)) ?? null;
  return { shown, other, layout: other ? view.layout : view.layout === 'auto' ? 'auto' : 'single' };
}

export interface Comparison {
  shown: LaneName;
  other: LaneName | null;
  layout: LayoutName;
}

export function laneOf(scene: Scene, name: LaneName) {
  return scene.frame?.lanes.find((lane) => lane.name === name) ?? null;
}

/** The law, if it is that of what is on show. */
export function lawOf({ law, state, time, changedAt }: Scene): KnownLaw | null {
  return law && law.state === state && law.time === time && changedAt < 0 ? law : null;
}
