/** The kinds of classifier, in the order of the page. */
import type { State } from '../../workers/protocol';
import { denoised } from './denoised';
import { exact } from './exact';
import type { Classifier, Kind, KindControl } from './kind';
import { labelSmoothing } from './label-smoothing';
import { learned } from './learned';
import { mistimed } from './mistimed';
import { noiseBlind } from './noise-blind';
import { tempered } from './tempered';
import { wiggle } from './wiggle';

export const KINDS: { [Name in Kind]: KindControl<Name> } = {
  exact,
  wiggle,
  tempered,
  mistimed,
  'label-smoothing': labelSmoothing,
  'noise-blind': noiseBlind,
  denoised,
  learned,
};

/** That of a state in a sentence. */
export function aboutClassifier(state: State): string {
  return kindOf(state.classifier).about(state.classifier, state);
}

/** That of a classifier. */
export function kindOf<Name extends Kind>({ kind }: Classifier & { kind: Name }): KindControl<Name> {
  return KINDS[kind] as KindControl<Name>;
}
