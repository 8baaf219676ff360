/**
 * Keeps the site for when there is no network. VERSION is a hash of all its files, put in by the build with their
 * names: a new version is fetched whole, and waits until its reader says so or has closed the last page.
 *
 * Pages get the files of the oldest version that is kept, whichever worker answers: a version takes over when those
 * before it are deleted. Its worker follows when the last page is closed, as browsers do by themselves. `skipWaiting`
 * would not do: in Chromium a request that comes while the old worker stops brings it back, and the new one waits on.
 */
const VERSION = '__SITE_VERSION__';
/** Their names, each with its SHA-256. */
const FILES = __SITE_FILES__;
const PREFIX = `guidance-lab ${new URL('.', location.href).pathname} `;
const CACHE = PREFIX + VERSION;

addEventListener('install', (event) => {
  const fresh = Object.keys(FILES).map((file) => new Request(new URL(file, location.href), { cache: 'reload' }));
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(fresh)));
});

/** Caches are listed, and searched, in the order in which they were made. */
async function forgetOlder() {
  const names = (await caches.keys()).filter((name) => name.startsWith(PREFIX));
  await Promise.all(names.slice(0, names.indexOf(CACHE)).map((name) => caches.delete(name)));
}

addEventListener('activate', (event) => event.waitUntil(forgetOlder()));

addEventListener('message', (event) => {
  if (event.data === 'take over') event.waitUntil(forgetOlder().then(() => event.ports[0].postMessage('done')));
});

addEventListener('fetch', (event) => {
  const { request } = event;
  const scope = new URL('.', location.href).href;
  if (request.method !== 'GET' || !request.url.startsWith(scope)) return;
  // By name, whatever the query: the state is in it, and it is the page's business.
  const name = request.url
    .slice(scope.length)
    .replace(/[?#].*$/, '')
    .replace(/(^|\/)$/, '$1index.html');
  event.respondWith(answer(request, name));
});

async function isWhole(response, name) {
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', await response.clone().arrayBuffer()));
  return [...hash].map((byte) => byte.toString(16).padStart(2, '0')).join('') === FILES[name];
}

/** What is kept and has been spoiled is fetched anew; without a network it has to do. */
async function answer(request, name) {
  const url = new URL(name, location.href);
  const kept = await caches.match(url);
  if (!kept) return fetch(request);
  const oldest = (await caches.keys()).find((each) => each.startsWith(PREFIX));
  if (oldest !== CACHE || !(name in FILES) || (await isWhole(kept, name))) return kept;
  const fresh = await fetch(url, { cache: 'reload' }).catch(() => null);
  if (!fresh?.ok) return kept;
  if (await isWhole(fresh, name)) await (await caches.open(CACHE)).put(url, fresh.clone());
  return fresh;
}
