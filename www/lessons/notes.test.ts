/** The sheets of every lesson, in every language. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { LESSONS } from './index';
import type { Lesson } from './lesson-file';
import { wordsOf } from './notes';

const FOLDER = new URL('./', import.meta.url);
const read = (name: string, folder = '') => wordsOf(readFileSync(new URL(`${folder}${name}.md`, FOLDER), 'utf8'));
const FOLDERS = [
  '',
  ...readdirSync(FOLDER, { withFileTypes: true })
    .filter((each) => each.isDirectory())
    .map(({ name }) => `${name}/`),
];

/** What is the same in every language: where its steps stand, what they ask to be true, how much there is of each text. */
const shape = ({ preset, steps, recap, notes }: Lesson) => ({
  preset,
  recap: recap.length,
  notes: notes && [notes.board.length, notes.exit.length],
  steps: steps.map(
    ({ say, options, text: _text, title: _title, task: _task, question: _question, reveal: _reveal, ...rest }) => ({
      ...rest,
      check: rest.check.source,
      says: say !== null,
      options: options.map(({ why, holds, with: own }) => ({ why: why !== null, holds: holds?.source, own })),
    }),
  ),
});

describe.each(LESSONS.map(({ name }) => name))('%s', (name) => {
  test('three lines for the board, what people believe, two questions to end with, a recap', async () => {
    const { notes, recap } = await read(name);
    expect(notes?.board).toHaveLength(3);
    expect(notes?.misconception.length).toBeGreaterThan(40);
    expect(notes?.exit).toHaveLength(2);
    for (const question of notes?.exit ?? []) expect(question).toMatch(/[?.]$/);
    expect(recap.length).toBeGreaterThan(1);
  });

  test.each(FOLDERS.filter(Boolean))('is the same lesson in %s', async (folder) => {
    expect(shape(await read(name, folder))).toEqual(shape(await read(name)));
  });
});

test('the tour has five steps, and something to say at each', async () => {
  const { steps } = await read('tour');
  expect(steps).toHaveLength(5);
  expect(steps.every(({ say }) => say !== null)).toBe(true);
});
