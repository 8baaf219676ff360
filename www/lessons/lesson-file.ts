/**
 * A lesson is one Markdown file: front matter in YAML with the state and the check of each step, then
 * one `##` section of text for each of them (docs/lessons.md). Reading is strict: whatever does not
 * fit is refused with the line and the field, so that nothing half-read ever reaches the page.
 */
import { GROUPS } from '../controls/names';
import { baseOf, merged, type PicturesState, stateOf as picturesOf, settingsOf } from '../gallery/settings';
import { LabError } from '../lab/error';
import { drawsPictures } from '../lab/named';
import { isPlain, mergeDeep, type Plain } from '../lab/paths';
import { say, t } from '../words';
import { again } from '../workers/again';
import type { Exact, Preset, State } from '../workers/protocol';
import { type Check, CheckError, parseCheck } from './check';
import { type Front, LessonError, type Section, sectionsOf } from './lesson-text';

export const MOST_WORDS = 60;
const MOST_STEPS = 40;
/** Characters of a text: what reads Markdown takes the square of their number, at worst. */
const MOST_CHARACTERS = 3000;
const VERSION = 1;

/** Where a step's run stands when it opens: finished, not begun, or at a share of its steps. */
export type Run = 'end' | 'start' | number;

/** One of the answers to choose from. */
export interface Option {
  /** Inline Markdown, as is `why`. */
  text: string;
  /** What is told to who chose it; null: nothing but the reveal. */
  why: string | null;
  /** What it claims, as a comparison that is true if it is right; null: the author did not say. */
  holds: Check | null;
  /** The state in which it claims that: a patch of the step's; null: what `example` makes of it. */
  with: Plain | null;
}

export interface Step {
  title: string;
  /** Markdown. */
  text: string;
  /** The whole state, valid. */
  state: State;
  run: Run;
  /** The groups of controls that the figure shows. */
  controls: string;
  /** Inline Markdown, as are the question and the reveal. */
  task: string;
  question: string;
  options: Option[];
  reveal: string;
  /** The option that is right, from 0. */
  answer: number;
  check: Check;
  /** The time at which the exact readouts of the check are taken; null: the time on show. */
  at: number | null;
  /** What “Show me” does: a patch that makes the check true. */
  example: Plain;
  exampleRun: Run | null;
  /** Inline Markdown: what a teacher may say at this step; null: the author did not say. */
  say: string | null;
  /** Other ways to do the task: patches that make the check true, and the same answer right. */
  also: Plain[];
}

/** For whoever teaches the lesson. Inline Markdown throughout. */
export interface Notes {
  /** Lines for the board. */
  board: string[];
  /** What people believe before, and what is to be said to it. */
  misconception: string;
  /** Questions to end with. */
  exit: string[];
}

export interface Lesson {
  title: string;
  source: string | null;
  preset: string;
  /** Whether its figure shows pictures, so that the states are those of pictures (`PicturesState`). */
  pictures: boolean;
  steps: Step[];
  /** What there is to take home: inline Markdown. */
  recap: string[];
  notes: Notes | null;
}

const LESSON_KEYS = ['lesson', 'title', 'source', 'preset', 'state', 'controls', 'steps', 'recap', 'notes'];
const NOTES_KEYS = ['board', 'misconception', 'exit'];
const OPTION_KEYS = ['text', 'why', 'holds', 'with'];
const STEP_KEYS = [
  'state',
  'run',
  'controls',
  'do',
  'predict',
  'options',
  'answer',
  'reveal',
  'check',
  'at',
  'example',
  'example-run',
  'also',
  'say',
];
/** A lesson chooses preset, engine and tools itself. */
const LESSON_GROUPS = Object.keys(GROUPS).filter((name) => !['preset', 'engine', 'tools'].includes(name));
const DEFAULT_CONTROLS = 'time readouts';

/** A value of the front matter together with where it stands. */
class Place {
  readonly front: Front;
  readonly keys: (string | number)[];
  readonly value: unknown;

