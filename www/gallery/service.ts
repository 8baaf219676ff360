/** The gallery's worker: started with the first question, with the mixture open; ended by `stop`. */
import { again } from '../workers/again';
import { spawn } from '../workers/client';
import type { Exact, Spawned } from '../workers/protocol';
import mixtureUrl from './data/digits.bin?url';
import imagesUrl from './data/held-out.bin?url';

async function bytesOf(url: string): Promise<Uint8Array> {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${answer.status} ${answer.statusText}`);
  return new Uint8Array(await answer.arrayBuffer());
}

interface Started {
  spawned: Promise<Spawned>;
  /** Rejects when the worker is ended. */
  ended: Promise<never>;
  end(): void;
}

export class Service {
  #started: Started | null = null;
  #images: Promise<Uint8Array> | null = null;

  /** What answers. */
  exact(): Promise<Exact> {
    return this.ask(async (exact) => exact);
  }

  /** Asks for something; rejects if the worker is ended before it is answered. */
  ask<Answer>(question: (exact: Exact) => Promise<Answer>): Promise<Answer> {
    this.#started ??= this.#start();
    const { spawned, ended } = this.#started;
    return Promise.race([spawned.then(({ service }) => question(service)), ended]);
  }

  #start(): Started {
    let end = () => {};
    const ended = new Promise<never>((_, reject) => {
      end = () => reject(new Error('ended'));
    });
    ended.catch(() => {});
    const started = { spawned: this.#spawn(), ended, end };
    started.spawned.catch(() => {
      // It can be tried again.
      if (this.#started === started) this.#started = null;
    });
    return started;
  }

  async #spawn(): Promise<Spawned> {
    const [spawned, file] = await Promise.all([spawn('gallery'), again(() => bytesOf(mixtureUrl))]);
    await spawned.service.gallery('open', file);
    return spawned;
  }

  /** Images that the mixture has not seen. */
  async images(): Promise<Uint8Array> {
    this.#images ??= again(() => bytesOf(imagesUrl));
    try {
      return await this.#images;
    } catch (thrown) {
      this.#images = null;
      throw thrown;
    }
  }

  /** Ends what is under way. */
  stop(): void {
    this.#started?.end();
    this.#started?.spawned.then(
      ({ stop }) => stop(),
      () => {},
    );
    this.#started = null;
  }
}
