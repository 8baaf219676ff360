/** The kinds of classifier, in the order of the page. */
import { exact } from './exact';
import type { Classifier, Kind, KindControl } from './kind';
import { wiggle } from './wiggle';

export const KINDS: { [Name in Kind]: KindControl<Name> } = { exact, wiggle };

/** That of a classifier. */
export function kindOf<Name extends Kind>({ kind }: Classifier & { kind: Name }): KindControl<Name> {
  return KINDS[kind] as KindControl<Name>;
}
