/** What leaves the page when a person asks for it, and what comes in: picture, state, film, code. */

import { download } from '../controls/download';
import type { GuidanceLab } from '../figure/element';
import { LabError } from '../lab/error';
import type { Lab } from '../lab/lab';
import { isPlain } from '../lab/paths';
import { say, t } from '../words';

/** A state is some kilobytes. */
const MOST_BYTES = 1_000_000;
/** A state is four levels deep. */
const MOST_DEPTH = 100;
/** A text larger than this is not searched for the line of a fault. */
const MOST_SEARCHED = 100_000;

/** `guidance-lab-wiggle-g1-t0.01`: what a file holds. */
export function fileName(lab: Lab, ending: string): string {
  const { guidance } = lab.state;
  return `guidance-lab-${lab.preset}-gamma${guidance.gamma}-step${lab.run.step}.${ending}`;
}

export async function savePicture(figure: GuidanceLab): Promise<string> {
  download(await figure.picture(2), fileName(figure.lab, 'png'));
  return t('Picture saved');
}

export function saveState(figure: GuidanceLab): string {
  const text = `${JSON.stringify(figure.state, null, 2)}\n`;
  download(new Blob([text], { type: 'application/json' }), fileName(figure.lab, 'json'));
  return t('State saved');
}

/** The line of the first character that JSON does not allow; browsers do not agree on telling it. */
export function faultyLine(text: string): number {
  const space = /[ \t\n\r]*/y;
  const plain =
    // biome-ignore lint/suspicious/noControlCharactersInRegex: JSON forbids exactly these in a string.
    /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;
  let at = 0;
  const skip = (pattern: RegExp): boolean => {
    pattern.lastIndex = at;
    const found = pattern.test(text);
    if (found) at = pattern.lastIndex;
    return found;
  };
  const sign = (character: string): boolean => {
    skip(space);
    if (text[at] !== character) return false;
    at += 1;
    return true;
  };
  const value = (depth: number): boolean => {
    if (depth > 200) return false;
    const close = sign('{') ? '}' : sign('[') ? ']' : '';
    if (close === '') return skip(plain);
    if (sign(close)) return true;
    do {
      skip(space);
      if (close === '}' && !(text[at] === '"' && skip(plain) && sign(':'))) return false;
      skip(space);
      if (!value(depth + 1)) return false;
    } while (sign(','));
    return sign(close);
  };
  skip(space);
  value(0);
  skip(space);
  return text.slice(0, at).split('\n').length;
}

/** How many lists and objects stand in each other, at most. */
export function deepest(text: string): number {
  let [most, depth] = [0, 0];
  for (const [found] of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\]]/g)) {
    if (found === '{' || found === '[') depth += 1;
    else if (found === '}' || found === ']') depth -= 1;
    most = Math.max(most, depth);
  }
  return most;
}

/** The first key that an object of a JSON text has twice: a reader would take the last, and nobody would know. */
export function keyTwice(text: string): { key: string; line: number } | null {
  const token = /"(?:[^"\\]|\\.)*"|[{}[\],:]/g;
  const open: (Set<string> | null)[] = [];
  let expected = false;
  for (const { 0: found, index } of text.matchAll(token)) {
    const keys = open.at(-1);
    if (found === '{') open.push(new Set());
    else if (found === '[') open.push(null);
    else if (found === '}' || found === ']') open.pop();
    else if (found[0] === '"' && keys && expected) {
      const key = JSON.parse(found) as string;
      if (keys.has(key)) return { key: key.slice(0, 40), line: text.slice(0, index).split('\n').length };
      keys.add(key);
    }
    expected = found === '{' || found === ',';
  }
  return null;
}

/** The line on which a field of a state stands, or what is nearest around it. JSON is YAML, whose reader knows its lines. */
async function lineOf(text: string, path: string): Promise<number> {
  if (text.length > MOST_SEARCHED) return 1;
  const { isNode, LineCounter, parseDocument } = await import('yaml');
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: false });
  const keys = path.split(/[.[\]]+/).filter(Boolean);
  for (; keys.length > 0; keys.pop()) {
    const node = document.getIn(
      keys.map((key) => (/^\d+$/.test(key) ? Number(key) : key)),
      true,
    );
    if (isNode(node) && node.range) return lines.linePos(node.range[0]).line;
  }
  return 1;
}

/**
 * Opens a saved state: strictly, so that a file of a newer version or with a typo is refused by the
 * name of the field. Missing fields take the values of the first preset, as docs/state.md says.
 */
export async function openState(figure: GuidanceLab, file: Blob): Promise<void> {
  if (file.size > MOST_BYTES) throw new Error(t('The file is too large for a state.'));
  const text = await file.text();
  await figure.ready;
  const { lab } = figure;
  // Browsers take time and memory for it without end.
  if (deepest(text) > MOST_DEPTH) throw new Error(t('The file is nested too deeply for a state.'));
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (thrown) {
    const why = thrown instanceof Error ? thrown.message : String(thrown);
    throw new Error(t('line {line}: the file is not JSON ({why})', { line: faultyLine(text), why }));
  }
  const twice = keyTwice(text);
  if (twice) throw new Error(t('line {line}: “{key}” is there twice.', twice));
  if (!isPlain(value)) throw new Error(t('The file does not hold a state: { … } is needed.'));
  const base = lab.presets[0]?.state;
  // The module says what is wrong before anything on the page has changed.
  const state = await lab.exact.merge(base as never, value).catch(async (thrown) => {
    const { path, says } = LabError.from(thrown);
    const line = await lineOf(text, path);
    throw new Error(t('line {line}: {why}', { line, why: say(says) }));
  });
  await lab.setState(state);
}

const FILMS = ['video/webm;codecs=vp9', 'video/webm;codecs=vp8', 'video/webm', 'video/mp4'];
const LONGEST = 30_000;

/** A film of the run from noise to data, as the canvas shows it. */
export async function film({ lab, stage }: GuidanceLab, said: (words: string) => void): Promise<string> {
  const canvas = stage.find<HTMLCanvasElement>('canvas');
  const type =
    typeof MediaRecorder === 'undefined' ? undefined : FILMS.find((each) => MediaRecorder.isTypeSupported(each));
  if (!canvas || typeof canvas.captureStream !== 'function' || !type) {
    throw new Error(t('This browser cannot record a film of a canvas.'));
  }
  lab.run.pause();
  await lab.reset();
  const stream = canvas.captureStream(30);
  const recorder = new MediaRecorder(stream, { mimeType: type, videoBitsPerSecond: 6_000_000 });
  const parts: Blob[] = [];
  recorder.addEventListener('dataavailable', ({ data }) => data.size > 0 && parts.push(data));
  const stopped = new Promise<void>((resolve, reject) => {
    recorder.addEventListener('stop', () => resolve());
    recorder.addEventListener('error', () => reject(new Error(t('The recording stopped with an error.'))));
  });
  said(t('Recording …'));
  recorder.start(250);
  lab.run.play();
  const began = performance.now();
  await new Promise<void>((resolve) => {
    const look = () => {
      if (lab.playing && performance.now() - began < LONGEST) setTimeout(look, 100);
      // The end of the run stays on show for a moment.
      else setTimeout(resolve, 800);
    };
    setTimeout(look, 300);
  });
  recorder.stop();
  await stopped;
  for (const track of stream.getTracks()) track.stop();
  if (parts.length === 0) throw new Error(t('The recording came out empty.'));
  download(
    new Blob(parts, { type: type.split(';')[0] as string }),
    fileName(lab, type.includes('mp4') ? 'mp4' : 'webm'),
  );
  return t('Film saved');
}
