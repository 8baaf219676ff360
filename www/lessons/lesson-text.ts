/**
 * The text of a lesson's file, which can be shown before its front matter is read: that takes the reader of YAML, and
 * the module for the states.
 */
import { t } from '../words';

/** What is wrong with a lesson, in words that begin with line and field. */
export class LessonError extends Error {
  readonly line: number;
  readonly field: string;

  constructor(line: number, field: string, message: string) {
    super(
      field
        ? t('line {line}, {field}: {why}', { line, field, why: message })
        : t('line {line}: {why}', { line, why: message }),
    );
    this.name = 'LessonError';
    this.line = line;
    this.field = field;
  }
}

/** A lesson's file, taken apart. */
export interface Front {
  /** Of the front matter. */
  value: unknown;
  body: string;
  /** Where the body begins. */
  bodyLine: number;
  /** On which line a value of the front matter stands; what comes with the page has no line. */
  line?(keys: (string | number)[]): number;
}

export function frontMatter(source: string): { yaml: string; body: string; bodyLine: number } {
  const text = source.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n');
  if (!text.startsWith('---\n'))
    throw new LessonError(1, '', t('a lesson starts with a line “---” and its front matter'));
  const end = text.indexOf('\n---', 3);
  if (end < 0) throw new LessonError(1, '', t('the front matter has no second line “---” that ends it'));
  const yaml = text.slice(4, end + 1);
  const rest = text.indexOf('\n', end + 4);
  return {
    yaml,
    body: rest < 0 ? '' : text.slice(rest + 1),
    bodyLine: yaml.split('\n').length + 2,
  };
}

export interface Section {
  title: string;
  text: string;
  line: number;
}

/** `## Title ##` without its signs. */
function titleOf(heading: string): string {
  const title = heading.slice(2).trim();
  let end = title.length;
  while (end > 0 && title[end - 1] === '#') end -= 1;
  return title.slice(0, end).trim();
}

/** The `##` sections of the text; nothing but space may stand before the first. */
export function sectionsOf(body: string, firstLine: number): Section[] {
  const sections: Section[] = [];
  body.split('\n').forEach((text, index) => {
    const line = firstLine + index;
    const last = sections[sections.length - 1];
    const title = /^##\s/.test(text) ? titleOf(text) : '';
    if (title) sections.push({ title, text: '', line });
    else if (last) last.text += `${text}\n`;
    else if (text.trim() !== '') throw new LessonError(line, '', t('text stands before the first “## ” heading'));
  });
  return sections.map((section) => ({ ...section, text: section.text.trim() }));
}
