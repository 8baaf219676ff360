/**
 * What a figure in an iframe and the page around it say to each other. Every message is an object with
 * `guidanceLab: 1`, the version of this protocol, and a `type`. docs/embedding.md describes it for the other side.
 */
import type { EngineInfo, LabErrorData, Measurement, Points, PointValues, State } from '../workers/protocol';

export const PROTOCOL = 1;

/** What is wrong, in English: the other side has no languages. */
export type Fault = Pick<LabErrorData, 'code' | 'path' | 'message'>;

/** From the figure. */
export type FromFigure =
  | { type: 'height'; height: number }
  | { type: 'ready'; engine: EngineInfo; query: string }
  | { type: 'state'; state: State; query: string }
  | { type: 'measurement'; measurement: Measurement }
  /** `id`: that of the message that failed, if it had one. */
  | { type: 'error'; error: Fault; id?: string | number }
  /** The answer to a message with an `id`. */
  | { type: 'done'; id: string | number; measurement?: Measurement; values?: PointValues };

/** To the figure. With an `id`, it is answered by `done` or `error`. */
export type ToFigure = { id?: string | number } & (
  | { type: 'setState'; patch: unknown }
  | { type: 'play' }
  | { type: 'pause' }
  | { type: 'step'; n?: number }
  | { type: 'finish' }
  | { type: 'reset'; seed?: number }
  | { type: 'measure'; time?: number }
  | { type: 'at'; points: Points; time?: number }
);

/** Reads a message of any kind: null for what is not ours, an error for what is ours and wrong. */
export function read(data: unknown): ToFigure | Fault | null {
  if (typeof data !== 'object' || data === null || !('guidanceLab' in data)) return null;
  const { guidanceLab: version, type } = data as { guidanceLab: unknown; type?: unknown };
  if (version !== PROTOCOL) {
    return {
      code: 'version',
      path: 'guidanceLab',
      message: `this figure speaks version ${PROTOCOL} of the message protocol, not ${JSON.stringify(version)?.slice(0, 40)}`,
    };
  }
  if (!['setState', 'play', 'pause', 'step', 'finish', 'reset', 'measure', 'at'].includes(type as string)) {
    return {
      code: 'unknown-key',
      path: 'type',
      message: `there is no message of type ${JSON.stringify(type)?.slice(0, 40)}`,
    };
  }
  return data as unknown as ToFigure;
}
