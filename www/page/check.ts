/** Check: the claims. `?claim=NAME` is the page of one. */
import { openClaims } from '../experiments/claims';
import { t } from '../words';
import { byId } from './by-id';
import { address, setUpPlace } from './site';

let claims: Awaited<ReturnType<typeof openClaims>> = null;

const name = () => {
  document.title = `${claims?.title ?? t('Check')} · Guidance Lab`;
};

await setUpPlace(name);
claims = await openClaims(byId('claims'), {
  table: () => address('check/'),
  claim: (claim) => address(`check/?claim=${claim}`),
  figure: (query) => address(`?${query}`),
});
claims?.show(new URLSearchParams(location.search).get('claim'));
name();
