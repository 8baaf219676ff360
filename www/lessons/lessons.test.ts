import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { STATE } from '../../tests/unit/states';
import { frontOfOurs } from '../../vite.lessons';
import { mergeDeep } from '../lab/paths';
import type { Measurement, Preset, State } from '../workers/protocol';
import { parseCheck } from './check';
import { checkInWords } from './check-words';
import { LESSONS } from './index';
import { countWords, type Lesson, MOST_WORDS, readLesson } from './lesson-file';
import { LessonError } from './lesson-text';
import { readFront } from './lesson-yaml';

const FOLDER = new URL('./', import.meta.url);
const presets: Preset[] = ['wiggle', 'two-modes', 'far-mode'].map((name) => ({
  name,
  title: name,
  description: name,
  state: STATE,
}));
// The browser tests read the lessons with the module's own validation; here only its shape matters.
const judge = {
  presets,
  merge: async (state: State, patch: unknown): Promise<State> => {
    const merged = mergeDeep(state, patch);
    if (merged.guidance.gamma > 50) {
      throw { code: 'range', path: 'guidance.gamma', message: 'guidance.gamma is 0 to 50, not 99' };
    }
    return merged;
  },
};

const GOOD = `---
lesson: 1
title: A lesson
preset: wiggle
state:
  guidance: { gamma: 2 }
controls: guidance time
steps:
  - do: Slide *γ* to 3.
    predict: What happens?
    options: [It rises, It falls]
    answer: 2
    reveal: It falls.
    check: tested.meanReciprocal < 1.5
    example: { guidance: { gamma: 3 } }
---

## One step

Some text.
`;

const KEYS = Array.from({ length: 12_000 }, (_, k) => `k${k}: 1`).join('\n');

const PICTURES = GOOD.replace('preset: wiggle\n', '')
  .replace('  guidance: { gamma: 2 }', '  mixture: { named: digits }\n  guidance: { gamma: 2 }')
  .replace('tested.meanReciprocal < 1.5', 'exact.ruined < 0.1 and accuracy > 0.9');

describe('a lesson on pictures', () => {
  test('has their state, and their names', async () => {
    const { pictures, steps } = await readLesson(PICTURES, judge);
    expect(pictures).toBe(true);
    expect(steps[0]?.state).toMatchObject({ mixture: { named: 'digits' }, guidance: { target: null, gamma: 2 } });
    const estimate = (estimate: number) => ({ estimate, standardError: 0.01 });
    const values = { 'exact.ruined': estimate(0.05), accuracy: estimate(0.95) };
    const measurement = { time: 0.5, pictures: 200, values };
    const { state, check } = steps[0] as Lesson['steps'][number];
    expect(check.evaluate({ measurement, state }).met).toBe(true);
    expect(check.evaluate({ measurement: { ...measurement, values: {} }, state }).met).toBe(false);
  });

  test.each([
    ['a preset', (s: string) => s.replace('state:', 'preset: wiggle\nstate:'), 4, 'preset', /has no preset/],
    [
      'a field of the Lab',
      (s: string) => s.replace('gamma: 2 }', 'outside: 0 }'),
      6,
      'state.guidance.outside',
      /outside/,
    ],
    ['a target that is no digit', (s: string) => s.replace('gamma: 2', 'target: 12'), 6, 'state.guidance.target', /12/],
    [
      'a readout of the Lab',
      (s: string) => s.replace('accuracy', 'exact.samplingKl'),
      14,
      'steps[1].check',
      /samplingKl/,
    ],
    ['peaks', (s: string) => s.replace('accuracy', 'peaks(1)'), 14, 'steps[1].check', /peaks/],
  ])('%s is refused with line and field', async (_, spoil, line, field, why) => {
    const thrown = await readLesson(spoil(PICTURES), judge).then(
      () => null,
      (error) => error as LessonError,
    );
    expect(thrown).toBeInstanceOf(LessonError);
    expect([thrown?.line, thrown?.field]).toEqual([line, field]);
    expect(thrown?.message).toMatch(why);
  });

  test('nor has one on the Lab the readouts of pictures', async () => {
    await expect(readLesson(GOOD.replace('tested.meanReciprocal', 'tested.ruined'), judge)).rejects.toThrow(/ruined/);
  });
});

