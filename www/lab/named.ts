/** Mixtures that are named instead of written down: what draws pictures. */
import type { State } from '../workers/protocol';
import { isPlain } from './paths';
import { patchOfPairs } from './permalink';

/** Whether a mixture draws pictures. */
export const drawsPictures = (mixture: unknown): boolean =>
  mixture === 'digits' || (isPlain(mixture) && mixture.named === 'digits');

/** The mixture that a query asks for, as it is written there. */
export const mixtureOf = (query: Iterable<[string, string]>): unknown =>
  patchOfPairs(query, { mixture: [] } as unknown as State).mixture;
