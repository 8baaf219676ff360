/** Training, as the Lab has it: what trains comes with the first state that has a network. */
import { again } from '../workers/again';
import type { NetworkFormat, Patch, Recipe, Spawned, State } from '../workers/protocol';
import { LabError } from './error';
import { type Course, networkOf } from './networks';
import type { Host, Trainer } from './trainer';

export class Train {
  readonly #host: Host;
  readonly #spawn: ((name: string) => Promise<Spawned>) | undefined;
  #trainer: Trainer | null = null;
  #active = false;
  /** A call that waits for the code. */
  #bringing: Promise<Trainer> | null = null;

  constructor(host: Host, spawn?: (name: string) => Promise<Spawned>) {
    this.#host = host;
    this.#spawn = spawn;
  }

  /** How the training of the state's network stands; null before it has begun. */
  get course(): Course | null {
    return networkOf(this.#host.lab.state)?.course ?? null;
  }

  /** Trains the state's network, or that of a recipe; resolves with the recipe that stands when it has ended. */
  async start(recipe?: Patch<Recipe>): Promise<Recipe> {
    return (await this.#bring()).start(recipe);
  }

  pause(): void {
    this.#trainer?.pause();
  }

  /** Ends it. What has been learned stays in use. */
  stop(): void {
    this.#trainer?.stop();
  }

  /** Forgets what the state's network has learned. */
  reset(): void {
    this.#trainer?.reset();
  }

  /** The network in a file classifies from now on; what is wrong with it rejects, and changes nothing. */
  async open(file: Blob | Uint8Array): Promise<void> {
    return (await this.#bring()).open(file);
  }

  /** The state's network as the bytes of a file. */
  async save(format?: NetworkFormat): Promise<Uint8Array<ArrayBuffer>> {
    return (await this.#bring()).save(format);
  }

  /** What shows it has changed. */
  told(): void {
    this.#host.told();
  }

  took(state: State, train: boolean): void {
    if (this.#trainer) this.#trainer.took(state, train);
    else if (state.classifier.kind === 'learned' || state.score.kind === 'learned') {
      this.#bring().then(
        (trainer) => trainer.took(this.#host.lab.state, train),
        (thrown) => this.#host.lab.report(LabError.from(thrown)),
      );
    }
  }

  async settled(): Promise<void> {
    await this.#bringing?.catch(() => {});
    await this.#trainer?.settled();
  }

  setActive(active: boolean): void {
    this.#active = active;
    this.#trainer?.setActive(active);
  }

  release(): void {
    this.#trainer?.release();
  }

  #bring(): Promise<Trainer> {
    this.#bringing ??= again(() => import('./trainer')).then(
      ({ Trainer: Made }) => {
        const spawn = this.#spawn;
        this.#trainer = new Made(this.#host, spawn && (() => spawn('train')));
        this.#trainer.setActive(this.#active);
        return this.#trainer;
      },
      (thrown) => {
        this.#bringing = null;
        throw LabError.from(thrown);
      },
    );
    return this.#bringing;
  }
}