describe('reading a lesson', () => {
  test('a good one', async () => {
    const lesson = await readLesson(GOOD, judge);
    expect(lesson.title).toBe('A lesson');
    const [step] = lesson.steps;
    expect(step).toMatchObject({
      title: 'One step',
      text: 'Some text.',
      run: 'end',
      controls: 'guidance time',
      answer: 1,
    });
    expect(step?.state.guidance.gamma).toBe(2);
  });

  test('the one in docs/lessons.md', async () => {
    const docs = readFileSync(new URL('../../docs/lessons.md', import.meta.url), 'utf8');
    const [, source = ''] = /^```markdown\n([\s\S]*?)^```$/m.exec(docs) ?? [];
    const { title, steps } = await readLesson(source, judge);
    expect([title, steps.length, steps[0]?.options.length]).toEqual(['More guidance', 1, 3]);
  });

  test('an option is a text, or a text with what is said about it and what it claims', async () => {
    const source = GOOD.replace(
      '[It rises, It falls]',
      '[2, { text: It falls, why: So., holds: guidanceMse < before.guidanceMse, with: { guidance: { gamma: 4 } } }]',
    ).replace('    answer', '    also: [{ guidance: { gamma: 5 } }]\n    answer');
    const { steps } = await readLesson(source, judge);
    const [plain, whole] = steps[0]?.options ?? [];
    expect(plain).toEqual({ text: '2', why: null, holds: null, with: null });
    expect(whole).toMatchObject({ text: 'It falls', why: 'So.', with: { guidance: { gamma: 4 } } });
    expect(whole?.holds?.source).toBe('guidanceMse < before.guidanceMse');
    expect(steps[0]?.also).toEqual([{ guidance: { gamma: 5 } }]);
  });

  test('with the line ends of any system, and a byte order mark', async () => {
    const lesson = await readLesson(`\uFEFF${GOOD.replaceAll('\n', '\r\n')}`, judge);
    expect(lesson.steps[0]?.text).toBe('Some text.');
  });

  test.each([
    ['no front matter', (s: string) => s.slice(4), 1, '', /---/],
    ['no end of it', (s: string) => s.replace('---\n\n', ''), 1, '', /second line/],
    ['broken YAML', (s: string) => s.replace('{ gamma: 2 }', '{ gamma: 2'), 7, '', /YAML/],
    ['a text without end', (s: string) => `${s}\n${'*a_'.repeat(20_000)}\n`, 18, 'steps[1]', /at most 3000 characters/],
    [
      'a long answer',
      (s: string) => s.replace('It falls.', `"${'*a_'.repeat(2000)}"`),
      13,
      'steps[1].reveal',
      /characters/,
    ],
    ['a heading without end', (s: string) => `${s}\n## ${'# '.repeat(60_000)}x`, 18, 'steps', /sections/],
    ['keys without end', (s: string) => s.replace('lesson: 1', KEYS), 2859, '', /more than 20000 words and signs/],
    [
      'commas without end',
      (s: string) => s.replace('gamma: 2', ','.repeat(190_000)),
      6,
      '',
      /more than 20000 words and signs/,
    ],
    // Each of these would end the process.
    ['lists in lists', (s: string) => s.replace('lesson: 1', '- '.repeat(3000)), 2, '', /more than 40 deep/],
    ['objects in objects', (s: string) => s.replace('gamma: 2', '{"a":'.repeat(30_000)), 6, '', /more than 40 deep/],
    ['a key twice', (s: string) => s.replace('preset: wiggle', 'title: Again'), 4, '', /unique/i],
    ['an unknown field', (s: string) => s.replace('preset:', 'presett:'), 4, 'presett', /not known/],
    [
      'an unknown field of a step',
      (s: string) => s.replace('    do:', '    doo:').replace('- do:', '- doo:'),
      9,
      'steps[1].doo',
      /not known/,
    ],
    ['a newer version', (s: string) => s.replace('lesson: 1', 'lesson: 2'), 2, 'lesson', /version 2/],
    ['no title', (s: string) => s.replace('title: A lesson\n', ''), 2, 'title', /text is needed/],
    ['an unknown preset', (s: string) => s.replace('preset: wiggle', 'preset: wobble'), 4, 'preset', /wobble/],
    ['a value out of range', (s: string) => s.replace('gamma: 2', 'gamma: 99'), 6, 'state.guidance.gamma', /0 to 50/],
    [
      'an example out of range',
      (s: string) => s.replace('gamma: 3', 'gamma: 99'),
      15,
      'steps[1].example.guidance.gamma',
      /0 to 50/,
    ],
    ['an unknown group', (s: string) => s.replace('guidance time', 'guidance clock'), 7, 'controls', /clock/],
    [
      'steps that are no list',
      (s: string) => s.replace(/steps:[\s\S]*?---/, 'steps: none\n---'),
      8,
      'steps',
      /list of steps/,
    ],
    [
      'one option',
      (s: string) => s.replace('[It rises, It falls]', '[It rises]'),
      11,
      'steps[1].options',
      /two to five/,
    ],
    [
      'an answer that is not there',
      (s: string) => s.replace('answer: 2', 'answer: 3'),
      12,
      'steps[1].answer',
      /1 to 2/,
    ],
    [
      'an unknown field of an option',
      (s: string) => s.replace('[It rises, It falls]', '[It rises, { text: It falls, becuase: So }]'),
      11,
      'steps[1].options[2].becuase',
      /not known/,
    ],
    [
      'an option without a text',
      (s: string) => s.replace('[It rises, It falls]', '[It rises, { why: So }]'),
      11,
      'steps[1].options[2].text',
      /text is needed/,
    ],
    [
      'a claim that cannot be read',
      (s: string) => s.replace('It falls]', '{ text: It falls, holds: after.guidanceMse < 1 }]'),
      11,
      'steps[1].options[2].holds',
      /after\.guidanceMse/,
    ],
    [
      'a claim in a state out of range',
      (s: string) => s.replace('It falls]', '{ text: It falls, with: { guidance: { gamma: 99 } } }]'),
      11,
      'steps[1].options[2].with.guidance.gamma',
      /0 to 50/,
    ],
    [
      'other ways that are no list',
      (s: string) => s.replace('    answer', '    also: { guidance: { gamma: 4 } }\n    answer'),
      12,
      'steps[1].also',
      /list of patches/,
    ],
    [
      'another way out of range',
      (s: string) => s.replace('    answer', '    also: [{ guidance: { gamma: 99 } }]\n    answer'),
      12,
      'steps[1].also[1].guidance.gamma',
      /0 to 50/,
    ],
    [
      'a check that looks back',
      (s: string) => s.replace('tested.meanReciprocal <', 'before.tested.meanReciprocal >'),
      14,
      'steps[1].check',
      /before\.tested/,
    ],
    ['no check', (s: string) => s.replace(/ {4}check: .*\n/, ''), 9, 'steps[1].check', /text is needed/],
    ['a check that cannot be read', (s: string) => s.replace('< 1.5', '<'), 14, 'steps[1].check', /too early/],
    [
      'a check of nothing measured',
      (s: string) => s.replace('tested.meanReciprocal < 1.5', 'gamma > 2'),
      14,
      'steps[1].check',
      /check nothing/,
    ],
    [
      'an unknown readout',
      (s: string) => s.replace('tested.meanReciprocal', 'tested.fun'),
      14,
      'steps[1].check',
      /tested\.fun/,
    ],
    ['a wrong run', (s: string) => s.replace('    answer', '    run: 7\n    answer'), 12, 'steps[1].run', /share/],
    [
      'a time outside the run',
      (s: string) => s.replace('    answer', '    at: 9\n    answer'),
      12,
      'steps[1].at',
      /0\.01 to 8/,
    ],
    [
      'a link that is a script',
      (s: string) => s.replace('preset:', 'source: javascript:alert(1)\npreset:'),
      4,
      'source',
      /https/,
    ],
    ['no example', (s: string) => s.replace(/ {4}example: .*\n/, ''), 9, 'steps[1].example', /makes the check true/],
    ['more sections than steps', (s: string) => `${s}\n## Two\n\nText.\n`, 18, 'steps', /1 steps .* 2 sections/],
    [
      'text before the first heading',
      (s: string) => s.replace('## One', 'Hello\n\n## One'),
      18,
      '',
      /before the first/,
    ],
    ['too many words', (s: string) => s.replace('Some text.', 'word '.repeat(61)), 18, 'steps[1]', /61 words/],
    ['no words', (s: string) => s.replace('Some text.', ''), 18, 'steps[1]', /no text/],
  ] as [string, (source: string) => string, number, string, RegExp][])(
    '%s is refused with line and field',
    async (_, spoil, line, field, words) => {
      const spoiled = spoil(GOOD);
      expect(spoiled).not.toBe(GOOD);
      const error = await readLesson(spoiled, judge).then(
        () => null,
        (thrown) => thrown as LessonError,
      );
      expect(error).toBeInstanceOf(LessonError);
      expect({ line: error?.line, field: error?.field }).toEqual({ line, field });
      expect(error?.message).toMatch(words);
      expect(error?.message).toContain(`line ${line}`);
    },
  );

  test('a bomb of aliases is refused', async () => {
    const layers = Array.from(
      { length: 12 },
      (_, k) => `a${k}: &a${k} [${k === 0 ? 'x' : Array(9).fill(`*a${k - 1}`)}]`,
    );
    await expect(readLesson(`---\n${layers.join('\n')}\n---\n`, judge)).rejects.toBeInstanceOf(LessonError);
  });
});

