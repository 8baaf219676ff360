/** The kinds of classifier, in the order of the page. */
import { exact } from './exact';
import type { Classifier, Kind, KindControl } from './kind';
import { labelSmoothing } from './label-smoothing';
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
};

/** It in a sentence. */
export function aboutClassifier(classifier: Classifier): string {
  return kindOf(classifier).about(classifier);
}

/** That of a classifier. */
export function kindOf<Name extends Kind>({ kind }: Classifier & { kind: Name }): KindControl<Name> {
  return KINDS[kind] as KindControl<Name>;
}
