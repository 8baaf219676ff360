/**
 * The tools on the picture, fetched after the first frame: reading values at a point, pan and zoom,
 * editing the mixture by hand, dropping particles, one's own points. The canvas stays the painter's;
 * what is handled stands above it as SVG and HTML, so that it has names, focus and keys.
 */
import { html, nothing, render, svg, type TemplateResult } from 'lit';
import { styleControls } from '../controls/sheet';
import type { Lab } from '../lab/lab';
import type { Stage } from '../painter/stage';
import type { Subject } from '../painter/subject';
import { t } from '../words';
import { Components } from './components';
import { Drops } from './drops';
import { OwnData } from './own';
import { type Place, type Point, panelsOf, pixelOf, placeAt, squaresOf, valueAt } from './places';
import { ProbeCard } from './probe';
import { isTable } from './tables';
import sheet from './tools.css?inline';
import { centre, panned, zoomed } from './zoom';

export type Mode = 'look' | 'edit' | 'drop' | 'points';

const ICONS = {
  undo: svg`<path d="M7.5 4 3.5 8l4 4M4 8h7.5a4.5 4.5 0 0 1 0 9H8" />`,
  redo: svg`<path d="m12.5 4 4 4-4 4M16 8H8.5a4.5 4.5 0 0 0 0 9H12" />`,
  closer: svg`<circle cx="8.5" cy="8.5" r="5" /><path d="m12.5 12.5 4 4M6 8.5h5M8.5 6v5" />`,
  farther: svg`<circle cx="8.5" cy="8.5" r="5" /><path d="m12.5 12.5 4 4M6 8.5h5" />`,
  points: svg`<path d="M3.5 16.5h13M3.5 16.5v-13" /><circle cx="8" cy="12" r="1" /><circle cx="10.5" cy="10" r="1" /><circle cx="8" cy="8" r="1" /><circle cx="14" cy="6" r="1" />`,
  edit: svg`<path d="m4 16 .8-3.5L13.5 3.8l2.7 2.7L7.5 15.2zM11.5 5.8l2.7 2.7" />`,
  drop: svg`<circle cx="6" cy="4" r="2" /><path d="M6 6c0 5 8 3 8 8" /><path d="m11 13 3 3.5 3-3.5" />`,
  fit: svg`<path d="M3.5 7.5v-4h4M16.5 7.5v-4h-4M3.5 12.5v4h4M16.5 12.5v4h-4" />`,
};

function icon(name: keyof typeof ICONS): TemplateResult {
  return html`<svg width="20" height="20" viewBox="0 0 20 20" aria-hidden="true">${ICONS[name]}</svg>`;
}

/** A drag begins after so many pixels. */
const SLOP = 4;
const ZOOM_STEP = 1.5;

export class Tools {
  readonly #lab: Lab;
  readonly #stage: Stage;
  readonly #picture: HTMLElement;
  readonly #over: HTMLElement;
  readonly #bench: HTMLElement;
  readonly #probe: ProbeCard;
  readonly #components: Components;
  readonly #drops: Drops;
  readonly #own: OwnData;
  mode: Mode = 'look';
  #pointers = new Map<number, Point>();
  #press: { at: Point; last: Point; moved: boolean; kind: string } | null = null;
  #tap = { x: 0, y: 0, at: 0 };
  #drawing = 0;

