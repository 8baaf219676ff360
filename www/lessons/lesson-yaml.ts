/** The front matter of a lesson's file, read as YAML, with the lines on which its values stand. */
import { type Document, isMap, isNode, isScalar, LineCounter, type Node, parseDocument, visit } from 'yaml';
import { t } from '../words';
import { type Front, frontMatter, LessonError } from './lesson-text';

const MOST_BYTES = 200_000;
/** Values in the front matter. */
const MOST_PARTS = 20_000;

/** The first key that its list has twice, and whether there is too much of everything. */
function faultsOf(document: Document.Parsed): { twice: Node | null; many: boolean } {
  let twice: Node | null = null;
  let parts = 0;
  visit(document, {
    Map: (_, map) => {
      const keys = new Set<unknown>();
      for (const { key } of map.items) {
        const name = isScalar(key) ? key.value : key;
        if (keys.has(name)) twice ??= key as Node;
        keys.add(name);
      }
    },
    Node: () => {
      parts += 1;
      return twice || parts > MOST_PARTS ? visit.BREAK : undefined;
    },
  });
  return { twice, many: parts > MOST_PARTS };
}

/** Throws a `LessonError` where it cannot be read. */
export function readFront(source: string): Front {
  if (source.length > MOST_BYTES) throw new LessonError(1, '', t('a lesson has at most 200,000 characters'));
  const { yaml, body, bodyLine } = frontMatter(source);
  const lines = new LineCounter();
  const document = parseDocument(yaml, { lineCounter: lines, prettyErrors: false, uniqueKeys: false });
  const fault = document.errors[0];
  if (fault) {
    const { line } = lines.linePos(fault.pos[0]);
    throw new LessonError(line + 1, '', t('the front matter is not YAML: {why}', { why: fault.message }));
  }
  // Its reader compares each key with each other.
  const { twice, many } = faultsOf(document);
  if (many) throw new LessonError(1, '', t('the front matter has more than {most} values', { most: MOST_PARTS }));
  if (twice) {
    const { line } = lines.linePos((twice as Node).range?.[0] ?? 0);
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
