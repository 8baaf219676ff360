/** The lessons as a list of links, each with what it is about. */
import { html, nothing, render } from 'lit';
import { t } from '../words';
import { LESSONS } from './index';

/** One sentence a lesson. It gives no answer away. */
const ABOUT: Readonly<Record<string, string>> = {
  tour: 'All of it in ten minutes: two classifiers with nearly the same probabilities, and where each of them leads.',
  score: 'What noise leaves of two peaks, and how a sampler finds the way back to them.',
  guidance: 'What a classifier’s gradient adds to the score, and when in the run it acts.',
  weight: 'What a scale above 1 buys, and what it costs.',
  wiggle: 'A small sine on the probabilities, seen by the loss and by the slope.',
  smooth: 'The same sine with a bound on how much it bends.',
  average: 'A theorem about an average, and the samples of which it is the average.',
  'too-much': 'One class with two peaks, and a scale of 8.',
  samplers: 'The same wrong guidance in an ODE and in an SDE, with many steps and with few.',
  practice: 'Four faults that people meet, and what each of them does to the samples.',
  trained: 'Train a network here, and see what its loss tells of its slopes.',
  pictures: 'Ten digits, and classifiers that label them as well as the exact one does.',
};

export function lessonList(
  host: HTMLElement,
  address: (name: string) => string,
  notes?: (name: string) => string,
): void {
  render(
    html`<ol class="lessons">
      ${LESSONS.map(({ name, title }) => {
        const about = ABOUT[name];
        return html`<li>
          <a href=${address(name)}>${t(title)}</a>
          ${about ? html`<p>${t(about)}</p>` : nothing}
          ${notes ? html`<a class="aside" href=${notes(name)} aria-label=${t('Teacher’s notes: {lesson}', { lesson: t(title) })}>${t('Teacher’s notes')}</a>` : nothing}
        </li>`;
      })}
    </ol>`,
    host,
  );
}
