/** Words and symbols, as a page: `glossary/`, and `glossary/#word-score` for one of them. */
import '../words/glossary/glossary.css';
import { language } from '../words';
import { renderGlossary } from '../words/glossary';
import { byId } from './by-id';
import { setUpPlace } from './site';

void setUpPlace(async () => {
  await renderGlossary(byId('glossary'), language());
  document.getElementById(location.hash.slice(1))?.scrollIntoView();
});
