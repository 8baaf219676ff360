/**
 * Lessons on the page: the menu, `?lesson=NAME-OR-ADDRESS&step=2`, and files that are dropped. What it
 * takes to read and show one is fetched with the first lesson.
 */
import type { GuidanceLab } from '../figure/element';
import { clearNotice, notify } from '../page/notice';
import { language, t } from '../words';
import { fetchLesson, isBuiltIn, LESSONS } from '.';
import type { LessonSession } from './session';

const OWN = 'own';

export interface Lessons {
  /** The open lesson, or null. */
  readonly session: LessonSession | null;
  /** The query that opens the present step; null without a lesson, or with one that has no address. */
  readonly query: URLSearchParams | null;
  open(name: string, step?: number): Promise<void>;
  /** A lesson whose text is at hand. */
  read(source: string, name: string): Promise<void>;
  close(): void;
  /** Called after every change of the lesson. */
  changed: () => void;
  present: () => void;
  /** Paints the panel again, in another language say. */
  update(): void;
}

export function setUpLessons(lab: GuidanceLab, menu: HTMLSelectElement, host: HTMLElement): Lessons {
  const everything = lab.controls;
  let session: LessonSession | null = null;
  let shownStep = '';
  /** The newest wish wins. */
  let wish = 0;

  const fill = () => {
    menu.replaceChildren(
      new Option(t('None: free play'), ''),
      ...LESSONS.map(({ name, title }, index) => new Option(`${index + 1}. ${t(title)}`, name)),
    );
    const lesson = session?.lesson;
    if (lesson && session && !isBuiltIn(session.name)) menu.add(new Option(lesson.title, OWN));
    menu.value = lesson && session ? (isBuiltIn(session.name) ? session.name : OWN) : '';
  };

  const load = async (): Promise<LessonSession> => {
    if (session) return session;
    const [{ LessonSession: Made }, { renderPanel }] = await Promise.all([
      import('./session'),
      import('./lesson-card'),
      import('./lesson.css'),
    ]);
    const made = new Made(lab, () => {
      const open = made.lesson !== null;
      host.hidden = !open;
      host.parentElement?.classList.toggle('with-lesson', open);
      document.documentElement.toggleAttribute('data-lesson', open);
      if (!open) lab.controls = everything;
      renderPanel(host, made, { close: () => lessons.close(), present: () => lessons.present() });
      const key = `${made.name} ${made.index}`;
      if (open && key !== shownStep) {
        // A new step begins at its heading, for eyes and for screen readers.
        if (shownStep !== '') host.querySelector<HTMLElement>('h2')?.focus({ preventScroll: true });
        host.scrollTop = 0;
        shownStep = key;
        fill();
      }
      lessons.changed();
    });
    session = made;
    return made;
  };

  const show = async (source: string, name: string, step: number, mine: number) => {
    const made = await load();
    if (mine !== wish) return;
    await made.open(source, name, step);
    clearNotice();
    fill();
  };

  const guarded = async (name: string, work: () => Promise<void>) => {
    try {
      await work();
    } catch (thrown) {
      const { inWords } = await import('./session');
      notify(t('The lesson “{name}” was not opened. {why}', { name: name.slice(-80), why: inWords(thrown) }));
      fill();
    }
  };

  const lessons: Lessons = {
    get session() {
      return session?.lesson ? session : null;
    },
    get query() {
      if (!session?.lesson || session.name.startsWith('file:')) return null;
      return new URLSearchParams([
        ['lesson', session.name],
        ...(session.index > 0 ? [['step', String(session.index + 1)]] : []),
      ] as [string, string][]);
    },
    open(name, step = 1) {
      wish += 1;
      const mine = wish;
      return guarded(name, async () => show(await fetchLesson(name, language()), name, step - 1, mine));
    },
    read(source, name) {
      wish += 1;
      const mine = wish;
      return guarded(name, () => show(source, `file:${name}`, 0, mine));
    },
    close() {
      wish += 1;
      shownStep = '';
      session?.close();
      fill();
    },
    changed: () => {},
    present: () => {},
    update() {
      fill();
      if (session?.lesson && !session.name.startsWith('file:')) void lessons.open(session.name, session.index + 1);
    },
  };

  menu.addEventListener('change', () => {
    if (menu.value === '') lessons.close();
    else if (menu.value !== OWN) void lessons.open(menu.value);
  });
  fill();
  return lessons;
}
