/** Check: the claims as a table, and each on a page of its own. */
import { html, nothing, render, type TemplateResult } from 'lit';
import { LabError } from '../lab/error';
import { encode, toQuery } from '../lab/permalink';
import { called, say, t } from '../words';
import { connect } from '../workers/client';
import type { Preset, State } from '../workers/protocol';
import type { Entry } from '../workers/sweep-protocol';
import { ClaimPage } from './claim-page';
import './experiments.css';
import { recall } from './memory';
import { rich, timeOf } from './plots';
import { owner, standingWords, verdictWords } from './standing';

/** Where things are: on a site by queries, in a single file by the part behind `#`. */
export interface Places {
  table(): string;
  claim(name: string): string;
  figure(query: string): string;
}

function row({ about, default: full }: Entry, places: Places): TemplateResult {
  const last = recall(about.name);
  return html`<tr>
    <th scope="row"><a href=${places.claim(about.name)}>${rich(called(about.title))}</a><p>${rich(called(about.claim))}</p></th>
    <td data-name=${t('Whose')}>${owner(about)}</td>
    <td data-name=${t('Standing')}>${standingWords(about, last)}</td>
    <td data-name=${t('Last verdict here')} class=${last ? (last.agrees ? 'yes' : 'no') : ''}>${last ? verdictWords(last) : t('not measured yet')}</td>
    <td data-name=${t('Cost')}>${timeOf(full)}</td>
  </tr>`;
}

function table(entries: Entry[], places: Places, missing: string): TemplateResult {
  return html`<h1>${t('Do the claims hold?')}</h1>
    ${missing ? html`<p class="missing" role="status">${missing}</p>` : nothing}
    <p class="lead">${t('Each claim is measured here, in your browser, against its prediction. Choose one and press Run. “Proved” means in the paper that is named; “seen” means measured, not proved. The last verdict is kept in this browser alone.')}</p>
    <table class="claims">
      <thead><tr><th scope="col">${t('Claim')}</th><th scope="col">${t('Whose')}</th><th scope="col">${t('Standing')}</th><th scope="col">${t('Last verdict here')}</th><th scope="col">${t('Cost')}</th></tr></thead>
      <tbody>${entries.map((entry) => row(entry, places))}</tbody>
    </table>`;
}

export class Claims {
  readonly #host: HTMLElement;
  readonly #places: Places;
  readonly #entries: Entry[];
  readonly #presets: Preset[];
  /** What the address names; null is the table. */
  #wanted: string | null = null;
  #page: ClaimPage | null = null;

  constructor(host: HTMLElement, places: Places, entries: Entry[], presets: Preset[]) {
    this.#host = host;
    this.#places = places;
    this.#entries = entries;
    this.#presets = presets;
    addEventListener('guidance-lab-language', () => {
      if (!this.#page) this.show(this.#wanted);
    });
  }

  /** Shows a claim, or the table; says what the page is called. */
  show(name: string | null): void {
    this.#wanted = name;
    this.#page?.leave();
    this.#page = null;
    const entry = this.#entries.find(({ about }) => about.name === name);
    if (!entry) {
      const missing =
        name === null
          ? ''
          : t('There is no claim “{name}”. These are all that there are.', { name: name.slice(0, 40) });
      render(table(this.#entries, this.#places, missing), this.#host);
      return;
    }
    this.#page = new ClaimPage(this.#host, entry, {
      table: this.#places.table(),
      figure: (state: State) => this.#places.figure(toQuery(encode(state, this.#presets[0] as Preset))),
    });
  }

  /** What is shown, for the title of the page. */
  get title(): string {
    const entry = this.#entries.find(({ about }) => about.name === this.#wanted);
    return entry ? called(entry.about.title) : t('Check');
  }
}

/** Asks the module what there is to measure. */
export async function openClaims(host: HTMLElement, places: Places): Promise<Claims | null> {
  const { exact, release } = connect();
  try {
    const [entries, presets] = await Promise.all([exact.catalogue(), exact.presets()]);
    return new Claims(host, places, entries, presets);
  } catch (thrown) {
    render(
      html`<h1>${t('Do the claims hold?')}</h1>
        <p class="missing" role="alert">${t('The experiments cannot run here: {why}', { why: say(LabError.from(thrown).says) })}</p>`,
      host,
    );
    return null;
  } finally {
    release();
  }
}
