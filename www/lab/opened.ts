/**
 * Networks from files. A state names the file by its SHA-256; the bytes are the page's, and are kept in the browser's own
 * store, so that a link of one's own works another day. Fetched with the first of them.
 */
import { createStore, get, update } from 'idb-keyval';
import { NETWORK_NOT_HERE, NOTHING_TO_SAVE } from '../words/own-later';
import { fault, saying } from '../words/says';
import type { Change, Exact, NetworkFormat, Patch, State } from '../workers/protocol';
import { LabError } from './error';
import { type Course, isFromFile, keepNetwork, networkKey, networkOf } from './networks';
import { equal } from './paths';

/** Of a larger file a byte more is read: the module says that it is too large. */
const MOST_BYTES = 4_000_000;
/** So many files are kept. */
const KEPT = 16;

interface Kept {
  weights: string;
  bytes: Uint8Array<ArrayBuffer>;
}

/** The last ones, latest last. */
let files: Kept[] = [];

const among = (list: readonly Kept[], file: Kept) =>
  [...list.filter(({ weights }) => weights !== file.weights), file].slice(-KEPT);

/** The same in the browser's store; where a page may have none, this throws. */
const store = () => createStore('guidance-lab', 'networks');

async function keep(file: Kept): Promise<void> {
  files = among(files, file);
  await update<Kept[]>('files', (list = []) => among(list, file), store());
}

async function bytesOf(name: string): Promise<Kept['bytes'] | undefined> {
  const here = files.find(({ weights }) => weights === name);
  if (here) return here.bytes;
  const all = (await get<Kept[]>('files', store())) ?? [];
  return all.find(({ weights }) => weights === name)?.bytes;
}

/** What is asked, and shows the network: the Lab. */
export interface Asked {
  readonly isOpen: boolean;
  readonly exact: Exact;
  readonly state: State;
  setState(patch: Patch<State>): Promise<void>;
}

const opened: Course = {
  phase: 'done',
  outcome: 'opened',
  step: 0,
  of: 0,
  loss: Number.NaN,
  kl: Number.NaN,
  curve: [],
  left: Number.NaN,
  trouble: null,
};

/** The network in a file classifies from now on; a file that is none changes nothing, and rejects with a LabError. */
export async function openNetwork(lab: Asked, file: Blob | Uint8Array): Promise<void> {
  try {
    const most = MOST_BYTES + 1;
    const bytes = new Uint8Array(
      file instanceof Blob ? await file.slice(0, most).arrayBuffer() : file.subarray(0, most),
    );
    const { classifier } = await read(lab.state, lab.exact, bytes);
    await keep({ weights: classifier.recipe.weights as string, bytes }).catch(() => {});
    await lab.setState({ classifier });
  } catch (thrown) {
    throw LabError.from(thrown);
  }
}

/** The state with the network in a file, which is at hand from now on. */
async function read(state: State, exact: Exact, bytes: Uint8Array) {
  const { recipe, weights } = await exact.networkFile('open', state, bytes);
  const found = { ...state, classifier: { kind: 'learned' as const, recipe } };
  if (!networkOf(found)) keepNetwork(networkKey(found) as string, weights, opened);
  return found;
}

/** The state's network as the bytes of a file. */
export async function savedNetwork(
  { exact, state }: Asked,
  format: NetworkFormat = 'safetensors',
): Promise<Uint8Array<ArrayBuffer>> {
  const network = networkOf(state);
  if (!network?.course) throw new LabError(fault('unsupported', 'classifier', saying(NOTHING_TO_SAVE)));
  await exact.install(state, network.weights);
  return exact.networkFile(format, state);
}

/** A state whose network is from a file, with the shape that the file has: it is at hand and fits the mixture, or this rejects. */
async function withFile(state: State, exact: Exact): Promise<State> {
  const { classifier } = state;
  const name = (classifier.kind === 'learned' && classifier.recipe.weights) || '';
  const bytes = await bytesOf(name).catch(() => undefined);
  if (!bytes) throw fault('unsupported', 'classifier.recipe.weights', saying(NETWORK_NOT_HERE, { file: name }));
  return read(state, exact, bytes);
}

/** The same; with `instead`, in the place of a network that is not to be had the classifier in use, or at last that of `instead`. */
export async function possible(lab: Asked, state: State, instead?: State, changes: Change[] = []): Promise<State> {
  try {
    return await withFile(state, lab.exact);
  } catch (thrown) {
    if (!instead) throw thrown;
    const { path, message, says } = LabError.from(thrown);
    changes.push({ path, message, says });
    const inUse = lab.isOpen ? lab.state.classifier : instead.classifier;
    const classifier = equal(inUse, state.classifier) ? instead.classifier : inUse;
    const other = await lab.exact.open({ ...state, classifier }, instead);
    changes.push(...other.changes);
    return isFromFile(other.state) ? possible(lab, other.state, instead, changes) : other.state;
  }
}
