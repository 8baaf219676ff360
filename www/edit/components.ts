/**
 * The mixture by hand. Above the picture every component is a disc with its class; the chosen one has
 * handles for its shape and weight. Below it every number can be typed. In 1D the handles stand on the
 * bells of the data, in the density panel; in 2D on ellipses of two standard deviations.
 */
import { html, nothing, svg, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import type { Lab } from '../lab/lab';
import { densityTop } from '../painter/density';
import type { Stage } from '../painter/stage';
import type { Subject } from '../painter/subject';
import type { Rect } from '../painter/surface';
import { t } from '../words';
import { className, classWord } from '../words/classes';
import { formatNumber } from '../words/numbers';
import type { Component } from '../workers/protocol';
import {
  type Axes,
  axesOf,
  covarianceOf,
  nextClass,
  short,
  withAdded,
  withClass,
  withCovariance,
  withMean,
  withRemoved,
  withWeight,
} from './mixture';
import { allPanelsOf, type Point, panelsOf, pixelOf, squaresOf, valueAt } from './places';

export type Part = 'mean' | 'weight' | 'first' | 'second';

/** Ellipses are drawn at so many standard deviations. */
const REACH = 2;
const ROOT_TAU = Math.sqrt(2 * Math.PI);
/** Pixels of a drag that double the weight in the plane. */
const DOUBLING = 40;
const CLASSES = 7;

interface Drag {
  part: Part;
  index: number;
  rect: Rect;
  /** From the pointer to what it holds. */
  offset: Point;
  from: readonly Component[];
  start: Point;
}

export class Components {
  readonly #lab: Lab;
  readonly #stage: Stage;
  chosen = 0;
  #drag: Drag | null = null;

  constructor(lab: Lab, stage: Stage) {
    this.#lab = lab;
    this.#stage = stage;
  }

  get dragging(): boolean {
    return this.#drag !== null;
  }

  get #mixture(): readonly Component[] {
    return this.#lab.draft.mixture;
  }

  #change(mixture: Component[]): void {
    this.#lab.change({ mixture });
  }

  // --- Dragging -----------------------------------------------------------------------------------

  /** What a handle is, from the element that was pressed. */
  static handle(target: EventTarget | null): { part: Part; index: number; pane: number } | null {
    const element = target instanceof Element ? target.closest<SVGElement>('[data-part]') : null;
    if (!element) return null;
    const { part, index, pane } = element.dataset;
    return { part: part as Part, index: Number(index), pane: Number(pane) };
  }

  press(handle: { part: Part; index: number; pane: number }, at: Point): void {
    const { subject } = this.#lab;
    const { size } = this.#stage;
    if (!subject) return;
    const flat = subject.domain.dimension === 1;
    const panes = flat ? allPanelsOf(subject, size).map(({ density }) => density) : squaresOf(subject, size);
    const rect = panes[handle.pane] as Rect;
    this.chosen = handle.index;
    const held = this.#handleAt(subject, rect, handle.index, handle.part);
    this.#drag = {
      ...handle,
      rect,
      offset: { x: held.x - at.x, y: held.y - at.y },
      from: this.#mixture,
      start: at,
    };
    this.#lab.sight.hold(true);
  }

  release(): void {
    if (!this.#drag) return;
    this.#drag = null;
    this.#lab.sight.hold(false);
  }

  drag(to: Point): void {
    const { subject } = this.#lab;
    const drag = this.#drag;
    const component = drag?.from[drag.index];
    if (!subject || !drag || !component) return;
    const { from, index, rect, part } = drag;
    const at = valueAt(subject, rect, { x: to.x + drag.offset.x, y: to.y + drag.offset.y });
    const flat = at.length === 1;
    if (part === 'mean') {
      this.#change(withMean(from, index, at));
    } else if (part === 'weight') {
      const height = (rect.y + rect.height - to.y - drag.offset.y) / rect.height;
      const weight = flat
        ? height * densityTop(subject) * spread(component) * ROOT_TAU
        : component.weight * 2 ** ((drag.start.y - to.y) / DOUBLING);
      this.#change(withWeight(from, index, short(Math.min(0.98, Math.max(0.01, weight)))));
    } else if (flat) {
      const sd = Math.max(0.02, Math.abs((at[0] as number) - (component.mean[0] as number)));
      this.#change(withCovariance(from, index, [[short(sd * sd)]]));
    } else {
      const axes = axesOf(component.covariance);
      const dx = (at[0] as number) - (component.mean[0] as number);
      const dy = (at[1] as number) - (component.mean[1] as number);
      const turned = (Math.atan2(dy, dx) * 180) / Math.PI;
      const sd = Math.max(0.02, short(Math.hypot(dx, dy) / REACH));
      this.#change(
        withCovariance(
          from,
          index,
          covarianceOf(
            part === 'first' ? { ...axes, sd1: sd, angle: turned } : { ...axes, sd2: sd, angle: turned - 90 },
          ),
        ),
      );
    }
  }

  /** Alt and the wheel over the chosen component's disc. */
  wheel(index: number, delta: number): void {
    const weight = this.#mixture[index]?.weight ?? 0;
    this.#change(withWeight(this.#mixture, index, Math.min(0.98, Math.max(0.01, short(weight * 2 ** (-delta / 400))))));
  }

  add(x: readonly number[]): void {
    const { subject } = this.#lab;
    if (!subject) return;
    const span = (subject.domain.max[0] as number) - (subject.domain.min[0] as number);
    this.#change(withAdded(this.#mixture, x, span / 24));
    this.chosen = this.#mixture.length - 1;
  }

  remove(index: number): void {
    // The focus must not be lost with what had it.
    this.#stage.find('.picture')?.focus({ preventScroll: true });
    this.#change(withRemoved(this.#mixture, index));
    this.chosen = Math.max(0, Math.min(this.chosen, this.#mixture.length - 1));
  }

  relabel(index: number): void {
    this.#change(withClass(this.#mixture, index, nextClass(this.#mixture, index, CLASSES)));
  }

  /** Keys on a component's disc; whether the key was meant for it. */
  key(event: KeyboardEvent, index: number): boolean {
    const component = this.#mixture[index];
    const { subject } = this.#lab;
    if (!component || !subject) return false;
    const span = (subject.window.max[0] as number) - (subject.window.min[0] as number);
    const step = (span / 200) * (event.shiftKey ? 10 : 1);
    const flat = component.mean.length === 1;
    const move = (dx: number, dy: number) => () =>
      this.#change(
        withMean(
          this.#mixture,
          index,
          component.mean.map((value, i) => value + (i === 0 ? dx : dy)),
        ),
      );
    const weigh = (by: number) => () =>
      this.#change(withWeight(this.#mixture, index, Math.min(0.98, Math.max(0.01, short(component.weight * by)))));
    const widen = (by: number) => () =>
      this.#change(
        withCovariance(
          this.#mixture,
          index,
          component.covariance.map((row) => row.map((value) => Number((value * by * by).toPrecision(6)))),
        ),
      );
    const turn = (by: number) => () => {
      const axes = axesOf(component.covariance);
      this.#change(withCovariance(this.#mixture, index, covarianceOf({ ...axes, angle: axes.angle + by })));
    };
    const acts: Record<string, () => void> = {
      ArrowLeft: move(-step, 0),
      ArrowRight: move(step, 0),
      ArrowUp: flat ? weigh(1.05) : move(0, step),
      ArrowDown: flat ? weigh(1 / 1.05) : move(0, -step),
      '+': weigh(1.1),
      '=': weigh(1.1),
      '-': weigh(1 / 1.1),
      ']': widen(1.1),
      '[': widen(1 / 1.1),
      c: () => this.relabel(index),
      Delete: () => this.remove(index),
      Backspace: () => this.remove(index),
      ...(flat ? {} : { r: turn(5), R: turn(-5) }),
    };
    const act = acts[event.key];
    if (!act) return false;
    this.chosen = index;
    act();
    return true;
  }

  // --- Above the picture ------------------------------------------------------------------------

  /** Where a handle of a component stands, in pixels. */
  #handleAt(subject: Subject, rect: Rect, index: number, part: Part): Point {
    const component = this.#mixture[index] as Component;
    const mean = pixelOf(subject, rect, component.mean);
    if (component.mean.length === 1) {
      const sd = spread(component);
      const bottom = rect.y + rect.height;
      const height = (share: number) =>
        bottom - Math.min(1, (share * component.weight) / (sd * ROOT_TAU) / densityTop(subject)) * rect.height;
      if (part === 'mean') return { x: mean.x, y: bottom };
      if (part === 'weight') return { x: mean.x, y: height(1) };
      const side = part === 'first' ? -1 : 1;
      return { x: pixelOf(subject, rect, [(component.mean[0] as number) + side * sd]).x, y: height(Math.exp(-0.5)) };
    }
    if (part === 'mean') return mean;
    const axes = axesOf(component.covariance);
    const along = ({ sd, angle }: { sd: number; angle: number }) => {
      const [cos, sin] = [Math.cos((angle * Math.PI) / 180), Math.sin((angle * Math.PI) / 180)];
      const [x, y] = component.mean as [number, number];
      return pixelOf(subject, rect, [x + REACH * sd * cos, y + REACH * sd * sin]);
    };
    if (part === 'first') return along({ sd: axes.sd1, angle: axes.angle });
    if (part === 'second') return along({ sd: axes.sd2, angle: axes.angle + 90 });
    return { x: mean.x, y: mean.y - 26 };
  }

  marks(subject: Subject): TemplateResult {
    const { size } = this.#stage;
    const flat = subject.domain.dimension === 1;
    const panes = flat ? allPanelsOf(subject, size).map(({ density }) => density) : squaresOf(subject, size);
    return svg`${panes.map(
      (rect, pane) =>
        svg`${this.#mixture.map((component, index) => this.#shape(subject, rect, component, index))}
          ${this.#mixture.map((component, index) =>
            this.#handles(subject, rect, component, index, pane, pane === panes.length - 1),
          )}`,
    )}`;
  }

  #shape(subject: Subject, rect: Rect, component: Component, index: number): TemplateResult {
    const style = index === this.chosen ? 'shape chosen' : 'shape';
    if (component.mean.length === 1) {
      const sd = spread(component);
      const top = densityTop(subject);
      const points: string[] = [];
      for (let k = -32; k <= 32; k += 1) {
        const z = k / 9;
        const value = (component.weight / (sd * ROOT_TAU)) * Math.exp(-0.5 * z * z);
        const { x } = pixelOf(subject, rect, [(component.mean[0] as number) + z * sd]);
        points.push(`${x},${rect.y + rect.height - (Math.min(value, top) / top) * rect.height}`);
      }
      return svg`<polyline class=${style} points=${points.join(' ')} />`;
    }
    const { sd1, sd2, angle } = axesOf(component.covariance);
    const { x, y } = pixelOf(subject, rect, component.mean);
    const unit = rect.width / ((subject.window.max[0] as number) - (subject.window.min[0] as number));
    return svg`<ellipse
      class=${style}
      cx=${x}
      cy=${y}
      rx=${REACH * sd1 * unit}
      ry=${REACH * sd2 * unit}
      transform=${`rotate(${-angle} ${x} ${y})`}
    />`;
  }

  #handles(subject: Subject, rect: Rect, component: Component, index: number, pane: number, reached: boolean) {
    const state = this.#lab.draft;
    const chosen = index === this.chosen;
    const handle = (part: Part, shape: (at: Point) => TemplateResult) => {
      const at = this.#handleAt(subject, rect, index, part);
      return svg`<g class=${`handle ${part}`} data-part=${part} data-index=${index} data-pane=${pane}>
        <circle class="hit" cx=${at.x} cy=${at.y} r="16" />${shape(at)}
      </g>`;
    };
    const square = ({ x, y }: Point) => svg`<rect x=${x - 5} y=${y - 5} width="10" height="10" />`;
    const diamond = ({ x, y }: Point) => svg`<path d=${`M${x} ${y - 7}l7 7-7 7-7-7z`} />`;
    const at = this.#handleAt(subject, rect, index, 'mean');
    // The disc's area goes with the weight.
    const radius = component.mean.length === 1 ? 8 : 6 + 10 * Math.sqrt(component.weight);
    const words = this.#words(component, index);
    // Once for each class.
    const named =
      state.labels[component.class] && this.#mixture.findIndex((each) => each.class === component.class) === index;
    return svg`${chosen ? svg`${handle('first', square)}${handle('second', square)}${handle('weight', diamond)}` : nothing}
      <g
        class=${`handle mean ${chosen ? 'chosen' : ''} ${component.class === state.guidance.target ? 'target' : ''}`}
        data-part="mean"
        data-index=${index}
        data-pane=${pane}
        tabindex=${reached ? 0 : nothing}
        role=${reached ? 'button' : nothing}
        aria-label=${reached ? words : nothing}
        aria-pressed=${reached ? String(chosen) : nothing}
        aria-hidden=${reached ? nothing : 'true'}
      >
        <circle class="hit" cx=${at.x} cy=${at.y} r="20" />
        <circle class="disc" cx=${at.x} cy=${at.y} r=${radius} />
        <text x=${at.x} y=${at.y + 4} text-anchor="middle">${component.class}</text>
        ${named ? svg`<text class="name" x=${at.x} y=${at.y + radius + 13} text-anchor="middle">${classWord(state, component.class)}</text>` : nothing}
      </g>`;
  }

  #name(label: number): string {
    return className(this.#lab.draft, label);
  }

  #words(component: Component, index: number): string {
    const numbers = (values: readonly number[]) => values.map((value) => formatNumber(value, 3)).join(', ');
    return t('Component {number} of class {label}: mean {mean}, weight {weight}', {
      number: index + 1,
      label: this.#name(component.class),
      mean: numbers(component.mean),
      weight: formatNumber(component.weight, 3),
    });
  }

  /** The chosen component's class and the way to remove it. */
  chip(subject: Subject): TemplateResult | typeof nothing {
    const { size } = this.#stage;
    const component = this.#mixture[this.chosen];
    if (!component || this.#drag) return nothing;
    const flat = component.mean.length === 1;
    const rect = flat ? panelsOf(subject, size).density : (squaresOf(subject, size).at(-1) as Rect);
    const at = this.#handleAt(subject, rect, this.chosen, flat ? 'weight' : 'mean');
    // In the plane it stands in the corner, out of the way of the other handles.
    const x = flat ? Math.max(0, Math.min(at.x + 24, size.width - 124)) : rect.x + 4;
    const y = flat ? Math.max(0, Math.min(at.y - 52, size.height - 40)) : rect.y + 4;
    return html`<div class="chip" .style=${`transform: translate(${x}px, ${y}px)`}>
      <button
        type="button"
        aria-label=${t('Class {label} of component {number}: change to {next}', { label: this.#name(component.class), number: this.chosen + 1, next: this.#name(nextClass(this.#mixture, this.chosen, CLASSES)) })}
        @click=${() => this.relabel(this.chosen)}
      >
        ${t('class {label}', { label: classWord(this.#lab.draft, component.class) })}
      </button>
      <button
        type="button"
        aria-label=${t('Delete component {number}', { number: this.chosen + 1 })}
        title=${t('Delete')}
        @click=${() => this.remove(this.chosen)}
      >
        ×
      </button>
    </div>`;
  }

  // --- Below it -----------------------------------------------------------------------------------

  table(subject: Subject): TemplateResult {
    const flat = subject.domain.dimension === 1;
    return html`<section class="components" aria-label=${t('Components of the mixture')}>
      <p class="hint">
        ${
          flat
            ? t(
                'Drag a disc to move a component, a square for its width, the diamond for its weight; a double click or tap in the picture adds one. Keys on a disc: arrows, + and − (weight), [ and ] (width), C (class), Delete.',
              )
            : t(
                'Drag a disc to move a component, a square for its axes, the diamond for its weight; a double click or tap on an empty place adds one. Keys on a disc: arrows, + and − (weight), [ and ] (width), R (turn), C (class), Delete.',
              )
        }
      </p>
      ${this.#mixture.map((component, index) => this.#row(component, index, flat))}
      <button type="button" class="add" @click=${() => this.#addBeside(subject)}>${t('Add a component')}</button>
    </section>`;
  }

  #addBeside(subject: Subject): void {
    this.add(subject.window.min.map((low, axis) => (low + (subject.window.max[axis] as number)) / 2));
  }

  #row(component: Component, index: number, flat: boolean): TemplateResult {
    const number = (label: TemplateResult | string, name: string, value: number, take: (value: number) => void) => {
      const text = String(Number(value.toPrecision(4)));
      return html`<label
        >${label}
        <input
          type="number"
          step="any"
          aria-label=${t('{name} of component {number}', { name, number: index + 1 })}
          .value=${text}
          @focus=${() => {
            this.chosen = index;
          }}
          @change=${(event: Event) => {
            const input = event.target as HTMLInputElement;
            const typed = input.valueAsNumber;
            // What stands here is the state's; if it takes what was typed, that comes back.
            input.value = text;
            take(typed);
          }}
      /></label>`;
    };
    // What is typed is laid over the newest mixture, not over the one that is on show.
    const mean = (axis: number) => (value: number) =>
      this.#change(
        this.#mixture.map((each, at) =>
          at === index ? { ...each, mean: each.mean.map((old, i) => (i === axis ? value : old)) } : each,
        ),
      );
    const axes = axesOf(component.covariance);
    const shape = (patch: Partial<Axes>) => {
      const now = axesOf((this.#mixture[index] ?? component).covariance);
      this.#change(withCovariance(this.#mixture, index, covarianceOf({ ...now, ...patch })));
    };
    return html`<fieldset class=${index === this.chosen ? 'component chosen' : 'component'}>
      <legend>${index + 1}</legend>
      <label
        >${t('class')}
        <select
          aria-label=${t('{name} of component {number}', { name: t('Class'), number: index + 1 })}
          .value=${live(String(component.class))}
          @change=${(event: Event) =>
            this.#change(withClass(this.#mixture, index, Number((event.target as HTMLSelectElement).value)))}
        >
          ${[...Array(CLASSES + 1).keys()].map((each) => html`<option value=${each} ?selected=${each === component.class}>${this.#name(each)}</option>`)}
        </select></label
      >
      ${number(t('scale'), t('Weight'), component.weight, (value) => this.#change(withWeight(this.#mixture, index, value)))}
      ${
        flat
          ? html`${number(t('mean'), t('Mean'), component.mean[0] as number, mean(0))}
            ${number(t('width σ'), t('Width (standard deviation)'), spread(component), (value) =>
              this.#change(withCovariance(this.#mixture, index, [[value * Math.abs(value)]])),
            )}`
          : html`${number(html`${t('mean')} <i>x</i>₁`, t('Mean along x1'), component.mean[0] as number, mean(0))}
            ${number(html`<i>x</i>₂`, t('Mean along x2'), component.mean[1] as number, mean(1))}
            ${number(t('width σ₁'), t('Standard deviation along the first axis'), axes.sd1, (sd1) => shape({ sd1 }))}
            ${number('σ₂', t('Standard deviation along the second axis'), axes.sd2, (sd2) => shape({ sd2 }))}
            ${number(t('angle°'), t('Angle of the first axis in degrees'), axes.angle, (angle) => shape({ angle }))}`
      }
      <button type="button" class="icon" aria-label=${t('Delete component {number}', { number: index + 1 })} @click=${() => this.remove(index)}>
        ×
      </button>
    </fieldset>`;
  }
}

/** 1D: the standard deviation. */
function spread(component: Component): number {
  return Math.sqrt(Math.max(1e-12, component.covariance[0]?.[0] ?? 1));
}
