/** The gallery's worker: started with the first question, with the mixture open; ended by `stop`. */
import { networkOf } from '../lab/networks';
import { again } from '../workers/again';
import { spawn } from '../workers/client';
import type { Exact, Spawned } from '../workers/protocol';
import mixtureUrl from './data/digits.bin?url';
import imagesUrl from './data/held-out.bin?url';
import { DIGITS, type Drawing, networkState } from './drawing';
import { asked, drawingIn, type Settings } from './settings';

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
  /** Which weights it has. */
  given: number;
}

/** Gives a worker the weights of the network of these settings, as they stand. */
async function inform(started: Started, exact: Exact, settings: Settings): Promise<void> {
  const network = networkOf(networkState(settings.state, drawingIn(settings)));
  if (!network?.course || network.version === started.given) return;
  await exact.gallery('install', asked(settings), network.weights);
  started.given = network.version;
}

export class Service {
  #started: Started | null = null;
  #images: Promise<Uint8Array> | null = null;
  #drawing: Drawing;

  /** `drawing`: what its worker has open. */
  constructor(drawing = DIGITS) {
    this.#drawing = drawing;
  }

  /** From now on another mixture is asked about; whoever waits for an answer of the one before is told that it ended. */
  use(drawing: Drawing): void {
    if (this.#drawing === drawing) return;
    this.stop();
    this.#drawing = drawing;
  }

  /** What answers; with settings, it has their network as it stands. */
  exact(settings?: Settings): Promise<Exact> {
    return this.ask(async (exact) => exact, settings);
  }

  spawned(): Promise<Spawned> {
    this.#started ??= this.#start();
    return Promise.race([this.#started.spawned, this.#started.ended]);
  }

  /** Asks for something; rejects if the worker is ended before it is answered. */
  ask<Answer>(question: (exact: Exact) => Promise<Answer>, settings?: Settings): Promise<Answer> {
    this.#started ??= this.#start();
    const started = this.#started;
    const answered = async () => {
      const { service } = await started.spawned;
      if (settings) await inform(started, service, settings);
      return question(service);
    };
    return Promise.race([answered(), started.ended]);
  }

  #start(): Started {
    let end = () => {};
    const ended = new Promise<never>((_, reject) => {
      end = () => reject(new Error('ended'));
    });
    ended.catch(() => {});
    const started = { spawned: this.#spawn(), ended, end, given: 0 };
    started.spawned.catch(() => {
      // It can be tried again.
      if (this.#started === started) this.#started = null;
    });
    return started;
  }

  async #spawn(): Promise<Spawned> {
    const { own } = this.#drawing;
    const [spawned, file] = await Promise.all([spawn('gallery'), own?.state ?? again(() => bytesOf(mixtureUrl))]);
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
