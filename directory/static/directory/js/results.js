// Results in step: the address of the page is the state; list, filters and map follow it both ways.

const page = document.querySelector("[data-results]");
const columns = page.querySelector("[data-columns]");
const mapElement = page.querySelector("[data-map]");
const mapModule = document.querySelector("script[data-venue-map]").dataset.venueMap;
const SWAPPED = ["#recherche", "#count", "[data-scheme]", "[data-filters]", "[data-found]", "#embed-code"];
let map = null;

function swap(next) {
  const open = page.querySelector(".filter-panel")?.open;
  for (const part of SWAPPED) {
    const other = next.querySelector(part);
    if (other) page.querySelector(part)?.replaceWith(other);
  }
  const panel = page.querySelector(".filter-panel");
  if (panel && open) panel.open = true;
  for (const name of ["features", "lon", "lat", "bbox", "outline"]) {
    const value = next.querySelector("[data-map]").dataset[name];
    if (value === undefined) delete mapElement.dataset[name];
    else mapElement.dataset[name] = value;
  }
  document.dispatchEvent(new Event("content-replaced"));
}

// Shows another state of the search. On any surprise the browser loads the page the plain way.
async function go(url, { push = true, focus = "" } = {}) {
  page.classList.add("is-busy");
  try {
    const answer = await fetch(url, { headers: { Accept: "text/html" } });
    const next = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (!answer.ok || !next.querySelector("[data-results]")) return window.location.assign(url);
    if (push) history.pushState(null, "", answer.url);
    document.title = next.title;
    swap(next);
  } catch {
    return window.location.assign(url);
  }
  page.classList.remove("is-busy");
  page.querySelector("[data-status]").textContent = page.querySelector("#count").textContent;
  if (focus) document.getElementById(focus)?.focus({ preventScroll: focus !== "liste" });
  map?.refresh();
}

function address(form) {
  const filled = [...new FormData(form)].filter(([, value]) => value !== "");
  return `${form.action}?${new URLSearchParams(filled)}`;
}

page.addEventListener("submit", (event) => {
  event.preventDefault();
  go(address(event.target), { focus: "liste" });
});

page.addEventListener("change", (event) => {
  const field = event.target;
  if (field.form?.matches("[data-filter-form]") && field.type !== "datetime-local") {
    go(address(field.form), { focus: field.id });
  }
});

page.addEventListener("place-chosen", (event) => go(address(event.target.closest("form")), { focus: "liste" }));

page.addEventListener("click", (event) => {
  const link = event.target.closest(".chip, .more a, .widened a, .filter-end a");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  go(link.href, { focus: "liste" });
});

page.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const field = page.querySelector(button.dataset.copy);
  field.select();
  await navigator.clipboard?.writeText(field.value);
  page.querySelector("[data-copy-status]").textContent = button.dataset.copied;
});

window.addEventListener("popstate", () => go(window.location.href, { push: false }));

// Map

const cardOf = (target) => target.closest?.("[data-cards] [data-place]");

function mark(card) {
  page.querySelectorAll(".coupon.is-active").forEach((other) => other.classList.remove("is-active"));
  card?.classList.add("is-active");
}

function showCard(place) {
  const card = page.querySelector(`[data-cards] [data-place="${Number(place)}"]`);
  mark(card);
  card?.scrollIntoView({ block: "nearest", behavior: "smooth" });
}

function searchHere(bounds) {
  const params = new URLSearchParams(window.location.search);
  for (const name of ["place", "radius_km", "cursor", "lon", "lat"]) params.delete(name);
  params.set("bbox", bounds);
  go(`${window.location.pathname}?${params}`, { focus: "liste" });
}

async function openMap() {
  if (map) return map.refresh({ sized: true });
  const { VenueMap } = await import(mapModule);
  map = await VenueMap.open(mapElement, {
    cards: () => [...page.querySelectorAll("[data-cards] [data-place]")],
    button: page.querySelector("[data-search-here]"),
    chosen: showCard,
    searchHere,
  });
}

for (const [name, on] of [["mouseover", true], ["focusin", true], ["mouseleave", false]]) {
  columns.addEventListener(name, (event) => {
    const card = on ? cardOf(event.target) : null;
    if (card || !on) { mark(card); map?.point(card); }
  });
}

const toggle = page.querySelector("[data-map-toggle]");
toggle.addEventListener("click", (event) => {
  event.preventDefault();
  const shown = columns.classList.toggle("shows-map");
  toggle.querySelector("span").textContent = shown ? toggle.dataset.toList : toggle.dataset.toMap;
  if (shown) openMap();
});

const wide = window.matchMedia("(min-width: 62rem)");
wide.addEventListener("change", () => wide.matches && openMap());
if (wide.matches) openMap();
