/** The controls beside the picture, by group. Each turns an input into a patch of the state. */
import { html, nothing, type TemplateResult } from 'lit';
import { patchOf } from '../lab/paths';
import { comparison } from '../painter/subject';
import { FIELD_LABELS, LANE_STYLES, LANES } from '../painter/theme';
import { t } from '../words';
import { tm } from '../words/markup';
import { formatNumber, formatPlain } from '../words/numbers';
import type { Field, FieldName, LaneName, LayoutName, Preset, State } from '../workers/protocol';
import { choice, explain, segments, slider } from './inputs';
import { swatch } from './swatch';

export type Wiggle = Extract<State['classifier'], { kind: 'wiggle' }>;

export interface PanelContext {
  state: State;
  dimension: 1 | 2;
  fields: Map<string, Field>;
  presets: Preset[];
  preset: string;
  /** The wiggle to go back to from the exact classifier. */
  wiggle: Wiggle;
  engine: string;
  shown: (group: string) => boolean;
  change: (patch: unknown) => void;
  choosePreset: (name: string) => void;
  chooseEngine: (engine: string) => void;
  /** Draws the panel again. */
  update: () => void;
}

function limits(context: PanelContext, path: string, min: number, max: number): { min: number; max: number } {
  const field = context.fields.get(path);
  return { min: Math.max(min, field?.min ?? min), max: Math.min(max, field?.max ?? max) };
}

const PAPER = html`<a href="https://arxiv.org/abs/2601.21200" target="_blank" rel="noopener">arXiv 2601.21200</a>`;

/** Choices whose labels stand in English in a constant. */
function translated<T extends string>(choices: readonly { value: T; label: string }[]): { value: T; label: string }[] {
  return choices.map(({ value, label }) => ({ value, label: t(label) }));
}

const LAWS: { value: Wiggle['amplitude']['law']; label: string; formula: () => string }[] = [
  { value: 'inverse', label: 's/n', formula: () => t('KL falls as 1/n², the guidance error stays') },
  { value: 'inverse-sqrt', label: 's/√n', formula: () => t('KL falls as 1/n, the guidance error grows as n') },
  { value: 'inverse-square', label: 's/n²', formula: () => t('smooth enough for the theorem: both vanish') },
  { value: 'fixed', label: 's', formula: () => t('KL stays, the guidance error grows as n²') },
];

export function amplitude({ frequency, amplitude: { law, scale } }: Wiggle): number {
  if (law === 'inverse') return scale / frequency;
  if (law === 'inverse-sqrt') return scale / Math.sqrt(frequency);
  if (law === 'inverse-square') return scale / (frequency * frequency);
  return scale;
}

