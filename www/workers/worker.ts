/**
 * The wasm side of the protocol. Runs as a module worker, or on the page over a MessagePort where
 * workers are forbidden. One instance serves one endpoint; both endpoints live in every instance,
 * the wasm memory starts with the first call, and holds the particles of every figure of the page.
 */
import initialise, * as wasm from '../wasm/guidance_lab.js';
import {
  COULD_NOT_START,
  GPU_NO_ANSWER,
  NESTED_TOO_DEEPLY,
  NOT_PLAIN_DATA,
  NOT_STARTED,
  TOO_MANY_PARTS,
  UNFORESEEN,
} from '../words/own';
import { fault, saying } from '../words/says';
import { again } from './again';
import { answers, calls, type Port } from './call';
import type { Crew, Done, Own } from './crew';
import { located } from './located';
import type { Exact, Figures, LabErrorData, Says, State } from './protocol';
import { sweeper } from './sweeper';

let ready: Promise<unknown> | undefined;

/** Loads the module once; a failed load is tried again, and once more by the next call. */
function load(): Promise<unknown> {
  ready ??= again(initialise).catch((cause: unknown) => {
    ready = undefined;
    throw fault('unsupported', '', saying(COULD_NOT_START, { why: words(cause) }));
  });
  return ready;
}

