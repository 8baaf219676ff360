/** The page around the element: title, preset menu, engine switch, sharing, and the address bar. */
import '../figure/register';
import './style.css';
import { watchExperiments } from '../experiments/lazy';
import type { GuidanceLab } from '../figure/element';
import { toQuery } from '../lab/permalink';
import { Lessons } from '../lessons/menu';
import { language, say, t } from '../words';
import { setUnit, unit } from '../words/units';
import type { EngineInfo } from '../workers/protocol';
import { setUpTools } from './actions';
import { byId } from './by-id';
import { preferredLanguage, setUpLanguages } from './translate';

const KEPT = ['engine', 'theme', 'experiment'];
const WRITE_EVERY = 300;

const figure = byId<GuidanceLab>('lab');
const { lab } = figure;
const presets = byId<HTMLSelectElement>('preset');
const engines = byId<HTMLSelectElement>('engine');
const about = byId('preset-about');
const lessons = new Lessons(figure, byId<HTMLSelectElement>('lessons'), byId('lesson'));

function address(): URLSearchParams {
  const query = new URLSearchParams(location.search);
  const kept = lessons.query ?? new URLSearchParams(lab.query);
  for (const key of KEPT) {
    const value = query.get(key);
    if (value !== null) kept.set(key, value);
  }
  if (language() !== preferredLanguage()) kept.set('lang', language());
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
    const search = `?${toQuery(address())}`;
    if (search !== location.search) history.replaceState(null, '', search + location.hash);
    ours = location.search;
  } catch {
    ours = location.search;
  }
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

function describe(): void {
  const preset = lab.presets.find((each) => each.name === lab.preset);
  if (!preset) return;
  const fault = (faults && preset.name === faults.PRESET && faults.faultOf(lab.state)) || null;
  presets.value = fault ? `fault ${fault.name}` : preset.name;
  about.textContent = fault
    ? `${fault.look()} ${t('Met in practice: {where}', { where: fault.met() })}`
    : t(preset.description);
  document.title = `${fault ? fault.title() : t(preset.title)} · Guidance Lab`;
}

function writeSoon(): void {
  if (timer === 0) timer = setTimeout(write, WRITE_EVERY) as unknown as number;
}
lessons.addEventListener('change', writeSoon);

lab.listen((changed) => {
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
  void (fault && faults ? figure.open(faults.PRESET, faults.queryOf(fault)) : figure.open(presets.value));
});

engines.addEventListener('change', () => {
  figure.setAttribute('engine', engines.value);
  try {
    const query = address();
    if (engines.value === 'auto') query.delete('engine');
    else query.set('engine', engines.value);
    history.replaceState(null, '', `?${toQuery(query)}${location.hash}`);
    ours = location.search;
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
      keepOffline((takeOver) => {
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
  const query = new URLSearchParams(location.search);
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
  void lab.step(event.key === 'ArrowRight' ? 1 : -1).catch(() => {});
});

const query = new URLSearchParams(location.search);
setUnit(query.get('units'));
addEventListener('guidance-lab-language', writeSoon);
figure.initialQuery = query;
const engine = query.get('engine');
if (engine === 'cpu' || engine === 'webgpu') {
  engines.value = engine;
  figure.setAttribute('engine', engine);
}
const theme = query.get('theme');
if (theme === 'light' || theme === 'dark') {
  document.documentElement.dataset.theme = theme;
  figure.setAttribute('theme', theme);
}
byId('experiments').addEventListener('experimentchange', (event) => {
  const name = (event as CustomEvent<string>).detail;
  try {
    const query = address();
    query.set('experiment', name);
    history.replaceState(null, '', `?${toQuery(query)}${location.hash}`);
    ours = location.search;
  } catch {
    // Without a writable address there is no link to the experiment.
  }
});
watchExperiments(figure);
void setUpLanguages(byId<HTMLSelectElement>('language'), () => {
  fillPresets();
  describe();
  if (lab.engine) tellEngine(lab.engine);
  writeSoon();
  lessons.update();
}).then(() => {
  const lesson = query.get('lesson');
  if (lesson !== null) void lessons.open(lesson, Number(query.get('step') ?? 1));
});
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
