/** Keeps the site for offline use, and tells when a new version of it is ready. */

/** Registers the service worker; calls `ready` when another version waits, with what makes it take over. */
export async function keepOffline(ready: (takeOver: () => void) => void): Promise<void> {
  const { serviceWorker } = navigator;
  // Not in the single file, not in a sandbox, not where the site is being worked on.
  if (!serviceWorker || import.meta.env.DEV || !location.protocol.startsWith('http')) return;
  const registration = await serviceWorker.register(new URL('service-worker.js', document.baseURI).href);
  let told = false;
  const tell = (): void => {
    const { waiting } = registration;
    if (!waiting || !serviceWorker.controller || told) return;
    told = true;
    ready(() => {
      // Asked again until it has: a worker that is busy with the page's last fetches may not hear the first time.
      const asking = setInterval(() => waiting.postMessage('take over'), 500);
      serviceWorker.addEventListener(
        'controllerchange',
        () => {
          clearInterval(asking);
          location.reload();
        },
        { once: true },
      );
      waiting.postMessage('take over');
    });
  };
  tell();
  registration.addEventListener('updatefound', () => {
    registration.installing?.addEventListener('statechange', tell);
  });
}
