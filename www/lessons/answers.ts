/**
 * Whether a lesson's answers are right, by measurement: the check is met by doing the task and by nothing
 * before it, the keyed option's claim is true then, and the claim of every other option false. For the tests,
 * which run it on each engine; whoever writes a lesson finds here what its claims must withstand.
 */
import type { Measurement, State } from '../workers/protocol';
import type { PictureMeasurement } from './check';
import { type Judge, type Lesson, mergesPictures, type Run, type Step } from './lesson-file';
import { namesOf } from './on-pictures';

export interface Bench extends Judge {
  /** The state with its run at a place; `at`, if given, is the time of the exact readouts. */
  measured(state: State, run: Run, at: number | null, particles: boolean): Promise<Measurement>;
  /** The same where the figure shows pictures: what the names say of them. */
  pictured?(state: State, at: number | null, names: ReadonlySet<string>): Promise<PictureMeasurement>;
}

/** Whether an expression of the step reads particles, or closed forms alone. */
export const readsParticles = (step: Step): boolean =>
  [...namesOf(step)].some((name) => name.replace('before.', '').includes('.'));

/** What is wrong with the answers in words, with `patch` (a seed, say) laid over every state. */
export async function faultsOf({ steps, pictures }: Lesson, patch: unknown, bench: Bench): Promise<string[]> {
  const found: string[] = [];
  const { measured, pictured } = bench;
  const merge = pictures ? mergesPictures(bench.presets, bench.merge) : bench.merge;
  for (const step of steps) {
    const particles = readsParticles(step);
    const at = async (state: State, run: Run) => ({
      state,
      measurement:
        pictures && pictured
          ? await pictured(state, step.at, namesOf(step))
          : await measured(state, run, step.at, particles),
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
