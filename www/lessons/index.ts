/** The lessons that come with the page, in their order, and where a lesson's text comes from. */
import { t } from '../words';
import type { Front } from './lesson-text';

export interface Entry {
  name: string;
  title: string;
}

export const LESSONS: readonly Entry[] = [
  { name: 'tour', title: 'When can you trust a classifier?' },
  { name: 'score', title: 'What is a score?' },
  { name: 'guidance', title: 'What does guidance do?' },
  { name: 'weight', title: 'How much guidance?' },
  { name: 'wiggle', title: 'Can a good classifier steer wrong?' },
  { name: 'smooth', title: 'When is a small loss enough?' },
  { name: 'average', title: 'Does guidance help every sample?' },
  { name: 'too-much', title: 'What does too much guidance do?' },
  { name: 'samplers', title: 'Does the sampler matter?' },
  { name: 'practice', title: 'What goes wrong in practice?' },
  { name: 'trained', title: 'Can a trained classifier be trusted?' },
  { name: 'pictures', title: 'Can a classifier steer pictures?' },
];

/** Read when the page is built (vite.lessons.ts). */
const FILES = import.meta.glob<Front>('./**/*.md', { import: 'default' });
const MOST_BYTES = 1_000_000;

export const isBuiltIn = (name: string): boolean => LESSONS.some((each) => each.name === name);
/** A word that is the name of none of them; anything else may be the address of a file. */
export const isUnknown = (name: string): boolean => /^[\w-]+$/.test(name) && !isBuiltIn(name);

/** What a server answers, if it is not larger than that; without end it is not read. */
async function textOf({ body }: Response, most: number): Promise<string | null> {
  const reader = body?.getReader();
  const decoder = new TextDecoder();
  let text = '';
  for (let read = 0; reader; ) {
    const { done, value } = await reader.read();
    if (done) break;
    read += value.length;
    if (read > most) {
      reader.cancel().catch(() => {});
      return null;
    }
    text += decoder.decode(value, { stream: true });
  }
  return text + decoder.decode();
}

/** A lesson's file: one of ours by its name, or anybody's by its address, as Markdown. */
export async function fetchLesson(name: string, language: string): Promise<string | Front> {
  if (isBuiltIn(name)) {
    const file = FILES[`./${language}/${name}.md`] ?? FILES[`./${name}.md`];
    if (file) return file();
  }
  let url: URL;
  try {
    url = new URL(name, location.href);
  } catch {
    throw new Error(t('“{name}” is not an address.', { name: name.slice(0, 80) }));
  }
  if (!/^https?:$/.test(url.protocol)) throw new Error(t('A lesson is fetched by http or https only.'));
  let response: Response;
  try {
    response = await fetch(url, { credentials: 'omit' });
  } catch {
    throw new Error(
      t('{url} cannot be fetched: it does not answer, or its server does not let other pages read it (CORS).', {
        url: url.href,
      }),
    );
  }
  if (!response.ok) throw new Error(t('{url} answers {status}.', { url: url.href, status: response.status }));
  const text = await textOf(response, MOST_BYTES);
  if (text === null) throw new Error(t('{url} is too large for a lesson.', { url: url.href }));
  return text;
}
