/**
 * The state and who may change it. Whatever is asked for is validated by the module and taken over one after the
 * other, each laid over what the one before has made; what a person drags is shown at once as a draft, and only the
 * newest of it is validated. Every state that is left can be come back to.
 */
import type { Change, Domain, Exact, Field, Preset, State } from '../workers/protocol';
import type { Clock } from './clock';
import { LabError } from './error';
import { equal, mergeDeep, type Plain } from './paths';
import { decode, textRead } from './permalink';
import { History, pathsOf } from './undo';

type Classifier = State['classifier'];

/** How a state came about. */
export interface Taken {
  /** A person moves a control: something is to be shown soon. */
  byHand: boolean;
  /** It is the state that stood before. */
  same: boolean;
  /** Domain and times are those of the state before. */
  sameDomain: boolean;
  /** Another preset was opened. */
  samePreset: boolean;
}

export interface Taker {
  /**
   * The state, if what it needs that is not in it is at hand; else with the classifier in use, or that of `instead`, and
   * `changes` say so. Without `instead` this rejects.
   */
  possible(state: State, instead?: State, changes?: Change[]): Promise<State>;
  /** What shows states of this domain gets ready for it. */
  prepare(domain: Domain): Promise<void>;
  /** A state stands from now on. */
  took(state: State, domain: Domain, how: Taken): void;
  /** The draft is another one. */
  drafted(): void;
  /** A change by hand was not valid. */
  refused(error: LabError): void;
}

export interface Opened {
  changes: Change[];
  /** The preset that is shown, and the name that was asked for if there is none of it. */
  preset: Preset;
  unknownPreset: string | null;
}

export class States {
  presets: Preset[] = [];
  fields: ReadonlyMap<string, Field> = new Map();
  /** The name of the preset that the state started from. */
  preset = '';
  state: State | null = null;
  domain: Domain | null = null;
  /** A pointer is down: what it changes is one step of undo. */
  pressed = false;

  readonly #exact: Exact;
  readonly #clock: Clock;
  readonly #taker: Taker;
  readonly #history = new History<{ state: State; preset: string }>();
  /** The last classifier of each kind, to go back to. */
  readonly #classifiers = new Map<string, Classifier>();
  #draft: State | null = null;
  #pending: unknown = null;
  /** A turn is reserved for what is pending. */
  #waiting = false;
  #line: Promise<unknown> = Promise.resolve();
  #presses = 0;

  constructor(exact: Exact, clock: Clock, taker: Taker) {
    this.#exact = exact;
    this.#clock = clock;
    this.#taker = taker;
  }

  /** The state with the changes that are still being validated. */
  get draft(): State | null {
    return this.#draft ?? this.state;
  }

  get canUndo(): boolean {
    return this.#history.canUndo;
  }

  get canRedo(): boolean {
    return this.#history.canRedo;
  }

  /** Nothing that was asked for is on its way. */
  settled(): Promise<unknown> {
    return this.#line;
  }

  /** Asks what there is. */
  async read(): Promise<void> {
    const [presets, fields] = await Promise.all([this.#exact.presets(), this.#exact.fields()]);
    this.presets = presets;
    this.fields = new Map(fields.map((field) => [field.path, field]));
  }

  /** The nearest valid state to a query with `early` laid over it. */
  open(query: URLSearchParams, fallback: string, early: () => Plain): Promise<Opened> {
    return this.#inTurn(async () => {
      const { preset, candidate, unknownPreset } = decode(query, this.presets, fallback, this.fields.keys());
      const { state: wanted, changes } = await this.#exact.open(
        mergeDeep(candidate, textRead(early(), preset.state)),
        preset.state,
      );
      const state = await this.#taker.possible(wanted, preset.state, changes);
      await this.#take(state, { key: null, preset: preset.name });
      return { changes, preset, unknownPreset };
    });
  }

  /** Takes a whole change, or rejects with a LabError and changes nothing. */
  set(patch: unknown): Promise<void> {
    return this.#inTurn(async () => this.#take(await this.#merged(patch), { key: null }));
  }

  /** A change by hand: shown at once, validated when its turn comes; of several only the newest is. */
  change(patch: unknown): void {
    if (!this.state) return;
    this.#draft = mergeDeep(this.#draft ?? this.state, patch);
    this.#pending = this.#pending === null ? patch : mergeDeep(this.#pending, patch);
    this.#taker.drafted();
    if (this.#waiting) return;
    this.#waiting = true;
    void this.#inTurn(() => this.#takePending());
  }

  /** A press of a pointer begins or ends. */
  press(down: boolean): void {
    this.pressed = down;
    if (down) this.#presses += 1;
  }

  /** After all that has been asked for before: an answer that is on its way would undo the undoing. */
  travel(way: 'undo' | 'redo'): Promise<void> {
    return this.#inTurn(async () => {
      const there = this.#history[way]({ state: this.#present(), preset: this.preset });
      if (there) await this.#take(there.state, { key: false, preset: there.preset, byHand: true });
    });
  }

  lastClassifier(kind: Classifier['kind']): Classifier | null {
    return this.#classifiers.get(kind) ?? null;
  }

  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const turn = this.#line.then(work);
    this.#line = turn.catch(() => {});
    return turn.catch((thrown) => {
      throw LabError.from(thrown);
    });
  }

  #present(): State {
    if (!this.state) throw LabError.notReady();
    return this.state;
  }

  async #merged(patch: unknown): Promise<State> {
    return this.#taker.possible(await this.#exact.merge(this.#present(), patch));
  }

  async #takePending(): Promise<void> {
    const patch = this.#pending;
    this.#pending = null;
    this.#waiting = false;
    try {
      const state = await this.#merged(patch);
      await this.#take(state, { key: `${this.#presses} ${pathsOf(patch)}`, byHand: true });
    } catch (thrown) {
      this.#draft = null;
      this.#taker.refused(LabError.from(thrown));
    }
  }

  /** `key`: what was changed, for undo; null: a step of its own; false: the change is an undo itself. */
  async #take(
    state: State,
    { key, preset = this.preset, byHand = false }: { key: string | null | false; preset?: string; byHand?: boolean },
  ): Promise<void> {
    const before = this.state;
    const sameDomain = before !== null && this.domain !== null && equal(domainOf(before), domainOf(state));
    const domain = sameDomain && this.domain ? this.domain : await this.#exact.domain(state);
    await this.#taker.prepare(domain);
    if (key !== false && before && !equal(before, state)) {
      this.#history.record({ state: before, preset: this.preset }, key, this.#clock.now(), this.pressed);
    }
    const samePreset = preset === this.preset;
    const same = before !== null && samePreset && equal(before, state);
    this.preset = preset;
    this.state = state;
    this.domain = domain;
    this.#classifiers.set(state.classifier.kind, state.classifier);
    if (this.#pending === null) this.#draft = null;
    this.#taker.took(state, domain, { byHand, same, sameDomain, samePreset });
  }
}

/** All that the domain depends on. */
function domainOf({ mixture, process, guidance }: State): unknown {
  return [mixture, process, guidance.target];
}
