/** What guidance does to pictures, and how wrong the classifier is: measured when asked for, by a worker of its own. */
import { html, nothing, type TemplateResult } from 'lit';
import { unsafeHTML } from 'lit/directives/unsafe-html.js';
import { type Look, type Plot, plotSvg } from '../export/plot';
import { LabError } from '../lab/error';
import { readTheme } from '../painter/theme';
import { say, t } from '../words';
import { tm } from '../words/markup';
import { estimateText, formatNumber, formatPlain, formatTime } from '../words/numbers';
import type { Estimate, Influence, Labelled, LaneName, Wrong } from '../workers/protocol';
import { DIGITS, type Drawing } from './drawing';
import { Service } from './service';
import { asked, drawingIn, type Settings, steered } from './settings';

/** The guidance scales, and the times. */
const GAMMAS = [0, 0.5, 1, 2, 4, 7, 10];
const TIMES = [0.02, 0.1, 0.25, 0.5, 1, 2];
/** Pictures at each scale, and draws at each time. */
const PICTURES = 100;
/** When 1/p is looked at: later a single picture decides its mean. */
const THEN = 2;
const DRAWS = 100;

type What = 'effect' | 'fault';

const labelled = ({ right: { estimate, standardError }, images }: Labelled): string =>
  t('Clean images labelled right: {share}% of {images}.', {
    share: estimateText({ estimate: 100 * estimate, standardError: 100 * standardError }),
    images,
  });

export class Measures {
  readonly #redraw: () => void;
  /** Where it is shown. */
  readonly #host: HTMLElement;
  #service: Service | null = null;
  #running: What | null = null;
  #failed = '';
  #effects: { gamma: number; lanes: Influence[] }[] = [];
  #faults: { time: number; wrong: Wrong }[] = [];
  #accuracy: Labelled | null = null;
  /** What is measured. */
  #of: Drawing = DIGITS;

  constructor(host: HTMLElement, redraw: () => void) {
    this.#host = host;
    this.#redraw = redraw;
  }

  /** Something else is on show: nothing that was measured is true of it. */
  drop(): void {
    this.#stop();
    this.#effects = [];
    this.#faults = [];
    this.#accuracy = null;
    this.#failed = '';
  }

