/**
 * Runs in parts (docs/decisions/0021-pool.md). One worker, the first, has the figures' simulations; the others hold parts of
 * their particles and answer to it. The first part of a run stays with the first worker, which makes the frames. A run begins
 * in parts if others stand by then; one that is under way goes on alone while they are brought to its step, and one that has
 * lost a part is brought to its step alone. So nobody waits for a worker that may not come, and the numbers are the same.
 */
import type { calls as callsOf } from './call';
import type { Distances, EngineInfo, Figures, Frame, LabErrorData, LaneName, Part, State, Wish } from './protocol';

/** The methods of one figure here; a promise of what is counted of the other parts, and where their particles are, goes in beside. */
export interface Own extends Omit<Part, 'frame' | 'samples' | 'distances'> {
  frame(count: number, firstPathStep: number, others?: unknown): Promise<Frame>;
  samples(lane: LaneName, others?: Float32Array[]): Promise<Float32Array>;
  distances(lane: LaneName, others?: Float32Array[]): Promise<Distances>;
}

/** The calls that bring another worker to the particles of a figure. */
type Past = [method: keyof Part, ...args: unknown[]][];

/** A call of a figure, and its answer. */
export type Done = [id: number, method: keyof Part, args: unknown[], answer: unknown];

/** Particles, over all lanes, that are worth a worker; a network takes some fifty times as long for one. */
const WORTH = 50_000;
const WORTH_OF_NETWORK = 1000;
/** Parts of a run that nobody has asked for in so many milliseconds are given up. */
const IDLE = 10_000;
/** After so many deaths there is no replacement. */
const MOST_LOSSES = 16;

/** Has a lock for as long as this worker lives. */
export function hold(lock: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const held = () => {
      resolve();
      return new Promise<never>(() => {});
    };
    navigator.locks.request(lock, held).catch(reject);
  });
}

/** Whether it is the call that is wrong, not who was asked. */
function wrongCall(thrown: unknown): boolean {
  const { code } = (thrown ?? {}) as Partial<LabErrorData>;
  return code !== undefined && code !== 'engine' && code !== 'unsupported';
}

class Member {
  readonly lock: string;
  readonly #service: Figures;
  readonly #leaves: (member: Member) => void;
  readonly #gone: Promise<never>;
  /** The networks that it was told of. */
  readonly #installed = new WeakSet<object>();

