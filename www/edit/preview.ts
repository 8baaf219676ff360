/** A table before it is fitted: its first rows, and what each column is for, to be changed by a click. */
import { html, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import { say, t } from '../words';
import { formatCount } from '../words/numbers';
import type { Directions, Roles, Table } from '../workers/types';

/** Columns that are shown, at most, and those that directions are made of. */
const SHOWN = 40;
const DIRECTED = 64;
/** And those of a mixture in many dimensions. */
const ALL = 256;

type Role = 'x' | 'y' | 'class';

/** Columns that directions can be made of. */
const numeric = ({ columns }: Table, { label, index }: Roles): number[] =>
  columns.map((_, at) => at).filter((at) => columns[at]?.numeric && at !== label && at !== index);

/** The columns that are taken and lack values. */
const lacking = ({ columns }: Table, { axes, label }: Roles): Table['columns'] =>
  [...axes, label].flatMap((at) => columns[at] ?? []).filter((column) => column.missing > 0);

/** The roles to begin with: what has no value is left out, and that is shown. */
export function begin(table: Table): Roles | null {
  const { roles } = table;
  return roles && { ...roles, withoutMissing: lacking(table, roles).length > 0 };
}

/** The roles when a column is given another one, or loses the one that it has. */
export function given(table: Table, roles: Roles, at: number, role: Role): Roles {
  const { axes, label, directions } = roles;
  if (role === 'class') {
    if (at === label) return roles;
    const left = axes.map((axis) => (axis === at ? label : axis)).filter((axis) => table.columns[axis]?.numeric);
    const spare = numeric(table, { ...roles, label: at }).filter((axis) => !left.includes(axis));
    return { ...roles, label: at, axes: left.length > 0 ? left : spare.slice(0, 1) };
  }
  if (directions !== 'none') {
    const chosen = axes.includes(at) ? axes.filter((axis) => axis !== at) : [...axes, at].sort((a, b) => a - b);
    return chosen.length < 2 || chosen.length > mostOf(directions) ? roles : { ...roles, axes: chosen };
  }
  const place = role === 'x' ? 0 : 1;
  const other = axes[1 - place];
  // y is taken away by one more click; x is always there.
  if (axes[place] === at) return place === 0 ? roles : { ...roles, axes: axes.slice(0, 1) };
  if (other === at) return axes.length === 2 ? { ...roles, axes: [...axes].reverse() } : roles;
  const pair = place === 0 ? [at, other] : [other, at];
  return { ...roles, axes: pair.filter((axis): axis is number => axis !== undefined) };
}

const mostOf = (directions: Directions): number => (directions === 'all' ? ALL : DIRECTED);

/** The roles with other directions: of all columns of numbers, or again of two columns. */
export function directed(table: Table, roles: Roles, directions: Directions): Roles {
  if (directions !== 'none')
    return {
      ...roles,
      directions,
      // More columns than one way takes may be none of those that were taken away.
      axes:
        roles.directions === 'none' || directions === 'all'
          ? numeric(table, roles).slice(0, mostOf(directions))
          : roles.axes.slice(0, DIRECTED),
    };
  const axes = table.roles?.axes.filter((axis) => axis !== roles.label) ?? [];
  return { ...roles, directions, axes: axes.length > 0 ? axes : numeric(table, roles).slice(0, 2) };
}

export function preview(table: Table, roles: Roles | null, changed: (roles: Roles) => void): TemplateResult {
  const { columns, first, rows } = table;
  const shown = columns
    .map((_, at) => at)
    .filter((at) => at < SHOWN || roles?.label === at || (roles?.directions === 'none' && roles.axes.includes(at)));
  const left = columns.length - shown.length;
  const lacks = roles ? lacking(table, roles) : [];
  const all = roles ? numeric(table, roles) : [];
  const toggle = (at: number, role: Role, words: string, label: string) => {
    if (!roles) return nothing;
    const place = roles.axes.indexOf(at);
    const of = roles.directions !== 'none' ? place >= 0 : place === (role === 'x' ? 0 : 1);
    const pressed = role === 'class' ? roles.label === at : of;
    return html`<button
      type="button"
      aria-pressed=${String(pressed)}
      aria-label=${label}
      title=${label}
      @click=${() => changed(given(table, roles, at, role))}
    >
      ${words}
    </button>`;
  };
  const buttons = (at: number) => {
    const { name, numeric: isNumeric, labels } = columns[at] as Table['columns'][number];
    const axis = isNumeric && roles?.label !== at;
    const parts =
      roles?.directions === 'none'
        ? [
            axis ? toggle(at, 'x', 'x', t('{name} as x', { name })) : nothing,
            axis && all.length > 1 ? toggle(at, 'y', 'y', t('{name} as y', { name })) : nothing,
          ]
        : [
            axis
              ? toggle(
                  at,
                  'x',
                  t('in'),
                  roles?.directions === 'all'
                    ? t('{name} in the fit', { name })
                    : t('{name} in the directions', { name }),
                )
              : nothing,
          ];
    const several = labels && labels.length > 1;
    return [
      ...parts,
      several || roles?.label === at ? toggle(at, 'class', t('class'), t('{name} as the class', { name })) : nothing,
    ];
  };
  const names = roles ? (columns[roles.label]?.labels ?? []) : [];
  const choice = (value: Directions, words: string) =>
    html`<option value=${value} ?selected=${roles?.directions === value}>${words}</option>`;
  const check = (key: 'withoutMissing' | 'withoutOutliers', words: string) =>
    roles &&
    html`<label
      ><input
        type="checkbox"
        .checked=${live(roles[key])}
        @change=${(event: Event) => changed({ ...roles, [key]: (event.target as HTMLInputElement).checked })}
      />${words}</label
    >`;
  return html`<div class="table" role="group" aria-label=${t('The table as it was read')}>
    <p class="hint">
      ${t('Read as: {how}. {rows} rows. Below each name: what the column is for.', {
        how: table.readAs.map(say).join(t(', ')),
        rows: formatCount(rows),
      })}
    </p>
    <div class="rows" tabindex="0" role="region" aria-label=${t('The first rows')}>
      <table>
        <thead>
          <tr>
            ${shown.map((at) => html`<th scope="col" class=${roles?.label === at ? 'label' : roles?.axes.includes(at) ? 'axis' : ''}><bdi data-own-text>${columns[at]?.name}</bdi></th>`)}
          </tr>
          <tr class="roles">
            ${shown.map((at) => html`<td><span>${buttons(at)}</span></td>`)}
          </tr>
        </thead>
        <tbody>
          ${first.map((row) => html`<tr>${shown.map((at) => html`<td class=${roles?.label === at ? 'label' : roles?.axes.includes(at) ? 'axis' : ''}><bdi data-own-text>${row[at] ?? '0'}</bdi></td>`)}</tr>`)}
        </tbody>
      </table>
    </div>
    ${left > 0 ? html`<p class="hint">${t('{count} more columns are not shown.', { count: left })}</p>` : nothing}
    ${names.length > 0 ? html`<p class="hint">${t('Classes: {names}', { names: names.join(t(', ')) })}</p>` : nothing}
    ${roles ? nothing : html`<p class="wrong">${t('No column can be the class: it needs 2 to 8 different values, and another column numbers.')}</p>`}
    <div class="row">
      ${
        roles && all.length > 2
          ? html`<label
              >${t('Picture of')}
              <select @change=${(event: Event) => changed(directed(table, roles, (event.target as HTMLSelectElement).value as Directions))}>
                ${choice('none', t('the columns x and y'))} ${choice('principal', t('the two directions of the greatest variance'))}
                ${choice('discriminant', t('the two directions that tell the classes apart best'))}
                ${choice('all', t('all {count} columns: a mixture in as many dimensions', { count: roles.directions === 'all' ? roles.axes.length : Math.min(ALL, all.length) }))}
              </select></label
            >`
          : nothing
      }
      ${lacks.length > 0 ? check('withoutMissing', t('Leave out rows without a value ({columns})', { columns: lacks.map(({ name, missing }) => `${name}: ${missing}`).join(t(', ')) })) : nothing}
      ${check('withoutOutliers', t('Leave out rows far from all others'))}
    </div>
  </div>`;
}
