/** Changes of a mixture by hand: pure functions. What is allowed is the model's affair. */
import type { Component } from '../workers/protocol';

/** The principal axes of a covariance in the plane: standard deviations, and the first one's direction. */
export interface Axes {
  sd1: number;
  sd2: number;
  /** In degrees, above -90 and at most 90. */
  angle: number;
}

const DEGREE = Math.PI / 180;

/** Hand-made numbers are short. */
export function short(value: number): number {
  return Number.isFinite(value) ? Number(value.toFixed(3)) : value;
}

export function axesOf(covariance: readonly (readonly number[])[]): Axes {
  const [a, b, c] = [covariance[0]?.[0] ?? 0, covariance[0]?.[1] ?? 0, covariance[1]?.[1] ?? 0];
  const middle = (a + c) / 2;
  const half = Math.hypot((a - c) / 2, b);
  const angle = half === 0 ? 0 : Math.atan2(2 * b, a - c) / 2 / DEGREE;
  return { sd1: Math.sqrt(Math.max(0, middle + half)), sd2: Math.sqrt(Math.max(0, middle - half)), angle };
}

/** A negative standard deviation gives a negative variance, for the model to refuse. */
export function covarianceOf({ sd1, sd2, angle }: Axes): number[][] {
  const [v1, v2] = [sd1 * Math.abs(sd1), sd2 * Math.abs(sd2)];
  const [cos, sin] = [Math.cos(angle * DEGREE), Math.sin(angle * DEGREE)];
  const off = exact((v1 - v2) * cos * sin);
  return [
    [exact(v1 * cos * cos + v2 * sin * sin), off],
    [off, exact(v1 * sin * sin + v2 * cos * cos)],
  ];
}

function exact(value: number): number {
  return Number(value.toPrecision(8));
}

function replaced(mixture: readonly Component[], index: number, patch: Partial<Component>): Component[] {
  return mixture.map((component, at) => (at === index ? { ...component, ...patch } : component));
}

export function withMean(mixture: readonly Component[], index: number, mean: readonly number[]): Component[] {
  return replaced(mixture, index, { mean: mean.map(short) });
}

export function withCovariance(mixture: readonly Component[], index: number, covariance: number[][]): Component[] {
  return replaced(mixture, index, { covariance });
}

export function withClass(mixture: readonly Component[], index: number, label: number): Component[] {
  return replaced(mixture, index, { class: label });
}

/** The component has this share; the others keep their proportions in the rest. */
export function withWeight(mixture: readonly Component[], index: number, weight: number): Component[] {
  const own = mixture[index]?.weight ?? 0;
  const total = mixture.reduce((sum, component) => sum + component.weight, 0);
  // Out of range, or alone: the model has the word.
  if (!(weight > 0 && weight < 1) || total - own <= 0) return replaced(mixture, index, { weight });
  const scale = (1 - weight) / (total - own);
  return mixture.map((component, at) => ({
    ...component,
    weight: at === index ? weight : Number((component.weight * scale).toPrecision(8)),
  }));
}

/** A new round component with the mean weight, of the class of the nearest one. */
export function withAdded(mixture: readonly Component[], mean: readonly number[], sd: number): Component[] {
  const distance = (component: Component) => Math.hypot(...component.mean.map((value, i) => value - (mean[i] ?? 0)));
  const nearest = mixture.reduce((best, each) => (distance(each) < distance(best) ? each : best));
  const weight = 1 / (mixture.length + 1);
  const variance = short(sd * sd);
  return [
    ...mixture.map((component) => ({ ...component, weight: Number((component.weight * (1 - weight)).toPrecision(8)) })),
    {
      weight: Number(weight.toPrecision(8)),
      mean: mean.map(short),
      covariance: mean.map((_, row) => mean.map((_, column) => (row === column ? variance : 0))),
      class: nearest.class,
    },
  ];
}

export function withRemoved(mixture: readonly Component[], index: number): Component[] {
  return mixture.filter((_, at) => at !== index);
}

/** The class that a chip goes on to: the next of those in use or the first unused, then from 0. */
export function nextClass(mixture: readonly Component[], index: number, most: number): number {
  const own = mixture[index]?.class ?? 0;
  const last = Math.min(most, Math.max(...mixture.map((component) => component.class)) + 1);
  return own >= last ? 0 : own + 1;
}
