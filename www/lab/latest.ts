/** At most one call in flight; of the questions that came meanwhile only the newest is asked. */
export class Latest<Question, Answer> {
  #pending: { question: Question } | null = null;
  #busy = false;
  #generation = 0;
  readonly #ask: (question: Question) => Promise<Answer>;
  readonly #done: (answer: Answer, question: Question) => void;
  readonly #failed: (error: unknown) => void;

  constructor(
    ask: (question: Question) => Promise<Answer>,
    done: (answer: Answer, question: Question) => void,
    failed: (error: unknown) => void,
  ) {
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
    while (this.#pending) {
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
    this.#busy = false;
  }
}
