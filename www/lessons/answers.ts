/**
 * Whether a lesson's answers are right, by measurement: the check is met by doing the task and by nothing
 * before it, the keyed option's claim is true then, and the claim of every other option false. For the tests,
 * which run it on each engine; whoever writes a lesson finds here what its claims must withstand.
 */
import type { Measurement, State } from '../workers/protocol';
import type { Judge, Lesson, Run, Step } from './lesson-file';

export interface Bench {
  merge: Judge['merge'];
  /** The state with its run at a place; `at`, if given, is the time of the exact readouts. */
  measured(state: State, run: Run, at: number | null, particles: boolean): Promise<Measurement>;
}

/** Whether an expression of the step reads particles, or closed forms alone. */
export const readsParticles = ({ check, options }: Step): boolean =>
  [check, ...options.map(({ holds }) => holds)].some((each) =>
    [...(each?.names ?? [])].some((name) => name.replace('before.', '').includes('.')),
  );

/** What is wrong with the answers in words, with `patch` (a seed, say) laid over every state. */
export async function faultsOf({ steps }: Lesson, patch: unknown, { merge, measured }: Bench): Promise<string[]> {
  const found: string[] = [];
  for (const step of steps) {
    const particles = readsParticles(step);
    const at = async (state: State, run: Run) => ({
      state,
      measurement: await measured(state, run, step.at, particles),
    });
    const before = await at(await merge(step.state, patch), step.run);
    const after = async (way: unknown) => ({
      ...(await at(await merge(before.state, way), step.exampleRun ?? step.run)),
      before,
    });
    if (step.check.evaluate(before).met) found.push(`${step.title}: met before anything is done`);
    for (const way of [step.example, ...step.also]) {
      const tell = (what: string) => found.push(`${step.title}, ${JSON.stringify(way)}: ${what}`);
      const done = await after(way);
      const { met, findings } = step.check.evaluate(done);
      if (!met) tell(`not met: ${JSON.stringify(findings)}`);
      for (const [index, { text, holds, with: own }] of step.options.entries()) {
        if (!holds) {
          tell(`“${text}” claims nothing`);
          continue;
        }
        const claim = holds.evaluate(own ? await after(own) : done);
        if (claim.met === (index === step.answer)) continue;
        const values = JSON.stringify(claim.findings.map((each) => each.values));
        tell(`“${text}” ${claim.met ? 'holds as well' : 'is the key, and does not hold'}: ${values}`);
      }
    }
  }
  return found;
}
