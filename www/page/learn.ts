/** Learn: the list of lessons. Each is opened beside the figure, on the page of it. */
import { lessonList } from '../lessons/list';
import { byId } from './by-id';
import { address, root, setUpPlace } from './site';

if (new URLSearchParams(location.search).has('lesson')) location.replace(new URL(location.search, root()));

void setUpPlace(() => {
  lessonList(
    byId('list'),
    (name) => address(`?lesson=${name}`),
    (name) => address(`notes/?lesson=${name}`),
  );
  const pictures = byId<HTMLAnchorElement>('pictures');
  pictures.href = address('pictures/');
});