function classifierGroup(context: PanelContext): TemplateResult {
  const { state, change, shown } = context;
  const { classifier } = state;
  const wiggle = classifier.kind === 'wiggle' ? classifier : null;
  const law = LAWS.find((each) => each.value === wiggle?.amplitude.law);
  return html`<section class="group first" aria-label=${t('Classifier under test')}>
    ${
      shown('kind')
        ? html`<p class="title">${t('Classifier under test')} ${explain('classifier wiggle posterior', t('Classifier under test'))}</p>
    ${segments(
      'classifier',
      t('Classifier under test'),
      classifier.kind,
      [
        { value: 'exact', label: t('Exact') },
        { value: 'wiggle', label: t('With a wiggle') },
      ],
      (kind) => change({ classifier: kind === 'exact' ? { kind } : context.wiggle }),
    )}`
        : nothing
    }
    ${
      wiggle && shown('frequency')
        ? slider({
            id: 'frequency',
            label: html`${tm('Frequency *n*')}`,
            name: t('Frequency n of the wiggle'),
            value: wiggle.frequency,
            ...limits(context, 'classifier.frequency', 2, 256),
            scale: 'log',
            integer: true,
            words: 'frequency',
            input: (value) => change(patchOf('classifier.frequency', value)),
          })
        : nothing
    }
    ${
      wiggle && shown('amplitude')
        ? html`<div class="field law" part="control">
            <label for="law">${tm('Amplitude *a*')}</label>
            <select
              id="law"
              .value=${wiggle.amplitude.law}
              @change=${(event: Event) =>
                change(patchOf('classifier.amplitude.law', (event.target as HTMLSelectElement).value))}
            >
              ${LAWS.map(
                (each) =>
                  html`<option value=${each.value} ?selected=${each.value === wiggle.amplitude.law}>${each.label}</option>`,
              )}
            </select>
            <label for="scale"><i>s</i> =</label>
            <input
              id="scale"
              type="number"
              step="0.25"
              min="0"
              .value=${String(wiggle.amplitude.scale)}
              @change=${(event: Event) => {
                const value = (event.target as HTMLInputElement).valueAsNumber;
                if (Number.isFinite(value)) change(patchOf('classifier.amplitude.scale', value));
              }}
            />
          </div>
          <p class="formula">
            ${
              wiggle.form === 'probability'
                ? html`<i>p̂</i> = <i>p</i> + <i>a p</i>(1 − <i>p</i>) sin(<i>n x</i><sub>1</sub>)`
                : html`logit <i>p̂</i> = logit <i>p</i> + <i>a</i> sin(<i>n x</i><sub>1</sub>)`
            }, <i>a</i> = ${formatNumber(amplitude(wiggle), 2)} ${explain('amplitude posterior logit', t('Amplitude'))}
          </p>`
        : nothing
    }
    ${
      wiggle && shown('form')
        ? html`<details>
            <summary>${t('More')}</summary>
            ${choice(
              'form',
              t('Added to the'),
              wiggle.form,
              [
                { value: 'probability', label: t('probability') },
                { value: 'logit', label: t('logit') },
              ],
              (form) => change(patchOf('classifier.form', form)),
            )}
            <p class="hint">
              ${law ? t('With this amplitude: {law}.', { law: law.formula() }) : nothing}
              ${tm('The sine is our instance of the paper’s claim ({paper}); its constants are ours.', { paper: PAPER })}
            </p>
          </details>`
        : nothing
    }
    ${
      wiggle || !shown('kind')
        ? nothing
        : html`<p class="hint">${t('The guidance is the true ∇ log p(c|x): tested and exact coincide.')}</p>`
    }
  </section>`;
}

let weightControls: typeof import('./weight').weightControls | null = null;

/** What few need stands in a file of its own. */
async function unfold({ update }: PanelContext): Promise<void> {
  ({ weightControls } = await import('./weight'));
  update();
}

function guidanceGroup(context: PanelContext): TemplateResult {
  const { state, change, shown } = context;
  const classes = [...new Set(state.mixture.map((component) => component.class))].sort((a, b) => a - b);
  const { gamma, target, from, to, adaptive } = state.guidance;
  const constant = from === 0 && to >= state.process.horizon && adaptive === 0;
  return html`<section class="group" aria-label=${t('Guidance')}>
    ${
      shown('weight')
        ? html`${slider({
            id: 'gamma',
            label: html`${tm('Weight *γ*')}`,
            name: t('Guidance weight gamma'),
            value: gamma,
            ...limits(context, 'guidance.gamma', 0, 10),
            step: 0.05,
            words: 'weight guidance',
            note: html`<i>w</i> = <i>γ</i> − 1 = ${formatPlain(gamma - 1)}`,
            input: (value) => change(patchOf('guidance.gamma', value)),
          })}
          <p class="formula">∇ log <i>p</i>(<i>x</i>) + <i>γ</i> ∇ log <i>p̂</i>(<i>c</i>|<i>x</i>)</p>`
        : nothing
    }
    ${
      classes.length > 1 && shown('target')
        ? html`<div class="field choice"><span><span class="label" aria-hidden="true">${tm('Target class *c*')}</span> ${explain('target', t('Target class'))}</span>${segments(
            'target',
            t('Target class c'),
            String(target),
            classes.map((each) => ({ value: String(each), label: String(each) })),
            (value) => change(patchOf('guidance.target', Number(value))),
          )}</div>`
        : nothing
    }
    ${
      shown('interval') || shown('adaptive')
        ? html`<details @toggle=${() => weightControls ?? unfold(context)}>
            <summary>${constant ? t('Constant weight') : t('Varying weight')}</summary>
            ${weightControls?.(context) ?? nothing}
          </details>`
        : nothing
    }
  </section>`;
}