function words(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

/** Errors cross as plain objects with a stable code, whatever threw them. */
function asLabError(cause: unknown): LabErrorData {
  if (typeof cause === 'object' && cause !== null && 'code' in cause && 'path' in cause) return cause as LabErrorData;
  return fault('engine', '', saying(UNFORESEEN, { why: words(cause) }));
}

/** A state is four levels deep, and has some hundred parts. */
const MAX_DEPTH = 16;
const MAX_PARTS = 20_000;

/**
 * The same as plain JSON data: what JSON has no word for is left out, or null in a list. Calls `deeper` for what lies too
 * deep and `more` for what is too much, once there is some; whoever returns from them goes on without it. One object that is
 * named in many places counts as often. Not by way of text: a page may have put `toJSON` on whatever there is.
 */
function plainOf(value: unknown, most: number, deeper: () => null, more: () => null): unknown {
  let parts = 0;
  const copy = (value: unknown, depth: number): unknown => {
    parts += 1;
    if (parts > most) return more();
    if (typeof value === 'number') return Number.isFinite(value) ? value : null;
    if (typeof value === 'bigint') throw fault('type', '', saying(NOT_PLAIN_DATA, { why: `${value}n` }));
    if (typeof value !== 'object' || value === null) return hasWord(value) ? value : null;
    if (depth === MAX_DEPTH) return deeper();
    if (Array.isArray(value)) return value.map((inner) => copy(inner, depth + 1));
    const entries = Object.entries(value).filter(([, inner]) => hasWord(inner));
    return Object.fromEntries(entries.map(([key, inner]) => [key, copy(inner, depth + 1)]));
  };
  return copy(value, 0);
}

function hasWord(value: unknown): boolean {
  return !['undefined', 'function', 'symbol'].includes(typeof value);
}

/** States enter as plain JSON data: cycles, functions and absurd size stop here, before they reach wasm. */
function json(value: unknown, most = MAX_PARTS): unknown {
  const refuse = (says: Says) => (): never => {
    throw fault('type', '', says);
  };
  const deeper = refuse(saying(NESTED_TOO_DEEPLY, { most: MAX_DEPTH }));
  return plainOf(value, most, deeper, refuse(saying(TOO_MANY_PARTS, { most })));
}

/** The same with what is too much left out: a link opens, whatever it holds. */
function jsonOfLink(value: unknown): unknown {
  const nothing = () => null;
  return plainOf(value, MAX_PARTS, nothing, nothing);
}

async function answer<T>(compute: () => T | Promise<T>): Promise<T> {
  try {
    await load();
    try {
      return await compute();
    } catch (cause) {
      if ((cause as Partial<LabErrorData>).says?.id !== 'part_not_fetched') throw cause;
      // A state that few have: what reads it is fetched, and asked again.
      await fetchFurther();
      return await compute();
    }
  } catch (cause) {
    throw asLabError(cause);
  }
}

function fetchFurther(): Promise<unknown> {
  return again(() => wasm.ask('further', []));
}

/** The kinds of classifier that the module has from the start. */
const AT_HAND = ['exact', 'wiggle'];

/** A state as wasm takes it, once what it needs is there: in the plane, with another kind, and with weights, that is fetched. */
async function runnable(state: State): Promise<unknown> {
  const plain = json(state) as State | null;
  const further =
    plain?.mixture?.[0]?.mean?.length !== 1 ||
    !AT_HAND.includes(plain.classifier?.kind) ||
    plain.compare?.includes('corrected');
  if (further) await fetchFurther();
  return plain;
}

const exact: Exact = {
  presets: () => answer(() => wasm.presets()),
  fields: () => answer(() => wasm.fields()),
  merge: (state, patch) => answer(() => wasm.merge(json(state), json(patch))),
  open: (value, base) => answer(() => wasm.open(jsonOfLink(value), json(base))),
  domain: (state) => answer(() => wasm.domain(json(state))),
  curves: (state, t, from, to, count) => answer(async () => wasm.curves(await runnable(state), t, from, to, count)),
  spacetime: (state, from, to, columns, rows) => answer(() => wasm.spacetime(json(state), from, to, columns, rows)),
  plane: (state, ...rest) => answer(async () => wasm.ask('plane', [await runnable(state), ...rest])),
  arrows: (state, ...rest) => answer(async () => wasm.ask('arrows', [await runnable(state), ...rest])),
  marginals: (state, ...rest) => answer(async () => wasm.ask('marginals', [await runnable(state), ...rest])),
  probe: (state, ...rest) => answer(async () => wasm.ask('probe', [await runnable(state), ...rest])),
  at: (state, ...rest) => answer(async () => wasm.ask('at', [await runnable(state), ...rest])),
  path: (state, ...rest) => answer(async () => wasm.ask('path', [await runnable(state), ...rest])),
  measures: (state, t) => answer(async () => wasm.measures(await runnable(state), t)),
  fit: ((...args: [string]) => answer(async () => (await import('./fit')).fit(wasm.ask, ...args))) as Exact['fit'],
  table: (points) => answer(async () => (await import('./fit')).tableOf(wasm.ask, points)),
  learn: ((question: string, argument: unknown) =>
    answer(() => {
      const ask = () => wasm.ask('learn', [question, json(argument)]);
      // The first fetches it; a training that failed is not to be asked again.
      return question === 'begin' ? again(ask) : ask();
    })) as Exact['learn'],
  install: (state, weights) => answer(() => wasm.ask('further', [json(state), weights])),
  gallery: ((...question: unknown[]) => answer(() => wasm.ask('gallery', question))) as Exact['gallery'],
  networkFile: ((...question: unknown[]) => answer(() => wasm.ask('networkFile', question))) as Exact['networkFile'],
  newSeed: () => answer(() => wasm.ask('newSeed', [])),
};

/** The particles of each figure of the page, by the number that its client gave it. */
const simulations = new Map<number, wasm.Simulation>();

/** Firefox answers a waiting read-back soon only if it is nudged. */
const NUDGE_EVERY = 5;

/** Milliseconds that a browser may take to say whether there is an adapter. */
const ANSWERS_WITHIN = 5000;

/** Whether it is any use to fetch the GPU engine. Once there was an adapter it is not asked for again: that is slow. */
let hadAdapter = false;
async function hasAdapter(): Promise<boolean | 'silent'> {
  const { gpu } = (globalThis.navigator ?? {}) as { gpu?: { requestAdapter(): Promise<unknown> } };
  if (hadAdapter || !gpu) return hadAdapter;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<'silent'>((resolve) => {
    timer = setTimeout(() => resolve('silent'), ANSWERS_WITHIN);
  });
  const found = await Promise.race([late, gpu.requestAdapter().catch(() => null)]);
  clearTimeout(timer);
  if (found === 'silent') return found;
  hadAdapter = (found ?? null) !== null;
  return hadAdapter;
}

/** Calls are answered one after the other: the simulation is never entered twice. */
let queue: Promise<unknown> = Promise.resolve();
function inTurn<T>(compute: () => T | Promise<T>): Promise<T> {
  const turn = queue.then(async () => {
    await load();
    const nudging = setInterval(wasm.nudge, NUDGE_EVERY);
    try {
      return await answer(compute);
    } finally {
      clearInterval(nudging);
    }
  });
  queue = turn.catch(() => undefined);
  return turn;
}

/** The calls of one figure, each to be made in turn. With what was counted of other parts they answer for those too. */
function simulatorOf(id: number): Own {
  const running = (): wasm.Simulation => {
    const simulation = simulations.get(id);
    if (!simulation) throw fault('unsupported', '', saying(NOT_STARTED));
    return simulation;
  };
  return {
    start: async (state, engine) => {
      simulations.get(id)?.free();
      simulations.delete(id);
      const adapter = engine !== 'cpu' && (await hasAdapter());
      const simulation = await wasm.Simulation.start(await runnable(state), engine, adapter === true);
      simulations.set(id, simulation);
      const info = simulation.engine();
      const says = saying(GPU_NO_ANSWER);
      return adapter === 'silent' ? { ...info, reason: says.text, says } : info;
    },
    configure: async (state) => {
      const wanted = await runnable(state);
      return { restarted: running().configure(wanted) };
    },
    install: async (state, weights) => {
      await wasm.ask('further', [json(state), weights]);
      simulations.get(id)?.refresh();
    },
    restart: async () => running().restart(),
    restore: async (step) => running().restore(step),
    advance: async (count) => running().advance(count),
    frame: (count, firstPathStep, others) => running().frame(count, firstPathStep, others),
    share: async (part, parts) => running().share(part, parts),
    samples: (lane, others) => running().particles(lane, false, others),
    distances: (lane, others) => running().particles(lane, true, others),
    count: (steps) => running().frame(steps, 0, null),
    bring: async (step) => {
      running().advance(step - running().restore(step));
    },
  };
}

/** Those who hold the other parts of the particles, once somebody may be had for that, and the calls before. */
let crew: Crew | undefined;
const early: Done[] = [];
const MOST_EARLY = 1000;

async function fetchCrew() {
  await answer(fetchFurther);
  return again(() => import('./crew'));
}

/** The figures' calls, each with the number of its figure. */
const figures: Figures = {
  simulate: (id, method, args) =>
    inTurn(async () => {
      if (crew) return crew.call(id, method, args);
      const answer = await (simulatorOf(id)[method] as (...args: unknown[]) => unknown)(...args);
      // What was looked at is not kept.
      const kept = ['frame', 'samples', 'distances'].includes(method) ? undefined : answer;
      if (early.length < MOST_EARLY) early.push([id, method, args, kept]);
      return answer;
    }),
  staff: async (told) => {
    const { Crew } = await fetchCrew();
    await inTurn(() => {
      crew = new Crew(simulatorOf, calls, told);
      // Too many calls have been forgotten: then each run begins with its next start.
      if (early.length < MOST_EARLY) for (const done of early) crew.remember(...done);
      early.length = 0;
    });
    return new Promise<never>(() => {});
  },
  hire: async (port, lock) => crew?.hire(port, lock),
  attend: async (port, lock) => {
    const { hold } = await fetchCrew();
    serve(port);
    return hold(lock);
  },
  locate: async (files) => {
    Object.assign(located, files);
  },
  release: (id) =>
    inTurn(() => {
      simulations.get(id)?.free();
      simulations.delete(id);
      crew?.release(id);
    }),
  usage: () =>
    inTurn(async () => ({ simulations: simulations.size, memory: (await initialise()).memory.buffer.byteLength })),
};

/** Answers every call on an endpoint. */
export function serve(port: Port): void {
  answers({ ...exact, ...figures, ...sweeper(answer, json) }, port);
}

// In a worker the endpoint is the global scope; elsewhere the caller passes a port.
if ('WorkerGlobalScope' in globalThis) serve(globalThis as unknown as Port);
