/** Restart, step back, play, step, the scrubber and the speed. */
import { html, svg, type TemplateResult } from 'lit';
import type { Lab } from '../lab/lab';
import { t } from '../words';
import { formatLevel, level, nextUnit, setUnit, symbol, UNITS } from '../words/units';

const ICONS = {
  restart: svg`<path d="M5 4v12M16 4.5v11L7.5 10z" />`,
  back: svg`<path d="M14 4.5v11L5.5 10z" /><path d="M15.5 4v12" />`,
  play: svg`<path d="M6 3.5v13L16.5 10z" />`,
  pause: svg`<path d="M5.5 4h3v12h-3zM11.5 4h3v12h-3z" />`,
  forward: svg`<path d="M6 4.5v11l8.5-5.5z" /><path d="M4.5 4v12" />`,
};

function icon(name: keyof typeof ICONS): TemplateResult {
  return html`<svg width="20" height="20" viewBox="0 0 20 20" aria-hidden="true">${ICONS[name]}</svg>`;
}

/** Puts the scrubber where the run is, wherever it was dragged since. */
export function placeScrubber(root: ParentNode, { run }: Lab): void {
  const scrubber = root.querySelector<HTMLInputElement>('.scrubber');
  if (scrubber) scrubber.value = String(run.step);
}

export function timebar(lab: Lab): TemplateResult {
  const { run, playing } = lab;
  const { step, progress } = run;
  const steps = run.steps || 1;
  const time = lab.subject?.time ?? Number.NaN;
  const slow = run.speed < 1;
  return html`<div class="timebar" part="time" role="group" aria-label=${t('Time')}>
    <button type="button" class="icon" aria-label=${t('To the start')} title=${t('To the start (Home)')} @click=${() => void run.restart().catch(() => {})}>
      ${icon('restart')}
    </button>
    <button
      type="button"
      class="icon"
      aria-label=${t('One step back')}
      title=${t('One step back (←)')}
      ?disabled=${step <= 0}
      @click=${() => lab.seek(run.step - 1)}
    >
      ${icon('back')}
    </button>
    <button
      type="button"
      class="icon main"
      aria-label=${playing ? t('Pause') : t('Play')}
      title=${playing ? t('Pause (space)') : t('Play (space)')}
      @click=${() => lab.toggle()}
    >
      ${icon(playing ? 'pause' : 'play')}
    </button>
    <button
      type="button"
      class="icon"
      aria-label=${t('One step on')}
      title=${t('One step on (→)')}
      ?disabled=${step >= steps}
      @click=${() => lab.seek(run.step + 1)}
    >
      ${icon('forward')}
    </button>
    <input
      type="range"
      class="scrubber"
      aria-label=${t('Step of the run, from noise to data')}
      aria-valuetext=${t('{level}, step {step} of {steps}', { level: level(time), step, steps })}
      min="0"
      max=${steps}
      step="1"
      @input=${(event: Event) => lab.seek(Number((event.target as HTMLInputElement).value))}
    />
    <span class="now"
      ><button
        type="button"
        class="level"
        title=${t('Read it as {next}', { next: UNITS[nextUnit()] })}
        @click=${() => setUnit(nextUnit())}
      >
        <i>${symbol()}</i> = ${formatLevel(time)}
      </button>
      <small>${progress === null ? t('step {step} / {steps}', { step, steps }) : t('running {percent}%', { percent: Math.round(progress * 100) })}</small></span
    >
    <button
      type="button"
      class="speed"
      aria-pressed=${slow ? 'true' : 'false'}
      aria-label=${t('Slow motion: {speed}', { speed: slow ? '¼×' : '1×' })}
      title=${t('Slow motion')}
      @click=${() => run.setSpeed(slow ? 1 : 0.25)}
    >
      ${slow ? '¼×' : '1×'}
    </button>
  </div>`;
}