  constructor(front: Front, keys: (string | number)[], value: unknown) {
    this.front = front;
    this.keys = keys;
    this.value = value;
  }

  get field(): string {
    return this.keys
      .map((key) => (typeof key === 'number' ? `[${key + 1}]` : `.${key}`))
      .join('')
      .replace(/^\./, '');
  }

  line(): number {
    return this.front.line?.(this.keys) ?? 1;
  }

  fail(message: string): never {
    throw new LessonError(this.line(), this.field, message);
  }

  at(key: string | number): Place {
    const value = Array.isArray(this.value) ? this.value[key as number] : (this.value as Plain | undefined)?.[key];
    return new Place(this.front, [...this.keys, key], value);
  }

  get given(): boolean {
    return this.value !== undefined && this.value !== null;
  }

  map(known: string[]): this {
    if (!isPlain(this.value)) return this.want(t('a list of “name: value” is needed'));
    for (const key of Object.keys(this.value)) {
      if (!known.includes(key))
        this.at(key).fail(t('this field is not known; there are {fields}', { fields: known.join(', ') }));
    }
    return this;
  }

  text(): string {
    if (typeof this.value !== 'string' || this.value.trim() === '') this.want(t('a text is needed'));
    const text = (this.value as string).trim();
    if (text.length > MOST_CHARACTERS) this.fail(tooLong());
    return text;
  }

  /** A list of texts; without one, an empty one. */
  texts(): string[] {
    if (!this.given) return [];
    if (!Array.isArray(this.value)) this.want(t('a list of texts is needed'));
    return (this.value as unknown[]).map((_, index) => this.at(index).text());
  }

  /** Fails with what is needed, and what is there instead. */
  want(wish: string): never {
    if (!this.given) return this.fail(t('{wish}, and none is given', { wish }));
    return this.fail(t('{wish}, not {found}', { wish, found: JSON.stringify(this.value).slice(0, 40) }));
  }
}

const tooLong = () => t('a text has at most {most} characters', { most: MOST_CHARACTERS });

