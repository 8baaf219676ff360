/** What is said of names in the attribute `controls` that no control has. */
import { t } from '../words';
import { GROUPS } from './names';

/** For a person who wrote a name that is none. */
export function unknownControls(unknown: string[]): string {
  if (unknown.length === 0) return '';
  const known = Object.entries(GROUPS).map(([group, names]) =>
    names.length > 0 ? `${group} (${names.join(', ')})` : group,
  );
  return t('controls: there is no control “{names}”; there are {known}; all; none.', {
    names: unknown.map((name) => name.slice(0, 40)).join('”, “'),
    known: known.join(', '),
  });
}
