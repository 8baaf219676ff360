/** The messages that are made in TypeScript, in parts that are fetched when they are asked for: code and English text. */

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
export const NETWORK_NOT_HERE = [
  'network_not_here',
  'the network is that of a file which this browser does not have, with the SHA-256 {file}: open it under “Trained network”; the classifier in use stays',
] as const;
export const NOTHING_TO_SAVE = ['nothing_to_save', 'The network is not trained yet: there is nothing to save'] as const;
export const POINTS_TAKES = ['points_takes', 'points is {value}, but must be a list of points or of numbers'] as const;
export const POINT_LENGTH = [
  'point_length',
  '{field} has a length of {count}, but a point here has {dimension} numbers',
] as const;
export const POINT_NUMBER = ['point_number', '{field} is {value}, but must be a finite number'] as const;
export const PICTURES_LEFT_OUT = ['pictures_left_out', 'left out, as pictures have no such field: {fields}'] as const;
export const PICTURES_FIELD = ['pictures_field', 'pictures have no {field}; the fields here are {fields}'] as const;
export const PICTURES_TARGET = [
  'pictures_target',
  '{field} is {value}, but must be a digit from 0 to 9, or null: each column its own',
] as const;
export const PICTURES_COMPARE = [
  'pictures_compare',
  '{field} is {value}, but must be ["corrected"] or []: the other rows are those that tell something apart',
] as const;
export const PICTURES_LANE = ['pictures_lane', 'lane is “{value}”; on show are {lanes}'] as const;
export const PICTURES_ENGINE = ['pictures_engine', 'Pictures are drawn on the CPU.'] as const;
export const PICTURES_HAVE_NO = [
  'pictures_have_no',
  '{what} has no meaning where the mixture draws pictures; what there is: state, setState, open, play, pause, step, finish, reset, samples, picture, train',
] as const;
export const PICTURES_ELSEWHERE = [
  'pictures_elsewhere',
  'This file has no pictures: the tag with guidance-lab.js and its folder assets shows them.',
] as const;
export const PICTURES_CLASS = [
  'pictures_class',
  '{field} is {value}, but must be one of the classes {classes}, or null: each in turn',
] as const;
export const IMAGE_UNREADABLE = ['image_unreadable', '{field} is no PNG image that can be read'] as const;
