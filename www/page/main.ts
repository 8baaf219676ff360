/** Play: the page around the element: title, preset menu, engine switch, sharing, and the address bar. */
import '../figure/register';
import type { GuidanceLab } from '../figure/element';
import { TOP_PATHS } from '../figure/properties';
import { drawsPictures, isOwned, mixtureOf } from '../lab/named';
import { toQuery } from '../lab/permalink';
import { isUnknown } from '../lessons';
import { Lessons } from '../lessons/menu';
import { say, t } from '../words';
import { formatNumber } from '../words/numbers';
import { setUnit, unit } from '../words/units';
import type { EngineInfo } from '../workers/protocol';
import { setUpTools } from './actions';
import { byId } from './by-id';
import { ALL, FEW, OPENING, renderFirst } from './first';
import { askedTheme, goOn, keepLinks, kept as keptEverywhere, address as placed, root } from './site';
import { setUpLanguages } from './translate';

const KEPT = ['engine', 'controls'];
const WRITE_EVERY = 300;

// Links from when the glossary and the experiments stood below the figure.
if (!__OFFLINE__ && location.hash.startsWith('#word-')) goOn(`glossary/${location.hash}`);
const experiment = new URLSearchParams(location.search).get('experiment');
if (experiment !== null || location.hash === '#experiments') {
  if (__OFFLINE__) location.hash = experiment === null ? 'check' : `check/${encodeURIComponent(experiment)}`;
  else goOn(experiment === null ? 'check/' : `check/?${new URLSearchParams({ claim: experiment })}`);
}
// The mixture that draws digits has a page of its own.
if (!__OFFLINE__ && drawsPictures(mixtureOf(new URLSearchParams(location.search))))
  goOn(`pictures/?${restOf(new URLSearchParams(location.search))}`);
// A lesson that does not exist leads to the list.
const named = new URLSearchParams(location.search).get('lesson');
const unknown = !__OFFLINE__ && named !== null && isUnknown(named);
if (unknown) goOn(`learn/?${new URLSearchParams({ lesson: named })}`);

function restOf(query: URLSearchParams): URLSearchParams {
  return new URLSearchParams([...query].filter(([name]) => !name.startsWith('mixture')));
}

/** Whether all controls and numbers are shown, or what the first screen has. */
let all = new URLSearchParams(location.search).get('controls') === 'all';

const figure = byId<GuidanceLab>('lab');
const { lab } = figure;
const presets = byId<HTMLSelectElement>('preset');
const engines = byId<HTMLSelectElement>('engine');
const about = byId('preset-about');
const lessons = new Lessons(figure, byId<HTMLSelectElement>('lessons'), byId('lesson'), () => (all ? ALL : FEW));

function address(): URLSearchParams {
  const query = new URLSearchParams(location.search);
  const state = new URLSearchParams(lab.query);
  // The opening demonstration needs no words.
  const opening = state.size === OPENING.size && [...OPENING].every(([key, value]) => state.get(key) === value);
  const kept = lessons.query ?? (opening ? new URLSearchParams() : state);
  for (const key of KEPT) {
    const value = query.get(key);
    if (value !== null) kept.set(key, value);
  }
  for (const [name, value] of keptEverywhere()) kept.set(name, value);
  if (unit() !== 'time') kept.set('units', unit());
  return kept;
}

let timer = 0;
let ours = location.search;
/** The address follows the state. A sandboxed frame may forbid it: then the share button still works. */
function write(): void {
  timer = 0;
  // Until the state is open, the address says more than the figure.
  if (!lab.query.has('preset')) return;
  try {
    show(address());
  } catch {
    ours = location.search;
  }
}

/** Throws where the address may not be written. */
function show(query: URLSearchParams): void {
  const search = query.size > 0 ? `?${toQuery(query)}` : '';
  if (search !== location.search) history.replaceState(null, '', (search || location.pathname) + location.hash);
  ours = location.search;
}

/** What a query opens: the opening demonstration, if it names no state. */
function opened(query: URLSearchParams): URLSearchParams {
  const names = [...query.keys()].some(
    (key) => ['preset', 'lesson'].includes(key) || TOP_PATHS.includes(key.split('.')[0] as string),
  );
  return names ? query : new URLSearchParams([...query, ...OPENING]);
}

/** What people do wrong, as links: fetched after the first frame. */
let faults: typeof import('../panels/faults') | null = null;

