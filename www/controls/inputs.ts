/** Native, labelled inputs: sliders with a number beside them, choices, radios. */
import { html, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import type { Lab } from '../lab/lab';
import { t } from '../words';
import { formatPlain } from '../words/numbers';

/** The range that a control has: that of the field, or the part of it that is of use. */
export function limits(lab: Pick<Lab, 'fields'>, path: string, min: number, max: number): { min: number; max: number } {
  const field = lab.fields.get(path);
  return { min: Math.max(min, field?.min ?? min), max: Math.min(max, field?.max ?? max) };
}

/** A small question mark that explains words of the glossary; the figure opens them. */
export function explain(words: string, about: string): TemplateResult {
  return html`<button type="button" class="word" data-word=${words} aria-label=${t('What is this: {about}', { about })}>?</button>`;
}

export interface SliderOptions {
  id: string;
  label: TemplateResult | string;
  /** The label in plain words, for the number field beside the slider. */
  name: string;
  value: number;
  min: number;
  max: number;
  /** `log`: equal ratios take equal ways. `square`: more room near the lower end, which may be 0. */
  scale?: 'linear' | 'log' | 'square';
  integer?: boolean;
  step?: number;
  note?: TemplateResult | string | typeof nothing;
  /** Words of the glossary that explain it. */
  words?: string;
  input: (value: number) => void;
}

const POSITIONS = 1000;

/** Slider position (0 to 1000) of a value, and back. */
export function toPosition(value: number, min: number, max: number, scale: SliderOptions['scale']): number {
  const clamped = Math.min(max, Math.max(min, value));
  if (scale === 'log') return (POSITIONS * Math.log(clamped / min)) / Math.log(max / min);
  if (scale === 'square') return POSITIONS * Math.sqrt((clamped - min) / (max - min));
  return (POSITIONS * (clamped - min)) / (max - min);
}

export function fromPosition(
  position: number,
  options: Pick<SliderOptions, 'min' | 'max' | 'scale' | 'integer'>,
): number {
  const { min, max, scale, integer } = options;
  const share = position / POSITIONS;
  let value: number;
  if (scale === 'log') value = min * (max / min) ** share;
  else if (scale === 'square') value = min + (max - min) * share * share;
  else value = min + (max - min) * share;
  if (integer) return Math.round(value);
  return Number(value.toPrecision(3));
}

export function slider(options: SliderOptions): TemplateResult {
  const { id, label, name, value, min, max, scale, integer, step, note, words, input } = options;
  const plain = scale === undefined || scale === 'linear';
  const unit = step ?? (integer ? 1 : 0.01);
  const position = plain ? value : Math.round(toPosition(value, min, max, scale));
  const onRange = (event: Event) => {
    const raw = Number((event.target as HTMLInputElement).value);
    const moved = raw - position;
    const next = plain ? raw : fromPosition(raw, options);
    // An arrow key moves by one position, which may be less than a whole number: it still goes to the next one.
    input(next === value && integer && moved ? Math.min(max, Math.max(min, value + Math.sign(moved))) : next);
  };
  const text = String(Number(value.toPrecision(6)));
  const onNumber = (event: Event) => {
    const field = event.target as HTMLInputElement;
    const raw = field.valueAsNumber;
    // What was typed stands until it is taken, whatever is drawn in between; what is not taken goes.
    field.value = text;
    if (Number.isFinite(raw)) input(Math.min(max, Math.max(min, integer ? Math.round(raw) : raw)));
  };
  return html`<div class="field slider" part="control">
    <label for=${id}>${label}</label>
    <span class="note">${words ? explain(words, name) : nothing} ${note ?? nothing}</span>
    <input
      type="number"
      aria-label=${t('{name}, as a number', { name })}
      .value=${text}
      min=${min}
      max=${max}
      step=${integer ? 1 : 'any'}
      @change=${onNumber}
    />
    <input
      type="range"
      id=${id}
      min=${plain ? min : 0}
      max=${plain ? max : POSITIONS}
      step=${plain ? unit : 1}
      aria-valuetext=${formatPlain(value)}
      .value=${live(String(position))}
      @input=${onRange}
    />
  </div>`;
}

export interface Choice<T extends string> {
  value: T;
  label: string;
}

export function choice<T extends string>(
  id: string,
  label: string,
  value: T,
  choices: readonly Choice<T>[],
  input: (value: T) => void,
  words = '',
): TemplateResult {
  return html`<div class="field choice" part="control">
    <span><label for=${id}>${label}</label>${words ? html` ${explain(words, label)}` : nothing}</span>
    ${listed(id, '', value, choices, input)}
  </div>`;
}

/** A list that one is chosen of; `name`: for who has no label. */
export function listed<T extends string>(
  id: string,
  name: string,
  value: T,
  choices: readonly Choice<T>[],
  input: (value: T) => void,
): TemplateResult {
  return html`<select
    id=${id}
    aria-label=${name || nothing}
    .value=${live(value)}
    @change=${(event: Event) => input((event.target as HTMLSelectElement).value as T)}
  >
    ${choices.map((each) => html`<option value=${each.value} ?selected=${each.value === value}>${each.label}</option>`)}
  </select>`;
}

/** Two to four radios side by side. */
export function segments<T extends string>(
  name: string,
  legend: string,
  value: T,
  choices: readonly Choice<T>[],
  input: (value: T) => void,
): TemplateResult {
  return html`<fieldset class="segments" part="control">
    <legend class="hidden">${legend}</legend>
    ${choices.map(
      (each) =>
        html`<label
          ><input
            type="radio"
            name=${name}
            value=${each.value}
            .checked=${live(each.value === value)}
            @change=${() => input(each.value)}
          /><span>${each.label}</span></label
        >`,
    )}
  </fieldset>`;
}
