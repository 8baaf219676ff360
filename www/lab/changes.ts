/**
 * What of the Lab has changed: the one thing that its users hear. A change is told once, with all its aspects;
 * what is to be drawn, shown or told for each of them is the user's affair, in one table.
 */

export type Aspect =
  /** Presets, fields and a first state are known. */
  | 'opened'
  | 'state'
  | 'preset'
  /** The state with what is still being validated. */
  | 'draft'
  /** The part of the axes that is looked at. */
  | 'looked'
  /** Other particles are on show. */
  | 'frame'
  /** Playing, step, speed or progress. */
  | 'status'
  /** An engine runs. */
  | 'engine'
  /** Another engine is asked for. */
  | 'backend'
  /** A closed form of the picture has been answered, or the exact law of the samples. */
  | 'forms'
  /** The training of a network goes on, or stands otherwise. */
  | 'training'
  /** One more point of the classifier over the run. */
  | 'profile'
  /** The digits on show. */
  | 'readouts'
  /** A measurement that has not been told. */
  | 'measurement'
  | 'notices'
  /** Something went wrong. */
  | 'fault';

export type Listener = (changed: ReadonlySet<Aspect>) => void;

export class Changes {
  readonly #listeners = new Set<Listener>();

  /** `listener` hears of every change until the answer is called. */
  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  tell(...what: Aspect[]): void {
    if (what.length === 0) return;
    const changed = new Set(what);
    for (const listener of [...this.#listeners]) listener(changed);
  }
}