function fillPresets(): void {
  presets.replaceChildren(...lab.presets.map(({ name, title }) => new Option(t(title), name)));
  if (!faults) return;
  const group = document.createElement('optgroup');
  group.label = t('Faults that people meet');
  group.append(...faults.FAULTS.map(({ name, title }) => new Option(title(), `fault ${name}`)));
  presets.append(group);
}

/** Whether own data in many dimensions are on show. */
let yours = false;

function describe(): void {
  presets.querySelector('option[value=""]')?.remove();
  if (yours) {
    // In the figure's place: no preset is on show.
    presets.add(new Option(t('Your data'), '', true, true), 0);
    about.textContent = '';
    document.title = `${t('Your data')} · Guidance Lab`;
    return;
  }
  const preset = lab.presets.find((each) => each.name === lab.preset);
  if (!preset) return;
  const fault = (faults && preset.name === faults.PRESET && faults.faultOf(lab.state)) || null;
  presets.value = fault ? `fault ${fault.name}` : preset.name;
  about.textContent = fault
    ? `${fault.look()}${t(' ')}${t('Met in practice: {where}', { where: fault.met() })}`
    : t(preset.description);
  document.title = `${fault ? fault.title() : t(preset.title)} · Guidance Lab`;
}

const strip = byId('strip');
const unfoldButton = byId<HTMLButtonElement>('unfold');

/** Shows all controls, above the picture, or the few of the first screen, below it. */
function unfold(wish: boolean): void {
  all = wish;
  if (!lessons.session) figure.controls = all ? ALL : FEW;
  document.documentElement.toggleAttribute('data-all', all);
  const bench = figure.parentElement as HTMLElement;
  if (all) bench.before(strip);
  else bench.after(strip);
  byId('tools').hidden = !all;
  byId('first').hidden = all;
  unfoldButton.setAttribute('aria-expanded', String(all));
  unfoldButton.textContent = all ? t('Fewer controls') : t('More controls');
}

function showFirst(): void {
  renderFirst(byId('first'), byId('takeaway'), lab, {
    lesson: (name) => placed(`?lesson=${name}`),
    pictures: placed(__OFFLINE__ ? '?lesson=pictures' : 'pictures/'),
  });
}

unfoldButton.addEventListener('click', () => {
  unfold(!all);
  unfoldButton.focus();
  try {
    const query = address();
    if (all) query.set('controls', 'all');
    else query.delete('controls');
    show(query);
  } catch {
    // Without a writable address the choice holds for this visit.
  }
});

function writeSoon(): void {
  if (timer === 0) timer = setTimeout(write, WRITE_EVERY) as unknown as number;
}
lessons.addEventListener('change', writeSoon);

figure.addEventListener('statechange', (event) => {
  yours = isOwned((event as CustomEvent<{ mixture: unknown }>).detail.mixture);
  describe();
});

lab.listen((changed) => {
  if (changed.has('state') || changed.has('draft')) showFirst();
  if (changed.has('engine') && lab.engine) tellEngine(lab.engine);
  if (!changed.has('state')) return;
  if (presets.options.length < lab.presets.length) fillPresets();
  describe();
  writeSoon();
});

function tellEngine(info: EngineInfo): void {
  const automatic = engines.querySelector<HTMLOptionElement>('option[value="auto"]');
  if (automatic)
    automatic.textContent = t('Automatic ({engine})', { engine: info.backend === 'webgpu' ? 'WebGPU' : 'CPU' });
  engines.title = `${info.adapter}. ${say(info.says)}`;
}

presets.addEventListener('change', () => {
  lessons.close();
  const fault = faults?.FAULTS.find(({ name }) => presets.value === `fault ${name}`);
  if (fault && faults) void figure.open(faults.PRESET, faults.queryOf(fault));
  else void figure.open(presets.value, presets.value === OPENING.get('preset') ? OPENING : undefined);
});

engines.addEventListener('change', () => {
  figure.setAttribute('engine', engines.value);
  try {
    const query = address();
    if (engines.value === 'auto') query.delete('engine');
    else query.set('engine', engines.value);
    show(query);
  } catch {
    // Without a writable address the choice holds for this visit.
  }
});

/** A link that is handed on says what it was made with. */
setUpTools(figure, lessons, () => {
  const query = address();
  query.set('version', String(lab.state.version));
  query.set('program', __VERSION__);
  return new URL(`?${toQuery(query)}`, location.href).href;
});

