/** A network saved to a file, and opened from one. */
import { html, type TemplateResult } from 'lit';
import { inWords } from '../lab/error';
import type { Lab } from '../lab/lab';
import { t } from '../words';
import type { Patch, Recipe, State } from '../workers/protocol';
import { download } from './download';
import { explain } from './inputs';

/** What has a network: the Lab, or what stands in for it where the mixture draws pictures. */
export interface Filed {
  readonly train: Pick<Lab['train'], 'open' | 'save'> & { readonly course: Lab['train']['course'] };
  tell(kind: 'error', text: string): void;
  change(patch: Patch<State>): unknown;
}

/** Faults are told above the picture, as those of a training are; what is in use stays. */
async function tried(lab: Filed, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (thrown) {
    lab.tell('error', `${t('Nothing was changed.')}${t(' ')}${inWords(thrown)}`);
  }
}

const save = (lab: Filed, format: 'safetensors' | 'onnx') =>
  tried(lab, async () => {
    download(new Blob([await lab.train.save(format)], { type: 'application/octet-stream' }), `network.${format}`);
  });

function open(lab: Filed, input: HTMLInputElement): void {
  const file = input.files?.[0];
  // The same file again is a change, too.
  input.value = '';
  if (file) void tried(lab, () => lab.train.open(file));
}

/** What is done with files; there may be nothing to save. */
export function files(lab: Filed, savable: boolean): TemplateResult {
  const saving = (format: 'safetensors' | 'onnx', label: string) =>
    html`<button type="button" class="link" ?disabled=${!savable} @click=${() => save(lab, format)}>${label}</button>`;
  return html`<div class="files" role="group" aria-label=${t('The network as a file')}>
    ${saving('safetensors', t('Save as safetensors'))} ${saving('onnx', t('Save as ONNX'))}
    ${explain('network-file', t('The network as a file'))}
    <button type="button" class="link" @click=${({ currentTarget }: Event) => (currentTarget as Element).parentElement?.querySelector('input')?.click()}>
      ${t('Open a network')}
    </button>
    <input type="file" hidden accept=".safetensors,.onnx" aria-label=${t('A file with a network')} @change=${({ target }: Event) => open(lab, target as HTMLInputElement)} />
  </div>`;
}

/** What stands where a network was opened: what is known of it, and the way back. */
export function fromFile({ hidden, activation, time, fourier, weights }: Recipe, lab: Filed): TemplateResult {
  const { course } = lab.train;
  const shape = [
    hidden.length === 0 ? t('no hidden layer') : t('hidden layers: {widths}', { widths: hidden.join(', ') }),
    ...(hidden.length === 0 ? [] : [activation === 'relu' ? 'ReLU' : activation === 'sine' ? t('sine') : activation]),
    ...(fourier ? [t('{count} random features', { count: fourier.features })] : []),
    time ? t('told the noise level') : t('not told the noise level'),
  ];
  return html`<p class="hint" role="status">
      ${course ? t('From a file; its SHA-256 begins with {start}.', { start: weights?.slice(0, 8) ?? '' }) : t('Its file is not at hand: it guides nowhere.')}
    </p>
    <p class="hint">${shape.join(' · ')}</p>
    ${files(lab, course !== null)}
    <p>
      <button type="button" class="link" @click=${() => lab.change({ classifier: { recipe: { weights: null } } })}>
        ${t('Train a network of this shape here instead')}
      </button>
    </p>`;
}
