import { say } from '../words';
import { NOT_READY, UNFORESEEN } from '../words/own';
import { fault, saying } from '../words/says';
import type { LabErrorData, Says } from '../workers/protocol';
import { isPlain } from './paths';

/** The one error that reaches people: a stable code, the path of the field at fault, and words. */
export class LabError extends Error {
  readonly code: LabErrorData['code'];
  readonly path: string;
  /** The message as a code and named values; `message` is its English text. */
  readonly says: Says;

  constructor({ code, path, message, says }: LabErrorData) {
    super(message);
    this.name = 'LabError';
    this.code = code;
    this.path = path;
    this.says = says;
  }

  /** For what is asked before the figure stands. */
  static notReady(): LabError {
    return new LabError(fault('unsupported', '', saying(NOT_READY)));
  }

  /** Whatever was thrown, as a LabError; what is not one of ours is a fault of the engine. */
  static from(thrown: unknown): LabError {
    if (thrown instanceof LabError) return thrown;
    if (isPlain(thrown) && typeof thrown.code === 'string' && typeof thrown.message === 'string') {
      const { code, message, says } = thrown as unknown as LabErrorData;
      const path = typeof thrown.path === 'string' ? thrown.path : '';
      return new LabError({ code, path, message, says: says ?? saying(UNFORESEEN, { why: message }) });
    }
    const why = thrown instanceof Error ? thrown.message : String(thrown);
    return new LabError(fault('engine', '', saying(UNFORESEEN, { why })));
  }
}

/** Whatever was thrown, as people are told of it: the field at fault is named once. */
export function inWords(thrown: unknown): string {
  const { path, message, says } = LabError.from(thrown);
  return path && !message.startsWith(path) ? `${path}: ${say(says)}` : say(says);
}
