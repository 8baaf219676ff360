import type { LabErrorData } from '../workers/protocol';
import { isPlain } from './paths';

/** The one error that reaches people: a stable code, the path of the field at fault, and words. */
export class LabError extends Error {
  readonly code: LabErrorData['code'];
  readonly path: string;

  constructor({ code, path, message }: LabErrorData) {
    super(message);
    this.name = 'LabError';
    this.code = code;
    this.path = path;
  }

  /** Whatever was thrown, as a LabError; what is not one of ours is a fault of the engine. */
  static from(thrown: unknown): LabError {
    if (thrown instanceof LabError) return thrown;
    if (isPlain(thrown) && typeof thrown.code === 'string' && typeof thrown.message === 'string') {
      return new LabError({
        code: thrown.code as LabErrorData['code'],
        path: typeof thrown.path === 'string' ? thrown.path : '',
        message: thrown.message,
      });
    }
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    return new LabError({ code: 'engine', path: '', message });
  }
}
