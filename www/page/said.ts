/** What the header says for a moment, and what is copied from it. */
import { t } from '../words';
import { byId } from './by-id';

const SAID = 3000;
let silence = 0;

export function say(words: string, stay = false): void {
  const said = byId('said');
  said.textContent = words;
  clearTimeout(silence);
  if (!stay) {
    silence = setTimeout(() => {
      said.textContent = '';
    }, SAID) as unknown as number;
  }
}

/** Copies a text, or shows it to be copied by hand. */
export async function copy(text: string, done: string, question: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    say(done);
  } catch {
    say('');
    prompt(question, text);
  }
}

export const copyLink = (link: string): Promise<void> => copy(link, t('Link copied'), t('The link to this state:'));
