/** Networks from files where a mixture draws pictures: what `lab/opened.ts` asks of the Lab. */
import { LabError } from '../lab/error';
import { isFromFile, networkOf } from '../lab/networks';
import type { Asked } from '../lab/opened';
import { again } from '../workers/again';
import type { Change, Exact, NetworkFormat, State } from '../workers/protocol';
import { type Drawing, networkState } from './drawing';
import type { Service } from './service';

/** Of what is drawn; `present` is null before there is a state. */
export function filesOf(
  service: Pick<Service, 'ask'>,
  drawing: Drawing,
  present: State | null,
  setState: Asked['setState'] = async () => {},
): Asked {
  const { dimension, classes } = drawing;
  const exact = {
    open: (value: unknown, base?: State) => service.ask((each) => each.open(value, base)),
    // The weights are handed over with the question.
    install: async () => {},
    networkFile: (question: 'open' | NetworkFormat, state: State, file: Uint8Array) => {
      // The module reads a state of few dimensions, whose mixture it then does not look at.
      const plain = { ...state, mixture: (present ?? state).mixture };
      if (question === 'open') return service.ask((each) => each.networkFile('open', plain, file, dimension, classes));
      const weights = networkOf(networkState(state, drawing))?.weights ?? new Float32Array();
      return service.ask((each) => each.networkFile(question, plain, weights, dimension, classes));
    },
  };
  return {
    isOpen: present !== null,
    exact: exact as unknown as Exact,
    get state() {
      return networkState(present as State, drawing);
    },
    setState,
  };
}

/** A state whose network is at hand and fits, if it is from a file; with `instead` another classifier where it is not, otherwise this rejects. */
export async function withFile(
  service: Pick<Service, 'ask'>,
  drawing: Drawing,
  present: State | null,
  state: State,
  instead?: State,
  changes?: Change[],
): Promise<State> {
  if (!isFromFile(state)) return state;
  const { possible } = await again(() => import('../lab/opened'));
  return possible(filesOf(service, drawing, present), state, instead, changes).catch((thrown) => {
    throw LabError.from(thrown);
  });
}
