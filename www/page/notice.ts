/** A line above the figure for what the page (not the figure) has to say; it stays until dismissed. */
import { t } from '../words';

export function notify(text: string, kind: 'error' | 'info' = 'error'): void {
  const host = document.getElementById('notice');
  if (!host) return;
  const words = document.createElement('p');
  words.textContent = text;
  const dismiss = document.createElement('button');
  dismiss.type = 'button';
  dismiss.textContent = '×';
  dismiss.setAttribute('aria-label', t('Dismiss'));
  dismiss.addEventListener('click', clearNotice);
  host.dataset.kind = kind;
  host.replaceChildren(words, dismiss);
}

export function clearNotice(): void {
  document.getElementById('notice')?.replaceChildren();
}
