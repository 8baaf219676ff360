/** The card that reads what is known at one point: exact values, asked of the worker. */
import { html, nothing, svg, type TemplateResult } from 'lit';
import type { Lab } from '../lab/lab';
import { Latest } from '../lab/latest';
import type { Stage } from '../painter/stage';
import type { Subject } from '../painter/subject';
import { t } from '../words';
import { classWord } from '../words/classes';
import { formatNumber } from '../words/numbers';
import { formatLevel, symbol } from '../words/units';
import type { Probe, State } from '../workers/protocol';
import { allPanelsOf, cardAt, type Place, type Point, pixelOf, placeAt, type Size, squaresOf } from './places';

interface Question {
  state: State;
  time: number;
  x: number[];
}

interface Pointed {
  point: Point;
  by: 'mouse' | 'touch' | 'keys';
}

const vector = (values: number[] | Float64Array | Float32Array): string =>
  values.length === 1
    ? formatNumber(values[0] as number, 3)
    : `(${[...values].map((value) => formatNumber(value, 3)).join(', ')})`;

/** In the plane every coordinate has a line of its own. */
const axisName = ({ x }: Place, axis: number): string => (x.length === 1 ? '' : axis === 0 ? ', x₁' : ', x₂');

export class ProbeCard {
  readonly #lab: Lab;
  readonly #stage: Stage;
  readonly #ask: Latest<Question, Probe>;
  #pointed: Pointed | null = null;
  #answer: (Question & { probe: Probe }) | null = null;
  #asked = '';
  #card: Size = { width: 232, height: 176 };

  constructor(lab: Lab, stage: Stage, changed: () => void) {
    this.#lab = lab;
    this.#stage = stage;
    this.#ask = new Latest<Question, Probe>(
      ({ state, time, x }) => lab.exact.probe(state, time, x),
      (probe, question) => {
        this.#answer = { ...question, probe };
        changed();
      },
      () => {
        this.#answer = null;
      },
    );
  }

  get point(): Point | null {
    return this.#pointed?.point ?? null;
  }

  get byTouch(): boolean {
    return this.#pointed?.by === 'touch';
  }

  show(point: Point, by: Pointed['by']): void {
    this.#pointed = { point, by };
  }

  hide(): void {
    this.#pointed = null;
    this.#answer = null;
    this.#asked = '';
    this.#ask.drop();
  }

  place(subject: Subject): Place | null {
    return this.#pointed && placeAt(subject, this.#stage.size, this.#pointed.point);
  }

  /** Asks for what is pointed at, if that or the state has changed. */
  #refresh(place: Place): void {
    const state = this.#lab.draft;
    const question = { state, time: place.time, x: place.x };
    const key = JSON.stringify([question.time, question.x, state.mixture, state.guidance, state.classifier]);
    if (key === this.#asked) return;
    this.#asked = key;
    this.#ask.ask(question);
  }

  crosshair(subject: Subject): TemplateResult | typeof nothing {
    const place = this.place(subject);
    if (!place || !this.#pointed) return nothing;
    const { size } = this.#stage;
    const { y } = this.#pointed.point;
    const line = (x0: number, y0: number, x1: number, y1: number) =>
      svg`<line class="hair" x1=${x0} y1=${y0} x2=${x1} y2=${y1} />`;
    if (place.panel === 'plane') {
      // The same point in every square.
      return svg`${squaresOf(subject, size).map((square) => {
        const at = pixelOf(subject, square, place.x);
        return svg`${line(square.x, at.y, square.x + square.width, at.y)}
          ${line(at.x, square.y, at.x, square.y + square.height)}`;
      })}`;
    }
    return svg`${allPanelsOf(subject, size).map(({ spacetime, guidance }) => {
      const { x } = pixelOf(subject, spacetime, place.x);
      return svg`${line(x, spacetime.y, x, guidance.y + guidance.height)}
        ${place.panel === 'spacetime' ? line(spacetime.x, y, spacetime.x + spacetime.width, y) : nothing}`;
    })}`;
  }

  card(subject: Subject): TemplateResult | typeof nothing {
    const place = this.place(subject);
    if (!place || !this.#pointed) return nothing;
    this.#refresh(place);
    const { point, by } = this.#pointed;
    const at = cardAt(point, this.#card, this.#stage.size, by === 'touch');
    const answer = this.#answer;
    const probe = answer?.probe;
    const { draft } = this.#lab;
    const target = classWord(draft, draft.guidance.target);
    const cell = (value: string | undefined) => value ?? '…';
    return html`<div
      class="card"
      role=${by === 'keys' ? 'status' : nothing}
      .style=${`transform: translate(${Math.round(at.x)}px, ${Math.round(at.y)}px)`}
    >
      <p class="where"><i>x</i> = ${vector(place.x)}, <i>${symbol()}</i> = ${formatLevel(place.time)}</p>
      <dl>
        <dt>${t('density')} <i>p</i>(<i>x</i>)</dt>
        <dd>${cell(probe && formatNumber(probe.density, 3))}</dd>
        <dt>${t('target')} <i>p</i>(<i>x</i>|${target})</dt>
        <dd>${cell(probe && formatNumber(probe.target, 3))}</dd>
        ${place.x.map(
          (_, axis) => html`<dt>${t('score')} ∇ log <i>p</i>${axisName(place, axis)}</dt>
            <dd>${cell(probe && formatNumber(probe.score[axis] as number, 3))}</dd>`,
        )}
      </dl>
      <table>
        <thead>
          <tr><td></td><th scope="col" class="exact">${t('exact')}</th><th scope="col" class="tested">${t('tested')}</th></tr>
        </thead>
        <tbody>
          <tr>
            <th scope="row"><i>p</i>(${target}|<i>x</i>)</th>
            <td>${cell(probe && formatNumber(probe.posterior, 3))}</td>
            <td>${cell(probe && formatNumber(probe.testedPosterior, 3))}</td>
          </tr>
          ${place.x.map(
            (_, axis) => html`<tr>
              <th scope="row">${t('guidance')}${axisName(place, axis)}</th>
              <td>${cell(probe && formatNumber(probe.guidance[axis] as number, 3))}</td>
              <td>${cell(probe && formatNumber(probe.testedGuidance[axis] as number, 3))}</td>
            </tr>`,
          )}
        </tbody>
      </table>
    </div>`;
  }

  /** After rendering: the next card is placed by the size of this one. */
  measured(card: HTMLElement | null): boolean {
    if (!card) return false;
    const { offsetWidth: width, offsetHeight: height } = card;
    if (width === this.#card.width && height === this.#card.height) return false;
    this.#card = { width, height };
    return true;
  }
}
