/**
 * The messages that are made in TypeScript and that the first figure may need: code and English text. Those of its later parts
 * are in `own-later.ts`, those of the module in `src/words/messages.rs`.
 */
export type Own = readonly [id: string, text: string];

export const NOT_STARTED = ['not_started', 'The simulator has not been started.'] as const;
export const NOT_READY = ['not_ready', 'The figure is not ready: await its `ready` first.'] as const;
export const COULD_NOT_START = ['could_not_start', 'WebAssembly could not start: {why}'] as const;
export const NESTED_TOO_DEEPLY = ['nested_too_deeply', 'The state is nested deeper than {most} levels.'] as const;
export const TOO_MANY_PARTS = ['too_many_parts', 'The state has more than {most} parts.'] as const;
export const NOT_PLAIN_DATA = ['not_plain_data', 'The state is not plain data: {why}'] as const;
export const UNKNOWN_PRESET = ['unknown_preset', 'there is no preset “{name}”; “{title}” is shown'] as const;
export const TOOK_OVER = ['took_over', 'The CPU took over, for the engine before it failed: {why}'] as const;
export const GPU_NO_ANSWER = ['gpu_no_answer', 'WebGPU did not answer.'] as const;
/** What somebody else threw: a browser, a caller. */
export const UNFORESEEN = ['unforeseen', '{why}'] as const;
