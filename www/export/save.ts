/** The menu that saves a chart or a table, and the files it makes. */

import { download } from '../controls/download';
import { t } from '../words';
import { placePopover } from '../words/popover';
import { png } from './files';
import { type Look, type Plot, plotSvg } from './plot';
import { csv, heading, type Table } from './table';

export interface Savable {
  /** The name of the file, without its extension. */
  name: string;
  table: Table;
  /** What is said beside the numbers in the JSON file: the state that made them, and what they are. */
  about: Record<string, unknown>;
  plots: Plot[];
  look: Look;
}

const WIDTH = 640;
const HEIGHT = 300;
/** Pixels of the picture for one of the drawing. */
const SHARP = 2;

export const FORMATS = ['csv', 'json', 'svg', 'png'] as const;
export type Format = (typeof FORMATS)[number];

const TYPES: Record<Format, string> = {
  csv: 'text/csv',
  json: 'application/json',
  svg: 'image/svg+xml',
  png: 'image/png',
};

/** A file as a blob. */
export async function make(what: Savable, format: Format): Promise<Blob> {
  const { table } = what;
  if (format === 'csv') return new Blob([csv(table)], { type: TYPES.csv });
  if (format === 'json') {
    const columns = table.columns.map((column) => ({ ...column, heading: heading(column) }));
    const text = JSON.stringify({ ...what.about, columns, rows: table.rows }, null, 1);
    return new Blob([text], { type: TYPES.json });
  }
  const svg = plotSvg(what.plots, what.look, { width: WIDTH, height: HEIGHT, titled: true });
  const drawing = new Blob([svg], { type: TYPES.svg });
  return format === 'svg' ? drawing : rasterise(drawing);
}

async function rasterise(drawing: Blob): Promise<Blob> {
  const address = URL.createObjectURL(drawing);
  try {
    const image = new Image();
    image.src = address;
    await image.decode();
    const canvas = document.createElement('canvas');
    canvas.width = SHARP * image.width;
    canvas.height = SHARP * image.height;
    canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await png(canvas);
  } finally {
    URL.revokeObjectURL(address);
  }
}

/** Opens a menu of formats at a button; choosing one saves the file. */
export function chooseFormat(button: HTMLElement, what: () => Savable): void {
  const look = what().look;
  const menu = document.createElement('div');
  menu.popover = 'auto';
  menu.setAttribute('role', 'group');
  menu.setAttribute('aria-label', t('Save as'));
  menu.style.cssText = `position: fixed; margin: 0; padding: 4px; border: 1px solid ${look.soft}; border-radius: 4px; background: ${look.paper}; color: ${look.ink}; font: 14px/20px ${look.font};`;
  const said = document.createElement('p');
  said.setAttribute('role', 'status');
  said.style.cssText = 'margin: 0; max-width: 200px;';
  for (const format of FORMATS) {
    const choice = document.createElement('button');
    choice.type = 'button';
    choice.textContent = format.toUpperCase();
    choice.style.cssText =
      'display: block; width: 100%; min-height: 32px; padding: 4px 16px; border: 0; background: none; color: inherit; font: inherit; text-align: start; cursor: pointer;';
    if (matchMedia('(pointer: coarse)').matches) choice.style.minHeight = '44px';
    choice.addEventListener('click', async () => {
      try {
        const savable = what();
        download(await make(savable, format), `${savable.name}.${format}`);
        menu.hidePopover();
      } catch (error) {
        said.textContent = t('Not saved: {why}.', { why: error instanceof Error ? error.message : String(error) });
      }
    });
    menu.append(choice);
  }
  menu.append(said);
  menu.addEventListener('keydown', (event) => {
    const items = [...menu.querySelectorAll('button')];
    const root = menu.getRootNode() as Document | ShadowRoot;
    const present = items.indexOf(root.activeElement as HTMLButtonElement);
    const next = { ArrowDown: present + 1, ArrowUp: present - 1, Home: 0, End: items.length - 1 }[event.key];
    event.stopPropagation();
    if (next === undefined) return;
    event.preventDefault();
    items[(next + items.length) % items.length]?.focus();
  });
  menu.addEventListener('toggle', (event) => {
    if (event.newState !== 'closed') return;
    menu.remove();
    button.setAttribute('aria-expanded', 'false');
  });
  button.after(menu);
  button.setAttribute('aria-expanded', 'true');
  // Closing gives the focus back to where it was; not every browser focuses a button that is clicked.
  button.focus();
  menu.showPopover();
  placePopover(menu, button, { first: 'below', align: 'right', gap: 4 });
  menu.querySelector('button')?.focus();
}
