/**
 * The networks that were trained on this page. A state holds a network's recipe and not its weights: a worker that is
 * asked about such a state is given them first.
 */
import { caller } from '../workers/call';
import type { Says, State } from '../workers/protocol';

/** How the training of a network stands. */
export interface Course {
  phase: 'training' | 'paused' | 'done';
  /** Why it is done. */
  outcome: 'running' | 'steps' | 'target' | 'missed' | 'stopped' | 'failed' | 'opened';
  step: number;
  of: number;
  /** At the last look; the loss is NaN at step 0. */
  loss: number;
  kl: number;
  /** The looks. */
  curve: { step: number; loss: number; kl: number }[];
  /** Milliseconds, if all steps are done; NaN while nothing is known of their speed. */
  left: number;
  /** What went wrong. */
  trouble: Says | null;
}

/** A network as it stands. */
export interface Network {
  weights: Float32Array;
  /** Another one whenever the weights are others. */
  version: number;
  /** Null: it was reset, and guides nowhere. */
  course: Course | null;
}

/** Workers keep so many. */
const KEPT = 16;
const known = new Map<string, Network>();
let versions = 0;

/**
 * All that a state's network depends on: its classifier's, or else its score's. One from a file is the same on every
 * mixture. Null of a state that has none.
 */
export function networkKey({ mixture, classifier, score }: State): string | null {
  if (classifier.kind === 'learned') return JSON.stringify([classifier.recipe?.weights ?? mixture, classifier.recipe]);
  return score?.kind === 'learned' ? JSON.stringify([mixture, score.recipe, 'score']) : null;
}

/** The states with one network each that a state asks for; those of a score come with what trains. */
let parts = (state: State): State[] => (networkKey(state) === null ? [] : [state]);

/** From now on these. */
export function partBy(of: typeof parts): void {
  parts = of;
}

/** Another number whenever one of a state's networks has other weights. */
export const versionOf = (state: State): number =>
  Math.max(0, ...parts(state).map((part) => networkOf(part)?.version ?? 0));

/** Whether a state's network is from a file. */
export const isFromFile = ({ classifier }: State): boolean => 'recipe' in classifier && !!classifier.recipe.weights;

/** A state's network, once its training has begun. */
export function networkOf(state: State): Network | null {
  return known.get(networkKey(state) ?? '') ?? null;
}

/** From now on these are the weights of a network. */
export function keepNetwork(key: string, weights: Float32Array, course: Course | null): void {
  versions += 1;
  known.delete(key);
  known.set(key, { weights, version: versions, course });
  for (const old of known.keys()) if (known.size > KEPT) known.delete(old);
}

/** The versions that a worker has, by network. */
export type Given = Map<string, number>;

interface Worker {
  install(state: State, weights: Float32Array): Promise<void>;
}

const isFull = (state: State | undefined): state is State =>
  !!state?.mixture && !!state.classifier && !!state.score && !!state.guidance;

/** The same worker, which has the weights of a state's network before it is asked about the state. */
export function informed<Service extends Worker>(worker: Service, given: Given = new Map()): Service {
  return caller<Service>(async (method, args) => {
    const [state] = args as [State | undefined];
    // What has yet to be read as a state may lack anything.
    for (const part of isFull(state) ? parts(state) : []) {
      const key = networkKey(part) as string;
      const network = known.get(key);
      if (!network || given.get(key) === network.version) continue;
      await worker.install(part, network.weights);
      given.set(key, network.version);
    }
    return (worker[method] as (...args: unknown[]) => Promise<unknown>)(...args);
  });
}
