/** Steering pictures: the gallery of digits. Its state stands in the address, by the names of a figure's state. */
import { openGallery } from '../gallery/gallery';
import { toQuery } from '../lab/permalink';
import { t } from '../words';
import { byId } from './by-id';
import { explainWords } from './explain';
import { kept, setUpPlace } from './site';

explainWords();
await setUpPlace(() => {
  document.title = `${t('Steering pictures')} · Guidance Lab`;
});
openGallery(byId('gallery'), new URLSearchParams(location.search), (query) => {
  for (const [name, value] of kept()) query.set(name, value);
  try {
    history.replaceState(null, '', query.size > 0 ? `?${toQuery(query)}` : location.pathname);
  } catch {
    // A sandboxed frame may forbid it.
  }
});
