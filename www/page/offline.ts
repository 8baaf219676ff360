/** Keeps the site for offline use, and tells when a new version of it is ready. */

/** Registers the service worker; calls `ready` when another version waits, with what makes it take over. */
export async function keepOffline(root: URL, ready: (takeOver: () => void) => void): Promise<void> {
  const { serviceWorker } = navigator;
  // Not in the single file, not in a sandbox, not where the site is being worked on.
  if (!serviceWorker || import.meta.env.DEV || !location.protocol.startsWith('http')) return;
  const registration = await serviceWorker.register(new URL('service-worker.js', root).href);
  let told = false;
  const tell = async (): Promise<void> => {
    const { waiting } = registration;
    if (!waiting || !serviceWorker.controller) return;
    // A version takes over before its worker does: then it is the only one that is kept.
    const ours = `guidance-lab ${root.pathname} `;
    const kept = (await caches.keys()).filter((name) => name.startsWith(ours));
    if (told || kept.length < 2) return;
    told = true;
    ready(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => location.reload();
      waiting.postMessage('take over', [port2]);
    });
  };
  registration.addEventListener('updatefound', () => {
    registration.installing?.addEventListener('statechange', tell);
  });
  await tell();
}