const made = new URLSearchParams(location.search).get('program');
if (made && made !== __VERSION__) {
  figure.ready.then(
    () =>
      lab.tell(
        'info',
        t(
          'This link was made with version {made} of the program; this is version {version}. Its numbers can differ a little.',
          {
            made: made.slice(0, 20),
            version: __VERSION__,
          },
        ),
      ),
    () => {},
  );
}

if (__OFFLINE__) {
  // The file itself: there is no site beside it.
  byId('embed').hidden = byId('download').hidden = true;
  void import('./parts').then(({ setUpParts }) =>
    setUpParts(() => new URLSearchParams(location.search).get('lang') ?? ''),
  );
} else {
  byId('embed').addEventListener('click', async () => {
    try {
      const { openEmbedDialog } = await import('../embed/dialog');
      await openEmbedDialog(lab, document.title);
    } catch {
      byId('said').textContent = t('The dialog could not be loaded');
    }
  });
  // After the first frame, when the network has nothing else to do.
  figure.ready
    .then(() => import('./offline'))
    .then(({ keepOffline }) =>
      keepOffline(root(), (takeOver) => {
        byId('update').hidden = false;
        byId('reload').addEventListener('click', takeOver);
      }),
    )
    .catch(() => {});
}

// Back, forward and a hand-edited address.
addEventListener('popstate', () => {
  if (location.search === ours) return;
  ours = location.search;
  const query = opened(new URLSearchParams(location.search));
  const lesson = query.get('lesson');
  if (lesson !== null) void lessons.open(lesson, Number(query.get('step') ?? 1));
  else {
    lessons.close();
    void figure.open(query.get('preset') ?? lab.preset, query);
  }
});

// The page is the figure: the arrows work before anything has the focus (space: see tools.ts).
document.addEventListener('keydown', (event) => {
  if (document.activeElement !== document.body && document.activeElement !== null) return;
  if ((event.ctrlKey || event.metaKey) && ['z', 'y'].includes(event.key.toLowerCase())) {
    event.preventDefault();
    void (event.shiftKey || event.key.toLowerCase() === 'y' ? lab.redo() : lab.undo());
    return;
  }
  if (!['ArrowLeft', 'ArrowRight'].includes(event.key) || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  void figure.step(event.key === 'ArrowRight' ? 1 : -1).catch(() => {});
});

const query = new URLSearchParams(location.search);
const asked = unknown ? null : named;
/** The place of the lesson is kept free while it is fetched. */
const awaitLesson = (wanted: boolean) => {
  byId('lesson').hidden = !wanted;
  figure.parentElement?.classList.toggle('with-lesson', wanted);
  document.documentElement.toggleAttribute('data-lesson', wanted);
};
if (asked !== null) {
  awaitLesson(true);
  // Nothing is to be seen till the lesson's own state stands.
  figure.autoplay = false;
}
/** What stands below the figure is seen once the figure has its height (style.css). */
async function settle(): Promise<void> {
  if (asked !== null && !lessons.session) awaitLesson(false);
  figure.autoplay = true;
  await figure.updateComplete;
  figure.parentElement?.classList.add('settled');
}
setUnit(query.get('units'));
addEventListener('guidance-lab-language', writeSoon);
figure.initialQuery = opened(query);
const engine = query.get('engine');
if (engine === 'cpu' || engine === 'webgpu') {
  engines.value = engine;
  figure.setAttribute('engine', engine);
}
const theme = askedTheme();
if (theme) figure.setAttribute('theme', theme);
void setUpLanguages(byId<HTMLSelectElement>('language'), () => {
  unfold(all);
  showFirst();
  fillPresets();
  describe();
  if (lab.engine) tellEngine(lab.engine);
  writeSoon();
  lessons.update();
  keepLinks();
}).then(() => {
  // Tasks of their own: the page can be drawn, and answers, between them. The first number in words takes a language's
  // rules to be read.
  setTimeout(() => formatNumber(0.5, 2));
  if (asked !== null) setTimeout(() => void lessons.open(asked, Number(query.get('step') ?? 1)).finally(settle));
});
if (asked === null) figure.ready.catch(() => {}).finally(settle);
figure.ready
  .then(async () => {
    faults = await import('../panels/faults');
    fillPresets();
    describe();
  })
  .catch(() => {});
figure.ready.catch(() => {
  document.documentElement.dataset.failed = '';
});
