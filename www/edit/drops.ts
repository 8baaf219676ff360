/**
 * Particles dropped by hand: from a place and time, their ways under the exact and the tested guidance
 * by the state's own sampler, on one and the same noise (the seed's).
 */
import { html, nothing, svg, type TemplateResult } from 'lit';
import type { Lab } from '../lab/lab';
import { equal } from '../lab/paths';
import type { Stage } from '../painter/stage';
import { across, type Subject } from '../painter/subject';
import type { Rect } from '../painter/surface';
import { t } from '../words';
import { tm } from '../words/markup';
import { formatNumber } from '../words/numbers';
import { formatLevel, symbol } from '../words/units';
import type { DroppedPath, State } from '../workers/protocol';
import { isOde } from '../workers/samplers';
import { allPanelsOf, pixelOf, squaresOf } from './places';

interface Drop {
  step: number;
  x: number[];
  particle: number;
  /** The ways, and the state they are of. */
  path: DroppedPath | null;
  of: State | null;
}

const MOST = 8;
const LANES = ['exact', 'tested'] as const;
/** Far from the particles of the run, which have numbers up to a million: their noise is their own. */
const FIRST_PARTICLE = 4_000_000_000;

export class Drops {
  readonly #lab: Lab;
  readonly #stage: Stage;
  readonly #changed: () => void;
  #drops: Drop[] = [];
  #count = 0;
  #asking = false;

  constructor(lab: Lab, stage: Stage, changed: () => void) {
    this.#lab = lab;
    this.#stage = stage;
    this.#changed = changed;
  }

  get any(): boolean {
    return this.#drops.length > 0;
  }

