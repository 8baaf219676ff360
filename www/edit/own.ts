/** One's own distribution: points drawn in the picture, or pasted, or from a file; then a fitted mixture. */
import { html, nothing, svg, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import { LabError } from '../lab/error';
import type { Lab } from '../lab/lab';
import type { Stage } from '../painter/stage';
import type { Subject } from '../painter/subject';
import { say, t } from '../words';
import { again } from '../workers/again';
import type { Roles, Table } from '../workers/types';
import type { ImageFile, ManyFit } from './many';
import { panelsOf, pixelOf, squaresOf } from './places';
import { begin, preview } from './preview';
import { TABLES } from './tables';

interface Drawn {
  x: number[];
  class: number;
}

const MOST_DRAWN = 3000;
/** Drawn points scatter about the finger by up to this share of the window. */
const SCATTER = 0.05;
/** The additive recurrence of the plastic number spreads points evenly; the same strokes give the same points. */
const SPREAD = [0.7548776662466927, 0.5698402909980532] as const;
/** A file larger than this is refused before it is read. */
const MOST_BYTES = 100_000_000;
const SHAPES = ['●', '▲', '■', '◆', '★', '✚', '▼', '○'];

export class OwnData {
  readonly #lab: Lab;
  readonly #stage: Stage;
  readonly #changed: () => void;
  #drawn: Drawn[] = [];
  #class = 1;
  #text = '';
  #busy = false;
  /** What the preview shows: the text or the file, what was read of it, and what its columns are for. */
  #source: string | File | null = null;
  #table: Table | null = null;
  #roles: Roles | null = null;
  #looking = false;
  #said: { error: boolean; lines: string[] } | null = null;
  /** What fits in many dimensions, fetched with its first use. */
  #many: ManyFit | null = null;

  constructor(lab: Lab, stage: Stage, changed: () => void) {
    this.#lab = lab;
    this.#stage = stage;
    this.#changed = changed;
  }

  /** A point at the pointer, or several about it while it moves. */
  draw(x: readonly number[], count: number): void {
    const { subject } = this.#lab;
    if (!subject) return;
    const dimension = x.length;
    this.#drawn = this.#drawn.filter((each) => each.x.length === dimension);
    for (let k = 0; k < count && this.#drawn.length < MOST_DRAWN; k += 1) {
      const scattered = x.map((value, axis) => {
        const span = (subject.window.max[axis] as number) - (subject.window.min[axis] as number);
        const place = (0.5 + this.#drawn.length * (SPREAD[axis] as number)) % 1;
        const shift = count === 1 ? 0 : (2 * place - 1) * SCATTER * span;
        return Number((value + shift).toFixed(4));
      });
      this.#drawn.push({ x: scattered, class: this.#class });
    }
  }

  async take(file: File): Promise<void> {
    if (file.size > MOST_BYTES) {
      this.#said = {
        error: true,
        lines: [
          t('{file} has {size} MB; at most {most} are read.', {
            file: file.name.slice(-80),
            size: Math.round(file.size / 1e6),
            most: MOST_BYTES / 1e6,
          }),
        ],
      };
      this.#changed();
      return;
    }
    this.#text = '';
    await this.#look(file);
  }

  /** Reads a table to show it; what has come meanwhile is read next. */
  async #look(source: string | File | null): Promise<void> {
    this.#source = source;
    this.#table = null;
    this.#said = null;
    if (this.#looking) return;
    this.#looking = true;
    while (this.#source && !this.#table && !this.#said) {
      this.#changed();
      const read = this.#source;
      const table = await this.#lab.exact.table(read).catch((thrown: unknown) => LabError.from(thrown));
      if (read !== this.#source) continue;
      if (table instanceof LabError) this.#said = { error: true, lines: [say(table.says)] };
      else {
        this.#table = table;
        this.#roles = begin(table);
      }
    }
    this.#looking = false;
    this.#changed();
  }

  /** A folder of images, as it was chosen or dropped. */
  async takeFolder(images: () => ImageFile[] | Promise<ImageFile[]>): Promise<void> {
    await this.#work(async () => (await this.#bring()).images(this.#figure, await images()));
  }

  async takeEntry(folder: FileSystemDirectoryEntry): Promise<void> {
    await this.takeFolder(async () => (await import('./many')).imagesIn(folder));
  }

  get #figure() {
    return this.#stage.root.host as unknown as Parameters<ManyFit['images']>[0];
  }

  async #bring(): Promise<ManyFit> {
    this.#many ??= new (await again(() => import('./many'))).ManyFit(() => this.#changed());
    return this.#many;
  }

  #fit(text: string | File, roles: Roles | null = null): Promise<void> {
    return this.#work(async () => {
      if (roles?.directions === 'all') await (await this.#bring()).table(this.#figure, text, roles);
      else this.#said = { error: false, lines: (await this.#lab.fit(text, roles)).notes };
    });
  }

  async #work(work: () => Promise<unknown>): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    this.#said = null;
    this.#changed();
    try {
      await work();
    } catch (thrown) {
      this.#said = { error: true, lines: [`${t('Nothing was changed.')}${t(' ')}${say(LabError.from(thrown).says)}`] };
    }
    this.#busy = false;
    this.#changed();
  }

  marks(subject: Subject): TemplateResult {
    const { size } = this.#stage;
    const flat = subject.domain.dimension === 1;
    const rect = flat ? panelsOf(subject, size).density : squaresOf(subject, size).at(-1);
    if (!rect) return svg``;
    return svg`${this.#drawn
      .filter(({ x }) => x.length === subject.domain.dimension)
      .map(({ x, class: label }, index) => {
        const at = pixelOf(subject, rect, x);
        // On the line, points are stacked so that they can be told apart.
        const y = flat ? rect.y + rect.height - 6 - ((index * 7) % 40) : at.y;
        return svg`<text class="point" x=${at.x} y=${y + 3} text-anchor="middle">${SHAPES[label] ?? '●'}</text>`;
      })}`;
  }

  bench(subject: Subject): TemplateResult {
    const flat = subject.domain.dimension === 1;
    const used = [0, 1, 2, 3];
    const csv = this.#drawn.map(({ x, class: label }) => `${x.join(',')},${label}`).join('\n');
    return html`<section
      class="own"
      aria-label=${t('Your own distribution')}
      @dragover=${(event: DragEvent) => event.preventDefault()}
      @drop=${(event: DragEvent) => {
        const file = event.dataTransfer?.files[0];
        if (!file) return;
        event.preventDefault();
        event.stopPropagation();
        const entry = event.dataTransfer?.items[0]?.webkitGetAsEntry?.();
        if (entry?.isDirectory) void this.takeEntry(entry as FileSystemDirectoryEntry);
        else void this.take(file);
      }}
    >
      <p class="hint">
        ${t('Draw points of each class in the picture (Enter adds one at the crosshair), or paste a table, or drop a file here: CSV however it is separated, libsvm, ARFF. A Gaussian mixture is fitted to each class.')}
        ${t('A folder of small PNG images of one size, with a folder for each class, can be fitted, too: each pixel is a coordinate.')}
        ${flat ? t('On the line only the place along x counts.') : nothing}
      </p>
      <div role=${this.#said?.error ? 'alert' : 'status'}>
        ${this.#busy && !this.#many?.busy ? html`<p>${t('Fitting …')}</p>` : this.#looking ? html`<p>${t('Reading …')}</p>` : nothing}
        ${
          this.#said
            ? html`<div class=${`said ${this.#said.error ? 'wrong' : ''}`}>${this.#said.lines.map((line) => html`<p>${line}</p>`)}</div>`
            : nothing
        }
      </div>
      ${this.#many?.template() ?? nothing}
      <div class="row" role="radiogroup" aria-label=${t('Class of the points that are drawn')}>
        <span aria-hidden="true">${t('Draw class')}</span>
        ${used.map(
          (each) => html`<label
            ><input
              type="radio"
              name="drawn-class"
              .checked=${live(this.#class === each)}
              aria-label=${t('Class {label}', { label: each })}
              @change=${() => {
                this.#class = each;
                this.#changed();
              }}
            />${SHAPES[each]} ${each}</label
          >`,
        )}
        <span class="count">${t('{count} points', { count: this.#drawn.length })}</span>
        <button
          type="button"
          class="add"
          ?disabled=${this.#drawn.length === 0}
          @click=${() => {
            this.#drawn = [];
            this.#changed();
          }}
        >
          ${t('Clear')}
        </button>
        <button type="button" class="add" ?disabled=${this.#drawn.length === 0 || this.#busy} @click=${() => this.#fit(csv)}>
          ${t('Fit the drawn points')}
        </button>
      </div>
      <label class="paste"
        >${t('Points as text, one a line: numbers and a class')}
        <textarea
          rows="3"
          spellcheck="false"
          placeholder="x,y,class"
          .value=${live(this.#text)}
          @input=${(event: Event) => {
            this.#text = (event.target as HTMLTextAreaElement).value;
            void this.#look(this.#text.trim() === '' ? null : this.#text);
          }}
        ></textarea>
      </label>
      ${
        this.#table
          ? preview(this.#table, this.#roles, (roles) => {
              this.#roles = roles;
              this.#changed();
            })
          : nothing
      }
      <div class="row">
        <button
          type="button"
          class="add"
          ?disabled=${!this.#source || this.#busy || this.#looking || (this.#table && !this.#roles)}
          @click=${() => this.#source && this.#fit(this.#source, this.#table && this.#roles)}
        >
          ${this.#source instanceof File ? t('Fit {name}', { name: this.#source.name.slice(-40) }) : t('Fit the pasted points')}
        </button>
        <label class="file"
          >${t('or a file')}
          <input
            type="file"
            accept=${`${TABLES.map((each) => `.${each}`).join()},text/*`}
            @change=${(event: Event) => {
              const input = event.target as HTMLInputElement;
              const file = input.files?.[0];
              input.value = '';
              if (file) void this.take(file);
            }}
        /></label>
        <label class="file"
          >${t('or a folder of images')}
          <input
            type="file"
            webkitdirectory
            ?disabled=${this.#busy}
            @change=${(event: Event) => {
              const input = event.target as HTMLInputElement;
              const files = [...(input.files ?? [])];
              input.value = '';
              if (files.length > 0)
                void this.takeFolder(() => files.map((file) => ({ path: file.webkitRelativePath, file })));
            }}
        /></label>
      </div>
    </section>`;
  }
}
