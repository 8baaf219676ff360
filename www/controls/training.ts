/** What a network is, what it learns from, and its training: fetched with the first classifier that is trained. */
import { html, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import type { Lab } from '../lab/lab';
import type { Course } from '../lab/networks';
import { patchOf } from '../lab/paths';
import { say, t } from '../words';
import { tm } from '../words/markup';
import { formatCount, formatNumber, formatPlain } from '../words/numbers';
import type { ActivationName, Recipe } from '../workers/protocol';
import { drawn } from './drawn';
import { choice, explain, limits, slider } from './inputs';
import { files, fromFile } from './network-file';
import fileSheet from './network-file.css?inline';
import sheet from './training.css?inline';

const RECIPE = 'classifier.recipe';
/** Above the most points that a fixed set can have, the slider says that they are fresh. */
const FRESH = 100_000;
const MOST_POINTS = 50_000;
/** Above it the slider says that there is no target. */
const NO_TARGET = 0.1;
const FEATURES = 64;
/** Above it the slider says that norms have no bound. */
const NO_BOUND = 10;

let drawCurve: typeof import('./learning-curve').drawCurve | null = null;
let drawing: Promise<void> | null = null;

const styled = new WeakSet<ShadowRoot>();

/** Once it stands in the figure. */
function style(host: Element): void {
  queueMicrotask(() => {
    const root = host.getRootNode();
    if (!(root instanceof ShadowRoot) || styled.has(root)) return;
    styled.add(root);
    const own = new CSSStyleSheet();
    own.replaceSync(sheet + fileSheet);
    root.adoptedStyleSheets = [...root.adoptedStyleSheets, own];
  });
}

const change = (lab: Lab, path: string, value: unknown): void => lab.change(patchOf(`${RECIPE}.${path}`, value));

export function trainingControls(recipe: Recipe, lab: Lab, shown: (name: string) => boolean): TemplateResult {
  if (recipe.weights !== null)
    return html`<div ${drawn(style)}>${shown('train') ? fromFile(recipe, lab) : nothing}</div>`;
  return html`${shown('train') ? training(recipe, lab) : nothing} ${shown('network') ? network(recipe, lab) : shown('features') ? features(recipe.fourier, lab) : nothing}
  ${shown('data') ? data(recipe, lab) : nothing} ${shown('loss') ? loss(recipe, lab) : nothing}`;
}

// --- Training -----------------------------------------------------------------------------------------

/** How it stands, for somebody who does not look all the time. */
function standing(course: Course | null, { targetKl }: Recipe): string {
  if (course === null) return t('Not trained yet: it gives every class the same probability, and its guidance is 0.');
  if (course.phase === 'training') return t('It learns, and guides with what it has learned so far.');
  const kl = formatNumber(course.kl, 2);
  const step = formatCount(course.step);
  if (course.phase === 'paused') return t('Paused. What it has learned so far guides.');
  switch (course.outcome) {
    case 'target':
      return t('Done: the target is met after {step} steps, with a KL of {kl} nats.', { step, kl });
    case 'missed':
      return t(
        'All steps are done, and the KL is {kl} nats instead of {target}: more steps, a larger network or another loss may get there.',
        { kl, target: formatPlain(targetKl ?? 0) },
      );
    case 'stopped':
      return t('Stopped after {step} steps, with a KL of {kl} nats. A link trains it to the end.', { step, kl });
    case 'failed':
      return course.trouble ? say(course.trouble) : t('The training failed.');
    default:
      return t('Done: {step} steps, with a KL of {kl} nats.', { step, kl });
  }
}

function training(recipe: Recipe, lab: Lab): TemplateResult {
  const { course } = lab.train;
  const { train } = lab;
  const phase = course?.phase ?? 'done';
  const failed = course?.outcome === 'failed';
  // A failure is told above the picture.
  const start = () => void train.start().catch(() => {});
  return html`<p class="hint" role="status">${failed ? nothing : standing(course, recipe)}</p>
    ${failed ? html`<p class="hint" role="alert">${standing(course, recipe)}</p>` : nothing}
    <div class="train" role="group" aria-label=${t('Training')} ${drawn(style)}>
      ${
        phase === 'training'
          ? html`<button type="button" class="speed" aria-label=${t('Pause the training')} @click=${() => train.pause()}>${t('Pause')}</button>`
          : html`<button type="button" class="speed go" @click=${start}>${phase === 'paused' ? t('Go on training') : course ? t('Train again') : t('Train')}</button>`
      }
      ${phase === 'done' ? nothing : html`<button type="button" class="speed" @click=${() => train.stop()}>${t('Stop')}</button>`}
      ${course ? html`<button type="button" class="speed" @click=${() => train.reset()}>${t('Reset')}</button>` : nothing}
      ${explain('training', t('Training'))}
    </div>
    ${course ? progress(course, recipe) : nothing} ${files(lab, course !== null)}
    <p><button type="button" class="link" data-panel="matched">${t('Compare two trainings with the same KL')}</button></p>`;
}

function progress(course: Course, { targetKl }: Recipe): TemplateResult {
  const { step, of, kl, left, phase } = course;
  const seconds = Math.ceil(left / 1000);
  const label = t('Loss and validation KL over the steps; KL {kl} nats after step {step}.', {
    kl: formatNumber(kl, 2),
    step: formatCount(step),
  });
  return html`${
    phase === 'done'
      ? nothing
      : html`<progress aria-label=${t('Steps of the training')} max=${of} .value=${step}></progress>
        <p class="hint">
          ${t('step {step} / {steps}', { step: formatCount(step), steps: formatCount(of) })} · KL ${formatNumber(kl, 2)}
          ${t('nats')}${seconds > 1 ? ` · ≤ ${formatCount(seconds)} s` : nothing}
        </p>`
  }
    <div class="curve" role="img" aria-label=${label} ${drawn((host) => draw(host, course, targetKl))}></div>`;
}

function draw(host: Element, course: Course, target: number | null): void {
  if (!(host instanceof HTMLElement)) return;
  if (drawCurve) {
    // Once it stands in the page it has a width.
    if (host.isConnected && host.clientWidth > 0) drawCurve(host, course, target);
    else requestAnimationFrame(() => drawCurve?.(host, course, target));
    return;
  }
  drawing ??= import('./learning-curve').then((made) => {
    drawCurve = made.drawCurve;
  });
  drawing.then(
    () => drawCurve?.(host, course, target),
    () => {
      drawing = null;
    },
  );
}

// --- The network --------------------------------------------------------------------------------------

/** The frequencies of the waves before the first layer; 0 is none. */
function features(fourier: Recipe['fourier'], lab: Lab): TemplateResult {
  return slider({
    id: 'bandwidth',
    label: t('Random features'),
    name: t('Bandwidth of the random features'),
    value: fourier?.bandwidth ?? 0,
    min: 0,
    max: 16,
    step: 0.1,
    words: 'random-features',
    note: fourier ? nothing : t('none'),
    input: (value) =>
      change(lab, 'fourier', value < 0.01 ? null : { features: fourier?.features ?? FEATURES, bandwidth: value }),
  });
}

function network({ hidden, activation, fourier, time }: Recipe, lab: Lab): TemplateResult {
  const width = hidden[0] ?? 64;
  const layers = (count: number, neurons = width) => change(lab, 'hidden', Array(count).fill(neurons));
  return html`<p class="title">${t('The network')} ${explain('hidden-layers', t('The network'))}</p>
    ${choice(
      'layers',
      t('Hidden layers'),
      String(hidden.length),
      ['0', '1', '2', '3'].map((value) => ({ value, label: value === '0' ? t('none: linear') : value })),
      (value) => layers(Number(value)),
    )}
    ${
      hidden.length === 0
        ? nothing
        : html`${slider({
            id: 'width',
            label: t('Neurons in each'),
            name: t('Neurons in each hidden layer'),
            value: width,
            ...limits(lab, `${RECIPE}.hidden`, 1, 128),
            scale: 'log',
            integer: true,
            note: hidden.every((each) => each === width) ? nothing : hidden.join(', '),
            input: (value) => layers(hidden.length, value),
          })}
          ${choice<ActivationName>(
            'activation',
            t('Activation'),
            activation,
            [
              { value: 'tanh', label: 'tanh' },
              { value: 'softplus', label: 'softplus' },
              { value: 'relu', label: 'ReLU' },
              { value: 'sine', label: t('sine') },
            ],
            (value) => change(lab, 'activation', value),
            'activation',
          )}`
    }
    ${features(fourier, lab)}
    <div class="field">
      <label class="check"
        ><input type="checkbox" id="told-time" .checked=${live(time)} @change=${({ target }: Event) => change(lab, 'time', (target as HTMLInputElement).checked)} />
        ${t('It is told the noise level')}</label
      >
      ${explain('told-noise', t('It is told the noise level'))}
    </div>`;
}

// --- What it learns from ------------------------------------------------------------------------------

function data({ points, noise, targetKl }: Recipe, lab: Lab): TemplateResult {
  const [from, to] = noise;
  const range = limits(lab, `${RECIPE}.noise`, 0.001, Math.min(20, lab.state.process.horizon));
  return html`<p class="title">${t('What it learns from')} ${explain('training-data', t('What it learns from'))}</p>
    ${slider({
      id: 'points',
      label: t('Samples'),
      name: t('Noised samples that it learns from'),
      value: points ?? FRESH,
      min: 100,
      max: FRESH,
      scale: 'log',
      integer: true,
      note: points === null ? t('fresh ones for ever') : t('the same ones, over and over'),
      input: (value) => change(lab, 'points', value > MOST_POINTS ? null : value),
    })}
    ${slider({
      id: 'noise-from',
      label: html`${tm('Noised to *t* =')}`,
      name: t('Smallest t of the samples'),
      value: from,
      ...range,
      scale: 'log',
      words: 'seen-noise',
      input: (value) => change(lab, 'noise', [value, Math.max(value, to)]),
    })}
    ${slider({
      id: 'noise-to',
      label: html`${tm('up to *t* =')}`,
      name: t('Largest t of the samples'),
      value: to,
      ...range,
      scale: 'log',
      input: (value) => change(lab, 'noise', [Math.min(from, value), value]),
    })}
    ${slider({
      id: 'target-kl',
      label: t('Until KL ≤'),
      name: t('Validation KL at which the training stops'),
      value: Math.min(targetKl ?? NO_TARGET, NO_TARGET),
      min: 1e-4,
      max: NO_TARGET,
      scale: 'log',
      words: 'validation-kl',
      note: targetKl === null ? t('all steps') : t('nats'),
      input: (value) => change(lab, 'targetKl', value < NO_TARGET ? value : null),
    })}
    <div class="field seed">
      <label for="train-seed">${t('Seed of the training')}</label>
      <span></span>
      <input
        id="train-seed"
        type="number"
        min="0"
        step="1"
        .value=${live(String((lab.draft.classifier as { recipe: Recipe }).recipe.seed))}
        @change=${({ target }: Event) => {
          const { valueAsNumber } = target as HTMLInputElement;
          if (Number.isFinite(valueAsNumber)) change(lab, 'seed', Math.max(0, Math.round(valueAsNumber)));
        }}
      />
    </div>`;
}

// --- How it learns ------------------------------------------------------------------------------------

/** Each part of the loss, and how far its slider goes. */
const PARTS = [
  { key: 'crossEntropy', id: 'cross-entropy', label: () => t('Cross-entropy'), most: 2 },
  { key: 'brier', id: 'brier', label: () => t('Brier'), most: 2 },
  { key: 'denoising', id: 'denoising', label: () => t('Denoising guidance'), most: 2 },
  { key: 'gradientPenalty', id: 'gradient-penalty', label: () => t('Gradient penalty'), most: 1 },
  { key: 'curvature', id: 'curvature', label: () => t('Curvature ridge'), most: 1 },
] as const;

function loss(recipe: Recipe, lab: Lab): TemplateResult {
  const number = (
    path: 'weightDecay' | 'batch' | 'rate' | 'steps' | 'flipped' | 'labelSmoothing' | 'inputNoise' | 'fourier.features',
    id: string,
    label: string,
    value: number,
    range: [number, number],
    more: { scale?: 'log' | 'square'; integer?: boolean; words?: string },
  ) =>
    slider({
      id,
      label,
      name: label,
      value,
      ...limits(lab, `${RECIPE}.${path}`, ...range),
      ...more,
      input: (next) => change(lab, path, next),
    });
  return html`<details>
    <summary>${t('Loss, penalties, steps')}</summary>
    ${PARTS.map(({ key, id, label, most }) =>
      slider({
        id,
        label: label(),
        name: t('Weight of {part} in the loss', { part: label() }),
        value: recipe.loss[key],
        ...limits(lab, `${RECIPE}.loss.${key}`, 0, most),
        scale: 'square',
        words: key === 'gradientPenalty' || key === 'curvature' ? 'penalties' : 'training-loss',
        input: (value) => change(lab, `loss.${key}`, value),
      }),
    )}
    ${number('weightDecay', 'weight-decay', t('Weight decay'), recipe.weightDecay, [0, 1], { scale: 'square', words: 'penalties' })}
    ${slider({
      id: 'spectral-norm',
      label: t('Spectral norm of a layer at most'),
      name: t('Spectral norm of a layer at most'),
      value: Math.min(recipe.spectralNorm ?? NO_BOUND, NO_BOUND),
      min: 0.1,
      max: NO_BOUND,
      scale: 'log',
      words: 'penalties',
      note: recipe.spectralNorm === null ? t('no bound') : nothing,
      input: (value) => change(lab, 'spectralNorm', value < NO_BOUND ? value : null),
    })}
    ${number('labelSmoothing', 'label-smoothing', t('Label smoothing'), recipe.labelSmoothing, [0, 0.5], { scale: 'square', words: 'training-data' })}
    ${number('inputNoise', 'input-noise', t('Input noise'), recipe.inputNoise, [0, 1], { scale: 'square', words: 'training-data' })}
    ${number('flipped', 'flipped', t('Share of wrong labels'), recipe.flipped, [0, 0.5], { scale: 'square', words: 'training-data' })}
    ${recipe.fourier ? number('fourier.features', 'features', t('Number of random features'), recipe.fourier.features, [2, 256], { scale: 'log', integer: true }) : nothing}
    ${number('steps', 'train-steps', t('Steps of training at most'), recipe.steps, [25, 20_000], { scale: 'log', integer: true, words: 'training' })}
    ${number('batch', 'batch', t('Samples in a batch'), recipe.batch, [8, 4096], { scale: 'log', integer: true })}
    ${number('rate', 'rate', t('Learning rate'), recipe.rate, [1e-5, 1], { scale: 'log' })}
  </details>`;
}
