/** What the picture asks of `Exact`: curves and fields in closed form, each with at most one call in flight. */

import { PHASES, type Subject, type Window } from '../painter/subject';
import type { Exact, ExactMeasures, FieldName, State } from '../workers/protocol';
import { Latest, type Turn } from './latest';

interface Question {
  state: State;
  time: number;
  window: Window;
}

type Ask = Latest<Question, unknown>;

/** How fine a picture wants to know something. */
export interface Detail {
  /** Points of a curve that has a wiggle. */
  points: number;
  /** Rows of arrows in the plane. */
  rows: number;
}

/** A picture of usual size. */
export const USUAL: Detail = { points: 1201, rows: 21 };

/** Where the answers go, and who hears of them. */
export interface Asker {
  readonly subject: Subject | null;
  /** Whether a part of the axes was asked for. */
  readonly zoomed: boolean;
  detail(state: State): Detail;
  measured(measures: ExactMeasures): void;
  answered(): void;
  failed(error: unknown): void;
}

const edges = ({ min, max }: Window) => [min[0] as number, max[0] as number] as const;
const peak = (values: Float32Array) => values.reduce((most, value) => Math.max(most, value), 0);
/** Without a wiggle the curves are smooth. */
const SMOOTH = 401;
const MOST = 3001;

export class ClosedForms {
  readonly #turn: Turn;
  readonly #asks: Record<
    'curves' | 'lastCurves' | 'spacetime' | 'plane' | 'surface' | 'arrows' | 'marginals' | 'measures',
    Ask
  >;

  constructor(exact: Exact, asker: Asker, turn: Turn) {
    this.#turn = turn;
    // Questions are asked about a subject, and forgotten with it.
    const subject = () => asker.subject as Subject;
    const domain = () => subject().domain;
    const count = (state: State) =>
      state.classifier.kind === 'exact' ? SMOOTH : Math.min(MOST, Math.max(SMOOTH, asker.detail(state).points));
    const make = <Answer>(
      ask: (question: Question) => Promise<Answer>,
      done: (answer: Answer, question: Question) => void,
      told: () => void = () => asker.answered(),
    ): Ask =>
      new Latest<Question, unknown>(
        ask,
        (answer, question) => {
          done(answer as Answer, question);
          told();
        },
        (error) => asker.failed(error),
        turn,
      );
    this.#asks = {
      curves: make(
        ({ state, time, window }) => exact.curves(state, time, ...edges(window), count(state)),
        (answer) => {
          subject().curves = answer;
        },
      ),
      lastCurves: make(
        ({ state, time }) => exact.curves(state, time, ...edges(domain()), SMOOTH),
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
            asker.zoomed ? exact.plane(state, time, min, max, 97, 97) : null,
          ]);
          const { density, target } = whole ?? plane;
          return { ...plane, over: window, peaks: { density: peak(density), target: peak(target) } };
        },
        (answer) => {
          subject().plane = answer;
        },
      ),
      surface: make(
        async (question) => (await import('./surface')).surface(exact, question),
        (answer) => {
          subject().surface = answer;
        },
      ),
      arrows: make(
        async ({ state, time, window }) => {
          const { rows } = asker.detail(state);
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
      measures: make(
        ({ state, time }) => exact.measures(state, time),
        (measures) => asker.measured(measures),
        () => {},
      ),
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
    const { curves, plane, surface, marginals, arrows, measures } = this.#asks;
    const question = { state: subject.state, time: subject.time, window: subject.window };
    if (subject.domain.dimension === 1) curves.ask(question);
    else {
      plane.ask(question);
      marginals.ask(question);
      if (subject.state.classifier.kind === 'learned') surface.ask(question);
      else subject.surface = null;
      if (subject.state.view.field !== 'none') arrows.ask(question);
      else subject.arrows = subject.arrowsExact = null;
    }
    measures.ask(question);
  }

  /** All that was asked until now is answered. */
  answered(): Promise<void> {
    return this.#turn(async () => {});
  }

  /** Forgets what is under way: another dimension, another picture. */
  drop(): void {
    for (const ask of Object.values(this.#asks)) ask.drop();
  }
}
