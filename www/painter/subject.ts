/** What a picture is painted from. Everything but the state may still be on its way. */
import type {
  Arrows,
  Curves,
  Domain,
  Frame,
  LaneName,
  LayoutName,
  Marginals,
  Plane,
  Says,
  Spacetime,
  State,
} from '../workers/protocol';
import type { Law } from '../workers/sweep-protocol';
import type { Rect } from './surface';
import type { Tracks } from './tracks';

/** The part of the axes that a picture shows, or that an answer is about. */
export interface Window {
  min: number[];
  max: number[];
}

/** An answer, and the rectangle of points that it was asked over. */
export type Over<Answer> = Answer & { over: Window };

/** The greatest densities are those of the whole domain, also where a part of it is shown. */
export type PlaneShown = Over<Plane> & { peaks: { density: number; target: number } };

/** What is known of the exact law of the samples at one time of a state. */
export interface KnownLaw {
  state: State;
  time: number;
  law: Law | null;
  /** Why there is no law (yet). */
  note: Says | null;
}

export interface Subject {
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
  tracks: Tracks;
  curves: Curves | null;
  /** The curves at the last step: they fix the range of the density axis for the whole run. */
  lastCurves: Curves | null;
  spacetime: Over<Spacetime> | null;
  /** The exact law of lane `tested`, where nothing has moved for a while. */
  law: KnownLaw | null;
  plane: PlaneShown | null;
  /** What a classifier that is learned says: `phat(c|x)` on a square grid, row 0 at the bottom. */
  surface: Over<{ side: number; posterior: Float64Array }> | null;
  arrows: Over<Arrows> | null;
  /** The exact guidance at the same points, where the tested one is shown. */
  arrowsExact: Over<Arrows> | null;
  marginals: Over<Marginals> | null;
}

/** Arrows are asked for on a grid so many times finer along x1, and every row takes others of it. */
export const PHASES = 8;

export interface Picture {
  paint(canvas: HTMLCanvasElement, width: number, height: number, subject: Subject): void;
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
  const first = (wishes: LaneName[], ...taken: (LaneName | null)[]) =>
    wishes.find((name) => !taken.includes(name) && runs(name)) ?? null;
  const other = first([view.against, 'exact', 'conditional', 'unguided', 'corrected', 'tested'], shown);
  const third = first(['unguided', 'exact', 'conditional', 'corrected', 'tested'], shown, other);
  const layout = other ? view.layout : view.layout === 'auto' ? 'auto' : 'single';
  const lanes = [layout === 'trio' && third, (layout === 'trio' || layout === 'pair') && other, shown];
  return { shown, other, layout, beside: lanes.filter((name) => name !== false && name !== null) };
}

export interface Comparison {
  shown: LaneName;
  other: LaneName | null;
  layout: LayoutName;
  /** The lanes that were asked for side by side, the one on show last; it alone where none were. */
  beside: LaneName[];
}

/** In a picture narrower than this, lanes side by side stand below one another. */
export const STACKED_BELOW = 480;
const STACKED_HEIGHT = 320;
/** The room for the key below squares; from this width on it is a row. */
export const KEY_IN_ROW = 720;
export const KEY = 100;

/** The height in CSS that lanes side by side want; `initial`: that of any other picture. */
export function wishedHeight(state: Pick<State, 'compare' | 'view'>, dimension: 1 | 2, width: number): string {
  const { length } = comparison(state).beside;
  if (length < 2) return 'initial';
  if (width < STACKED_BELOW) return `${length * STACKED_HEIGHT + (dimension - 1) * KEY}px`;
  // Three squares are lower than one.
  const height = Math.round(width / 3) + 66 + (width < KEY_IN_ROW ? KEY - 20 : 0);
  return length > 2 && dimension === 2 ? `min(${height}px, var(--lab-picture))` : 'initial';
}

export function laneOf(subject: Subject, name: LaneName) {
  return subject.frame?.lanes.find((lane) => lane.name === name) ?? null;
}

/** The law, if it is that of what is on show. */
export function lawOf({ law, state, time, changedAt }: Subject): KnownLaw | null {
  return law && law.state === state && law.time === time && changedAt < 0 ? law : null;
}

/** A subject of which nothing but the state is known yet. */
export function blank(state: State, domain: Domain, tracks: Tracks): Subject {
  return {
    state,
    domain,
    window: domain,
    step: 0,
    time: domain.times[0] as number,
    frame: null,
    changedAt: -1,
    tracks,
    curves: null,
    lastCurves: null,
    spacetime: null,
    law: null,
    plane: null,
    surface: null,
    arrows: null,
    arrowsExact: null,
    marginals: null,
  };
}

/** At weight 1 the tilted density is the target, and nothing is said of it; with a negative one there may be none. */
export function tilts({ guidance }: Pick<State, 'guidance'>): boolean {
  return guidance.gamma !== 1 && guidance.gamma >= 0;
}
