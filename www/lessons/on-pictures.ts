/**
 * What a lesson measures where its figure shows pictures: many more than the ten on show, by a worker of its own, so that the
 * figure answers meanwhile. Only what the step names is measured.
 */
import { networkState } from '../gallery/drawing';
import { Service } from '../gallery/service';
import { asked, type PicturesState, type Settings, steered } from '../gallery/settings';
import { networkOf } from '../lab/networks';
import type { Estimate, Exact, State } from '../workers/protocol';
import type { PictureMeasurement } from './check';
import type { Step } from './lesson-file';

/** Pictures of each lane, and draws for the errors of the classifier. */
const PICTURES = 200;
const DRAWS = 200;

/** Answers what is asked of the gallery. */
export interface Source {
  gallery: Exact['gallery'];
  /** Images that the mixture has not seen. */
  images(): Promise<Uint8Array>;
}

/** The names that a step reads. */
export const namesOf = ({ check, options }: Pick<Step, 'check' | 'options'>): Set<string> =>
  new Set([check, ...options.map(({ holds }) => holds)].flatMap((each) => [...(each?.names ?? [])]));

const settingsIn = (state: State): Settings => ({ state, target: (state as unknown as PicturesState).guidance.target });

/** Of the state's pictures at the end of a run, and of its classifier at the time `at`, what `names` have to say. */
export async function measurePictures(
  { gallery, images }: Source,
  state: State,
  at: number | null,
  names: ReadonlySet<string>,
): Promise<PictureMeasurement> {
  const settings = settingsIn(state);
  const time = at ?? state.process.stop;
  const reads = (pattern: RegExp) => [...names].some((name) => pattern.test(name.replace('before.', '')));
  const values: Record<string, Estimate> = {};
  if (reads(/^accuracy/)) {
    const found = await gallery('accuracy', asked(settings), state.process.stop, await images());
    values.accuracy = found.right;
  }
  if (reads(/^(conditionalKl|guidance)/)) {
    const found = await gallery('fault', asked(settings), time, DRAWS);
    Object.assign(values, { conditionalKl: found.kl, guidanceMse: found.error, guidanceNorm: found.norm });
  }
  if (reads(/\./)) {
    const lanes = steered(settings);
    const found = await gallery('effect', asked(settings, [...lanes, 'conditional'], PICTURES), time);
    for (const [index, each] of found.entries()) {
      const share = each.ruined / PICTURES;
      const exactly = (estimate: number): Estimate => ({ estimate, standardError: 0 });
      const measured: Record<string, Estimate> = {
        meanReciprocal: each.reciprocal,
        meanLogProbability: each.logProbability,
        fractionImproved: each.improved,
        distance: exactly(each.distance),
        components: exactly(each.components),
        ruined: { estimate: share, standardError: Math.sqrt((share * (1 - share)) / PICTURES) },
      };
      for (const [name, value] of Object.entries(measured)) values[`${lanes[index]}.${name}`] = value;
    }
  }
  return { time, pictures: PICTURES, values };
}

/** The same on the page, where what was measured once is known. */
export class OnPictures {
  readonly #service = new Service();
  readonly #known = new Map<string, PictureMeasurement>();

  #key(state: State, step: Step): string {
    return JSON.stringify([state, step.at, [...namesOf(step)], networkOf(networkState(state))?.version]);
  }

  knows(state: State, step: Step): boolean {
    return this.#known.has(this.#key(state, step));
  }

  async measure(state: State, step: Step): Promise<PictureMeasurement> {
    const key = this.#key(state, step);
    const known = this.#known.get(key);
    if (known) return known;
    const settings = settingsIn(state);
    const gallery = ((...question: Parameters<Exact['gallery']>) =>
      this.#service.ask((exact) => exact.gallery(...question), settings)) as Exact['gallery'];
    const images = () => this.#service.images();
    const found = await measurePictures({ gallery, images }, state, step.at, namesOf(step));
    this.#known.set(key, found);
    return found;
  }

  stop(): void {
    this.#service.stop();
  }
}
