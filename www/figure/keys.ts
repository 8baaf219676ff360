/** Keys of the page: who is asked, when a key belongs to a text field instead, and when to the figure. */
import type { Lab } from '../lab/lab';

/** Whether a key press is meant for the page and not for a control that uses it itself. */
export function isForThePage(event: KeyboardEvent): boolean {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return false;
  const target = event.composedPath()[0];
  if (!(target instanceof Element)) return true;
  const { key } = event;
  if (target.closest('textarea, select, [contenteditable]')) return false;
  const input = target.closest('input');
  if (input) {
    if (!/^(range|checkbox|radio)$/.test(input.type)) return false;
    // Arrows, Home, End and the page keys move a slider; letters do not.
    return key.length === 1 && key !== ' ';
  }
  return !(target.closest('button, a, summary') && (key === ' ' || key === 'Enter'));
}

/** Keeps from the page around a figure what a figure has used: slides and books turn at arrows, notebooks run cells. */
export function keepKeys(event: KeyboardEvent): void {
  const command = event.ctrlKey || event.metaKey || event.altKey;
  if (event.defaultPrevented || (!command && !isForThePage(event))) event.stopPropagation();
}

/** What a key does to the run, where it is the figure's; null for any other. */
export function keyAct(lab: Lab, { key, shiftKey }: KeyboardEvent): (() => void) | null {
  const { run } = lab;
  const large = shiftKey ? 10 : 1;
  const acts: Record<string, () => void> = {
    ' ': () => lab.toggle(),
    ArrowRight: () => lab.seek(run.step + large),
    ArrowDown: () => lab.seek(run.step + large),
    ArrowLeft: () => lab.seek(run.step - large),
    ArrowUp: () => lab.seek(run.step - large),
    Home: () => lab.seek(0),
    End: () => lab.seek(run.steps),
    ',': () => lab.seek(run.step - 1),
    '.': () => lab.seek(run.step + 1),
  };
  return acts[key] ?? null;
}