/** Words as people count them; each Chinese character counts as half a word. */
export function countWords(text: string): number {
  const plain = text.replace(/\]\([^)]*\)/g, ']').replace(/[*_`[\]#>]/g, '');
  const han = plain.match(/\p{Script=Han}/gu)?.length ?? 0;
  const words = plain.replace(/\p{Script=Han}/gu, ' ').match(/[\p{L}\p{N}][^\s]*/gu)?.length ?? 0;
  return words + han / 2;
}

function controlsOf(place: Place, fallback: string): string {
  if (!place.given) return fallback;
  const names = place.text().split(/\s+/);
  for (const name of names) {
    if (!LESSON_GROUPS.includes(name))
      place.fail(
        t('there is no group of controls “{name}”; there are {names}', { name, names: LESSON_GROUPS.join(', ') }),
      );
  }
  return names.join(' ');
}

function runOf(place: Place): Run | null {
  const { value } = place;
  if (!place.given) return null;
  if (value === 'end' || value === 'start') return value;
  if (typeof value === 'number' && value >= 0 && value <= 1) return value;
  return place.want(t('“start”, “end” or a share of the run from 0 to 1 is needed'));
}

function checkOf(place: Place, rules: Parameters<typeof parseCheck>[1] = {}): Check {
  try {
    return parseCheck(place.text(), rules);
  } catch (thrown) {
    if (!(thrown instanceof CheckError)) throw thrown;
    return place.fail(thrown.message);
  }
}

/** What the reading of a lesson asks of the laboratory. */
export interface Judge {
  presets: Preset[];
  merge: Exact['merge'];
}

/** The state with a patch laid over it; a fault is told with its line. */
async function stateOf(base: State, place: Place, merge: Exact['merge']): Promise<State> {
  if (!place.given) return base;
  if (!isPlain(place.value)) place.want(t('a list of “name: value” is needed'));
  try {
    return await merge(base, place.value);
  } catch (thrown) {
    const { path, says } = LabError.from(thrown);
    const keys = (path ?? '').split(/[.[\]]+/).filter(Boolean);
    const inner = new Place(
      place.front,
      [...place.keys, ...keys.map((key) => (/^\d+$/.test(key) ? Number(key) : key))],
      null,
    );
    throw new LessonError(inner.line(), inner.field, say(says));
  }
}

/** An option is a text, or a text with what is told about it and what it claims. */
async function optionOf(place: Place, base: State, merge: Exact['merge'], pictures: boolean): Promise<Option> {
  // `- 2` is a number to YAML and an answer to people.
  const textOf = (each: Place) => (typeof each.value === 'number' ? String(each.value) : each.text());
  if (!isPlain(place.value)) return { text: textOf(place), why: null, holds: null, with: null };
  place.map(OPTION_KEYS);
  const [why, holds, patch] = [place.at('why'), place.at('holds'), place.at('with')];
  await stateOf(base, patch, merge);
  return {
    text: textOf(place.at('text')),
    why: why.given ? why.text() : null,
    holds: holds.given ? checkOf(holds, { looksBack: true, pictures }) : null,
    with: patch.given ? mergeDeep({}, patch.value) : null,
  };
}

/** How patches are laid over the state of a figure that shows pictures. */
export function mergesPictures(presets: Preset[], merge: Exact['merge']): Exact['merge'] {
  const base = baseOf(presets);
  return async (state, patch) => {
    const settings = settingsOf(state as unknown as PicturesState, base);
    return picturesOf(await merged(settings, patch, merge)) as unknown as State;
  };
}

function notesOf(place: Place): Notes | null {
  if (!place.given) return null;
  place.map(NOTES_KEYS);
  return {
    board: place.at('board').texts(),
    misconception: place.at('misconception').text(),
    exit: place.at('exit').texts(),
  };
}

/** What stands in a lesson's file; the reader of YAML is fetched with the first that is not one of ours. */
export async function frontOf(source: string | Front): Promise<Front> {
  if (typeof source !== 'string') return source;
  const { readFront } = await again(() => import('./lesson-yaml'));
  return readFront(source);
}

/** Reads a lesson; what needs no judge, before there is one. Rejects with a `LessonError`; touches nothing. */
export async function readLesson(source: string | Front, judged: Judge | Promise<Judge>): Promise<Lesson> {
  const front = await frontOf(source);
  const { body, bodyLine } = front;
  const root = new Place(front, [], front.value).map(LESSON_KEYS);

  const version = root.at('lesson');
  if (version.value !== VERSION) {
    version.fail(
      typeof version.value === 'number' && version.value > VERSION
        ? t('this lesson is of version {found}; this page reads version {known}', {
            found: version.value,
            known: VERSION,
          })
        : t('“lesson: {version}” is needed, the version of the format', { version: VERSION }),
    );
  }
  const judge = await judged;
  const { presets } = judge;
  const title = root.at('title').text();
  const link = root.at('source');
  if (link.given && !/^https?:\/\//.test(link.text())) link.fail(t('a link that begins with https:// is needed'));
  const presetPlace = root.at('preset');
  const name = presetPlace.given ? presetPlace.text() : 'wiggle';
  const preset = presets.find((each) => each.name === name);
  if (!preset)
    presetPlace.fail(
      t('there is no preset “{name}”; there are {names}', { name, names: presets.map((each) => each.name).join(', ') }),
    );
  const pictures = drawsPictures(root.at('state').at('mixture').value);
  if (pictures && presetPlace.given) presetPlace.fail(t('a figure that shows pictures has no preset'));
  const first = pictures ? picturesOf({ state: baseOf(presets), target: null }) : (preset as Preset).state;
  const merge = pictures ? mergesPictures(presets, judge.merge) : judge.merge;
  const base = await stateOf(first as State, root.at('state'), merge);
  const controls = controlsOf(root.at('controls'), DEFAULT_CONTROLS);

  const list = root.at('steps');
  if (!Array.isArray(list.value) || list.value.length === 0) list.fail(t('a list of steps is needed'));
  const count = (list.value as unknown[]).length;
  if (count > MOST_STEPS) list.fail(t('a lesson has at most {most} steps', { most: MOST_STEPS }));
  const sections = sectionsOf(body, bodyLine);
  if (sections.length !== count) {
    throw new LessonError(
      sections[Math.min(sections.length, count) - 1]?.line ?? bodyLine,
      'steps',
      t('the front matter has {steps} steps and the text {sections} sections with “## ”: each step has one', {
        steps: count,
        sections: sections.length,
      }),
    );
  }

  const steps: Step[] = [];
  for (let index = 0; index < count; index += 1) {
    const place = list.at(index).map(STEP_KEYS);
    const section = sections[index] as Section;
    if (section.text.length > MOST_CHARACTERS || section.title.length > MOST_CHARACTERS) {
      throw new LessonError(section.line, `steps[${index + 1}]`, tooLong());
    }
    const words = countWords(section.text);
    if (words === 0) throw new LessonError(section.line, `steps[${index + 1}]`, t('the section has no text'));
    if (words > MOST_WORDS) {
      throw new LessonError(
        section.line,
        `steps[${index + 1}]`,
        t('the text has {words} words; a step has at most {most}', { words: Math.ceil(words), most: MOST_WORDS }),
      );
    }
    const options = place.at('options');
    if (!Array.isArray(options.value) || options.value.length < 2 || options.value.length > 5) {
      options.fail(t('two to five answers to choose from are needed'));
    }
    const choices = options.value as unknown[];
    const answer = place.at('answer');
    const right = answer.value;
    if (typeof right !== 'number' || !Number.isInteger(right) || right < 1 || right > choices.length) {
      answer.want(t('the number of the right option, 1 to {most}, is needed', { most: choices.length }));
    }
    const check = checkOf(place.at('check'), { pictures });
    const state = await stateOf(base, place.at('state'), merge);
    const at = place.at('at');
    if (
      at.given &&
      !(typeof at.value === 'number' && at.value >= state.process.stop && at.value <= state.process.horizon)
    ) {
      at.want(t('a time from {from} to {to} is needed', { from: state.process.stop, to: state.process.horizon }));
    }
    const example = place.at('example');
    const exampleRun = runOf(place.at('example-run'));
    if (!example.given && exampleRun === null) {
      example.fail(t('a patch of the state that makes the check true is needed (or example-run)'));
    }
    await stateOf(state, example, merge);
    const also = place.at('also');
    if (also.given && !Array.isArray(also.value)) also.fail(t('a list of patches of the state is needed'));
    const others = also.given ? (also.value as unknown[]) : [];
    for (const k of others.keys()) await stateOf(state, also.at(k), merge);
    const answers: Option[] = [];
    for (const k of choices.keys()) answers.push(await optionOf(options.at(k), state, merge, pictures));
    steps.push({
      title: section.title,
      text: section.text,
      state,
      run: runOf(place.at('run')) ?? 'end',
      controls: controlsOf(place.at('controls'), controls),
      task: place.at('do').text(),
      question: place.at('predict').text(),
      options: answers,
      answer: (right as number) - 1,
      reveal: place.at('reveal').text(),
      check,
      at: (at.value as number | undefined) ?? null,
      example: example.given ? mergeDeep({}, example.value) : {},
      exampleRun,
      say: place.at('say').given ? place.at('say').text() : null,
      also: others.map((patch) => mergeDeep({}, patch)),
    });
  }
  return {
    title,
    source: link.given ? link.text() : null,
    preset: name,
    pictures,
    steps,
    recap: root.at('recap').texts(),
    notes: notesOf(root.at('notes')),
  };
}
