/** Steering pictures: the figure with the mixture that draws digits. Its state stands in the address. */
import '../figure/register';
// What the figure would fetch once it is there: with it, instead.
import '../gallery/pictures';
import type { GuidanceLab } from '../figure/element';
import { toQuery } from '../lab/permalink';
import { t } from '../words';
import { byId } from './by-id';
import { askedTheme, kept, setUpPlace } from './site';

const figure = byId<GuidanceLab>('lab');
const query = new URLSearchParams(location.search);
query.set('mixture.named', 'digits');
figure.initialQuery = query;

await setUpPlace(() => {
  byId('title').textContent = t('Steering pictures');
  document.title = `${t('Steering pictures')} · Guidance Lab`;
});
const theme = askedTheme();
if (theme) figure.theme = theme;

/** What was opened stands in the address already. */
let opened = false;
figure.addEventListener('statechange', () => {
  if (!opened) {
    opened = true;
    return;
  }
  const address = figure.query;
  address.delete('mixture.named');
  for (const [name, value] of kept()) address.set(name, value);
  try {
    history.replaceState(null, '', address.size > 0 ? `?${toQuery(address)}` : location.pathname);
  } catch {
    // A sandboxed frame may forbid it.
  }
});
