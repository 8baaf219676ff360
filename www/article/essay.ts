/** The essay in the page: numbers in captions follow their figures, and a figure that cannot run shows its still. */
import '../figure/register';
import './article.css';
import type { GuidanceLab } from '../figure/element';
import { LabError } from '../lab/error';
import { say, t } from '../words';
import type { Measurement } from '../workers/protocol';
import { like } from './printed';
import { quantity } from './quantities';

/** Fills the numbers of a caption, again whenever the figure has changed. */
class Caption {
  readonly #figure: GuidanceLab;
  readonly #numbers: { place: HTMLElement; printed: string }[];
  #busy = false;
  #again = false;

  constructor(figure: GuidanceLab, places: HTMLElement[]) {
    this.#figure = figure;
    this.#numbers = places.map((place) => ({ place, printed: place.textContent ?? '' }));
  }

  readonly follow = async (): Promise<void> => {
    this.#again = true;
    if (this.#busy) return;
    this.#busy = true;
    try {
      while (this.#again) {
        this.#again = false;
        await this.#fill();
      }
    } finally {
      this.#busy = false;
    }
  };

  async #fill(): Promise<void> {
    if (this.#numbers.length === 0) return;
    const { lab } = this.#figure;
    const { measurement, state } = lab;
    if (!measurement) return;
    const known = new Map<string, Measurement>();
    for (const { place, printed } of this.#numbers) {
      const { at, quantity: name } = place.dataset as { at?: string; quantity: string };
      let of = measurement;
      if (at !== undefined) {
        of = known.get(at) ?? { ...measurement, ...(await lab.exact.measures(state, Number(at))) };
        known.set(at, of);
      }
      const text = like(printed, quantity(name, { measurement: of, state }));
      if (place.textContent !== text) place.textContent = text;
    }
  }
}

/** The still in the place of a figure that cannot start, with why. */
function standStill(figure: GuidanceLab, thrown: unknown): void {
  const still = figure.querySelector('.still');
  if (!still) return;
  const why = document.createElement('p');
  why.className = 'still-only';
  why.textContent = t('This figure cannot run here, so its picture is shown: {why}', {
    why: say(LabError.from(thrown).says),
  });
  figure.replaceWith(still, why);
}

for (const frame of document.querySelectorAll<HTMLElement>('figure.live')) {
  const figure = frame.querySelector('guidance-lab') as GuidanceLab;
  const caption = new Caption(figure, [...frame.querySelectorAll<HTMLElement>('figcaption .live')]);
  for (const type of ['measurement', 'statechange']) figure.addEventListener(type, () => void caption.follow());
  // What else goes wrong is told by the figure itself.
  figure.addEventListener('error', () => void figure.ready.catch((thrown) => standStill(figure, thrown)));
}