const SAMPLERS: { value: State['process']['sampler']; label: string }[] = [
  { value: 'ode-exponential', label: 'ODE, exponential' },
  { value: 'ddim', label: 'ODE, DDIM' },
  { value: 'heun', label: 'ODE, Heun' },
  { value: 'exponential', label: 'SDE, exponential' },
  { value: 'ddpm', label: 'SDE, DDPM' },
  { value: 'euler-maruyama', label: 'SDE, Euler–Maruyama' },
];

/** One step of each, as docs/numerics.md derives it; s is the guided score. */
const STEPS: Record<State['process']['sampler'], TemplateResult> = {
  'ode-exponential': html`<i>Y</i>′ = e<sup><i>h</i></sup><i>Y</i> + (e<sup><i>h</i></sup> − 1) <i>s</i>`,
  ddim: html`<i>Y</i>′ = <i>u</i>′(<i>Y</i> + <i>σ</i>²<i>s</i>)/<i>u</i> − <i>σ</i>′<i>σ s</i>`,
  heun: html`<i>Y</i>′ = <i>Y</i> + <i>h</i>/2 (<i>k</i><sub>1</sub> + <i>k</i><sub>2</sub>), <i>k</i> = <i>Y</i> + <i>s</i>`,
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

function samplerGroup(context: PanelContext): TemplateResult {
  const { state, change, shown } = context;
  return html`<section class="group" aria-label=${t('Sampler')}>
    ${
      shown('scheme')
        ? html`${choice('sampler', t('Sampler'), state.process.sampler, translated(SAMPLERS), (value) => change(patchOf('process.sampler', value)), 'sampler sde ode')}
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
            ...limits(context, 'process.steps', 5, 1000),
            scale: 'log',
            integer: true,
            words: 'steps',
            input: (value) => change(patchOf('process.steps', value)),
          })
        : nothing
    }
    ${shown('spacing') ? choice('grid', t('Spacing'), state.process.grid, translated(GRIDS), (value) => change(patchOf('process.grid', value))) : nothing}
  </section>`;
}

function particlesGroup(context: PanelContext): TemplateResult {
  const { state, change, shown } = context;
  const range = limits(context, 'particles', 1000, 1_000_000);
  return html`<section class="group" aria-label=${t('Particles')}>
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
              change({ particles: Math.min(range.max, Math.max(range.min, Math.round(value / unit) * unit)) });
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
        min="0"
        max="4294967295"
        step="1"
        .value=${String(state.seed)}
        @change=${(event: Event) => {
          const value = (event.target as HTMLInputElement).valueAsNumber;
          if (Number.isFinite(value)) change({ seed: Math.min(4294967295, Math.max(0, Math.round(value))) });
        }}
      />
      <button type="button" @click=${() => change({ seed: Math.floor(Math.random() * 100_000) })}>${t('New seed')}</button>
    </div>`
        : nothing
    }
  </section>`;
}

const OTHERS = ['exact', 'unguided', 'conditional'] as const;

