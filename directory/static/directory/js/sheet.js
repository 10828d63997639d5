// Sheet of a venue: its small map, and the print button.
async function openMap(element) {
  const words = element.dataset;
  await new Promise((resolve, reject) => {
    document.head.append(Object.assign(document.createElement("script"), { src: words.leaflet, onload: resolve, onerror: reject }));
  });
  const { createBasemap } = await import(words.basemap);
  const at = [Number(words.lat), Number(words.lon)];
  const map = L.map(element, { center: at, zoom: 13, zoomControl: false, scrollWheelZoom: false, minZoom: 5, maxZoom: 18 });
  map.attributionControl.setPrefix(false);
  L.control.zoom({ position: "bottomright", zoomInTitle: words.zoomIn, zoomOutTitle: words.zoomOut }).addTo(map);
  const pin = document.createElement("div");
  pin.append(document.createElement("span"));
  const icon = L.divIcon({ className: "pin is-active", html: pin, iconSize: [30, 38], iconAnchor: [15, 38] });
  L.marker(at, { icon, keyboard: false, interactive: false }).addTo(map);
  await createBasemap(map);
}

document.querySelector("[data-print]")?.addEventListener("click", () => window.print());
const element = document.querySelector("[data-place-map]");
if (element) openMap(element);