  add(step: number, x: number[]): void {
    const { steps } = this.#lab.draft.process;
    this.#drops.push({
      step: Math.min(step, steps - 1),
      x,
      particle: FIRST_PARTICLE + this.#count,
      path: null,
      of: null,
    });
    this.#count += 1;
    if (this.#drops.length > MOST) this.#drops.shift();
  }

  clear(): void {
    this.#drops = [];
  }

  /** Asks for ways that are not of the present state, one after the other. */
  async #refresh(): Promise<void> {
    if (this.#asking) return;
    this.#asking = true;
    for (;;) {
      const state = this.#lab.draft;
      const stale = this.#drops.find((drop) => !drop.of || !sameWay(drop.of, state));
      if (!stale) break;
      stale.of = state;
      try {
        const step = Math.min(stale.step, state.process.steps - 1);
        stale.path = await this.#lab.exact.path(state, step, stale.x, stale.particle);
      } catch {
        // A state of another dimension: the particle has no place in it.
        this.#drops = this.#drops.filter((drop) => drop !== stale);
      }
      this.#changed();
    }
    this.#asking = false;
  }

  marks(subject: Subject): TemplateResult | typeof nothing {
    if (!this.any) return nothing;
    const dimension = subject.domain.dimension;
    this.#drops = this.#drops.filter((drop) => drop.x.length === dimension);
    void this.#refresh();
    const { size } = this.#stage;
    const panes =
      dimension === 1 ? allPanelsOf(subject, size).map(({ spacetime }) => spacetime) : squaresOf(subject, size);
    return svg`${panes.map((rect) => this.#drops.map((drop) => this.#mark(subject, rect, drop)))}`;
  }

  #mark(subject: Subject, rect: Rect, drop: Drop): TemplateResult | typeof nothing {
    if (!drop.path) return nothing;
    const { path } = drop;
    const dimension = drop.x.length;
    const steps = subject.domain.times.length - 1;
    const point = (values: Float64Array, row: number) => {
      if (dimension === 2) return pixelOf(subject, rect, [values[2 * row] as number, values[2 * row + 1] as number]);
      return {
        x: across(rect, subject.window, values[row] as number),
        y: rect.y + ((drop.step + row) / steps) * rect.height,
      };
    };
    const last = path.exact.length / dimension - 1;
    const ends = { exact: point(path.exact, last), tested: point(path.tested, last) };
    const start = point(path.exact, 0);
    const now = subject.step - drop.step;
    const line = (lane: (typeof LANES)[number]) => {
      const points: string[] = [];
      for (let row = 0; row <= last; row += 1) {
        const { x, y } = point(path[lane], row);
        points.push(`${x.toFixed(1)},${y.toFixed(1)}`);
      }
      return points.join(' ');
    };
    const clip = `clip-${rect.x | 0}-${rect.y | 0}`;
    return svg`<clipPath id=${clip}><rect x=${rect.x} y=${rect.y} width=${rect.width} height=${rect.height + 8} /></clipPath>
      <g clip-path=${`url(#${clip})`}>
      ${LANES.map((lane) => svg`<polyline class="way under" points=${line(lane)} />`)}
      ${LANES.map((lane) => {
        const end = ends[lane];
        const other = ends[lane === 'exact' ? 'tested' : 'exact'];
        const left = end.x < other.x || (end.x === other.x && lane === 'exact');
        const here = now > 0 && now < last ? point(path[lane], now) : null;
        const word = { x: end.x + (left ? -9 : 9), y: dimension === 1 ? end.y - 6 : end.y + 4 };
        return svg`<g class=${`way ${lane}`}>
          <polyline points=${line(lane)} />
          ${here ? svg`<circle class="here" cx=${here.x} cy=${here.y} r="3" />` : nothing}
          ${
            lane === 'exact'
              ? svg`<circle class="end" cx=${end.x} cy=${end.y} r="4.5" />`
              : svg`<rect class="end" x=${end.x - 4} y=${end.y - 4} width="8" height="8" />`
          }
          <text x=${word.x} y=${word.y} text-anchor=${left ? 'end' : 'start'}>${t(lane)}</text>
        </g>`;
      })}
      <circle class="start" cx=${start.x} cy=${start.y} r="4" /></g>`;
  }

  list(subject: Subject): TemplateResult {
    const state = this.#lab.draft;
    const noisy = !isOde(state.process.sampler);
    const numbers = (values: number[] | Float64Array | Float32Array) =>
      values.length === 1
        ? formatNumber(values[0] as number, 3)
        : `(${[...values].map((value) => formatNumber(value, 3)).join(', ')})`;
    return html`<section class="dropped" aria-label=${t('Dropped particles')}>
      <p class="hint">
        ${t('Click or tap in the picture (Enter at the crosshair) to drop a particle at that point and time; after the end of the run it starts in the noise.')}
        ${
          noisy
            ? t(
                'Its path is computed by the sampler of the run, an SDE, with the noise of seed {seed}, the same for both guidances.',
                { seed: state.seed },
              )
            : t('Its path is computed by the sampler of the run, an ODE, without noise.')
        }
      </p>
      ${
        this.any
          ? html`<ol role="status">
                ${this.#drops.map((drop) => {
                  const end = (values: Float64Array | undefined) =>
                    values ? numbers(values.slice(-drop.x.length)) : '…';
                  return html`<li>
                    ${tm('from {place} at {time}:', {
                      place: html`<i>x</i> = ${numbers(drop.x)}`,
                      time: html`<i>${symbol()}</i> = ${formatLevel(subject.domain.times[drop.step] as number)}`,
                    })}
                    <span class="exact">${t('exact ends at {place}', { place: end(drop.path?.exact) })}</span>,
                    <span class="tested">${t('tested at {place}', { place: end(drop.path?.tested) })}</span>
                  </li>`;
                })}
              </ol>
              <button
                type="button"
                class="add"
                @click=${() => {
                  this.clear();
                  this.#changed();
                }}
              >
                ${t('Clear')}
              </button>`
          : nothing
      }
    </section>`;
  }
}

/** Whether a particle goes the same way under both states. */
function sameWay(a: State, b: State): boolean {
  if (a === b) return true;
  const way = ({ mixture, process, guidance, classifier, seed }: State) => [
    mixture,
    process,
    guidance,
    classifier,
    seed,
  ];
  return equal(way(a), way(b));
}
