import { said } from '../words';
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

  /** For what is asked before the figure stands. */
  static notReady(): LabError {
    return new LabError({
      code: 'unsupported',
      path: '',
      message: 'The figure is not ready: await its `ready` first.',
    });
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

/** Whatever was thrown, as people are told of it: the field at fault is named once. */
export function inWords(thrown: unknown): string {
  const error = LabError.from(thrown);
  const words = said(error.message);
  return error.path && !error.message.startsWith(error.path) ? `${error.path}: ${words}` : words;
}
