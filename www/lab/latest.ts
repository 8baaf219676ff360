/** Lets work begin when that before it is done. */
export type Turn = <Done>(work: () => Promise<Done>) => Promise<Done>;

/** One piece of work after the other, each after `first()` too. */
export function inTurn(first: () => Promise<unknown>): Turn {
  let line: Promise<unknown> = Promise.resolve();
  return (work) => {
    const turn = line.then(first).then(work);
    line = turn.catch(() => {});
    return turn;
  };
}

/** At most one call in flight; of the questions that came meanwhile only the newest is asked. */
export class Latest<Question, Answer> {
  #pending: { question: Question } | null = null;
  #busy = false;
  #generation = 0;
  readonly #ask: (question: Question) => Promise<Answer>;
  readonly #done: (answer: Answer, question: Question) => void;
  readonly #failed: (error: unknown) => void;
  readonly #turn: Turn;

  constructor(
    ask: (question: Question) => Promise<Answer>,
    done: (answer: Answer, question: Question) => void,
    failed: (error: unknown) => void,
    turn: Turn = (work) => work(),
  ) {
    this.#turn = turn;
    this.#ask = ask;
    this.#done = done;
    this.#failed = failed;
  }

  ask(question: Question): void {
    this.#pending = { question };
    void this.#pump();
  }

  /** Forgets the waiting question, and the answer to the one in flight. */
  drop(): void {
    this.#pending = null;
    this.#generation += 1;
  }

  async #pump(): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    while (this.#pending) await this.#turn(() => this.#answer());
    this.#busy = false;
  }

  /** The question is the newest when its turn has come. */
  async #answer(): Promise<void> {
    if (!this.#pending) return;
    const { question } = this.#pending;
    this.#pending = null;
    const generation = this.#generation;
    try {
      const answer = await this.#ask(question);
      if (generation === this.#generation) this.#done(answer, question);
    } catch (error) {
      if (generation === this.#generation) this.#failed(error);
    }
  }
}
