/** Learn: the list of lessons. Each is opened beside the figure, on the page of it. */
import { isUnknown } from '../lessons';
import { lessonList } from '../lessons/list';
import { t } from '../words';
import { byId } from './by-id';
import { address, root, setUpPlace } from './site';

const asked = new URLSearchParams(location.search).get('lesson');
const missing = asked !== null && isUnknown(asked);
if (asked !== null && !missing) location.replace(new URL(location.search, root()));

void setUpPlace(() => {
  if (missing)
    byId('missing').textContent = t('There is no lesson “{name}”; these are the lessons.', {
      name: asked.slice(0, 80),
    });
  lessonList(
    byId('list'),
    (name) => address(`?lesson=${name}`),
    (name) => address(`notes/?lesson=${name}`),
  );
  const pictures = byId<HTMLAnchorElement>('pictures');
  pictures.href = address('pictures/');
});
