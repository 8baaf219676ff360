/**
 * Messages that were put together in English elsewhere (the module's errors, the fit's notes, what an experiment
 * says of itself), in another language. A template among a language's
 * `messages` stands for all messages of its form:
 *
 *     '{field} is {value}, but must be between {min} and {max}': '{field} 是 {value}，但必须在 {min} 到 {max} 之间'
 *
 * What stands in a place is reworded in its turn; what no template knows is left as it is.
 */
const DEEPEST = 4;
const WORD = /[a-z]{4}/;
const PLACE = /\{(\w+)\}/g;
const JOINED = '{message}; {instead}';

export function reworder(messages: Record<string, string>): (text: string) => string {
  // The template that says most itself is tried first.
  const said = (key: string) => key.replace(PLACE, '').length;
  const templates = Object.entries(messages)
    .filter(([key]) => key.includes('{') && key !== JOINED)
    .sort(([a], [b]) => said(b) - said(a))
    .map(([key, words]) => {
      const parts = key.split(PLACE).map((part, k) => (k % 2 ? `(?<${part}>.+?)` : escaped(part)));
      return { pattern: new RegExp(`^${parts.join('')}$`, 's'), words };
    });
  const reword = (text: string, depth: number): string => {
    if (Object.hasOwn(messages, text)) return messages[text] as string;
    if (depth > DEEPEST) return text;
    // A fault and what stands there instead: each for itself, if both are known.
    const at = text.lastIndexOf('; ');
    if (at > 0 && Object.hasOwn(messages, JOINED)) {
      const parts = { message: text.slice(0, at), instead: text.slice(at + 2) };
      const [message, instead] = [reword(parts.message, depth + 1), reword(parts.instead, depth + 1)];
      if (message !== parts.message && instead !== parts.instead) {
        return fill(messages[JOINED] as string, { message, instead });
      }
    }
    for (const { pattern, words } of templates) {
      const found = pattern.exec(text)?.groups;
      if (!found) continue;
      const values = Object.entries(found).map(([name, value]) => [name, reword(value, depth + 1)]);
      return fill(words, Object.fromEntries(values));
    }
    // Names that are put together of known ones: “variance, exact, continuous time”.
    const parts = text.split(', ');
    const known = parts.map((part) => (parts.length > 1 ? reword(part, DEEPEST) : part));
    const whole =
      known.some((part, k) => part !== parts[k]) && !known.some((part, k) => part === parts[k] && WORD.test(part));
    return whole ? known.join(messages[', '] ?? ', ') : text;
  };
  return (text) => reword(text, 0);
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}

function fill(words: string, values: Record<string, string>): string {
  return words.replace(PLACE, (_, name: string) => values[name] ?? '');
}
