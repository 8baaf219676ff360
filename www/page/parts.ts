/** The file that has all in it: what on the site are places are parts of the page, `#learn`, `#check` and `#check/NAME`. */
import { type Claims, openClaims } from '../experiments/claims';
import { lessonList } from '../lessons/list';
import { t } from '../words';

function part(id: string): HTMLElement {
  const made = document.createElement('section');
  made.id = `part-${id}`;
  made.hidden = true;
  document.querySelector('main')?.append(made);
  return made;
}

/** Shows the part that the address names; `play` is the rest of the page. */
export function setUpParts(lang: () => string): void {
  const [learn, check] = [part('learn'), part('check')];
  check.className = 'experiments';
  const play = [...(document.querySelector('main')?.children ?? [])].filter((each) => each !== learn && each !== check);
  const wasHidden = new Map<Element, boolean>();
  let claims: Promise<Claims | null> | null = null;

  const fillLearn = () => {
    const [title, list] = [document.createElement('h1'), document.createElement('div')];
    title.textContent = t('Lessons');
    learn.replaceChildren(title, list);
    lessonList(list, (name) => `?${new URLSearchParams({ lesson: name, ...(lang() ? { lang: lang() } : {}) })}`);
  };
  const show = () => {
    const [name, claim] = location.hash.slice(1).split('/');
    const other = name === 'learn' || name === 'check';
    for (const each of play as HTMLElement[]) {
      if (other && !wasHidden.has(each)) {
        wasHidden.set(each, each.hidden === true);
        each.hidden = true;
      } else if (!other && wasHidden.has(each)) {
        each.hidden = wasHidden.get(each) ?? false;
      }
    }
    if (!other) wasHidden.clear();
    learn.hidden = name !== 'learn';
    check.hidden = name !== 'check';
    for (const link of document.querySelectorAll<HTMLAnchorElement>('body > header nav a')) {
      if (link.dataset.place === (other ? name : 'play')) link.setAttribute('aria-current', 'page');
      else link.removeAttribute('aria-current');
    }
    if (name === 'learn') fillLearn();
    if (name === 'check') {
      claims ??= openClaims(check, {
        table: () => '#check',
        claim: (each) => `#check/${each}`,
        figure: (query) => `?${query}`,
      });
      void claims.then((opened) => opened?.show(claim ? decodeURIComponent(claim) : null));
    }
  };
  addEventListener('hashchange', show);
  addEventListener('guidance-lab-language', () => {
    if (!learn.hidden) fillLearn();
  });
  show();
}
