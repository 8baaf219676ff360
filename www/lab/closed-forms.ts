/** What the picture asks of `Exact`: curves and fields in closed form, each with at most one call in flight. */

import type { Subject, Window } from '../painter/subject';
import type { Exact, ExactMeasures, FieldName, State } from '../workers/protocol';
import { Latest } from './latest';

interface Question {
  state: State;
  time: number;
  window: Window;
}

type Ask = Latest<Question, unknown>;

export interface Asker {
  /** Where the answers go. */
  subject(): Subject;
  /** Of the picture, in CSS pixels. */
  size(): { width: number; height: number };
  /** Whether a part of the axes was asked for. */
  zoomed(): boolean;
  plane(): Promise<typeof import('../painter/plane')>;
  measured(measures: ExactMeasures): void;
  answered(): void;
  failed(error: unknown): void;
}

const edges = ({ min, max }: Window) => [min[0] as number, max[0] as number] as const;
const peak = (values: Float32Array) => values.reduce((most, value) => Math.max(most, value), 0);

export class ClosedForms {
  readonly #asks: Record<'curves' | 'lastCurves' | 'spacetime' | 'plane' | 'arrows' | 'marginals' | 'measures', Ask>;

  constructor(exact: Exact, asker: Asker) {
    const { subject } = asker;
    const domain = () => subject().domain;
    // A wiggle needs its points; without one the curves are smooth.
    const count = ({ classifier }: State) =>
      classifier.kind === 'exact' ? 401 : Math.min(3001, Math.max(401, 2 * Math.round(asker.size().width || 600) + 1));
    const make = <Answer>(
      ask: (question: Question) => Promise<Answer>,
      done: (answer: Answer, question: Question) => void,
    ): Ask =>
      new Latest<Question, unknown>(
        ask,
        (answer, question) => {
          done(answer as Answer, question);
          asker.answered();
        },
        asker.failed,
      );
    this.#asks = {
      curves: make(
        ({ state, time, window }) => exact.curves(state, time, ...edges(window), count(state)),
        (answer) => {
          subject().curves = answer;
        },
      ),
      lastCurves: make(
        ({ state, time }) => exact.curves(state, time, ...edges(domain()), 401),
        (answer) => {
          subject().lastCurves = answer;
        },
      ),
      spacetime: make(
        ({ state, window }) => exact.spacetime(state, ...edges(window), 240, Math.min(240, state.process.steps + 1)),
        (answer, { window }) => {
          subject().spacetime = { ...answer, over: window };
        },
      ),
      plane: make(
        async ({ state, time, window }) => {
          const { min, max } = domain();
          const [plane, whole] = await Promise.all([
            exact.plane(state, time, window.min, window.max, 97, 97),
            asker.zoomed() ? exact.plane(state, time, min, max, 97, 97) : null,
          ]);
          const { density, target } = whole ?? plane;
          return { ...plane, over: window, peaks: { density: peak(density), target: peak(target) } };
        },
        (answer) => {
          subject().plane = answer;
        },
      ),
      arrows: make(
        async ({ state, time, window }) => {
          const { width, height } = asker.size();
          const { panesOf, PHASES, planeLayout } = await asker.plane();
          const side = planeLayout(width, height, panesOf(state)).panes[0]?.square.width ?? 0;
          const rows = Math.min(27, Math.max(11, Math.round(side / 20)));
          const ask = async (field: FieldName) => ({
            ...(await exact.arrows(state, time, field, window.min, window.max, (rows - 1) * PHASES + 1, rows)),
            over: window,
          });
          const compared = state.view.field === 'tested' && state.classifier.kind !== 'exact';
          return Promise.all([ask(state.view.field), compared ? ask('exact') : null]);
        },
        ([arrows, arrowsExact]) => Object.assign(subject(), { arrows, arrowsExact }),
      ),
      marginals: make(
        ({ state, time, window }) => exact.marginals(state, time, window.min, window.max, 129),
        (answer, { window }) => {
          subject().marginals = { ...answer, over: window };
        },
      ),
      measures: make(({ state, time }) => exact.measures(state, time), asker.measured),
    };
  }

  /** Those that belong to the whole run. */
  whole({ state, domain, window }: Subject): void {
    if (domain.dimension !== 1) return;
    const last = { state, time: domain.times[state.process.steps] as number, window };
    this.#asks.lastCurves.ask(last);
    this.#asks.spacetime.ask(last);
  }

  /** Those at the time on show. */
  now(subject: Subject): void {
    const { curves, plane, marginals, arrows, measures } = this.#asks;
    const question = { state: subject.state, time: subject.time, window: subject.window };
    if (subject.domain.dimension === 1) curves.ask(question);
    else {
      plane.ask(question);
      marginals.ask(question);
      if (subject.state.view.field !== 'none') arrows.ask(question);
      else subject.arrows = subject.arrowsExact = null;
    }
    measures.ask(question);
  }

  /** Forgets what is under way: another dimension, another picture. */
  drop(): void {
    for (const ask of Object.values(this.#asks)) ask.drop();
  }
}
