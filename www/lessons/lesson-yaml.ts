/** The front matter of a lesson's file, read as YAML, with the lines on which its values stand. */
import {
  Composer,
  type Document,
  isMap,
  isNode,
  isScalar,
  Lexer,
  LineCounter,
  type Node,
  type ParsedNode,
  Parser,
  visit,
} from 'yaml';
import { t } from '../words';
import { type Front, frontMatter, LessonError } from './lesson-text';

const MOST_BYTES = 200_000;
/** Words and signs of the front matter, and lists within lists: what builds the document takes long over more, and a deep
 * one overflows its stack. */
const MOST_LEXEMES = 20_000;
const DEEPEST = 40;

/** Reads it as far as it is no longer than a lesson can be. */
function documentOf(yaml: string, lines: LineCounter): Document.Parsed {
  const parser = new Parser(lines.addNewLine);
  lines.addNewLine(0);
  const tokens = [];
  let lexemes = 0;
  const refused = (message: string) => new LessonError(lines.linePos(parser.offset).line + 1, '', message);
  for (const lexeme of new Lexer().lex(yaml)) {
    tokens.push(...parser.next(lexeme));
    lexemes += 1;
    if (lexemes > MOST_LEXEMES)
      throw refused(t('the front matter has more than {most} words and signs', { most: MOST_LEXEMES }));
    if (parser.stack.length > DEEPEST)
      throw refused(t('the front matter has lists within lists, more than {most} deep', { most: DEEPEST }));
  }
  tokens.push(...parser.end());
  // Its check of the keys compares each with each other: `twice` is ours.
  const composer = new Composer<ParsedNode, true>({ prettyErrors: false, uniqueKeys: false });
  const [document] = composer.compose(tokens, true, yaml.length);
  return document as Document.Parsed;
}

/** The first key that its list has twice. */
function twice(document: Document.Parsed): Node | null {
  let found: Node | null = null;
  visit(document, {
    Map: (_, map) => {
      const keys = new Set<unknown>();
      for (const { key } of map.items) {
        const name = isScalar(key) ? key.value : key;
        if (keys.has(name)) found ??= key as Node;
        keys.add(name);
      }
    },
    Node: () => (found ? visit.BREAK : undefined),
  });
  return found;
}

/** Throws a `LessonError` where it cannot be read. */
export function readFront(source: string): Front {
  if (source.length > MOST_BYTES) throw new LessonError(1, '', t('a lesson has at most 200,000 characters'));
  const { yaml, body, bodyLine } = frontMatter(source);
  const lines = new LineCounter();
  const document = documentOf(yaml, lines);
  const fault = document.errors[0];
  if (fault) {
    const { line } = lines.linePos(fault.pos[0]);
    throw new LessonError(line + 1, '', t('the front matter is not YAML: {why}', { why: fault.message }));
  }
  const again = twice(document);
  if (again) {
    const { line } = lines.linePos(again.range?.[0] ?? 0);
    throw new LessonError(line + 1, '', t('the front matter is not YAML: {why}', { why: 'Map keys must be unique' }));
  }
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: 50 });
  } catch (thrown) {
    throw new LessonError(1, '', thrown instanceof Error ? thrown.message : String(thrown));
  }
  if (!isMap(document.contents)) throw new LessonError(2, '', t('the front matter is a list of “name: value”'));
  // Of the value, or of the nearest thing around it that has a line.
  const line = (keys: (string | number)[]) => {
    for (let length = keys.length; length >= 0; length -= 1) {
      const node = length === 0 ? document.contents : document.getIn(keys.slice(0, length), true);
      if (isNode(node) && node.range) return lines.linePos((node as Node).range?.[0] ?? 0).line + 1;
    }
    return 1;
  };
  return { value, body, bodyLine, line };
}