  #stop(): void {
    this.#service?.stop();
    this.#service = null;
    this.#running = null;
  }

  async #measure(what: What, settings: Settings): Promise<void> {
    this.drop();
    const service = new Service(drawingIn(settings));
    this.#service = service;
    this.#running = what;
    this.#redraw();
    const gone = () => this.#service !== service;
    try {
      const exact = await service.exact(settings);
      if (what === 'effect') {
        for (const gamma of GAMMAS) {
          const all = asked(settings, [...steered(settings), 'conditional'], PICTURES);
          const found = await exact.gallery('effect', { ...all, gamma }, THEN);
          if (gone()) return;
          this.#effects.push({ gamma, lanes: found });
          this.#redraw();
        }
      } else {
        const all = asked(settings);
        // Of own data none were kept back.
        if (!drawingIn(settings).own)
          this.#accuracy = await exact.gallery('accuracy', all, all.process.stop, await service.images());
        for (const time of TIMES) {
          this.#redraw();
          const wrong = await exact.gallery('fault', all, time, DRAWS);
          if (gone()) return;
          this.#faults.push({ time, wrong });
        }
      }
    } catch (thrown) {
      if (!gone()) this.#failed = say(LabError.from(thrown).says);
    }
    if (!gone()) this.#stop();
    this.#redraw();
  }

  template(settings: Settings): TemplateResult {
    const exactKind = settings.state.classifier.kind === 'exact';
    this.#of = drawingIn(settings);
    const { own } = this.#of;
    return html`<section class="measures" aria-labelledby="gallery-measures">
      <h2 id="gallery-measures">${own ? t('What does guidance do to samples?') : t('What does guidance do to pictures?')}</h2>
      <p>${own ? t('{count} samples at each guidance scale, on the noise of conditional sampling (γ = 1). “Improved” is the share whose log p(c|x) is at the end at least that of the same sample there. The mean of 1/p is taken at t = {time}: at γ = 1 its expectation is 1/p(c) at every time, with the share p(c) of the class, but near t = 0 a single sample that misses its class decides it.', { count: PICTURES, time: THEN }) : t('{count} pictures at each guidance scale, on the noise of conditional sampling (γ = 1); it takes about a minute. “Improved” is the share whose log p(c|x) is at the end at least that of the same picture there. The mean of 1/p is taken at t = {time}: it is 10 at γ = 1 at every time, but near t = 0 a single picture that misses its digit decides it.', { count: PICTURES, time: THEN })}</p>
      ${this.#button('effect', t('Measure over γ'), settings)}
      ${this.#effects.length > 0 ? this.#effectTable(steered(settings)) : nothing}
      ${
        exactKind
          ? nothing
          : html`<h2>${t('How wrong is the classifier under test?')}</h2>
            <p>${own ? t('By {count} draws at each time, with standard errors.', { count: DRAWS }) : t('By {count} draws at each time, with standard errors. Beside it the number that people trust: how many clean images it labels right that it has not seen.', { count: DRAWS })}</p>
            ${this.#button('fault', t('Measure over time'), settings)}
            ${this.#accuracy ? html`<p>${labelled(this.#accuracy)}</p>` : nothing}
            ${this.#faults.length > 0 ? this.#faultTable() : nothing}`
      }
      ${this.#failed ? html`<p role="alert">${this.#failed}</p>` : nothing}
    </section>`;
  }

  #button(what: What, label: string, settings: Settings): TemplateResult {
    if (this.#running !== what)
      return html`<button type="button" class="plain" ?disabled=${this.#running !== null} @click=${() => void this.#measure(what, settings)}>${label}</button>`;
    const cancel = () => {
      this.#stop();
      this.#redraw();
    };
    return html`<button type="button" class="plain" @click=${cancel}>${t('Cancel')}</button> <span class="note" role="status">${t('Measuring …')}</span>`;
  }

  #effectTable(names: LaneName[]): TemplateResult {
    const exactKind = names.length === 1;
    const cells = ({ logProbability, improved, reciprocal, distance, components, ruined }: Influence) => html`
      <td>${estimateText(logProbability)}</td>
      <td>${formatNumber(100 * improved.estimate, 3)}</td>
      <td>${estimateText(reciprocal)}</td>
      <td>${formatNumber(distance)}</td>
      <td>${formatNumber(components)}</td>
      ${this.#of.shape ? html`<td>${ruined}</td>` : nothing}`;
    return html`<div class="wide" tabindex="0" role="region" aria-label=${t('What guidance does, as a table')}><table>
      <thead><tr>
        <th scope="col">γ</th>
        ${exactKind ? nothing : html`<th scope="col">${t('Lane')}</th>`}
        <th scope="col">${t('mean log p(c|x), nats')}</th>
        <th scope="col">${t('improved, %')}</th>
        <th scope="col">${t('mean of 1/p at t = {time}', { time: THEN })}</th>
        <th scope="col">${t('mean distance of two')}</th>
        <th scope="col">${this.#inUse()}</th>
        ${this.#of.shape ? html`<th scope="col">${t('no picture any more')}</th>` : nothing}
      </tr></thead>
      <tbody>${this.#effects.map(({ gamma, lanes }) =>
        lanes.map(
          (lane, index) => html`<tr class=${names[index] as LaneName}>
            <th scope="row">${formatPlain(gamma)}</th>
            ${exactKind ? nothing : html`<td>${names[index] === 'tested' ? t('tested') : t('exact')}</td>`}
            ${cells(lane)}
          </tr>`,
        ),
      )}</tbody>
    </table></div>
    <div class="charts">${this.#charts(names)}</div>`;
  }

  #inUse(): string {
    const { own, components } = this.#of;
    return own ? t('components in use, of {components}', { components }) : t('components in use, of 50');
  }

  /** What the table says, against gamma. */
  #charts(names: LaneName[]): TemplateResult[] {
    const probe = this.#host.querySelector<HTMLElement>('.probe i');
    if (!probe || this.#effects.length < 2) return [];
    const { paper, ink, soft, hairline, laneText } = readTheme(this.#host, probe);
    const look: Look = { paper, ink, soft, hairline, font: 'system-ui, sans-serif' };
    const width = Math.min(440, this.#host.clientWidth);
    const plot = (title: string, of: (found: Influence) => Estimate): Plot => ({
      title,
      x: { label: t('guidance scale γ') },
      y: { label: title },
      series: names.map((name, index) => ({
        label: name === 'tested' ? t('tested') : t('exact'),
        color: laneText[name],
        points: this.#effects.map(({ gamma, lanes }) => {
          const { estimate, standardError } = of(lanes[index] as Influence);
          return { x: gamma, y: estimate, error: standardError };
        }),
        marker: name === 'tested' ? ('square' as const) : ('circle' as const),
        dash: name === 'tested' ? [] : [6, 3],
      })),
    });
    const exactly = (estimate: number): Estimate => ({ estimate, standardError: 0 });
    return [
      plot(t('improved, %'), ({ improved }) => ({
        estimate: 100 * improved.estimate,
        standardError: 100 * improved.standardError,
      })),
      plot(this.#inUse(), ({ components }) => exactly(components)),
      ...(this.#of.shape ? [plot(t('no picture any more'), ({ ruined }) => exactly(ruined))] : []),
    ].map(
      (each) =>
        html`<figure class="chart" role="img" aria-label=${t('Chart: {title} against γ; its numbers stand in the table', { title: each.title })}>${unsafeHTML(plotSvg(each, look, { width, height: 160, titled: false }))}</figure>`,
    );
  }

  #faultTable(): TemplateResult {
    return html`<div class="wide" tabindex="0" role="region" aria-label=${t('How wrong the classifier is, as a table')}><table>
      <thead><tr>
        <th scope="col">${tm('*t*')}</th>
        <th scope="col">${t('conditional KL, nats')}</th>
        <th scope="col">${t('guidance error (mean square)')}</th>
        <th scope="col">${t('exact guidance, mean square')}</th>
      </tr></thead>
      <tbody>${this.#faults.map(
        ({ time, wrong }) => html`<tr>
          <th scope="row">${formatTime(time)}</th>
          <td>${estimateText(wrong.kl)}</td>
          <td>${estimateText(wrong.error)}</td>
          <td>${estimateText(wrong.norm)}</td>
        </tr>`,
      )}</tbody>
    </table></div>`;
  }
}
