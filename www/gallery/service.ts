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

export class Service {
  #spawned: Promise<Spawned> | null = null;
  /** Rejects when the worker is ended. */
  #ended: Promise<never> = new Promise(() => {});
  #end: () => void = () => {};
  #images: Promise<Uint8Array> | null = null;

  /** What answers. */
  async exact(): Promise<Exact> {
    this.#spawned ??= this.#start();
    try {
      return (await this.#spawned).service;
    } catch (thrown) {
      this.#spawned = null;
      throw thrown;
    }
  }

  /** Asks for something; rejects if the worker is ended before it is answered. */
  async ask<Answer>(question: (exact: Exact) => Promise<Answer>): Promise<Answer> {
    const exact = await this.exact();
    return Promise.race([question(exact), this.#ended]);
  }

  async #start(): Promise<Spawned> {
    this.#ended = new Promise((_, reject) => {
      this.#end = () => reject(new Error('ended'));
    });
    this.#ended.catch(() => {});
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
    this.#end();
    void this.#spawned?.then(
      ({ stop }) => stop(),
      () => {},
    );
    this.#spawned = null;
  }
}
