/** Endings of files that hold tables. */
export const TABLES = ['csv', 'tsv', 'tab', 'txt', 'dat', 'data', 'arff', 'libsvm', 'svm'];

/** Whether a file's name says that it holds a table. */
export const isTable = (name: string): boolean => TABLES.includes(name.toLowerCase().split('.').at(-1) as string);
