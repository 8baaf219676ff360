/**
 * Own data in many dimensions: a table in all its columns, or a folder of images, fitted by a worker of its own that can be
 * stopped. Fetched with the first of them. What was fitted is shown in the figure's place; until then it stays as it is.
 */
import { html, nothing, type TemplateResult } from 'lit';
import { LabError } from '../lab/error';
import { owned } from '../lab/named';
import { t } from '../words';
import { formatCount } from '../words/numbers';
import { IMAGE_UNREADABLE } from '../words/own-later';
import { fault, saying } from '../words/says';
import { spawn } from '../workers/client';
import type { FitRound, FittedMany, ImageFolder, Roles } from '../workers/protocol';

/** An image of a folder that has a folder for each class. */
export interface ImageFile {
  /** From the chosen folder on. */
  path: string;
  file: File;
}

/** The figure, which shows what a state names. */
interface Figure {
  setState(patch: unknown): Promise<void>;
}

/** What begins a PNG file; width and height follow at bytes 16 and 20. */
const PNG = [137, 80, 78, 71, 13, 10, 26, 10];
const HEADER = 24;
/** Images between two looks at whether it goes on. */
const AT_ONCE = 100;

let count = 0;

export class ManyFit {
  readonly #changed: () => void;
  /** How far it is, from 0 to 1, and in words. */
  #stands: { share: number; words: string } | null = null;
  #stop: (() => void) | null = null;

  constructor(changed: () => void) {
    this.#changed = changed;
  }

  get busy(): boolean {
    return this.#stands !== null;
  }

  /** Fits a table in all its columns, and shows it. Rejects with a LabError; false where it was stopped. */
  table(figure: Figure, points: string | Blob, roles: Roles): Promise<boolean> {
    return this.#show(figure, async (stopped) => this.#fitted(points, roles, stopped));
  }

  /** The same with images. */
  images(figure: Figure, images: readonly ImageFile[]): Promise<boolean> {
    return this.#show(figure, async (stopped) => {
      const { folder, pixels } = await this.#read(images, stopped);
      return this.#fitted(pixels, folder, stopped);
    });
  }

  async #show(figure: Figure, work: (stopped: Promise<never>) => Promise<FittedMany>): Promise<boolean> {
    let stop = () => {};
    const stopped = new Promise<never>((_, reject) => {
      stop = () => reject(STOPPED);
    });
    stopped.catch(() => {});
    this.#stop = stop;
    this.#tell(0, t('Reading …'));
    try {
      const fitted = await Promise.race([work(stopped), stopped]);
      count += 1;
      const named = `own-${count}`;
      owned.set(named, fitted);
      await figure.setState({ mixture: { named } });
      return true;
    } catch (thrown) {
      if (thrown === STOPPED) return false;
      throw LabError.from(thrown);
    } finally {
      this.#stop = null;
      this.#stands = null;
      this.#changed();
    }
  }

  #tell(share: number, words: string): void {
    this.#stands = { share, words };
    this.#changed();
  }

  async #fitted(points: string | Blob | Uint8Array, wanted: Roles | ImageFolder, stopped: Promise<never>) {
    const { service, stop } = await spawn('fit');
    const told = (round: FitRound) => {
      const { share, class: name, components } = round;
      if (this.#stop)
        this.#tell(share, t('Fitting class {name}: {components} components', { name: name.slice(0, 40), components }));
    };
    try {
      return await Promise.race([service.fit(points, wanted, told), stopped]);
    } finally {
      stop();
    }
  }

  /** The pixels of all images, class by class, in the order of their names, as the command takes them. */
  async #read(
    images: readonly ImageFile[],
    stopped: Promise<never>,
  ): Promise<{ folder: ImageFolder; pixels: Uint8Array }> {
    const found = images
      .map((image) => ({ ...image, parts: image.path.split('/') }))
      .filter(({ parts }) => parts.length === 3 && /\.png$/i.test(parts[2] as string))
      .sort(
        ({ parts: a }, { parts: b }) => order(a[1] as string, b[1] as string) || order(a[2] as string, b[2] as string),
      );
    const classes: ImageFolder['classes'] = [];
    for (const { parts } of found) {
      const name = parts[1] as string;
      const last = classes.at(-1);
      if (last?.name === name) last.images += 1;
      else classes.push({ name, images: 1 });
    }
    const folder: ImageFolder = { path: images[0]?.path.split('/')[0] ?? '', classes, sizes: [] };
    const none = { folder, pixels: new Uint8Array() };
    // What is not to be read is refused by the fit, in its own words.
    if (classes.length > 16 || found.length > 10_000) return none;
    for (const { path, file } of found) {
      const size = await sizeOf(path, file);
      folder.sizes.push(size);
      const { width, height } = folder.sizes[0] as ImageFolder['sizes'][number];
      if (size.width !== width || size.height !== height || width * height > 256) return none;
    }
    const bytes = 4 * (folder.sizes[0]?.width ?? 0) * (folder.sizes[0]?.height ?? 0);
    const pixels = new Uint8Array(bytes * found.length);
    for (const [index, { path, file }] of found.entries()) {
      if (index % AT_ONCE === 0) {
        const values = { done: formatCount(index), of: formatCount(found.length) };
        this.#tell(0, t('Reading images: {done} of {of}', values));
        await Promise.race([new Promise((resolve) => setTimeout(resolve)), stopped]);
      }
      pixels.set(await pixelsOf(path, file), index * bytes);
    }
    return { folder, pixels };
  }

  template(): TemplateResult | typeof nothing {
    if (!this.#stands) return nothing;
    const { share, words } = this.#stands;
    return html`<p>${words}</p>
      <div class="row">
        <progress max="1" .value=${share} aria-label=${t('Progress of the fit')}></progress>
        <button type="button" class="add" @click=${() => this.#stop?.()}>${t('Stop')}</button>
      </div>`;
  }
}

