// Two venues on one small map. The two columns beside it say the same; names go in as text, never as HTML.
const LOOKS = { own: "pin is-active", labelled: "pin pin-plain" };

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
  const points = JSON.parse(document.getElementById(words.pair).textContent);
  const map = L.map(element, { zoomControl: false, scrollWheelZoom: false, minZoom: 5, maxZoom: 18 });
  map.attributionControl.setPrefix(false);
  L.control.zoom({ zoomInTitle: words.zoomIn, zoomOutTitle: words.zoomOut }).addTo(map);
  map.fitBounds(points.map(({ lat, lon }) => [lat, lon]), { padding: [60, 60], maxZoom: 16, animate: false });
  for (const { lat, lon, name, kind } of points) {
    const label = Object.assign(document.createElement("span"), { textContent: name });
    L.marker([lat, lon], { icon: pin(kind), keyboard: false, alt: name }).bindTooltip(label).addTo(map);
  }
  await createBasemap(map);
}

const element = document.querySelector("[data-pair]");
if (element) open(element);
