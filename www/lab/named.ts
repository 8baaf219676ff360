/** Mixtures that are named instead of written down: what draws pictures, and own data in many dimensions. */
import type { FittedMany, State } from '../workers/protocol';
import { isPlain } from './paths';
import { patchOfPairs } from './permalink';

/** Own data in many dimensions, fitted on this page: a state has them by name, and only this page knows it. */
export const owned = new Map<unknown, FittedMany>();

/** Whether a mixture is of own data. */
export const isOwned = (mixture: unknown): boolean => isPlain(mixture) && owned.has(mixture.named);

/** Whether it draws pictures. */
export const drawsPictures = (mixture: unknown): boolean =>
  mixture === 'digits' || isOwned(mixture) || (isPlain(mixture) && mixture.named === 'digits');

/** The mixture that a query asks for, as it is written there. */
export const mixtureOf = (query: Iterable<[string, string]>): unknown =>
  patchOfPairs(query, { mixture: [] } as unknown as State).mixture;