const STOPPED = Symbol('stopped');

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const unreadable = (path: string): LabError =>
  new LabError(fault('type', path, saying(IMAGE_UNREADABLE, { field: path })));

async function sizeOf(path: string, file: File): Promise<ImageFolder['sizes'][number]> {
  const bytes = await file
    .slice(0, HEADER)
    .arrayBuffer()
    .catch(() => new ArrayBuffer(0));
  if (bytes.byteLength < HEADER || PNG.some((byte, at) => new Uint8Array(bytes)[at] !== byte)) throw unreadable(path);
  const view = new DataView(bytes);
  return { file: path, width: view.getUint32(16), height: view.getUint32(20) };
}

/** Red, green, blue and opacity of each pixel, as they stand in the file. */
async function pixelsOf(path: string, file: File): Promise<Uint8ClampedArray> {
  const bitmap = await createImageBitmap(file, { colorSpaceConversion: 'none', premultiplyAlpha: 'none' }).catch(() => {
    throw unreadable(path);
  });
  const { width, height } = bitmap;
  const canvas = document.createElement('canvas');
  Object.assign(canvas, { width, height });
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (!context) throw unreadable(path);
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  return context.getImageData(0, 0, width, height).data;
}

/** The images of a folder that was dropped. */
export async function imagesIn(folder: FileSystemDirectoryEntry): Promise<ImageFile[]> {
  const entriesOf = async (each: FileSystemDirectoryEntry) => {
    const reader = each.createReader();
    const all: FileSystemEntry[] = [];
    for (;;) {
      const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
      if (some.length === 0) return all;
      all.push(...some);
    }
  };
  const images: ImageFile[] = [];
  for (const own of await entriesOf(folder)) {
    if (!own.isDirectory) continue;
    for (const entry of await entriesOf(own as FileSystemDirectoryEntry)) {
      if (!entry.isFile || !/\.png$/i.test(entry.name)) continue;
      const file = await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject));
      images.push({ path: `${folder.name}/${own.name}/${entry.name}`, file });
    }
  }
  // Of an empty one the name is said.
  return images.length > 0 ? images : [{ path: `${folder.name}/`, file: new File([], '') }];
}