function compareGroup(context: PanelContext): TemplateResult {
  const { state, change } = context;
  const toggle = (name: Exclude<LaneName, 'tested'>, on: boolean) =>
    change({
      compare: LANES.filter((each) => each !== 'tested' && (each === name ? on : state.compare.includes(each))),
    });
  return html`<fieldset class="group compare">
    <legend class="title">${t('Compare with')} ${explain('lane exact unguided conditional', t('Compare with'))}</legend>
    ${OTHERS.map(
      (name) => html`<label class="check">
        <input
          type="checkbox"
          .checked=${state.compare.includes(name)}
          @change=${(event: Event) => toggle(name, (event.target as HTMLInputElement).checked)}
        />
        ${swatch(name)} <span>${t(LANE_STYLES[name].label)}</span>
      </label>`,
    )}
    ${layoutChoice(context)}
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
function layoutChoice(context: PanelContext): TemplateResult {
  const { state, change, dimension } = context;
  const { shown, other, layout } = comparison(state);
  const lanes = LANES.filter((name) => name === 'tested' || state.compare.includes(name));
  const lane = (name: LaneName) => ({ value: name, label: t(LANE_STYLES[name].short) });
  // What is to be compared runs: lanes that are missing are added.
  const compared = (value: LayoutName) => {
    const most = { overlay: 1, pair: 1, difference: 1, trio: 2 }[value as string] ?? 0;
    const added = OTHERS.filter((name) => !state.compare.includes(name)).slice(
      0,
      Math.max(0, most - state.compare.length),
    );
    return OTHERS.filter((name) => added.includes(name) || state.compare.includes(name));
  };
  return html`${choice('view-layout', t('Show'), state.view.layout, translated(LAYOUTS), (value) =>
    change({ ...patchOf('view.layout', value), compare: compared(value as LayoutName) }),
  )}
  ${
    layout === 'auto' || layout === 'trio' || dimension === 2
      ? nothing
      : choice('view-shown', t('Lane'), shown, lanes.map(lane), (value) => change(patchOf('view.lane', value)))
  }
  ${
    layout === 'auto' || layout === 'trio' || layout === 'single' || !other
      ? nothing
      : choice(
          'view-against',
          layout === 'difference' ? t('minus') : t('against'),
          other,
          lanes.filter((name) => name !== shown).map(lane),
          (value) => change(patchOf('view.against', value)),
        )
  }`;
}

function viewGroup(context: PanelContext): TemplateResult {
  const { state, change, shown } = context;
  const lanes = LANES.filter((name) => name === 'tested' || state.compare.includes(name));
  return html`<section class="group" aria-label=${t('Picture')}>
    ${
      shown('arrows')
        ? choice(
            'view-field',
            t('Arrows'),
            state.view.field,
            (Object.keys(FIELD_LABELS) as FieldName[]).map((value) => ({ value, label: t(FIELD_LABELS[value]) })),
            (value) => change(patchOf('view.field', value)),
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
            (value) => change(patchOf('view.lane', value)),
          )
        : nothing
    }
  </section>`;
}

export function presetChoice(context: PanelContext): TemplateResult {
  return choice(
    'preset',
    t('Preset'),
    context.preset,
    context.presets.map((preset) => ({ value: preset.name, label: t(preset.title) })),
    context.choosePreset,
  );
}

export function engineChoice(context: PanelContext): TemplateResult {
  return choice(
    'engine',
    t('Engine'),
    context.engine,
    [
      { value: 'auto', label: t('Automatic') },
      { value: 'webgpu', label: 'WebGPU' },
      { value: 'cpu', label: 'CPU' },
    ],
    context.chooseEngine,
  );
}

export function panel(context: PanelContext): TemplateResult {
  const { shown } = context;
  return html`
    ${shown('preset') ? html`<section class="group" aria-label=${t('Preset')}>${presetChoice(context)}</section>` : nothing}
    ${shown('classifier') ? classifierGroup(context) : nothing}
    ${shown('guidance') ? guidanceGroup(context) : nothing}
    ${shown('view') && context.dimension === 2 ? viewGroup(context) : nothing}
    ${shown('compare') ? compareGroup(context) : nothing}
    ${shown('sampler') ? samplerGroup(context) : nothing}
    ${shown('particles') ? particlesGroup(context) : nothing}
    ${shown('engine') ? html`<section class="group" aria-label=${t('Engine')}>${engineChoice(context)}</section>` : nothing}
  `;
}
