/**
 * Keeps the site for when there is no network. VERSION is a hash of all its files, put in by the build with their
 * names: a new version is fetched whole, waits, and takes over when its reader says so or has closed the last page.
 */
const VERSION = '__SITE_VERSION__';
const FILES = __SITE_FILES__;
const PREFIX = `guidance-lab ${new URL('.', location.href).pathname} `;
const CACHE = PREFIX + VERSION;

addEventListener('install', (event) => {
  const fresh = FILES.map((file) => new Request(new URL(file, location.href), { cache: 'reload' }));
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(fresh)));
});

addEventListener('activate', (event) => {
  const old = (name) => name.startsWith(PREFIX) && name !== CACHE;
  event.waitUntil(caches.keys().then((names) => Promise.all(names.filter(old).map((name) => caches.delete(name)))));
});

addEventListener('message', (event) => {
  if (event.data === 'take over') event.waitUntil(skipWaiting());
});

addEventListener('fetch', (event) => {
  const { request } = event;
  const scope = new URL('.', location.href).href;
  if (request.method !== 'GET' || !request.url.startsWith(scope)) return;
  const name = request.url.slice(scope.length).replace(/[?#].*$/, '') || 'index.html';
  if (!FILES.includes(name)) return;
  // By name, whatever the query: the state is in it, and it is the page's business.
  event.respondWith(
    caches
      .open(CACHE)
      .then((cache) => cache.match(new URL(name, scope)))
      .then((kept) => kept ?? fetch(request)),
  );
});
