// Lets the counter open without network. It answers for the counter's own pages and the files they are drawn with;
// what is sent (payments) never passes here. The page is asked of the site first, so that prices are today's.
const SHELL = JSON.parse("{{ shell|escapejs }}");

self.addEventListener("install", (event) => {
  event.waitUntil((async () => {
    const cache = await caches.open(SHELL.version);
    await cache.addAll(SHELL.files);
    await keep(await fetch(SHELL.page));
    await self.skipWaiting();
  })());
});

self.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    const family = SHELL.version.replace(/[^-]*$/, "");
    const old = (await caches.keys()).filter((name) => name.startsWith(family) && name !== SHELL.version);
    await Promise.all(old.map((name) => caches.delete(name)));
    await self.clients.claim();
  })());
});

// Only the counter itself, as it was answered to somebody signed in.
async function keep(answer) {
  if (!answer.ok || answer.redirected || new URL(answer.url).pathname !== SHELL.page) return;
  const cache = await caches.open(SHELL.version);
  await cache.put(SHELL.page, answer.clone());
}

async function page(request) {
  try {
    const answer = await fetch(request);
    await keep(answer);
    return answer;
  } catch (error) {
    const { pathname } = new URL(request.url);
    if (pathname !== SHELL.page) return Response.redirect(SHELL.page);
    const kept = await caches.match(SHELL.page);
    if (!kept) throw error;
    return kept;
  }
}

async function file(request) {
  return (await caches.match(request, { ignoreVary: true })) ?? fetch(request);
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const address = new URL(request.url);
  if (request.method !== "GET" || address.origin !== self.location.origin) return;
  if (request.mode === "navigate") event.respondWith(page(request));
  else if (SHELL.files.includes(address.pathname)) event.respondWith(file(request));
});
