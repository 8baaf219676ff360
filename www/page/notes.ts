/** Teacher's notes, as a page: `notes/?lesson=wiggle`, or the tour's. */
import '../lessons/notes.css';
import { html, nothing, render } from 'lit';
import { fetchLesson, isBuiltIn, LESSONS } from '../lessons';
import { renderNotes, wordsOf } from '../lessons/notes';
import { language, t } from '../words';
import { byId } from './by-id';
import { explainWords } from './explain';
import { address, setUpPlace } from './site';

const asked = new URLSearchParams(location.search).get('lesson') ?? '';
const name = isBuiltIn(asked) ? asked : (LESSONS[0]?.name ?? '');

explainWords();
void setUpPlace(async () => {
  render(
    html`${asked === name || asked === '' ? nothing : html`<p>${t('There is no lesson “{name}”; these are the lessons.', { name: asked.slice(0, 80) })}</p>`}
      <ul>
        ${LESSONS.map((each) => html`<li><a href=${address(`notes/?lesson=${each.name}`)} aria-current=${each.name === name ? 'page' : nothing}>${t(each.title)}</a></li>`)}
      </ul>`,
    byId('lessons'),
  );
  renderNotes(byId('notes'), await wordsOf(await fetchLesson(name, language())));
});
