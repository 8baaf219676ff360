/**
 * The lane `corrected`: there are many more particles than those on show, so that a worker of its own draws them, after the other
 * lanes are there.
 */
import type { Corrected } from '../workers/protocol';
import { Service } from './service';
import { askedCorrected, drawingIn, type Settings } from './settings';

export class CorrectedLane {
  #service: Service | null = null;
  /** What is under way. */
  #asked: Settings | null = null;

  /** Null where something else has been asked for meanwhile, or nothing any more. */
  async draw(settings: Settings): Promise<Corrected | null> {
    this.stop();
    const service = this.#service ?? new Service(drawingIn(settings));
    service.use(drawingIn(settings));
    this.#service = service;
    this.#asked = settings;
    const current = () => this.#service === service && this.#asked === settings;
    try {
      const found = await service.ask((exact) => exact.gallery('corrected', askedCorrected(settings)));
      return current() ? found : null;
    } catch (thrown) {
      if (!current()) return null;
      throw thrown;
    } finally {
      if (current()) this.#asked = null;
    }
  }

  /** Ends what is under way; a worker that rests stays. */
  stop(): void {
    if (this.#asked) this.release();
  }

  release(): void {
    this.#service?.stop();
    this.#service = null;
    this.#asked = null;
  }
}
