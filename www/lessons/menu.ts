/**
 * Lessons on the page: the menu, `?lesson=NAME-OR-ADDRESS&step=2`, and files that are dropped. What it
 * takes to read and show one is fetched with the first lesson.
 */
import type { GuidanceLab } from '../figure/element';
import { inWords } from '../lab/error';
import { language, t } from '../words';
import { fetchLesson, isBuiltIn, LESSONS } from '.';
import type { Front } from './lesson-text';
import type { LessonSession } from './session';

const OWN = 'own';

/** What the page hears of lessons: `opened` and `change` of one, `present`, and `trouble` with words. */
export type LessonsEvent = 'opened' | 'change' | 'present' | 'trouble';

export class Lessons extends EventTarget {
  readonly #figure: GuidanceLab;
  readonly #menu: HTMLSelectElement;
  readonly #host: HTMLElement;
  /** The controls of the figure without a lesson. */
  readonly #everything: () => string;
  #session: LessonSession | null = null;
  #shownStep = '';
  /** The newest wish wins. */
  #wish = 0;

  constructor(figure: GuidanceLab, menu: HTMLSelectElement, host: HTMLElement, everything: () => string) {
    super();
    this.#figure = figure;
    this.#menu = menu;
    this.#host = host;
    this.#everything = everything;
    menu.addEventListener('change', () => {
      if (menu.value === '') this.close();
      else if (menu.value !== OWN) void this.open(menu.value);
    });
    host.addEventListener('lessonclose', () => this.close());
    host.addEventListener('lessonpresent', () => this.#say('present'));
    this.#fill();
  }

  /** The open lesson, or null. */
  get session(): LessonSession | null {
    return this.#session?.lesson ? this.#session : null;
  }

  /** The query that opens the present step; null without a lesson, or with one that has no address. */
  get query(): URLSearchParams | null {
    const { session } = this;
    if (!session || session.name.startsWith('file:')) return null;
    return new URLSearchParams([
      ['lesson', session.name],
      ...(session.index > 0 ? [['step', String(session.index + 1)]] : []),
    ] as [string, string][]);
  }

  open(name: string, step = 1): Promise<void> {
    // Not one after the other: each is a way to the server and back.
    void this.#load().catch(() => {});
    return this.#guarded(name, async (mine) => this.#show(await fetchLesson(name, language()), name, step - 1, mine));
  }

  /** A lesson whose text is at hand. */
  read(source: string, name: string): Promise<void> {
    return this.#guarded(name, (mine) => this.#show(source, `file:${name}`, 0, mine));
  }

  close(): void {
    this.#wish += 1;
    this.#shownStep = '';
    this.#session?.close();
    this.#fill();
  }

  /** Shows all again, in another language say. */
  update(): void {
    this.#fill();
    const { session } = this;
    if (session && !session.name.startsWith('file:')) void this.open(session.name, session.index + 1);
  }

  #say(type: LessonsEvent, words = ''): void {
    this.dispatchEvent(new CustomEvent(type, { detail: words }));
  }

  #fill(): void {
    const menu = this.#menu;
    menu.replaceChildren(
      new Option(t('Explore freely'), ''),
      ...LESSONS.map(({ name, title }, index) => new Option(`${index + 1}. ${t(title)}`, name)),
    );
    const { session } = this;
    if (session?.lesson && !isBuiltIn(session.name)) menu.add(new Option(session.lesson.title, OWN));
    menu.value = session ? (isBuiltIn(session.name) ? session.name : OWN) : '';
  }

  async #load() {
    const [{ LessonSession: Made }, { renderCard, renderAhead }] = await Promise.all([
      import('./session'),
      import('./lesson-card'),
      import('./lesson.css'),
    ]);
    if (!this.#session) {
      const made = new Made(this.#figure);
      made.addEventListener('change', () => {
        renderCard(this.#host, made);
        this.#changed(made);
      });
      this.#session = made;
    }
    return { session: this.#session, renderAhead };
  }

  #changed(session: LessonSession): void {
    const host = this.#host;
    const open = session.lesson !== null;
    host.hidden = !open;
    host.parentElement?.classList.toggle('with-lesson', open);
    document.documentElement.toggleAttribute('data-lesson', open);
    document.documentElement.toggleAttribute('data-pictures', session.lesson?.pictures === true);
    this.#figure.controls = session.step?.controls ?? this.#everything();
    const key = `${session.name} ${session.index}`;
    if (open && key !== this.#shownStep) {
      // A new step begins at its heading, for eyes and for screen readers.
      if (this.#shownStep !== '') host.querySelector<HTMLElement>('h2')?.focus({ preventScroll: true });
      host.scrollTop = 0;
      this.#shownStep = key;
      this.#fill();
    }
    this.#say('change');
  }

  async #show(source: string | Front, name: string, step: number, mine: number): Promise<void> {
    const { session, renderAhead } = await this.#load();
    if (mine !== this.#wish) return;
    if (typeof source !== 'string' && !session.lesson && !this.#host.hidden)
      renderAhead(this.#host, session, name, source, step);
    await session.open(source, name, step);
    if (mine !== this.#wish) return;
    this.#say('opened');
    this.#fill();
  }

  async #guarded(name: string, work: (mine: number) => Promise<void>): Promise<void> {
    this.#wish += 1;
    try {
      await work(this.#wish);
    } catch (thrown) {
      const words = t('The lesson “{name}” was not opened. {why}', { name: name.slice(-80), why: inWords(thrown) });
      this.#say('trouble', words);
      this.#fill();
    }
  }
}
