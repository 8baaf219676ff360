/** The page around the element: title, preset menu, engine switch, sharing, and the address bar. */
import '../figure/register';
import './style.css';
import { watchExperiments } from '../experiments/lazy';
import type { GuidanceLab } from '../figure/element';
import { toQuery } from '../lab/permalink';
import { setUpLessons } from '../lessons/menu';
import { language, say, t } from '../words';
import type { EngineInfo } from '../workers/protocol';
import { setUpTools } from './actions';
import { preferredLanguage, setUpLanguages } from './translate';

const KEPT = ['engine', 'theme', 'experiment'];
const WRITE_EVERY = 300;

function byId<T extends HTMLElement>(id: string): T {
  const element = document.getElementById(id);
  if (!element) throw new Error(`The page has no element #${id}`);
  return element as T;
}

const lab = byId<GuidanceLab>('lab');
const presets = byId<HTMLSelectElement>('preset');
const engines = byId<HTMLSelectElement>('engine');
const about = byId('preset-about');
const lessons = setUpLessons(lab, byId<HTMLSelectElement>('lessons'), byId('lesson'));

function address(): URLSearchParams {
  const query = new URLSearchParams(location.search);
  const kept = lessons.query ?? new URLSearchParams(lab.query);
  for (const key of KEPT) {
    const value = query.get(key);
    if (value !== null) kept.set(key, value);
  }
  if (language() !== preferredLanguage()) kept.set('lang', language());
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

function describe(): void {
  const preset = lab.presets.find((each) => each.name === lab.preset);
  if (!preset) return;
  presets.value = preset.name;
  about.textContent = t(preset.description);
  document.title = `${t(preset.title)} · Guidance Lab`;
}

lessons.changed = () => {
  if (timer === 0) timer = setTimeout(write, WRITE_EVERY) as unknown as number;
};

lab.addEventListener('statechange', () => {
  if (presets.options.length !== lab.presets.length) {
    presets.replaceChildren(...lab.presets.map(({ name, title }) => new Option(t(title), name)));
  }
  describe();
  if (timer === 0) timer = setTimeout(write, WRITE_EVERY) as unknown as number;
});

function tellEngine(info: EngineInfo): void {
  const automatic = engines.querySelector<HTMLOptionElement>('option[value="auto"]');
  if (automatic)
    automatic.textContent = t('Automatic ({engine})', { engine: info.backend === 'webgpu' ? 'WebGPU' : 'CPU' });
  engines.title = `${info.adapter}. ${say(info.says)}`;
}
lab.addEventListener('enginechange', (event) => tellEngine((event as CustomEvent<EngineInfo>).detail));

presets.addEventListener('change', () => {
  lessons.close();
  void lab.open(presets.value);
});

engines.addEventListener('change', () => {
  lab.setAttribute('engine', engines.value);
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

setUpTools(lab, lessons, () => new URL(`?${toQuery(address())}`, location.href).href);

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
  lab.ready
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
    void lab.open(query.get('preset') ?? lab.preset, query);
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
lab.initialQuery = query;
const engine = query.get('engine');
if (engine === 'cpu' || engine === 'webgpu') {
  engines.value = engine;
  lab.setAttribute('engine', engine);
}
const theme = query.get('theme');
if (theme === 'light' || theme === 'dark') {
  document.documentElement.dataset.theme = theme;
  lab.setAttribute('theme', theme);
}
watchExperiments(lab, (name) => {
  try {
    const query = address();
    query.set('experiment', name);
    history.replaceState(null, '', `?${toQuery(query)}${location.hash}`);
    ours = location.search;
  } catch {
    // Without a writable address there is no link to the experiment.
  }
});
void setUpLanguages(lab, byId<HTMLSelectElement>('language'), () => {
  presets.replaceChildren(...lab.presets.map(({ name, title }) => new Option(t(title), name)));
  describe();
  if (lab.engine) tellEngine(lab.engine);
  lessons.changed();
  lessons.update();
}).then(() => {
  const lesson = query.get('lesson');
  if (lesson !== null) void lessons.open(lesson, Number(query.get('step') ?? 1));
});
lab.ready.catch(() => {
  document.documentElement.dataset.failed = '';
});
