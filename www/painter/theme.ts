/** The colours of the picture, taken from the element's custom properties, and the lane styles. */
import type { FieldName, LaneName } from '../workers/protocol';

export interface Theme {
  paper: string;
  ink: string;
  /** Text of less weight, and axes. */
  soft: string;
  hairline: string;
  /** The darkest density of the marginal behind the paths. */
  shade: string;
  lanes: Record<LaneName, string>;
  /** The same, dark enough (or light enough) to be read as text. */
  laneText: Record<LaneName, string>;
  font: string;
  key: string;
}

export interface LaneStyle {
  label: string;
  short: string;
  dash: number[];
  width: number;
}

export const LANES: readonly LaneName[] = ['tested', 'exact', 'unguided', 'conditional', 'corrected'];

/** Line styles double the colours. */
export const LANE_STYLES: Record<LaneName, LaneStyle> = {
  tested: { label: 'Classifier under test', short: 'tested', dash: [], width: 1.5 },
  exact: { label: 'Exact classifier, same γ', short: 'exact', dash: [], width: 1.5 },
  unguided: { label: 'No guidance, γ = 0', short: 'unguided', dash: [1.5, 2.5], width: 1.5 },
  conditional: { label: 'Conditional sampling, γ = 1', short: 'conditional', dash: [6, 2, 1.5, 2], width: 1.5 },
  corrected: { label: 'Corrected by weights, same γ', short: 'corrected', dash: [8, 3], width: 1.5 },
};

/** The colours as they are in force on an element: `probe` is one in the same tree that shows nothing. */
export function readTheme(element: Element, probe: HTMLElement): Theme {
  const style = getComputedStyle(element);
  const resolved = getComputedStyle(probe);
  const context = document.createElement('canvas').getContext('2d');
  const color = (name: string) => {
    probe.style.color = `var(--lab-${name})`;
    if (!context) return '#888888';
    // A canvas writes every colour of sRGB as #rrggbb.
    context.fillStyle = '#888888';
    context.fillStyle = resolved.color;
    return typeof context.fillStyle === 'string' && /^#[0-9a-f]{6}$/.test(context.fillStyle)
      ? context.fillStyle
      : '#888888';
  };
  const theme: Theme = {
    paper: color('paper'),
    ink: color('ink'),
    soft: color('soft'),
    hairline: color('hairline'),
    shade: color('shade'),
    lanes: {
      tested: color('tested'),
      exact: color('exact'),
      unguided: color('unguided'),
      conditional: color('conditional'),
      corrected: color('corrected'),
    },
    laneText: {
      tested: color('tested-text'),
      exact: color('exact-text'),
      unguided: color('soft'),
      conditional: color('conditional-text'),
      corrected: color('corrected-text'),
    },
    font: style.fontFamily || 'system-ui, sans-serif',
    key: '',
  };
  probe.style.removeProperty('color');
  theme.key = [theme.paper, theme.ink, theme.shade, theme.lanes.tested].join();
  return theme;
}

/** What the fields of arrows are called, in the menu and in the key. */
export const FIELD_LABELS: Record<FieldName, string> = {
  none: 'none',
  score: 'score ∇ log p(x)',
  exact: 'exact guidance',
  tested: 'tested guidance',
  error: 'guidance error, tested − exact',
  drift: 'total drift',
};
