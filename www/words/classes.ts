/** Classes by name, where they have one. */
import type { State } from '../workers/types';

type Named = Pick<State, 'labels'>;

export const className = ({ labels }: Named, label: number): string => labels[label] || String(label);

/** Where there is room for a word. */
export const classWord = (state: Named, label: number): string => {
  const name = className(state, label);
  return name.length > 14 ? `${name.slice(0, 13)}…` : name;
};

/** A formula of the target class c, with its name if it has one. */
export const ofTarget = (formula: string, { labels, guidance: { target } }: State): string =>
  labels[target] ? formula.replace('|c)', () => `|${classWord({ labels }, target)})`) : formula;
