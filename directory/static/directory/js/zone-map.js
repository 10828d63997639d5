// A zone drawn on the map with Geoman; what is drawn is written as GeoJSON in the field that is sent.
import { loadScript, openMap } from "./edit-map.js";

const element = document.querySelector("[data-zone-map]");
const field = document.querySelector("[data-zone]");
const STYLE = { color: "#ad3517", weight: 3, fillOpacity: 0.15 };

function written() {
  try {
    return field.value.trim() ? L.geoJSON(JSON.parse(field.value), { style: STYLE }) : null;
  } catch {
    return null;
  }
}

async function open() {
  const { lon, lat, geoman } = element.dataset;
  const map = await openMap(element, lon ? [Number(lat), Number(lon)] : null, 11);
  await loadScript(geoman);
  // Geoman gives its tools to the maps made after it; this one was made before.
  L.PM.reInitLayer(map);
  map.pm.setLang(document.documentElement.lang === "en" ? "en" : "fr");
  map.pm.addControls({
    position: "topleft", drawMarker: false, drawCircleMarker: false, drawPolyline: false, drawCircle: false,
    drawText: false, cutPolygon: false, rotateMode: false,
  });
  // Geoman names its tools by a title on what holds them.
  for (const tool of element.querySelectorAll(".leaflet-buttons-control-button")) {
    tool.setAttribute("aria-label", tool.closest(".button-container").title);
  }
  map.pm.setPathOptions(STYLE);
  map.pm.setGlobalOptions({ allowSelfIntersection: false });
  const write = () => {
    const layers = map.pm.getGeomanLayers().filter((layer) => layer instanceof L.Polygon);
    const features = layers.map((layer) => layer.toGeoJSON(6));
    field.value = features.length ? JSON.stringify({ type: "FeatureCollection", features }) : "";
  };
  const follow = (layer) => layer.on("pm:edit pm:dragend", write);
  // Each polygon is a layer of its own, to be moved and erased apart from the others.
  written()?.eachLayer((layer) => {
    const polygons = layer.feature.geometry.type === "MultiPolygon" ? layer.getLatLngs() : [layer.getLatLngs()];
    for (const rings of polygons) follow(L.polygon(rings, STYLE).addTo(map));
  });
  const drawn = map.pm.getGeomanLayers(true);
  if (drawn.getLayers().length) map.fitBounds(drawn.getBounds(), { padding: [20, 20], animate: false });
  map.on("pm:create", ({ layer }) => { follow(layer); write(); });
  map.on("pm:remove", write);
}

if (element) open();
