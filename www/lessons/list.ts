/** The lessons as a list of links. */
import { html, nothing, render } from 'lit';
import { t } from '../words';
import { LESSONS } from './index';

export function lessonList(
  host: HTMLElement,
  address: (name: string) => string,
  notes?: (name: string) => string,
): void {
  render(
    html`<ol class="lessons">
      ${LESSONS.map(
        ({ name, title }) =>
          html`<li><a href=${address(name)}>${t(title)}</a>${name === 'tour' ? html` <small>${t('ten minutes')}</small>` : nothing}${notes ? html` <a class="aside" href=${notes(name)}>${t('Teacher’s notes')}</a>` : nothing}</li>`,
      )}
    </ol>`,
    host,
  );
}
