/**
 * The tools of the page: sharing, files, presenting, keys, the picture in words. Each is fetched when
 * it is first used; here is only what opens them.
 */
import { isTable } from '../edit/tables';
import type { GuidanceLab } from '../figure/element';
import { isForThePage } from '../figure/keys';
import { inWords } from '../lab/error';
import { drawsPictures } from '../lab/named';
import type { Lessons } from '../lessons/menu';
import { language, t } from '../words';
import { byId } from './by-id';
import { explainWords } from './explain';
import { clearNotice, notify } from './notice';
import type { Presenter } from './present';
import { copy, copyLink, say } from './said';
import { address } from './site';

/** A larger file is no lesson. */
const MOST_BYTES = 1_000_000;
/** Keys that mean something without a lesson or a presentation. */
const PLAIN_KEYS = new Set([' ', 'r', 'R', '+', '=', '-', '−', '_', 'f', 'F', 'h', 'H', 'w', 'W', '?']);
const LESSON_KEYS = new Set('nNpPlLsSvV');

export function setUpTools(figure: GuidanceLab, lessons: Lessons, link: () => string): void {
  const { lab } = figure;
  const menu = byId('share-menu');
  const sharing = () => import('./share');
  const actions: Record<string, () => Promise<unknown>> = {
    share: () => copyLink(link()),
    'share-embed': async () =>
      copy((await import('../embed/code')).tagOf(figure), t('Embed code copied'), t('The tag that shows this figure:')),
    'share-picture': async () => say(await (await sharing()).savePicture(figure)),
    'share-state': async () => say((await sharing()).saveState(figure)),
    'share-film': async () => say(await (await sharing()).film(figure, (words) => say(words, true))),
    'share-print': async () => print(),
    'share-file': async () => byId<HTMLInputElement>('file').click(),
  };
  for (const [id, act] of Object.entries(actions)) {
    byId(id).addEventListener('click', () => {
      menu.hidePopover?.();
      act().catch((thrown) => {
        say('');
        notify(inWords(thrown));
      });
    });
  }

  // Files: a lesson or a state, chosen or dropped. Others are left to those who know them.
  const isOurs = (name: string) => /\.(json|md|markdown)$/i.test(name);
  const open = async (file: File) => {
    clearNotice();
    try {
      if (/\.json$/i.test(file.name)) {
        await (await sharing()).openState(figure, file);
        lessons.close();
        say(t('Opened {name}', { name: file.name }));
      } else {
        if (file.size > MOST_BYTES) throw new Error(t('The file is too large for a lesson.'));
        await lessons.read(await file.text(), file.name);
      }
    } catch (thrown) {
      notify(t('“{name}” was not opened. {why}', { name: file.name.slice(-80), why: inWords(thrown) }));
    }
  };
  const chosen = byId<HTMLInputElement>('file');
  chosen.addEventListener('change', () => {
    const file = chosen.files?.[0];
    chosen.value = '';
    if (file) void open(file);
  });
  // Tables are the picture's: its tools take them (once they are there: soon after the first frame).
  const handed = (dataTransfer: DataTransfer | null) => {
    const picture = figure.renderRoot.querySelector('.picture');
    return picture?.dispatchEvent(new DragEvent('drop', { dataTransfer, cancelable: true })) === false;
  };
  document.addEventListener('dragover', (event) => {
    if (event.dataTransfer?.types.includes('Files')) event.preventDefault();
  });
  document.addEventListener('drop', (event) => {
    const files = [...(event.dataTransfer?.files ?? [])];
    const ours = files.find(({ name }) => isOurs(name));
    if (files.length === 0 || event.defaultPrevented) return;
    // Without this the browser would leave the page for the file.
    event.preventDefault();
    if (ours) void open(ours);
    else if (!isTable((files[0] as File).name) || !handed(event.dataTransfer))
      notify(
        t('“{name}” is neither a state (.json), a lesson (.md) nor a table (.csv).', {
          name: (files[0] as File).name.slice(-80),
        }),
      );
  });

  // A hand-out says where its figure can be found alive.
  addEventListener('beforeprint', () => {
    byId('origin').textContent = link();
  });

  // Words are explained where they stand, and all together on a page.
  explainWords();
  const glossary = byId('glossary');
  const words = () => {
    if (!__OFFLINE__) {
      byId<HTMLAnchorElement>('all-words').href = address('glossary/');
      byId<HTMLAnchorElement>('to-pictures').href = address('pictures/');
    } else if (!glossary.hidden) {
      void import('../words/glossary').then(({ renderGlossary }) => renderGlossary(glossary, language()));
    }
  };
  // The file that has all in it has no page beside it.
  byId('all-words').addEventListener('click', (event) => {
    if (!__OFFLINE__) return;
    event.preventDefault();
    glossary.hidden = !glossary.hidden;
    words();
  });
  words();
  addEventListener('guidance-lab-language', () => {
    spoken.replaceChildren();
    section.open = false;
    words();
  });

  // Presenting, and the keys.
  let presenter: Promise<Presenter> | null = null;
  const presenting = () => {
    presenter ??= import('./present').then(({ Presenter: Made }) => new Made(figure, lessons));
    return presenter;
  };
  const present = async () => (await presenting()).enter();
  lessons.addEventListener('present', () => void present());
  lessons.addEventListener('opened', clearNotice);
  lessons.addEventListener('trouble', (event) => notify((event as CustomEvent<string>).detail));
  byId('present').addEventListener('click', present);
  byId('keys').addEventListener('click', async () => (await presenting()).help());
  let known: Presenter | null = null;
  document.addEventListener('keydown', (event) => {
    if (!isForThePage(event)) return;
    if (event.key === 'i' || event.key === 'I') {
      event.preventDefault();
      void speak();
      return;
    }
    if (known) {
      known.key(event);
      return;
    }
    if (!PLAIN_KEYS.has(event.key) && !(lessons.session && LESSON_KEYS.has(event.key))) return;
    if (event.key === ' ') {
      event.preventDefault();
      if (!drawsPictures(figure.state.mixture)) lab.toggle();
      else if (figure.playing) figure.pause();
      else figure.play();
      return;
    }
    event.preventDefault();
    void presenting().then((made) => {
      known = made;
      made.act(event.key);
    });
  });

  // In words, on demand: opening the section or the key speaks, by a live region.
  const section = byId<HTMLDetailsElement>('in-words');
  const spoken = byId('spoken');
  const speak = async () => {
    section.open = true;
    try {
      const { describe } = await import('./describe');
      const sentences = await describe(lab);
      spoken.replaceChildren(
        ...sentences.map((sentence) => {
          const line = document.createElement('p');
          line.textContent = sentence;
          return line;
        }),
      );
    } catch (thrown) {
      notify(inWords(thrown));
    }
  };
  byId('speak').addEventListener('click', speak);
  section.addEventListener('toggle', () => {
    if (section.open && spoken.childElementCount === 0) void speak();
  });
}
