/** A mixture made of labelled points, and what of the state follows it. Fetched when it is first asked for. */
import { say } from '../words';
import type { Exact, FitAnswer, FitOptions, Patch, Roles, State } from '../workers/protocol';
import { LabError } from './error';
import type { Sight } from './sight';

/** What is asked, and shows the answer: the Lab. */
interface Asked {
  readonly exact: Exact;
  readonly draft: State;
  readonly sight: Sight;
  setState(patch: Patch<State>): Promise<void>;
}

/** A table as text or as a file, with the roles of its columns if they are not those that they seem to have. */
export async function fit(lab: Asked, table: string | Blob, roles: Roles | FitOptions | null): Promise<FitAnswer> {
  try {
    const { mixture, labels, notes, points } = await lab.exact.fit(table, roles);
    const { target } = lab.draft.guidance;
    const classes = mixture.map((component) => component.class);
    const kept = classes.includes(target) ? target : Math.max(...classes);
    await lab.setState({ mixture, labels, guidance: { target: kept } });
    lab.sight.look(null);
    return { notes: notes.map(say), points };
  } catch (thrown) {
    throw LabError.from(thrown);
  }
}
