/** The lessons as a list of links. */
import { html, render } from 'lit';
import { t } from '../words';
import { LESSONS } from './index';

export function lessonList(host: HTMLElement, address: (name: string) => string): void {
  render(
    html`<ol class="lessons">
      ${LESSONS.map(({ name, title }) => html`<li><a href=${address(name)}>${t(title)}</a></li>`)}
    </ol>`,
    host,
  );
}
