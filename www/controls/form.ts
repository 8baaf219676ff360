/** The controls beside the picture, by group. Each turns an input into a patch of the state. */
import { html, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import type { Lab } from '../lab/lab';
import { patchOf } from '../lab/paths';
import { comparison } from '../painter/subject';
import { FIELD_LABELS, LANE_STYLES, LANES } from '../painter/theme';
import { t } from '../words';
import { className } from '../words/classes';
import { tm } from '../words/markup';
import { formatPlain } from '../words/numbers';
import { unit } from '../words/units';
import type { Backend, FieldName, LaneName, LayoutName, State } from '../workers/protocol';
import { isOde } from '../workers/samplers';
import { KINDS, kindOf } from './classifier';
import type { Form } from './context';
import { choice, explain, limits, listed, segments, slider } from './inputs';
import type { Shown } from './names';
import { swatch } from './swatch';

export { styleControls } from './sheet';

/** Choices whose labels stand in English in a constant. */
function translated<T extends string>(choices: readonly { value: T; label: string }[]): { value: T; label: string }[] {
  return choices.map(({ value, label }) => ({ value, label: t(label) }));
}

type Kind = State['classifier']['kind'];

/** The switch that everybody uses; what else can be wrong is a list beside it. */
const SWITCHED: Kind[] = ['exact', 'wiggle'];
const LISTED = Object.values(KINDS).flatMap(({ kind }) => (SWITCHED.includes(kind) ? [] : [kind]));
const named = (kind: Kind) => ({ value: kind, label: KINDS[kind].label() });

function classifierGroup({ lab, state, shown }: Form): TemplateResult {
  const { classifier } = state;
  const choose = (kind: Kind) => lab.change({ classifier: lab.lastClassifier(kind) ?? KINDS[kind].first });
  return html`<section role="group" class="group first" aria-label=${t('Classifier under test')}>
    ${
      shown('kind')
        ? html`<p class="title">${t('Classifier under test')} ${explain('classifier wiggle posterior', t('Classifier under test'))}</p>
    <div class=${SWITCHED.includes(classifier.kind) ? 'kinds' : 'kinds listed'}>
      ${segments('classifier', t('Classifier under test'), classifier.kind, SWITCHED.map(named), choose)}
      <select
        id="kind"
        aria-label=${t('Other faults')}
        .value=${live(SWITCHED.includes(classifier.kind) ? '' : classifier.kind)}
        @change=${({ target }: Event) => choose((target as HTMLSelectElement).value as Kind)}
      >
        <option value="" hidden>${t('Other')}</option>
        ${LISTED.map(named).map(({ value, label }) => html`<option value=${value} ?selected=${value === classifier.kind}>${label}</option>`)}
      </select>
    </div>`
        : nothing
    }
    ${kindOf(classifier).controls(classifier, lab, shown)}
  </section>`;
}

/** Something has come that the form shows from now on. */
export const UNFOLDED = 'unfolded';

let weightControls: typeof import('./weight').weightControls | null = null;
let rulesControls: typeof import('./rules').rulesControls | null = null;
let scoreControls: typeof import('./score').scoreControls | null = null;

/** What few need stands in a file of its own. */
async function unfold(details: EventTarget | null, what: 'weight' | 'rules' | 'score'): Promise<void> {
  if (what === 'weight') ({ weightControls } = await import('./weight'));
  else if (what === 'rules') ({ rulesControls } = await import('./rules'));
  else ({ scoreControls } = await import('./score'));
  details?.dispatchEvent(new Event(UNFOLDED, { bubbles: true }));
}

/** What a sampler has no meaning with. */
function guidanceFor(sampler: State['process']['sampler'], { gamma }: State['guidance']) {
  if (sampler === 'heun') return { at: 'present' } as const;
  if (sampler !== 'cfg++') return {};
  const lambda = gamma < 0 || gamma > 1 ? 0.6 : gamma;
  return { gamma: lambda, adaptive: 0, clip: null, parallel: 1, rescale: 0, threshold: null, at: 'present' } as const;
}

/** What guides: gradients, or the noise that is predicted, in the reader's unit. */
function guided(): TemplateResult {
  const gradient = html`∇ log <i>p̂</i>(<i>c</i>|<i>x</i>)`;
  return unit() === 'time'
    ? html`∇ log <i>p</i>(<i>x</i>) + <i>γ</i> ${gradient}`
    : html`<i>ε</i>(<i>x</i>) − <i>γ</i> ${unit() === 'sigma' ? 'σ/√(1 + σ²)' : '√(1 − ᾱ)'} ${gradient}`;
}

/** Names side by side where there is room for them, else in a list. */
function targets({ lab, state }: Form, classes: number[]): TemplateResult {
  const names = classes.map((each) => ({ value: String(each), label: className(state, each) }));
  const room = names.reduce((sum, { label }) => sum + label.length, 0) <= 12;
  return (room ? segments : listed)('target', t('Target class c'), String(state.guidance.target), names, (value) =>
    lab.change(patchOf('guidance.target', Number(value))),
  );
}

function guidanceGroup(form: Form): TemplateResult {
  const { lab, state, shown } = form;
  const classes = [...new Set(state.mixture.map((component) => component.class))].sort((a, b) => a - b);
  const { gamma, from, to, adaptive } = state.guidance;
  const constant = from === 0 && to >= state.process.horizon && adaptive === 0;
  const { schedule, sigmaPower, clip, parallel, rescale, threshold, at } = state.guidance;
  const plain =
    gamma >= 0 &&
    schedule === 'constant' &&
    sigmaPower === 0 &&
    clip === null &&
    parallel === 1 &&
    rescale === 0 &&
    threshold === null &&
    at === 'present';
  return html`<section role="group" class="group" aria-label=${t('Guidance')}>
    ${
      shown('weight')
        ? html`${slider({
            id: 'gamma',
            label: html`${tm('Scale *γ*')}`,
            name: t('Guidance scale gamma'),
            value: gamma,
            ...limits(lab, 'guidance.gamma', gamma < 0 ? -10 : 0, gamma < 0 ? 0 : 10),
            step: 0.05,
            words: 'weight guidance',
            note: html`<i>w</i> = <i>γ</i> − 1 = ${formatPlain(gamma - 1)}`,
            input: (value) => lab.change(patchOf('guidance.gamma', value)),
          })}
          <p class="formula">${guided()}</p>`
        : nothing
    }
    ${
      classes.length > 1 && shown('target')
        ? html`<div class="field choice"><span><span class="label" aria-hidden="true">${tm('Target class *c*')}</span> ${explain('target', t('Target class'))}</span>${targets(form, classes)}</div>`
        : nothing
    }
    ${
      shown('interval') || shown('adaptive')
        ? html`<details @toggle=${({ currentTarget }: Event) => weightControls ?? unfold(currentTarget, 'weight')}>
            <summary>${constant ? t('Constant scale') : t('Varying scale')}</summary>
            ${weightControls?.(form) ?? nothing}
          </details>`
        : nothing
    }
    ${
      shown('rules')
        ? html`<details @toggle=${({ currentTarget }: Event) => rulesControls ?? unfold(currentTarget, 'rules')}>
            <summary>${plain ? t('No rules') : t('Rules in force')}</summary>
            ${rulesControls?.(form) ?? nothing}
          </details>`
        : nothing
    }
    ${
      shown('score')
        ? html`<details @toggle=${({ currentTarget }: Event) => scoreControls ?? unfold(currentTarget, 'score')}>
            <summary>${state.score.kind === 'exact' ? t('Exact score') : t('Wrong score')}</summary>
            ${scoreControls?.(form) ?? nothing}
          </details>`
        : nothing
    }
  </section>`;
}

const SAMPLERS: { value: State['process']['sampler']; label: string }[] = [
  { value: 'ode-exponential', label: 'ODE, exponential' },
  { value: 'ddim', label: 'ODE, DDIM' },
  { value: 'heun', label: 'ODE, Heun' },
  { value: 'cfg++', label: 'ODE, CFG++' },
  { value: 'exponential', label: 'SDE, exponential' },
  { value: 'ddpm', label: 'SDE, DDPM' },
  { value: 'euler-maruyama', label: 'SDE, Euler–Maruyama' },
];

/** One step of each, as docs/numerics.md derives it; s is the guided score. */
const STEPS: Record<State['process']['sampler'], TemplateResult> = {
  'ode-exponential': html`<i>Y</i>′ = e<sup><i>h</i></sup><i>Y</i> + (e<sup><i>h</i></sup> − 1) <i>s</i>`,
  ddim: html`<i>Y</i>′ = <i>u</i>′(<i>Y</i> + <i>σ</i>²<i>s</i>)/<i>u</i> − <i>σ</i>′<i>σ s</i>`,
  heun: html`<i>Y</i>′ = <i>Y</i> + <i>h</i>/2 (<i>k</i><sub>1</sub> + <i>k</i><sub>2</sub>), <i>k</i> = <i>Y</i> + <i>s</i>`,
  'cfg++': html`<i>Y</i>′ = <i>u</i>′(<i>Y</i> + <i>σ</i>²(∇ log <i>p</i> + <i>γ</i> ∇ log <i>p̂</i>))/<i>u</i> − <i>σ</i>′<i>σ</i> ∇ log <i>p</i>`,
  exponential: html`<i>Y</i>′ = e<sup><i>h</i></sup><i>Y</i> + 2(e<sup><i>h</i></sup> − 1) <i>s</i> + √(e<sup>2<i>h</i></sup> − 1) <i>Z</i>`,
  ddpm: html`<i>Y</i>′ = e<sup><i>h</i></sup><i>Y</i> + 2 sinh(<i>h</i>) <i>s</i> + √(e<sup>2<i>h</i></sup> − 1) <i>Z</i>`,
  'euler-maruyama': html`<i>Y</i>′ = <i>Y</i> + <i>h</i>(<i>Y</i> + 2<i>s</i>) + √(2<i>h</i>) <i>Z</i>`,
};

const GRIDS: { value: State['process']['grid']; label: string }[] = [
  { value: 'uniform', label: 'even' },
  { value: 'quadratic', label: 'quadratic' },
  { value: 'uniform-geometric', label: 'even, then geometric' },
  { value: 'logistic', label: 'logistic' },
];

function samplerGroup(form: Form): TemplateResult {
  const { lab, state, shown } = form;
  // An ODE cannot have the lane with weights: it goes with the sampler.
  const sample = (sampler: State['process']['sampler']) =>
    lab.change({
      process: { sampler },
      guidance: guidanceFor(sampler, state.guidance),
      ...(isOde(sampler) && state.compare.includes('corrected')
        ? { compare: state.compare.filter((name) => name !== 'corrected') }
        : {}),
    });
  return html`<section role="group" class="group" aria-label=${t('Sampler')}>
    ${
      shown('scheme')
        ? html`${choice('sampler', t('Sampler'), state.process.sampler, translated(SAMPLERS), sample, 'sampler sde ode cfg-plus-plus')}
          <p class="formula">${STEPS[state.process.sampler]}</p>`
        : nothing
    }
    ${
      shown('steps')
        ? slider({
            id: 'steps',
            label: t('Steps'),
            name: t('Number of steps'),
            value: state.process.steps,
            ...limits(lab, 'process.steps', 5, 1000),
            scale: 'log',
            integer: true,
            words: 'steps',
            input: (value) => lab.change(patchOf('process.steps', value)),
          })
        : nothing
    }
    ${shown('spacing') ? choice('grid', t('Time grid'), state.process.grid, translated(GRIDS), (value) => lab.change(patchOf('process.grid', value))) : nothing}
  </section>`;
}

function particlesGroup(form: Form): TemplateResult {
  const { lab, state, shown } = form;
  const range = limits(lab, 'particles', 1000, 1_000_000);
  const seeds = limits(lab, 'seed', 0, Number.MAX_SAFE_INTEGER);
  return html`<section role="group" class="group" aria-label=${t('Particles')}>
    ${
      shown('count')
        ? slider({
            id: 'particles',
            label: t('Particles in each lane'),
            name: t('Particles in each lane'),
            value: state.particles,
            ...range,
            scale: 'log',
            integer: true,
            words: 'particles seed',
            input: (value) => {
              // Two digits are plenty, and round numbers read better.
              const unit = 10 ** Math.max(0, Math.floor(Math.log10(value)) - 1);
              lab.change({ particles: Math.min(range.max, Math.max(range.min, Math.round(value / unit) * unit)) });
            },
          })
        : nothing
    }
    ${
      shown('seed')
        ? html`<div class="field seed" part="control">
      <label for="seed">${t('Seed')}</label>
      <input
        id="seed"
        type="number"
        min=${seeds.min}
        max=${seeds.max}
        step="1"
        .value=${String(state.seed)}
        @change=${(event: Event) => {
          const value = (event.target as HTMLInputElement).valueAsNumber;
          if (Number.isFinite(value)) lab.change({ seed: Math.min(seeds.max, Math.max(seeds.min, Math.round(value))) });
        }}
      />
      <button type="button" @click=${() => lab.newSeed()}>${t('New seed')}</button>
    </div>`
        : nothing
    }
  </section>`;
}

const OTHERS = ['exact', 'unguided', 'conditional', 'corrected'] as const;

function compareGroup(form: Form): TemplateResult {
  const { lab, state } = form;
  const toggle = (name: Exclude<LaneName, 'tested'>, on: boolean) =>
    lab.change({
      compare: LANES.filter((each) => each !== 'tested' && (each === name ? on : state.compare.includes(each))),
    });
  // The weights belong to an SDE; an ODE does not offer them.
  const offered = OTHERS.filter((name) => name !== 'corrected' || !isOde(state.process.sampler));
  return html`<fieldset class="group compare">
    <legend class="title">${t('Compare with')} ${explain('lane exact unguided conditional corrected', t('Compare with'))}</legend>
    ${offered.map(
      (name) => html`<label class="check">
        <input
          type="checkbox"
          .checked=${state.compare.includes(name)}
          @change=${(event: Event) => toggle(name, (event.target as HTMLInputElement).checked)}
        />
        ${swatch(name)} <span>${t(LANE_STYLES[name].label)}</span>
      </label>`,
    )}
    ${layoutChoice(form)}
  </fieldset>`;
}

const LAYOUTS: { value: LayoutName; label: string }[] = [
  { value: 'auto', label: 'automatic' },
  { value: 'single', label: 'one lane' },
  { value: 'overlay', label: 'overlay of two' },
  { value: 'pair', label: 'two side by side' },
  { value: 'trio', label: 'three side by side' },
  { value: 'difference', label: 'difference' },
];

/** How the lanes stand to one another, and which two. */
function layoutChoice(form: Form): TemplateResult {
  const { lab, state } = form;
  const { dimension } = lab.domain;
  const { shown, other, layout } = comparison(state);
  const lanes = LANES.filter((name) => name === 'tested' || state.compare.includes(name));
  const lane = (name: LaneName) => ({ value: name, label: t(LANE_STYLES[name].short) });
  // What is to be compared runs: lanes that are missing are added.
  const compared = (value: LayoutName) => {
    const most = { overlay: 1, pair: 1, difference: 1, trio: 2 }[value as string] ?? 0;
    const added = OTHERS.filter((name) => name !== 'corrected' && !state.compare.includes(name)).slice(
      0,
      Math.max(0, most - state.compare.length),
    );
    return OTHERS.filter((name) => added.includes(name) || state.compare.includes(name));
  };
  return html`${choice('view-layout', t('Show'), state.view.layout, translated(LAYOUTS), (value) =>
    lab.change({ ...patchOf('view.layout', value), compare: compared(value as LayoutName) }),
  )}
  ${
    layout === 'auto' || layout === 'trio' || dimension === 2
      ? nothing
      : choice('view-shown', t('Lane'), shown, lanes.map(lane), (value) => lab.change(patchOf('view.lane', value)))
  }
  ${
    layout === 'auto' || layout === 'trio' || layout === 'single' || !other
      ? nothing
      : choice(
          'view-against',
          layout === 'difference' ? t('minus') : t('against'),
          other,
          lanes.filter((name) => name !== shown).map(lane),
          (value) => lab.change(patchOf('view.against', value)),
        )
  }`;
}

function viewGroup(form: Form): TemplateResult {
  const { lab, state, shown } = form;
  const lanes = LANES.filter((name) => name === 'tested' || state.compare.includes(name));
  return html`<section role="group" class="group" aria-label=${t('Picture')}>
    ${
      shown('arrows')
        ? choice(
            'view-field',
            t('Arrows'),
            state.view.field,
            (Object.keys(FIELD_LABELS) as FieldName[]).map((value) => ({ value, label: t(FIELD_LABELS[value]) })),
            (value) => lab.change(patchOf('view.field', value)),
            'arrows',
          )
        : nothing
    }
    ${
      shown('lane')
        ? choice(
            'view-lane',
            t('Particles'),
            lanes.includes(state.view.lane) ? state.view.lane : 'tested',
            lanes.map((value) => ({ value, label: t(LANE_STYLES[value].label) })),
            (value) => lab.change(patchOf('view.lane', value)),
          )
        : nothing
    }
  </section>`;
}

function presetChoice({ lab }: Form): TemplateResult {
  return choice(
    'preset',
    t('Preset'),
    lab.preset,
    lab.presets.map((preset) => ({ value: preset.name, label: t(preset.title) })),
    (name) => void lab.open(name),
  );
}

function engineChoice({ lab }: Form): TemplateResult {
  return choice<Backend | 'auto'>(
    'engine',
    t('Engine'),
    lab.backend,
    [
      { value: 'auto', label: t('Automatic') },
      { value: 'webgpu', label: 'WebGPU' },
      { value: 'cpu', label: 'CPU' },
    ],
    (engine) => lab.setBackend(engine),
  );
}

/** The controls of a Lab that `shown` has. */
export function controlsForm(lab: Lab, { has: shown }: Shown): TemplateResult {
  const form: Form = { lab, state: lab.draft, shown };
  return html`
    ${shown('preset') ? html`<section role="group" class="group" aria-label=${t('Preset')}>${presetChoice(form)}</section>` : nothing}
    ${shown('classifier') ? classifierGroup(form) : nothing}
    ${shown('guidance') ? guidanceGroup(form) : nothing}
    ${shown('view') && lab.domain.dimension === 2 ? viewGroup(form) : nothing}
    ${shown('compare') ? compareGroup(form) : nothing}
    ${shown('sampler') ? samplerGroup(form) : nothing}
    ${shown('particles') ? particlesGroup(form) : nothing}
    ${shown('engine') ? html`<section role="group" class="group" aria-label=${t('Engine')}>${engineChoice(form)}</section>` : nothing}
  `;
}
