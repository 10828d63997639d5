// The applicant among its neighbours. The list beside it says the same; names go in as text, never as HTML.
const RADIUS_M = 10000;
const LOOKS = { own: "pin is-active", labelled: "pin pin-plain", other: "pin pin-plain pin-off" };

function pin(kind) {
  const html = document.createElement("div");
  html.append(document.createElement("span"));
  return L.divIcon({ className: LOOKS[kind], html, iconSize: [30, 38], iconAnchor: [15, 38] });
}

async function open(element) {
  const words = element.dataset;
  await new Promise((resolve, reject) => {
    document.head.append(Object.assign(document.createElement("script"), { src: words.leaflet, onload: resolve, onerror: reject }));
  });
  const { createBasemap } = await import(words.basemap);
  const points = JSON.parse(document.getElementById(words.around).textContent);
  const here = [points[0].lat, points[0].lon];
  const map = L.map(element, { zoomControl: false, scrollWheelZoom: false, minZoom: 5, maxZoom: 18 });
  map.attributionControl.setPrefix(false);
  L.control.zoom({ zoomInTitle: words.zoomIn, zoomOutTitle: words.zoomOut }).addTo(map);
  map.fitBounds(L.latLng(here).toBounds(2 * RADIUS_M), { animate: false });
  for (const { lat, lon, name, kind } of points.reverse()) {
    const label = Object.assign(document.createElement("span"), { textContent: name });
    L.marker([lat, lon], { icon: pin(kind), keyboard: false, alt: name }).bindTooltip(label).addTo(map);
  }
  await createBasemap(map);
}

const element = document.querySelector("[data-around]");
if (element) open(element);
