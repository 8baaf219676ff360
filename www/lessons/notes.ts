/** A lesson on paper: its teacher's notes, and the questions without their answers. */
import { html, nothing, render, type TemplateResult } from 'lit';
import { t } from '../words';
import { inline, markdown } from '../words/markdown';
import type { State } from '../workers/protocol';
import { frontOf, type Lesson, type Notes, readLesson, type Step } from './lesson-file';
import type { Front } from './lesson-text';

/** Any time is in such a run. */
const UNJUDGED = { process: { stop: 0, horizon: Number.POSITIVE_INFINITY } } as State;

/** The words of a lesson: nothing of its states is judged, so that no module is needed. */
export async function wordsOf(source: string | Front): Promise<Lesson> {
  const front = await frontOf(source);
  const name = (front.value as { preset?: string } | null)?.preset ?? 'wiggle';
  const preset = { name, title: '', description: '', state: UNJUDGED };
  return readLesson(front, { presets: [preset], merge: async (state) => state });
}

const letter = (index: number) => String.fromCharCode(65 + index);

/** What is said at a step, and its answer. */
function forTeacher({ title, say, answer, reveal }: Step): TemplateResult {
  return html`<li>
    <p class="name">${title}</p>
    ${say === null ? nothing : html`<p>${inline(say)}</p>`}
    <p><span class="kind">${t('Answer')}</span> ${letter(answer)}. ${inline(reveal)}</p>
  </li>`;
}

function board({ board, misconception }: Notes): TemplateResult {
  return html`<h3>${t('On the board')}</h3>
    <ul class="board">
      ${board.map((line) => html`<li>${inline(line)}</li>`)}
    </ul>
    <h3>${t('What people believe')}</h3>
    <p>${inline(misconception)}</p>`;
}

function exit({ exit }: Notes): TemplateResult {
  return html`<h3>${t('Before you go')}</h3>
    <ol class="exit">
      ${exit.map((question) => html`<li>${inline(question)}</li>`)}
    </ol>`;
}

function question({ title, text, question: asked, options, task }: Step): TemplateResult {
  return html`<li>
    <p class="name">${title}</p>
    ${markdown(text)}
    <p><span class="kind">${t('Predict')}</span> ${inline(asked)}</p>
    <ol class="options">
      ${options.map((option) => html`<li>${inline(option.text)}</li>`)}
    </ol>
    <p><span class="kind">${t('Do')}</span> ${inline(task)}</p>
    <p class="blank"><span class="kind">${t('Measured')}</span></p>
  </li>`;
}

/** Prints one of the two sheets. */
function printing(sheet: string): () => void {
  return () => {
    document.documentElement.dataset.sheet = sheet;
    print();
    delete document.documentElement.dataset.sheet;
  };
}

export function renderNotes(host: HTMLElement, { title, steps, recap, notes }: Lesson): void {
  const sheet = (name: string, heading: string, content: TemplateResult) =>
    html`<section class="sheet" data-name=${name} aria-label=${heading}>
      <header>
        <h2>${title} <small>${heading}</small></h2>
        <button type="button" @click=${printing(name)}>${t('Print')}</button>
      </header>
      ${content}
    </section>`;
  render(
    html`${sheet(
      'notes',
      t('Teacher’s notes'),
      html`${notes ? board(notes) : nothing}
        <h3>${t('The steps')}</h3>
        <ol>
          ${steps.map(forTeacher)}
        </ol>
        ${
          recap.length > 0
            ? html`<h3>${t('To take home')}</h3>
              <ul>
                ${recap.map((each) => html`<li>${inline(each)}</li>`)}
              </ul>`
            : nothing
        }`,
    )}
    ${sheet(
      'questions',
      t('Questions'),
      html`<ol>
          ${steps.map(question)}
        </ol>
        ${notes ? exit(notes) : nothing}`,
    )}`,
    host,
  );
}
