/**
 * The card of a lesson beside the figure: text, question, task, what was measured, and the way on. What is
 * measured, and by which conditions, is shown after a guess: before it, it would give the answer away.
 */
import { html, nothing, render, svg, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import { called, t } from '../words';
import { inline, markdown } from '../words/markdown';
import { level } from '../words/units';
import type { Finding } from './check';
import { checkInWords, nameInWords, valueInWords } from './check-words';
import { LESSONS } from './index';
import type { Lesson } from './lesson-file';
import { type Front, sectionsOf } from './lesson-text';
import type { LessonSession, StepView } from './session';

/** What a person asks of those around the card: events that bubble from its buttons. */
export type CardEvent = 'lessonclose' | 'lessonpresent';

function ask(type: CardEvent): (event: Event) => void {
  return ({ currentTarget }) => currentTarget?.dispatchEvent(new Event(type, { bubbles: true }));
}

const TICK = svg`<svg width="16" height="16" viewBox="0 0 16 16" aria-hidden="true"><path d="M3 8.5l3.2 3.3L13 4.8" /></svg>`;
const RING = svg`<svg width="16" height="16" viewBox="0 0 16 16" aria-hidden="true"><circle cx="8" cy="8" r="4.5" /></svg>`;

function finding(each: Finding, view: StepView): TemplateResult {
  const values = each.values.filter(([name]) => name !== 'gamma' && name !== 'frequency' && name !== 'steps');
  return html`<li class=${each.met ? 'met' : ''}>
    <span class="mark">${each.met ? TICK : RING}<span class="hidden">${each.met ? t('met:') : t('not yet:')}</span></span>
    <span class="condition">${checkInWords(each.source)}</span>
    ${
      view.measurement && values.length > 0
        ? html`<span class="measured">${values.map(
            ([name, value]) =>
              html`<span>${values.length > 1 ? `${nameInWords(name)} ` : ''}${valueInWords(name, value, view.measurement as never)}</span>`,
          )}</span>`
        : nothing
    }
  </li>`;
}

function question(session: LessonSession): TemplateResult {
  const { step, view } = session;
  if (!step) return html``;
  return html`<fieldset class="predict">
      <legend><span class="kind">${t('Predict')}</span> ${inline(step.question)}</legend>
      ${step.options.map((option, index) => {
        const right = view.revealed && index === step.answer;
        const wrong = view.revealed && index === view.choice && !right;
        return html`<label class=${right ? 'right' : wrong ? 'wrong' : ''}>
          <input
            type="radio"
            name="prediction"
            .checked=${live(view.choice === index)}
            ?disabled=${view.revealed}
            @change=${() => session.predict(index)}
          />
          <span>${inline(option.text)}${right ? html` <small>${t('correct')}</small>` : wrong ? html` <small>${t('your guess')}</small>` : nothing}${
            wrong && option.why ? html`<small class="why">${inline(option.why)}</small>` : nothing
          }</span>
        </label>`;
      })}
    </fieldset>`;
}

function where(measurement: NonNullable<StepView['measurement']>): string {
  if ('values' in measurement) return t('with {count} pictures', { count: measurement.pictures });
  return t('at {level}', { level: level(measurement.time) });
}

function measured(session: LessonSession): TemplateResult {
  const { view } = session;
  const early = view.early
    ? html`<p class="early">${t('Note to the author: this check is met before anything is done, so it cannot fail.')}</p>`
    : nothing;
  if (view.choice < 0 && !view.revealed) {
    return html`<div class=${`check ${view.done ? 'done' : ''}`}>
      <p class="waiting">${view.outcome ? t('Pick your guess first; the measurement is shown then.') : t('measuring …')}</p>
      ${early}
    </div>`;
  }
  return html`<div class=${`check ${view.done ? 'done' : ''}`}>
    <p>
      <span class="kind">${t('Measured')}</span>
      ${view.measurement ? html`<small>${where(view.measurement)}</small>` : nothing}
    </p>
    <ul>
      ${view.outcome?.findings.map((each) => finding(each, view)) ?? html`<li>${t('measuring …')}</li>`}
    </ul>
    ${early}
  </div>`;
}

/** From a lesson of ours to the one after it, and to its teacher's notes, by links that keep the language. */
function onward(name: string): TemplateResult | typeof nothing {
  const index = LESSONS.findIndex((each) => each.name === name);
  if (index < 0) return nothing;
  const language = new URLSearchParams(location.search).get('lang');
  const query = (lesson: string) => new URLSearchParams({ lesson, ...(language ? { lang: language } : {}) });
  const next = LESSONS[index + 1];
  return html`${next ? html` <a href=${`?${query(next.name)}`}>${t('Next lesson')}${t(': ')}${t(next.title)}</a>` : nothing}${
    __OFFLINE__ ? nothing : html` <a href=${`notes/?${query(name)}`}>${t('Teacher’s notes')}</a>`
  }`;
}

/** What there is to take home, at the end. */
function recap({ recap: texts }: Lesson): TemplateResult | typeof nothing {
  if (texts.length === 0) return nothing;
  return html`<section class="recap" aria-label=${t('To take home')}>
    <p class="kind">${t('To take home')}</p>
    <ul>
      ${texts.map((each) => html`<li>${inline(each)}</li>`)}
    </ul>
  </section>`;
}

/** Title, and the way through the steps. */
function head(
  title: string,
  steps: { title: string }[],
  session: LessonSession,
  index = session.index,
): TemplateResult {
  return html`
    <header class="lesson-head">
      <p class="lesson-title">${title}</p>
      <button type="button" class="quiet present" title=${t('Full screen, for a lecture room (F)')} @click=${ask('lessonpresent')}>${t('Present')}</button>
      <button type="button" class="quiet close" aria-label=${t('Close the lesson')} @click=${ask('lessonclose')}>×</button>
    </header>
    <nav class="lesson-bar" aria-label=${t('Steps of the lesson')}>
      <button type="button" class="turn" aria-label=${t('Previous step')} ?disabled=${index === 0} @click=${() => session.go(index - 1)}>←</button>
      <ol>
        ${steps.map(
          (each, at) => html`<li>
            <button
              type="button"
              class=${`dot ${session.views[at]?.done ? 'done' : ''}`}
              aria-current=${at === index ? 'step' : nothing}
              aria-label=${`${t('Step {number} of {count}', { number: at + 1, count: steps.length })}${t(': ')}${each.title}${session.views[at]?.done ? `${called(', ')}${t('done')}` : ''}`}
              @click=${() => session.go(at)}
            >${session.views[at]?.done ? TICK : at + 1}</button>
          </li>`,
        )}
      </ol>
      <button type="button" class="turn" aria-label=${t('Next step')} ?disabled=${index === steps.length - 1} @click=${() => session.go(index + 1)}>→</button>
    </nav>
  `;
}

function template(session: LessonSession): TemplateResult {
  const { lesson, step, view, index } = session;
  if (!lesson || !step) return html``;
  const last = index === lesson.steps.length - 1;
  return html`
    ${head(lesson.title, lesson.steps, session)}
    <div class="lesson-body">
      <h2 tabindex="-1">${step.title}</h2>
      ${markdown(step.text)}
      ${question(session)}
      <div class="task">
        <p><span class="kind">${t('Do')}</span> ${inline(step.task)}</p>
        <button type="button" class="quiet" @click=${() => session.showMe()}>${t('Show me')}</button>
        <button type="button" class="quiet" @click=${() => session.reset()}>${t('Start again')}</button>
      </div>
      ${measured(session)}
      <div class="answer" aria-live="polite">
        ${
          view.revealed
            ? html`<p>${inline(step.reveal)}</p>`
            : view.done
              ? html`<p class="hint">${t('Pick your guess, or')} <button type="button" class="quiet" @click=${() => session.reveal()}>${t('reveal the answer')}</button></p>`
              : html`<button type="button" class="quiet" @click=${() => session.reveal()}>${t('Reveal')}</button>`
        }
      </div>
      ${
        view.done || view.revealed
          ? last
            ? html`${recap(lesson)}<p class="end">${t('That was the last step.')}${
                lesson.source
                  ? html` <a href=${lesson.source} target="_blank" rel="noopener noreferrer">${t('The paper behind it')}</a>`
                  : nothing
              }${onward(session.name)}</p>`
            : html`<button type="button" class="next" @click=${() => session.go(index + 1)}>${t('Next')}${t(': ')}${lesson.steps[index + 1]?.title}</button>`
          : nothing
      }
    </div>
  `;
}

export function renderCard(host: HTMLElement, session: LessonSession): void {
  render(template(session), host);
}

/** The text of a lesson of ours, before the module that reads its states has come. */
export function renderAhead(host: HTMLElement, session: LessonSession, name: string, source: Front, at: number): void {
  const sections = sectionsOf(source.body, source.bodyLine);
  const index = Math.min(sections.length - 1, Math.max(0, at));
  const section = sections[index];
  const title = LESSONS.find((each) => each.name === name)?.title;
  if (!title || !section) return;
  render(
    html`
    ${head(t(title), sections, session, index)}
    <div class="lesson-body" aria-busy="true">
      <h2>${section.title}</h2>
      ${markdown(section.text)}
    </div>`,
    host,
  );
}
