/** The figure alone in a page, for an iframe: `embed.html?` and a permalink's query. */
import type { GuidanceLab } from '../figure/element';
import { LabError } from '../lab/error';
import { toQuery } from '../lab/permalink';
import '../figure/register';
import { setUnit } from '../words/units';
import type { EngineInfo, Measurement, PointValues, State } from '../workers/protocol';
import { type FromFigure, PROTOCOL, read, type ToFigure } from './messages';

const query = new URLSearchParams(location.search);
/** The only origin that is spoken to, if the address names one. */
const origin = query.get('origin');

const lab = document.createElement('guidance-lab') as GuidanceLab;
lab.initialQuery = query;
for (const name of ['controls', 'theme', 'engine', 'lock', 'autoplay']) {
  const value = query.get(name);
  if (value !== null && value !== 'false') lab.setAttribute(name, value);
}
setUnit(query.get('units'));
document.documentElement.style.colorScheme = ['light', 'dark'].includes(query.get('theme') ?? '')
  ? (query.get('theme') as string)
  : 'light dark';

let mute = false;
function say(message: FromFigure): void {
  if (parent === window || mute) return;
  try {
    parent.postMessage({ guidanceLab: PROTOCOL, ...message }, origin ?? '*');
  } catch {
    mute = true;
    console.warn(`The parameter origin of this figure's address is no origin, so it says nothing: ${origin}`);
  }
}

function failed(thrown: unknown, id?: ToFigure['id']): void {
  const { code, path, message } = LabError.from(thrown);
  say({ type: 'error', error: { code, path, message }, ...(id === undefined ? {} : { id }) });
}

const present = (): string => toQuery(lab.query);

async function obey(message: ToFigure): Promise<{ measurement?: Measurement; values?: PointValues }> {
  const options = (time?: number) => (time === undefined ? {} : { time: Number(time) });
  switch (message.type) {
    case 'setState':
      await lab.setState(message.patch);
      break;
    case 'play':
      await lab.ready;
      lab.play();
      break;
    case 'pause':
      lab.pause();
      break;
    case 'step':
      await lab.step(Number(message.n ?? 1) || 0);
      break;
    case 'finish':
      await lab.finish();
      break;
    case 'reset':
      await lab.reset(message.seed);
      break;
    case 'measure':
      return { measurement: await lab.measure(options(message.time)) };
    case 'at':
      return { values: await lab.at(message.points, options(message.time)) };
  }
  return {};
}

let warned = false;
addEventListener('message', (event) => {
  const message = read(event.data);
  if (message === null) return;
  // Only the page around the frame is listened to, and only if it is of the origin that the address names.
  if (event.source !== parent || (origin !== null && event.origin !== origin)) {
    if (!warned)
      console.warn(`Guidance Lab ignores messages from ${event.origin}: it is not the page around this frame.`);
    warned = true;
    return;
  }
  const { id } = event.data as { id?: unknown };
  const known = typeof id === 'string' || typeof id === 'number' ? id : undefined;
  if ('code' in message) {
    failed(message, known);
    return;
  }
  obey(message).then(
    (answer) => {
      if (known !== undefined) say({ type: 'done', id: known, ...answer });
    },
    (error) => failed(error, known),
  );
});

lab.addEventListener('statechange', (event) => {
  say({ type: 'state', state: (event as CustomEvent<State>).detail, query: present() });
});
lab.addEventListener('measurement', (event) => {
  say({ type: 'measurement', measurement: (event as CustomEvent<Measurement>).detail });
});
lab.addEventListener('error', (event) => {
  if (event instanceof CustomEvent) failed(event.detail);
});

document.body.style.margin = '0';
document.body.append(lab);
new ResizeObserver(() => say({ type: 'height', height: Math.ceil(lab.getBoundingClientRect().height) })).observe(lab);

// Not `lab.ready`: reading it would start a figure that nobody has seen yet.
lab.addEventListener(
  'enginechange',
  () => {
    lab.ready.then(
      () => say({ type: 'ready', engine: lab.engine as EngineInfo, query: present() }),
      () => {},
    );
  },
  { once: true },
);
