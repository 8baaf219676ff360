/** Which files hold points, by their names. */
const ENDINGS = ['csv', 'tsv', 'txt', 'data', 'dat', 'arff', 'libsvm', 'svm'];

/** What a file dialog offers. */
export const ACCEPTED = `${ENDINGS.map((ending) => `.${ending}`).join()},text/*`;

export function isPoints(name: string): boolean {
  return ENDINGS.includes(name.slice(name.lastIndexOf('.') + 1).toLowerCase());
}
