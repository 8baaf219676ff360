/** The exact classifier: nothing to set. */
import { html, nothing } from 'lit';
import { t } from '../../words';
import type { KindControl } from './kind';

export const exact: KindControl<'exact'> = {
  kind: 'exact',
  label: () => t('Exact'),
  about: () => t('The classifier under test is exact.'),
  question: () => t('The classifier is exact, and so is its guidance.'),
  first: { kind: 'exact' },
  controls: (_, __, shown) =>
    html`${shown('kind') ? html`<p class="hint">${t('The guidance is the true ∇ log p(c|x), so the two curves coincide.')}</p>` : nothing}`,
};
