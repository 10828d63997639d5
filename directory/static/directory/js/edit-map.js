// What the maps one edits on have in common: Leaflet, loaded once, over the chosen base map.

export function loadScript(source) {
  return new Promise((resolve, reject) => {
    document.head.append(Object.assign(document.createElement("script"), { src: source, onload: resolve, onerror: reject }));
  });
}

const FRANCE = [[41.3, -5.2], [51.1, 9.6]];

/** A map on `element`, whose data attributes say where Leaflet and the base map are; `at`: [lat, lon] or nothing. */
export async function openMap(element, at, zoom = 16) {
  const words = element.dataset;
  if (!window.L) await loadScript(words.leaflet);
  const { createBasemap } = await import(words.basemap);
  const map = L.map(element, { zoomControl: false, scrollWheelZoom: false, minZoom: 4, maxZoom: 18 });
  map.attributionControl.setPrefix(false);
  L.control.zoom({ zoomInTitle: words.zoomIn, zoomOutTitle: words.zoomOut }).addTo(map);
  if (at) map.setView(at, zoom, { animate: false });
  else map.fitBounds(FRANCE, { animate: false });
  createBasemap(map);
  return map;
}
