/**
 * The messages that are made in TypeScript: code and English text. Those of the module are in
 * `src/words/messages.rs`. Each is a constant of its own, so that a bundle has only those that it uses.
 */
export type Own = readonly [id: string, text: string];

export const NOT_STARTED = ['not_started', 'The simulator has not been started.'] as const;
export const NOT_READY = ['not_ready', 'The figure is not ready: await its `ready` first.'] as const;
export const COULD_NOT_START = ['could_not_start', 'WebAssembly could not start: {why}'] as const;
export const NESTED_TOO_DEEPLY = ['nested_too_deeply', 'The state is nested deeper than {most} levels.'] as const;
export const TOO_MANY_PARTS = ['too_many_parts', 'The state has more than {most} parts.'] as const;
export const NOT_PLAIN_DATA = ['not_plain_data', 'The state is not plain data: {why}'] as const;
export const NO_PARTICLES = ['no_particles', 'There are no particles yet.'] as const;
export const PICTURE_TOO_LARGE = ['picture_too_large', 'The picture is too large for this browser.'] as const;
export const LAW_COMPUTING = ['law_computing', 'exact law: being computed'] as const;
export const LAW_TOO_FINE = ['law_too_fine', 'exact law: too fine to compute'] as const;
export const LAW_NEEDS_WORKER = ['law_needs_worker', 'exact law: needs a worker, which this page forbids'] as const;
export const LAW_FAILED = ['law_failed', 'exact law: {why}'] as const;
export const SWEEP_TAKES = ['sweep_takes', 'sweep takes { path, values, measure, signal }'] as const;
export const SWEEP_PATH = ['sweep_path', 'path is {value}, not the name of a field'] as const;
export const SWEEP_MEASURE = ['sweep_measure', 'measure is “{value}”; allowed are all, exact'] as const;
export const SWEEP_SIGNAL = ['sweep_signal', 'signal is not an AbortSignal'] as const;
export const SWEEP_NETWORKS = [
  'sweep_networks',
  '{field} cannot be swept: the classifier is a network, and each value would be another one to train',
] as const;
export const POINTS_TAKES = ['points_takes', 'points is {value}, but must be a list of points or of numbers'] as const;
export const POINT_LENGTH = [
  'point_length',
  '{field} has a length of {count}, but a point here has {dimension} numbers',
] as const;
export const POINT_NUMBER = ['point_number', '{field} is {value}, but must be a finite number'] as const;
export const UNKNOWN_PRESET = ['unknown_preset', 'there is no preset “{name}”; “{title}” is shown'] as const;
export const TOOK_OVER = ['took_over', 'The CPU took over, for the engine before it failed: {why}'] as const;
export const GPU_NO_ANSWER = ['gpu_no_answer', 'WebGPU did not answer.'] as const;
/** What somebody else threw: a browser, a caller. */
export const UNFORESEEN = ['unforeseen', '{why}'] as const;
export const PICTURES_KIND = [
  'pictures_kind',
  '{field} is {value}, which there is not for pictures yet; {instead} is shown',
] as const;
export const PICTURES_LEFT_OUT = ['pictures_left_out', 'left out, as pictures have no such field: {fields}'] as const;
export const PICTURES_FIELD = ['pictures_field', 'pictures have no {field}; the fields here are {fields}'] as const;
export const PICTURES_TARGET = [
  'pictures_target',
  '{field} is {value}, but must be a digit from 0 to 9, or null: each column its own',
] as const;
export const PICTURES_LANE = ['pictures_lane', 'lane is “{value}”; on show are {lanes}'] as const;
export const PICTURES_ENGINE = ['pictures_engine', 'Pictures are drawn on the CPU.'] as const;
export const PICTURES_HAVE_NO = [
  'pictures_have_no',
  '{what} has no meaning where the mixture draws pictures; what there is: state, setState, open, play, pause, step, finish, reset, samples, picture',
] as const;
export const PICTURES_ELSEWHERE = [
  'pictures_elsewhere',
  'This file has no pictures: the tag with guidance-lab.js and its folder assets shows them.',
] as const;