describe('words', () => {
  test.each([
    ['one two three', 3],
    ['*one* [two](https://three.four) `five`', 3],
    ['γ = 1, and 2', 4],
    ['得分是梯度', 2.5],
    ['a — b', 2],
  ])('%s', (text, count) => {
    expect(countWords(text)).toBe(count);
  });
});

function situation(patch: Partial<Measurement> = {}, state: Partial<State> = {}) {
  const estimate = (value: number, standardError = 0.01) => ({ estimate: value, standardError });
  const measurement: Measurement = {
    time: 0.5,
    step: 400,
    conditionalKl: 1e-4,
    guidanceMse: 0.08,
    guidanceMseJoint: 0.09,
    guidanceNorm: 0.4,
    relativeError: 1e-10,
    lanes: {
      tested: {
        samplingKl: estimate(0.6),
        samplingKlFloor: 0,
        meanReciprocal: estimate(1.4, 0.1),
        meanLogProbability: estimate(-0.1),
        fractionImproved: null,
        mean: [0.5],
        covariance: [[0.2]],
        nonFinite: 0,
        weights: null,
      },
    },
    ...patch,
  };
  return { measurement, state: { ...STATE, ...state } };
}

describe('checks', () => {
  test.each([
    ['conditionalKl < 1e-3', true],
    ['conditionalKl > 1e-3', false],
    ['conditionalKl <= .0001 and guidanceMse >= 0.08', true],
    ['conditionalKl < 1e-5 or guidanceMse > 0.05', true],
    ['not conditionalKl < 1e-5', true],
    ['0 < guidanceMse < 0.05', false],
    ['0.05 < guidanceMse < 0.1', true],
    ['guidanceMse / sqrt(conditionalKl) == 8', true],
    ['abs(tested.mean - 1) > 0.4', true],
    ['-tested.mean < 0', true],
    ['tested.mean - 0.2 - 0.2 < 0.2', true],
    ['2 + 3 * tested.mean < 4', true],
    ['(2 + 3) * tested.mean > 2.4', true],
    ['tested.meanReciprocal + 3 * tested.meanReciprocal.error < 1.6', false],
    ['guidanceShare > 0.3', false],
    ['atEnd and (gamma >= 1 and tested.variance < 0.3)', true],
    ['conditionalKl < 1e-5 and guidanceMse > 0.05 or atEnd', true],
    ['conditionalKl < 1e-5 and (guidanceMse > 0.05 or atEnd)', false],
  ])('%s is %s', (source, met) => {
    expect(parseCheck(source).evaluate(situation()).met).toBe(met);
  });

  test('nothing is true for want of a number', () => {
    for (const source of [
      'exact.mean < 1 or conditionalKl < 1',
      'not exact.mean < 1',
      'not tested.fractionImproved > 2',
      'not guidanceMse > 100',
    ]) {
      const outcome = parseCheck(source).evaluate(situation({ guidanceMse: Number.NaN }));
      expect(outcome.met).toBe(false);
    }
  });

  test('peaks are those of the noised data, at the time on show or at another', () => {
    // The two of the pair part at t = ln(1.75) / 2 = 0.2798.
    for (const [source, met] of [
      ['peaks(0.279) == 2 and peaks(0.281) == 1', true],
      ['peaks(time) == peaks', true],
      ['peaks == 1', true],
      ['peaks(0) == 1', false],
    ] as const) {
      expect(parseCheck(source).evaluate(situation()).met, source).toBe(met);
    }
    const plane = [
      {
        weight: 1,
        mean: [0, 0],
        covariance: [
          [1, 0],
          [0, 1],
        ],
        class: 0,
      },
    ];
    expect(parseCheck('not peaks(1) == 7').evaluate(situation({}, { mixture: plane })).met).toBe(false);
    expect(parseCheck('peaks(1) == 1').evaluate(situation({}, { mixture: plane })).met).toBe(false);
  });

  test('a claim looks back to when the step opened, and is not true where that is not known', () => {
    const claim = parseCheck('before.tested.mean < tested.mean', { looksBack: true });
    const now = situation();
    const before = situation();
    if (before.measurement.lanes.tested) before.measurement.lanes.tested.mean = [0.4];
    expect(claim.evaluate({ ...now, before }).met).toBe(true);
    expect(claim.evaluate({ ...now, before: now }).met).toBe(false);
    expect(claim.evaluate(now).met).toBe(false);
    expect(parseCheck('not before.guidanceMse > 1', { looksBack: true }).evaluate(now).met).toBe(false);
  });

  test('before the end of the run, atEnd is false', () => {
    expect(parseCheck('atEnd and conditionalKl < 1').evaluate(situation({ step: 399 })).met).toBe(false);
  });

  test('each comparison is told with its values', () => {
    const { findings } = parseCheck('conditionalKl < 1e-5 and guidanceMse > 0.05').evaluate(situation());
    expect(findings).toEqual([
      { source: 'conditionalKl < 1e-5', values: [['conditionalKl', 1e-4]], met: false },
      { source: 'guidanceMse > 0.05', values: [['guidanceMse', 0.08]], met: true },
    ]);
  });

  test.each([
    ['', /too early/],
    ['conditionalKl', /comparison/],
    ['conditionalKl <', /too early/],
    ['conditionalKl < 1 guidanceMse', /should end/],
    ['conditionalKl < (1', /“\)”/],
    ['1 < 2', /check nothing/],
    ['gamma > 3', /check nothing/],
    ['atEnd', /check nothing/],
    ['conditionalKl and guidanceMse', /comparison/],
    ['(conditionalKl < 1) < 2', /number/],
    ['atEnd < 2 and conditionalKl < 1', /number/],
    ['constructor < 2', /no readout/],
    ['__proto__ < 2', /not understood|no readout/],
    ['alert(1) < 2', /no readout/],
    ['conditionalKl < 1; x', /not understood/],
    [`${'('.repeat(60)}conditionalKl${')'.repeat(60)} < 1`, /deep/],
    [`conditionalKl < ${'1 + '.repeat(200)}1`, /500/],
  ])('%s is refused', (source, words) => {
    expect(() => parseCheck(source)).toThrow(words);
  });

  test('are shown as people write them', () => {
    expect(checkInWords('atEnd and abs(tested.mean - 1) <= 2e-5')).toBe(
      'the run has finished and abs(mean (tested) − 1) ≤ 2 × 10⁻⁵',
    );
    expect(checkInWords('peaks == 1 and peaks(0.1) == 2')).toBe('number of peaks = 1 and number of peaks at (0.1) = 2');
  });
});

