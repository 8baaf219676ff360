/** The element's style sheet. Colours are custom properties: the painter reads the same ones. */
import { css, unsafeCSS } from 'lit';

const dark = `
  --lab-paper: #14171b;
  --lab-ink: #eceae6;
  --lab-soft: #a3a7ad;
  --lab-hairline: #2d3238;
  --lab-shade: #59616b;
  --lab-fill: #1d2126;
  --lab-tested: #f0792b;
  --lab-tested-text: #f79553;
  --lab-exact: #56b4e9;
  --lab-exact-text: #74c2ee;
  --lab-unguided: #a3a7ad;
  --lab-conditional: #1fbf93;
  --lab-conditional-text: #35cfa4;
  color-scheme: dark;
`;

export const styles = css`
  :host {
    --lab-paper: #ffffff;
    --lab-ink: #16181b;
    --lab-soft: #62676e;
    --lab-hairline: #e3e5e8;
    --lab-shade: #a9b0b9;
    --lab-fill: #f4f5f6;
    --lab-tested: #d55e00;
    --lab-tested-text: #a84a00;
    --lab-exact: #0072b2;
    --lab-exact-text: #00609a;
    --lab-unguided: #7b8087;
    --lab-conditional: #009e73;
    --lab-conditional-text: #00704f;
    --lab-picture: clamp(400px, 68cqi, 560px);
    color-scheme: light;
    display: block;
    container: lab / inline-size;
    background: var(--lab-paper);
    color: var(--lab-ink);
    font: 14px / 20px system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', sans-serif;
    font-variant-numeric: tabular-nums;
    text-align: start;
  }
  @media (prefers-color-scheme: dark) {
    :host(:not([theme='light'])) {
      ${unsafeCSS(dark)}
    }
  }
  :host([theme='dark']) {
    ${unsafeCSS(dark)}
  }
  @media (forced-colors: active) {
    canvas {
      forced-color-adjust: none;
    }
  }
  :host([hidden]) {
    display: none;
  }
  *,
  *::before,
  *::after {
    box-sizing: border-box;
  }
  .hidden {
    position: absolute;
    width: 1px;
    height: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
  p,
  ul,
  figure,
  fieldset,
  legend {
    margin: 0;
    padding: 0;
    border: 0;
    min-width: 0;
    font: inherit;
  }
  .title {
    font-weight: 600;
  }
  small,
  .hint,
  .formula,
  figcaption,
  details {
    font-size: 12px;
    line-height: 16px;
  }
  .hint,
  figcaption,
  small {
    color: var(--lab-soft);
  }
  a {
    color: var(--lab-exact-text);
  }
  :focus-visible {
    outline: 2px solid var(--lab-exact);
    outline-offset: 2px;
  }

  /* Layout: one column; from 860 px the controls stand at the side. */
  .figure {
    display: grid;
    gap: 16px;
  }
  .stage {
    display: grid;
    gap: 8px;
    align-content: start;
    min-width: 0;
  }
  .charts {
    display: grid;
    gap: 16px 24px;
    min-width: 0;
  }
  .chart-plot {
    min-height: 176px;
    min-width: 0;
    overflow: hidden;
  }
  .panel {
    display: grid;
    align-content: start;
    gap: 16px;
    min-width: 0;
  }
  @container lab (min-width: 560px) {
    .panel {
      grid-template-columns: 1fr 1fr;
      gap: 24px;
    }
    .charts {
      grid-template-columns: 1fr 1fr;
    }
  }
  @container lab (min-width: 860px) {
    .figure.with-panel {
      grid-template-columns: minmax(0, 1fr) 272px;
      gap: 16px 32px;
    }
    .figure.with-panel .panel {
      grid-column: 2;
      grid-row: 1 / span 2;
      grid-template-columns: 1fr;
      gap: 8px;
    }
    .figure.with-panel {
      grid-template-rows: auto 1fr;
    }
    .figure.with-panel .readouts {
      grid-column: 1;
      margin-top: -8px;
    }
    .charts {
      grid-column: 1 / -1;
    }
  }

  /* Picture */
  .readouts {
    order: 1;
  }
  .panel {
    order: 2;
  }
  .charts {
    order: 3;
  }
  .verdict {
    min-height: 60px;
    text-wrap: pretty;
  }
  .verdict b {
    white-space: nowrap;
  }
  .tested {
    color: var(--lab-tested-text);
  }
  .picture {
    height: var(--lab-picture);
    min-width: 0;
    touch-action: pan-y;
  }
  .picture:focus-visible {
    outline-offset: 0;
  }
  .picture canvas {
    display: block;
    width: 100%;
    height: 100%;
  }

  /* Time */
  .timebar {
    display: flex;
    align-items: center;
    gap: 4px;
  }
  button {
    font: inherit;
    color: inherit;
    background: none;
    border: 1px solid transparent;
    border-radius: 4px;
    padding: 4px 8px;
    cursor: pointer;
  }
  button:hover:not(:disabled) {
    background: var(--lab-fill);
  }
  button:disabled {
    color: var(--lab-soft);
    opacity: 0.5;
    cursor: default;
  }
  button.icon {
    display: grid;
    place-items: center;
    width: 36px;
    height: 36px;
    padding: 0;
    flex: none;
  }
  button.icon svg {
    fill: currentColor;
    stroke: currentColor;
    stroke-width: 1.5;
    stroke-linejoin: round;
  }
  button.main {
    background: var(--lab-ink);
    color: var(--lab-paper);
    border-radius: 50%;
  }
  button.main:hover:not(:disabled) {
    background: var(--lab-ink);
    opacity: 0.85;
  }
  .scrubber {
    flex: 1;
    min-width: 40px;
    margin: 0 8px;
  }
  .now {
    display: grid;
    min-width: 88px;
    line-height: 16px;
    white-space: nowrap;
  }
  .speed {
    min-width: 44px;
    min-height: 36px;
    border-color: var(--lab-hairline);
  }
  .speed[aria-pressed='true'] {
    background: var(--lab-fill);
    border-color: var(--lab-soft);
  }
  input[type='range'] {
    accent-color: var(--lab-ink);
    width: 100%;
    height: 20px;
    margin: 0;
  }

  /* Readouts */
  .readouts {
    display: flex;
    flex-wrap: wrap;
    gap: 8px 24px;
    border-top: 1px solid var(--lab-hairline);
    padding-top: 8px;
    justify-content: space-between;
    min-width: 0;
  }
  .lanes {
    min-width: 0;
    overflow-x: auto;
  }
  .cells {
    display: flex;
    flex-wrap: wrap;
    gap: 4px 0;
    margin-left: -8px;
  }
  .readout {
    display: grid;
    text-align: start;
    align-content: start;
    min-width: 96px;
  }
  .readout .name,
  .readout .note,
  .lanes th,
  .lanes th button {
    font-size: 12px;
    line-height: 16px;
    color: var(--lab-soft);
    font-weight: 400;
  }
  .readout .name,
  .lanes thead button {
    text-decoration: underline dotted 1px;
    text-underline-offset: 3px;
  }
  .readout .value {
    font-size: 20px;
    line-height: 28px;
    white-space: nowrap;
  }
  button.engine {
    margin-left: -8px;
    font-size: 12px;
    line-height: 16px;
    color: var(--lab-soft);
    text-decoration: underline dotted 1px;
    text-underline-offset: 3px;
  }
  table {
    border-collapse: collapse;
  }
  .lanes th,
  .lanes td {
    padding: 0 0 0 16px;
    text-align: end;
    white-space: nowrap;
    line-height: 22px;
  }
  .lanes .lane {
    padding: 0;
    text-align: start;
  }
  .lanes th button {
    padding: 4px 0;
    margin: 0;
  }
  .lanes tbody .lane {
    font-size: 14px;
  }
  .lane-tested .lane {
    color: var(--lab-tested-text);
  }
  .lane-exact .lane {
    color: var(--lab-exact-text);
  }
  .lane-conditional .lane {
    color: var(--lab-conditional-text);
  }
  .lanes .mark {
    padding: 0 4px;
    font-size: 12px;
    line-height: 16px;
    color: var(--lab-soft);
    text-decoration: underline dotted 1px;
    text-underline-offset: 3px;
  }
  .none {
    color: var(--lab-soft);
  }
  .popover {
    position: fixed;
    inset: auto;
    margin: 0;
    width: min(360px, calc(100vw - 16px));
    max-height: calc(100vh - 16px);
    overflow: auto;
    padding: 16px;
    border: 1px solid var(--lab-soft);
    border-radius: 4px;
    background: var(--lab-paper);
    color: var(--lab-ink);
    box-shadow: 0 8px 24px rgb(0 0 0 / 16%);
  }
  .popover > * + * {
    margin-top: 8px;
  }
  math {
    font-size: 14px;
    max-width: 100%;
    overflow-x: auto;
    padding-block: 4px;
  }

  /* Controls */
  .group {
    display: grid;
    gap: 4px;
    min-width: 0;
    border-top: 1px solid var(--lab-hairline);
    padding-top: 8px;
  }
  @container lab (min-width: 860px) {
    .with-panel .group:first-child {
      border-top: 0;
      padding-top: 0;
    }
  }
  .compare {
    gap: 0;
  }
  .compare legend {
    float: left;
    width: 100%;
    padding-bottom: 4px;
  }
  .field {
    display: grid;
    grid-template-columns: auto 1fr auto;
    align-items: center;
    gap: 0 8px;
    min-width: 0;
  }
  .field .note {
    font-size: 12px;
    color: var(--lab-soft);
    white-space: nowrap;
  }
  .slider input[type='range'] {
    grid-column: 1 / -1;
  }
  .choice {
    grid-template-columns: auto minmax(0, 1fr);
  }
  .choice select {
    justify-self: end;
    max-width: 100%;
  }
  .choice .segments {
    justify-self: end;
  }
  .law {
    grid-template-columns: 1fr auto auto 56px;
    gap: 0 8px;
  }
  .law input {
    width: 56px;
  }
  .seed {
    grid-template-columns: auto 1fr auto;
  }
  .seed input {
    width: 88px;
    justify-self: end;
  }
  .seed button {
    border-color: var(--lab-hairline);
  }
  select,
  input[type='number'] {
    font: inherit;
    font-variant-numeric: tabular-nums;
    color: inherit;
    background: var(--lab-paper);
    border: 1px solid var(--lab-hairline);
    border-radius: 4px;
    padding: 2px 6px;
    height: 28px;
    min-width: 0;
  }
  select:hover,
  input[type='number']:hover {
    border-color: var(--lab-soft);
  }
  .slider input[type='number'] {
    width: 72px;
    text-align: end;
    appearance: textfield;
  }
  .slider input[type='number']::-webkit-inner-spin-button {
    display: none;
  }
  .segments {
    display: flex;
    border: 1px solid var(--lab-soft);
    border-radius: 4px;
    overflow: hidden;
  }
  .segments label {
    position: relative;
    flex: 1;
    display: grid;
    min-width: 40px;
    min-height: 30px;
    place-items: center;
    padding: 0 10px;
    cursor: pointer;
    white-space: nowrap;
  }
  .segments label + label {
    border-inline-start: 1px solid var(--lab-soft);
  }
  .segments input {
    position: absolute;
    inset: 0;
    opacity: 0;
    width: 100%;
    height: 100%;
    margin: 0;
    cursor: pointer;
  }
  .segments label:has(input:checked) {
    background: var(--lab-ink);
    color: var(--lab-paper);
  }
  .segments label:has(input:focus-visible) {
    outline: 2px solid var(--lab-exact);
    outline-offset: -3px;
  }
  @media (forced-colors: active) {
    .segments label:has(input:checked) {
      background: Highlight;
      color: HighlightText;
      forced-color-adjust: none;
    }
  }
  .check {
    display: flex;
    align-items: center;
    gap: 8px;
    min-height: 26px;
    cursor: pointer;
  }
  .check input {
    accent-color: var(--lab-ink);
    margin: 0;
    width: 16px;
    height: 16px;
  }
  .swatch {
    flex: none;
    vertical-align: middle;
  }
  .stroke-tested {
    stroke: var(--lab-tested);
  }
  .fill-tested {
    fill: var(--lab-tested);
    opacity: 0.32;
  }
  .stroke-exact {
    stroke: var(--lab-exact);
  }
  .stroke-unguided {
    stroke: var(--lab-unguided);
  }
  .stroke-conditional {
    stroke: var(--lab-conditional);
  }
  summary {
    cursor: pointer;
    color: var(--lab-soft);
  }
  details[open] > summary {
    margin-bottom: 8px;
  }

  /* Notices */
  .notice {
    display: flex;
    gap: 8px;
    align-items: start;
    justify-content: space-between;
    padding: 8px 8px 8px 16px;
    border-inline-start: 4px solid var(--lab-soft);
    background: var(--lab-fill);
  }
  .notice.error {
    border-color: var(--lab-tested);
  }
  .notice ul {
    padding-inline-start: 16px;
  }
  .notice p {
    padding: 8px 0;
  }
  .notice li {
    overflow-wrap: anywhere;
  }

  @media (pointer: coarse) {
    button,
    select,
    input[type='number'],
    .segments label,
    .check,
    summary {
      min-height: 44px;
      min-width: 44px;
    }
    button.icon {
      width: 44px;
      height: 44px;
    }
    .speed {
      min-height: 44px;
    }
    input[type='range'] {
      height: 44px;
    }
    .lanes .mark {
      min-height: 24px;
    }
  }
  @container lab (min-width: 1180px) {
    .verdict {
      min-height: 40px;
    }
  }
  @container lab (max-width: 559px) {
    .verdict {
      min-height: 80px;
    }
    /* The classifier's switch stands by the picture, before the readouts. */
    .panel {
      display: contents;
    }
    .group {
      order: 2;
    }
    .group.first {
      order: 0;
    }
    .verdict .aside {
      display: none;
    }
    .timebar {
      position: sticky;
      bottom: 0;
      z-index: 1;
      flex-wrap: wrap;
      background: var(--lab-paper);
      padding: 0 0 4px;
      gap: 0;
    }
    .timebar .scrubber {
      order: -1;
      flex: 1 0 100%;
      margin: 0;
      height: 44px;
    }
    .now {
      margin-left: auto;
      margin-right: 8px;
      min-width: 0;
      text-align: end;
    }
    .readouts {
      gap: 8px 16px;
    }
    .exact {
      width: 100%;
    }
    .cells {
      display: grid;
      grid-template-columns: auto auto auto;
      justify-content: space-between;
      margin-left: -4px;
      gap: 0;
    }
    .readout {
      min-width: 0;
      padding-inline: 4px;
    }
    .readout .note {
      white-space: nowrap;
    }
    .lanes {
      width: 100%;
    }
    .lanes .swatch {
      width: 16px;
    }
    .lanes td small {
      display: block;
      line-height: 14px;
      margin-bottom: 4px;
    }
    .lanes table {
      width: 100%;
    }
    .lanes th,
    .lanes td {
      padding-inline-start: 4px;
    }
    .lanes tbody .lane {
      font-size: 12px;
    }
  }
`;