  constructor(lab: Lab, stage: Stage) {
    this.#lab = lab;
    this.#stage = stage;
    const find = (name: string) => stage.find(name);
    this.#picture = find('.picture') as HTMLElement;
    this.#over = find('.over') as HTMLElement;
    this.#bench = find('.bench') as HTMLElement;
    this.#probe = new ProbeCard(lab, stage, () => this.draw());
    this.#components = new Components(lab, stage);
    this.#drops = new Drops(lab, stage, () => this.draw());
    this.#own = new OwnData(lab, stage, () => this.draw());
    styleControls(stage.root);
    const style = new CSSStyleSheet();
    style.replaceSync(sheet);
    stage.root.adoptedStyleSheets = [...stage.root.adoptedStyleSheets, style];
    const on = <Name extends keyof HTMLElementEventMap>(
      name: Name,
      handle: (event: HTMLElementEventMap[Name]) => void,
      options?: AddEventListenerOptions,
    ) => this.#picture.addEventListener(name, handle, options);
    on('pointerdown', (event) => this.#down(event));
    on('pointermove', (event) => this.#move(event));
    on('pointerup', (event) => this.#up(event));
    on('pointercancel', (event) => this.#cancel(event));
    on('pointerleave', (event) => this.#leave(event));
    on('wheel', (event) => this.#wheel(event), { passive: false });
    on('keydown', (event) => this.#key(event));
    on('dragover', (event) => event.preventDefault());
    on('drop', (event) => {
      const file = event.dataTransfer?.files[0];
      // Other files are for others.
      if (!file || !isTable(file.name)) return;
      event.preventDefault();
      event.stopPropagation();
      this.#enter('points');
      void this.#own.take(file);
    });
    on('blur', () => {
      this.#probe.hide();
      this.draw();
    });
    this.draw();
  }

  /** Soon, once however often it is asked. */
  draw(): void {
    if (this.#drawing !== 0) return;
    this.#drawing = requestAnimationFrame(() => {
      this.#drawing = 0;
      this.#render();
    });
  }

  #render(): void {
    const { subject } = this.#lab;
    const { size } = this.#stage;
    if (!subject || size.width < 20) return;
    // It comes and goes with the controls that are shown.
    const bar = this.#stage.find('.tools');
    if (bar) render(this.#toolbar(), bar);
    render(
      html`<svg class="marks" width=${size.width} height=${size.height}>
          ${
            this.mode === 'edit'
              ? this.#components.marks(subject)
              : [
                  this.mode === 'points' ? this.#own.marks(subject) : nothing,
                  this.#drops.marks(subject),
                  this.#probe.crosshair(subject),
                ]
          }
        </svg>
        ${this.mode === 'edit' ? this.#components.chip(subject) : this.#probe.card(subject)}`,
      this.#over,
    );
    render(
      this.mode === 'edit'
        ? this.#components.table(subject)
        : this.mode === 'points'
          ? this.#own.bench(subject)
          : this.mode === 'drop' || this.#drops.any
            ? this.#drops.list(subject)
            : nothing,
      this.#bench,
    );
    if (this.#probe.measured(this.#over.querySelector('.card'))) this.draw();
  }

  #toolbar(): TemplateResult {
    const lab = this.#lab;
    const { sight } = lab;
    const button = (name: keyof typeof ICONS, label: string, keys: string, disabled: boolean, act: () => void) =>
      html`<button
        type="button"
        class="icon"
        aria-label=${label}
        title=${`${label} (${keys})`}
        ?disabled=${disabled}
        @click=${act}
      >
        ${icon(name)}
      </button>`;
    const toggle = (mode: Mode & keyof typeof ICONS, word: string, label: string) =>
      html`<button
        type="button"
        class="mode"
        aria-label=${label}
        title=${label}
        aria-pressed=${String(this.mode === mode)}
        @click=${() => this.#enter(this.mode === mode ? 'look' : mode)}
      >
        ${icon(mode)} <span>${word}</span>
      </button>`;
    return html`${button('undo', t('Undo'), 'Ctrl+Z', !lab.canUndo, () => void lab.undo())}
      ${button('redo', t('Redo'), 'Ctrl+Shift+Z', !lab.canRedo, () => void lab.redo())}
      <span class="gap"></span>
      ${toggle('edit', t('Edit'), t('Edit the mixture by hand'))} ${toggle('drop', t('Drop'), t('Drop particles and watch their paths'))}
      ${toggle('points', t('Your data'), t('Your data: draw or paste points'))}
      <span class="gap"></span>
      ${button('farther', t('Zoom out'), '−', !sight.zoomed, () => this.#zoom(1 / ZOOM_STEP))}
      ${button('closer', t('Zoom in'), '+', false, () => this.#zoom(ZOOM_STEP))}
      ${button('fit', t('Show all'), '0', !sight.zoomed, () => sight.look(null))}`;
  }

  #enter(mode: Mode): void {
    this.mode = mode;
    this.#probe.hide();
    this.#components.release();
    this.#picture.dataset.mode = mode;
    // The components are the data's: they are edited against the end of the run.
    if (mode === 'edit' || mode === 'points') this.#lab.seek(this.#lab.run.steps);
    this.draw();
  }

  // --- Pan and zoom ---------------------------------------------------------------------------

  /** Nearer by a factor, at a pixel or (without one) at the crosshair or the centre. */
  #zoom(factor: number, at?: Point): void {
    const { subject } = this.#lab;
    const { size } = this.#stage;
    if (!subject) return;
    const point = at ?? this.#probe.point;
    const place = point && placeAt(subject, size, point);
    const kept = place ? place.x : centre(subject.window);
    this.#lab.sight.look(zoomed(subject.window, subject.domain, factor, kept));
  }

  #panels(subject: Subject) {
    if (subject.domain.dimension === 2) return squaresOf(subject, this.#stage.size)[0];
    return panelsOf(subject, this.#stage.size).density;
  }

  /** Moves the picture by so many pixels. */
  #pan(dx: number, dy: number): void {
    const { subject } = this.#lab;
    const rect = subject && this.#panels(subject);
    if (!subject || !rect || !this.#lab.sight.zoomed) return;
    const from = valueAt(subject, rect, { x: dx, y: dy });
    const to = valueAt(subject, rect, { x: 0, y: 0 });
    this.#lab.sight.look(
      panned(
        subject.window,
        subject.domain,
        to.map((value, axis) => value - (from[axis] as number)),
      ),
    );
  }

  #wheel(event: WheelEvent): void {
    // The wheel alone belongs to the page. A trackpad's pinch comes as Ctrl and wheel.
    const handle = this.mode === 'edit' ? Components.handle(event.target) : null;
    if (handle && handle.index === this.#components.chosen && event.altKey && !event.ctrlKey) {
      event.preventDefault();
      this.#components.wheel(handle.index, event.deltaY);
      return;
    }
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    const unit = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1;
    this.#zoom(Math.exp(-Math.max(-100, Math.min(100, event.deltaY * unit)) / 200), this.#stage.pointOf(event));
  }

  // --- Pointers ---------------------------------------------------------------------------------

  #down(event: PointerEvent): void {
    const point = this.#stage.pointOf(event);
    this.#pointers.set(event.pointerId, point);
    if (event.button !== 0) return;
    const handle = this.mode === 'edit' && this.#pointers.size === 1 ? Components.handle(event.target) : null;
    if (handle) {
      this.#picture.setPointerCapture(event.pointerId);
      this.#components.press(handle, point);
      this.draw();
      return;
    }
    this.#press = this.#pointers.size === 1 ? { at: point, last: point, moved: false, kind: event.pointerType } : null;
    if (this.#pointers.size === 2) this.#probe.hide();
    this.draw();
  }

  #move(event: PointerEvent): void {
    const point = this.#stage.pointOf(event);
    const before = this.#pointers.get(event.pointerId);
    if (before && this.#pointers.size === 2) this.#pinch(event.pointerId, before, point);
    if (before) this.#pointers.set(event.pointerId, point);
    const press = this.#press;
    if (press && Math.hypot(point.x - press.at.x, point.y - press.at.y) > SLOP) press.moved = true;
    if (this.#components.dragging) {
      this.#components.drag(point);
      return;
    }
    if (press?.moved && this.mode === 'points' && this.#pointers.size === 1) {
      const { subject } = this.#lab;
      const { size } = this.#stage;
      const place = subject && placeAt(subject, size, point);
      if (place) this.#own.draw(place.x, 3);
      press.last = point;
      this.draw();
      return;
    }
    if (press?.moved && press.kind !== 'touch' && this.#lab.sight.zoomed) {
      this.#probe.hide();
      this.#pan(point.x - press.last.x, point.y - press.last.y);
    } else if (
      this.mode !== 'edit' &&
      this.mode !== 'points' &&
      (event.pointerType === 'touch' ? press?.moved : this.#pointers.size < 2)
    ) {
      this.#point(point, event.pointerType === 'touch' ? 'touch' : 'mouse');
    }
    if (press) press.last = point;
    this.draw();
  }

  #up(event: PointerEvent): void {
    const point = this.#stage.pointOf(event);
    this.#pointers.delete(event.pointerId);
    const press = this.#press;
    this.#press = null;
    if (this.#components.dragging) {
      this.#components.release();
      this.draw();
      return;
    }
    if (!press || press.moved) return;
    const { subject } = this.#lab;
    const { size } = this.#stage;
    const place = subject && placeAt(subject, size, point);
    if (this.mode === 'edit') {
      const again =
        performance.now() - this.#tap.at < 400 && Math.hypot(this.#tap.x - point.x, this.#tap.y - point.y) < 24;
      this.#tap = { ...point, at: again ? 0 : performance.now() };
      if (again && place) this.#components.add(place.x);
    } else if (this.mode === 'points') {
      if (place) this.#own.draw(place.x, 1);
    } else if (this.mode === 'drop') {
      if (place) this.#drop(place);
    } else if (press.kind === 'touch') {
      // A tap shows the card, a second one at the same place takes it away.
      const shown = this.#probe.point;
      if (shown && this.#probe.byTouch && Math.hypot(shown.x - point.x, shown.y - point.y) < 16) this.#probe.hide();
      else this.#point(point, 'touch');
    }
    this.draw();
  }

  #cancel(event: PointerEvent): void {
    this.#pointers.delete(event.pointerId);
    this.#press = null;
    this.#components.release();
  }

  #leave(event: PointerEvent): void {
    if (event.pointerType === 'touch' || this.#components.dragging) return;
    this.#pointers.delete(event.pointerId);
    this.#press = null;
    this.#probe.hide();
    this.draw();
  }

  #point(point: Point, by: 'mouse' | 'touch' | 'keys'): void {
    const { subject } = this.#lab;
    const { size } = this.#stage;
    if (subject && placeAt(subject, size, point)) this.#probe.show(point, by);
    else this.#probe.hide();
  }

  /** Two fingers: what is between them stays between them. */
  #pinch(moved: number, before: Point, after: Point): void {
    const other = [...this.#pointers].find(([id]) => id !== moved)?.[1];
    if (!other) return;
    const distance = (point: Point) => Math.max(8, Math.hypot(point.x - other.x, point.y - other.y));
    this.#zoom(distance(after) / distance(before), { x: (after.x + other.x) / 2, y: (after.y + other.y) / 2 });
    this.#pan((after.x - before.x) / 2, (after.y - before.y) / 2);
  }

  // --- Keys -------------------------------------------------------------------------------------

  #key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const handle = this.mode === 'edit' ? Components.handle(event.target) : null;
    if (handle) {
      if (!this.#components.key(event, handle.index)) return;
      event.preventDefault();
      this.draw();
      return;
    }
    if (event.target !== this.#picture) return;
    const step = event.shiftKey ? 24 : 4;
    const acts: Record<string, () => void> = {
      ArrowLeft: () => this.#nudge(-step, 0),
      ArrowRight: () => this.#nudge(step, 0),
      ArrowUp: () => this.#nudge(0, -step),
      ArrowDown: () => this.#nudge(0, step),
      '+': () => this.#zoom(ZOOM_STEP),
      '=': () => this.#zoom(ZOOM_STEP),
      '-': () => this.#zoom(1 / ZOOM_STEP),
      '0': () => this.#lab.sight.look(null),
      Escape: () => (this.#probe.point ? this.#probe.hide() : this.#enter('look')),
      ...(this.mode === 'drop' || this.mode === 'points' ? { Enter: () => this.#enterAtCrosshair() } : {}),
    };
    const act = acts[event.key];
    if (!act) return;
    event.preventDefault();
    act();
    this.draw();
  }

  /** At the end of a run there is no way left to go: from there a particle starts in the noise. */
  #drop({ panel, step, x }: Place): void {
    const over = panel !== 'spacetime' && step >= this.#lab.draft.process.steps;
    this.#drops.add(over ? 0 : step, x);
  }

  #enterAtCrosshair(): void {
    const { subject } = this.#lab;
    const place = subject && this.#probe.place(subject);
    if (!place) return;
    if (this.mode === 'points') this.#own.draw(place.x, 1);
    else this.#drop(place);
  }

  /** Moves the crosshair; at the edge of a part of the axes, the part. */
  #nudge(dx: number, dy: number): void {
    const { subject } = this.#lab;
    const { size } = this.#stage;
    const home = subject && this.#panels(subject);
    if (!subject || !home) return;
    const from = this.#probe.point ?? pixelOf(subject, home, centre(subject.window));
    const to = this.#probe.point ? { x: from.x + dx, y: from.y + dy } : from;
    if (placeAt(subject, size, to)) this.#probe.show(to, 'keys');
    else this.#pan(-4 * dx, -4 * dy);
  }
}