describe('the lessons of the page', () => {
  const files = readdirSync(FOLDER).filter((name) => name.endsWith('.md'));
  const read = (name: string) => readFileSync(new URL(name, FOLDER), 'utf8');

  test('are all in the menu, under their titles', () => {
    expect(files.map((name) => name.slice(0, -3)).sort()).toEqual(LESSONS.map(({ name }) => name).sort());
    for (const { name, title } of LESSONS) expect(read(`${name}.md`)).toContain(`\ntitle: ${title}\n`);
  });

  test.each(files)('%s: every step is short and complete', async (name) => {
    const lesson = await readLesson(read(name), judge);
    for (const step of lesson.steps) expect(countWords(step.text)).toBeLessThanOrEqual(MOST_WORDS);
  });

  const languages = readdirSync(FOLDER, { withFileTypes: true }).filter((each) => each.isDirectory());

  test('are read when the page is built as they would be in the page', () => {
    for (const folder of ['', ...languages.map(({ name }) => `${name}/`)]) {
      for (const file of files) {
        const { value, body, bodyLine } = readFront(read(folder + file));
        expect(frontOfOurs(read(folder + file))).toEqual({ value, body, bodyLine });
      }
    }
  });

  // A translation changes words, and nothing that is computed.
  test.each(languages.flatMap(({ name }) => files.map((file) => [name, file] as const)))(
    '%s/%s computes what the English one does',
    async (language, file) => {
      const [own, theirs] = await Promise.all([
        readLesson(read(`${language}/${file}`), judge),
        readLesson(read(file), judge),
      ]);
      const computed = ({ steps, preset }: Lesson) => [
        preset,
        steps.map(({ state, run, controls, answer, check, at, example, exampleRun, also, options }) => ({
          state,
          run,
          controls,
          answer,
          check: check.source,
          at,
          example,
          exampleRun,
          also,
          options: options.map(({ why, holds, with: patch }) => [why !== null, holds?.source, patch]),
        })),
      ];
      expect(computed(own)).toEqual(computed(theirs));
      expect(own.title).not.toBe(theirs.title);
      for (const { title, question, reveal, options } of own.steps) {
        expect(title).toMatch(/？$/);
        for (const text of [question, reveal, ...options.flatMap(({ text, why }) => [text, why ?? text])])
          expect(text).toMatch(/\p{Script=Han}/u);
      }
    },
  );
});
