/** The section “Experiments”: its code is fetched when it comes near the view, or at once for a link to one. */
import type { GuidanceLab } from '../figure/element';

/** Which experiment is chosen is said by the section, for the address: `experimentchange`, a `CustomEvent<string>` that bubbles. */
export function watchExperiments(figure: GuidanceLab): void {
  const host = document.querySelector<HTMLElement>('#experiments .host');
  if (!host) return;
  const wanted = new URLSearchParams(location.search).get('experiment');
  let asked = false;
  const load = async (): Promise<void> => {
    if (asked) return;
    asked = true;
    try {
      await figure.ready;
      const { mount } = await import('./section');
      await mount(host, figure, wanted);
    } catch (cause) {
      console.error(cause);
      asked = false;
      host.textContent = 'The experiments could not be loaded; reload the page to try again.';
    }
    if (wanted !== null) host.closest('section')?.scrollIntoView();
  };
  if (wanted !== null) void load();
  new IntersectionObserver(
    (entries, observer) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      observer.disconnect();
      void load();
    },
    { rootMargin: '200px' },
  ).observe(host);
}
