/** The mark of a lane, beside its name. */
import { html, nothing, svg, type TemplateResult } from 'lit';
import { LANE_STYLES } from '../painter/theme';
import type { LaneName } from '../workers/protocol';

/** A piece of a lane's line, as in the picture. */
export function swatch(name: LaneName): TemplateResult {
  const style = LANE_STYLES[name];
  return html`<svg class="swatch" width="24" height="10" viewBox="0 0 24 10" aria-hidden="true">
    ${name === 'tested' ? svg`<rect x="0" y="1" width="24" height="9" class="fill-tested" />` : nothing}
    <line
      x1="0"
      x2="24"
      y1=${name === 'tested' ? 1.5 : 5}
      y2=${name === 'tested' ? 1.5 : 5}
      class=${`stroke-${name}`}
      stroke-width="2"
      stroke-dasharray=${style.dash.join(' ') || nothing}
    />
  </svg>`;
}
