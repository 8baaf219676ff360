/** Whose harm it is, the score's or that of what guides: one sentence, when somebody asks. */
import { html, type TemplateResult } from 'lit';
import { LabError } from '../lab/error';
import type { Lab } from '../lab/lab';
import { versionOf } from '../lab/networks';
import { whoseHarm } from '../lab/whose';
import { say, t } from '../words';
import { estimateText } from '../words/numbers';
import type { Says, State } from '../workers/protocol';
import type { WhoseHarm } from '../workers/sweep-protocol';
import { explain } from './inputs';

/** What has been asked of a Lab, of a state. */
interface Asked {
  key: string;
  share: number;
  found: WhoseHarm | null;
  trouble: Says | null;
  stop: AbortController;
}

const asked = new WeakMap<Lab, Asked>();

/** All that the runs depend on. */
const keyOf = (state: State): string => {
  const { mixture, process, guidance, classifier, score, particles, seed } = state;
  return JSON.stringify([mixture, process, guidance, classifier, score, particles, seed, versionOf(state)]);
};

export function whose(lab: Lab): TemplateResult {
  const key = keyOf(lab.state);
  const present = asked.get(lab);
  if (present && present.key !== key) {
    present.stop.abort();
    asked.delete(lab);
  }
  const standing = asked.get(lab);
  const label = t('Whose harm is it?');
  if (standing && !standing.found && !standing.trouble) {
    return html`<progress aria-label=${label} max="1" .value=${standing.share}></progress>
      <button type="button" class="speed" @click=${() => cancel(lab)}>${t('Stop')}</button>`;
  }
  return html`<p role="status" class="hint whose">${standing ? told(standing) : ''}</p>
    <p><button type="button" class="link" @click=${() => void ask(lab, key)}>${label}</button> ${explain('whose-harm', label)}</p>`;
}

function told({ found, trouble }: Asked): string {
  if (trouble) return say(trouble);
  if (!found) return '';
  return t(
    'Sampling KL at the end: {both} nats. The score alone adds {score}, what guides alone adds {guidance}, the two together {together} more; with both exact it is {exact}.',
    {
      both: estimateText(found.both),
      score: estimateText(found.ofScore),
      guidance: estimateText(found.ofGuidance),
      together: estimateText(found.ofBoth),
      exact: estimateText(found.exact),
    },
  );
}

function cancel(lab: Lab): void {
  asked.get(lab)?.stop.abort();
  asked.delete(lab);
  lab.train.told();
}

async function ask(lab: Lab, key: string): Promise<void> {
  const stop = new AbortController();
  const mine: Asked = { key, share: 0, found: null, trouble: null, stop };
  asked.set(lab, mine);
  lab.train.told();
  try {
    mine.found = await whoseHarm(
      lab.state,
      (share) => {
        mine.share = share;
        lab.train.told();
      },
      stop.signal,
    );
  } catch (thrown) {
    mine.trouble = LabError.from(thrown).says;
  }
  if (asked.get(lab) === mine) lab.train.told();
}