  constructor(service: Figures, lock: string, leaves: (member: Member) => void) {
    this.lock = lock;
    this.#leaves = leaves;
    this.#service = service;
    this.#gone = new Promise((_, reject) => {
      // It had the lock when it was hired: whoever gets it finds it dead.
      const dead = () => reject(new Error(`${lock} is gone`));
      navigator.locks.request(lock, dead).catch(() => {});
    });
    this.#gone.catch(() => leaves(this));
  }

  /** Whoever does not answer is given up: the first worker can do it alone. */
  async ask(id: number, method: keyof Part, args: unknown[]): Promise<unknown> {
    if (method === 'install') {
      if (this.#installed.has(args[1] as object)) return undefined;
      this.#installed.add(args[1] as object);
    }
    try {
      return await Promise.race([this.#service.simulate(id, method, args), this.#gone]);
    } catch (thrown) {
      if (!wrongCall(thrown)) this.#leaves(this);
      throw thrown;
    }
  }

  release(id: number): void {
    this.#service.release(id).catch(() => {});
  }
}

/** A figure's run. */
interface Run {
  /** How many workers it is worth; 1 where it is not the CPU's. */
  worth: number;
  onCpu: boolean;
  /** Who holds the other parts, or is on the way to. */
  members: Member[];
  /** The first worker has all particles, while others come to its step or have come there; or its part; or others are missing. */
  stands: 'alone' | 'coming' | 'come' | 'parted' | 'broken';
  /** When it was last asked for anything. */
  used: number;
  /** Millions of particles, over all lanes. */
  millions: number;
}

/** How many workers the run of a state is worth. */
export function worthOf({ particles, compare, classifier, score }: State): number {
  // Particles with weights stay together; a learned score has several networks, of which others are told one.
  if (compare.includes('corrected') || score.kind === 'learned') return 1;
  return Math.max(
    1,
    Math.ceil(lanesOf(particles, compare) / (classifier.kind === 'learned' ? WORTH_OF_NETWORK : WORTH)),
  );
}

function lanesOf(particles: number, compare: unknown[]): number {
  return particles * (1 + compare.length);
}

type Call = (...args: unknown[]) => Promise<unknown>;

export class Crew {
  readonly #own: (id: number) => Own;
  readonly #calls: typeof callsOf;
  readonly #pasts = new Map<number, Past>();
  readonly #tell: (wish: Wish) => void;
  #members: Member[] = [];
  readonly #runs = new Map<number, Run>();
  /** How many workers were wished for last. */
  #wished = 1;
  #losses = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** What is `own` here comes from `worker.ts`, as do `calls`: a part of a worker that imported its script would start it twice. */
  constructor(own: (id: number) => Own, calls: typeof callsOf, tell: (wish: Wish) => void) {
    this.#own = own;
    this.#calls = calls;
    this.#tell = tell;
  }

  hire(port: MessagePort, lock: string): void {
    this.#members.push(new Member(this.#calls<Figures>(port), lock, (member) => this.#leaves(member)));
  }

  release(id: number): void {
    const run = this.#runs.get(id);
    if (run) this.#dismiss(id, run);
    this.#runs.delete(id);
    this.#pasts.delete(id);
  }

  /** Takes note of a call and its answer: of all that still matter, the state that the run began with first. */
  remember(...[id, method, args, answer]: Done): void {
    let past = this.#pasts.get(id) ?? [];
    const last = (kind: keyof Part): Past => past.filter(([known]) => known === kind).slice(-1);
    const end = past.at(-1);
    if (method === 'start' || (answer as { restarted?: boolean } | undefined)?.restarted) {
      const state = args[0] as State;
      past = [...last('install'), ['start', state, 'cpu']];
      const run = this.#runs.get(id) ?? this.#fresh(state, (answer as EngineInfo).backend === 'cpu');
      const { worth, millions } = this.#fresh(state, run.onCpu);
      this.#runs.set(id, Object.assign(run, { worth, millions }));
      this.#grow();
    } else if (method === 'restart' || (method === 'restore' && answer === 0)) {
      past = [...last('install'), ...last('start'), ...last('configure')];
    } else if (method === 'frame' || method === 'advance') {
      if (end?.[0] === 'advance') end[1] = (end[1] as number) + (args[0] as number);
      else past.push(['advance', args[0]]);
    } else if (method === 'restore' && last('configure').length === 0) {
      past = [...past.filter(([known]) => known !== 'advance'), ['advance', answer]];
    } else if (['configure', 'install', 'restore'].includes(method)) {
      // Of two of a kind with no step between them only the last counts.
      const steps = past.map(([known]) => ['start', 'advance', 'restore'].includes(known)).lastIndexOf(true);
      past = [...past.filter(([known], index) => index <= steps || known !== method), [method, ...args]];
    }
    this.#pasts.set(id, past);
  }

  /** Answers a call of a figure, with all parts of its run. To be called in turn. */
  async call(id: number, method: keyof Part, args: unknown[]): Promise<unknown> {
    const answer = await this.#answer(id, method, args);
    this.remember(id, method, args, answer);
    return answer;
  }

  async #answer(id: number, method: keyof Part, args: unknown[]): Promise<unknown> {
    const own = this.#own(id);
    const alone = () => (own[method] as Call)(...args);
    let run = this.#runs.get(id);
    if (method === 'start') {
      const info = (await alone()) as EngineInfo;
      if (run) this.#dismiss(id, run);
      run = this.#fresh(args[0] as State, info.backend === 'cpu');
      this.#runs.set(id, run);
      await this.#part(id, run, args[0] as State);
      return info;
    }
    // A network may come before its run.
    if (!run?.onCpu) return alone();
    run.used = performance.now();
    this.#watch();
    if (run.stands === 'alone') this.#bring(id, run);
    if (method === 'configure') {
      const answer = (await alone()) as { restarted: boolean };
      if (answer.restarted) await this.#part(id, run, args[0] as State);
      else if (run.stands === 'broken') {
        await this.#gather(id, run);
        await alone();
      } else this.#post(id, run, method, args);
      return answer;
    }
    const more = Math.min(run.worth - 1, this.#members.length) > run.members.length;
    const anew = method === 'restart' || (method === 'restore' && args[0] === 0);
    if (anew && (run.stands === 'broken' || more)) {
      await own.restart();
      await own.share(0, 1);
      this.#dismiss(id, run);
      this.#grow();
      return method === 'restore' ? 0 : undefined;
    }
    if (run.stands === 'broken') await this.#gather(id, run);
    if (run.stands === 'come') {
      await own.share(0, run.members.length + 1);
      run.stands = 'parted';
    }
    if (run.stands === 'parted') {
      try {
        return await this.#together(id, run, method, args);
      } catch (thrown) {
        // Whoever made it fail is gone by now.
        if ((run.stands as Run['stands']) !== 'broken') throw thrown;
        await this.#gather(id, run);
      }
    }
    const answer = await alone();
    this.#post(id, run, ...followed(method, args, answer));
    return answer;
  }

  /** A call of a run in parts. */
  async #together(id: number, run: Run, method: keyof Part, args: unknown[]): Promise<unknown> {
    const own = this.#own(id);
    const ask = (method: keyof Part, ...args: unknown[]) => {
      const answers = Promise.all(run.members.map((member) => member.ask(id, method, args)));
      // It is waited for later.
      answers.catch(() => {});
      return answers;
    };
    if (method === 'frame') {
      const [count, firstPathStep] = args as [number, number];
      const began = performance.now();
      const frame = await own.frame(count, firstPathStep, ask('count', count));
      frame.took = performance.now() - began;
      if (count > 0) frame.throughput = (count * run.millions * 1e3) / frame.took;
      return frame;
    }
    if (method === 'samples' || method === 'distances') {
      return (own[method] as Call)(args[0], await ask('samples', ...args));
    }
    if (method === 'restore') {
      const step = await own.restore(args[0] as number);
      await ask('bring', step);
      return step;
    }
    // Whoever falls behind is waited for when something is looked at.
    this.#post(id, run, method, args);
    return (own[method] as Call)(...args);
  }

  #fresh(state: State, onCpu: boolean): Run {
    const millions = lanesOf(state.particles, state.compare) / 1e6;
    const worth = onCpu ? worthOf(state) : 1;
    return { worth, onCpu, members: [], stands: 'alone', used: performance.now(), millions };
  }

  /** Parts a run that is at its first step. */
  async #part(id: number, run: Run, state: State): Promise<void> {
    const { worth, millions } = this.#fresh(state, run.onCpu);
    const members = this.#members.slice(0, worth - 1);
    for (const member of run.members) if (!members.includes(member)) member.release(id);
    Object.assign(run, { worth, millions, members, stands: members.length > 0 ? 'parted' : 'alone' });
    this.#post(id, run, 'start', [state, 'cpu']);
    await this.#own(id).share(0, members.length + 1);
    this.#grow();
  }

  /** Brings others to the particles of a run that goes on alone meanwhile. */
  #bring(id: number, run: Run): void {
    const coming = this.#members.slice(0, run.worth - 1);
    if (coming.length === 0) return;
    run.members = coming;
    run.stands = 'coming';
    const all = (this.#pasts.get(id) ?? []).map(([method, ...args]) => this.#ask(id, run, method, args));
    Promise.all(all).then(
      () => {
        if (run.stands === 'coming' && run.members === coming) run.stands = 'come';
      },
      () => {},
    );
  }

  /** Goes on with what the first worker can do alone: from the start of the run to where it is. */
  async #gather(id: number, run: Run): Promise<void> {
    this.#dismiss(id, run);
    for (const [method, ...args] of this.#pasts.get(id) ?? []) await (this.#own(id)[method] as Call)(...args);
    this.#grow();
  }

  #dismiss(id: number, run: Run): void {
    for (const member of run.members) member.release(id);
    run.members = [];
    run.stands = 'alone';
  }

  /** Asks those who hold the other parts; what they answer is not waited for. */
  #post(id: number, run: Run, method: keyof Part, args: unknown[]): void {
    if (!['samples', 'distances'].includes(method)) this.#ask(id, run, method, args).catch(() => {});
  }

  async #ask(id: number, run: Run, method: keyof Part, args: unknown[]): Promise<void> {
    const parts = run.members.length + 1;
    const network = this.#pasts.get(id)?.find(([known]) => known === 'install');
    const asked = run.members.flatMap((member, index) => {
      if (method !== 'start') return [member.ask(id, method, args)];
      const before = network ? [member.ask(id, 'install', network.slice(1))] : [];
      return [...before, member.ask(id, 'start', args), member.ask(id, 'share', [index + 1, parts])];
    });
    await Promise.all(asked);
  }

  #leaves(member: Member): void {
    if (!this.#members.includes(member)) return;
    this.#members = this.#members.filter((other) => other !== member);
    for (const run of this.#runs.values()) {
      if (run.members.includes(member)) run.stands = run.stands === 'parted' ? 'broken' : 'alone';
    }
    // Where they die again and again, there is no use in more.
    this.#losses += 1;
    if (this.#losses > MOST_LOSSES) this.#wished = 1;
    this.#tell({ workers: this.#wished, gone: [member.lock] });
  }

  /** Wishes for more where they would be of use. */
  #grow(): void {
    const wished = Math.max(...[...this.#runs.values()].map(({ worth }) => worth));
    if (wished <= this.#wished || this.#losses > MOST_LOSSES) return;
    this.#wished = wished;
    this.#tell({ workers: wished, gone: [] });
  }

  /** Parts that nobody asks for are given up, and then whoever holds none. */
  #watch(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      const now = performance.now();
      for (const [id, run] of this.#runs) {
        if (run.members.length === 0 || now - run.used < IDLE) continue;
        const parted = run.stands === 'parted' || run.stands === 'broken';
        this.#dismiss(id, run);
        if (parted) run.stands = 'broken';
      }
      this.#wished = Math.max(1, ...[...this.#runs.values()].map(({ members }) => members.length + 1));
      const idle = this.#members.splice(this.#wished - 1);
      if (idle.length > 0) this.#tell({ workers: this.#wished, gone: idle.map(({ lock }) => lock) });
      if (this.#wished > 1) this.#watch();
    }, IDLE);
  }
}

/** What those who come after are told of a call: no more than moves their particles. */
function followed(method: keyof Part, args: unknown[], answer: unknown): [keyof Part, unknown[]] {
  if (method === 'frame') return ['advance', [args[0]]];
  return method === 'restore' ? ['bring', [answer]] : [method, args];
}
