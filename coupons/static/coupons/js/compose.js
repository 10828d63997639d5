// The rule's page: the map writes into the form, each change asks what the form would reach. Drawing never waits:
// the question is asked after a pause, and a newer one takes its place.
import { loadScript, openMap } from "../../directory/js/edit-map.js";

const PAUSE_MS = 350;
const DRAWN = { color: "#ad3517", weight: 3, fillOpacity: 0.12 };
const CHOSEN = { color: "#ad3517", weight: 2, fillOpacity: 0.06, interactive: false, pmIgnore: true };
const FAR = { color: "#7a4f00", weight: 1, fillColor: "#e0a63b", fillOpacity: 0.65, interactive: false, pmIgnore: true };
const PLACE = { radius: 4, weight: 1, color: "#ffffff", fillColor: "#0e4f4b", fillOpacity: 0.9, interactive: false, pmIgnore: true };

const form = document.querySelector("[data-composer]");
const element = document.querySelector("[data-compose-map]");
const field = form.querySelector("[data-zone]");

/** What the rule would reach, asked of the server with the form as it stands. */
class Preview {
  constructor(onAnswer) {
    this.onAnswer = onAnswer;
    this.panel = form.querySelector("[data-coverage]");
    this.waiting = form.querySelector("[data-waiting]");
    form.addEventListener("change", () => this.later());
    field.addEventListener("input", () => this.later());
    // It follows by itself: the button is for those without this script.
    form.querySelector("[name=preview]").parentElement.hidden = true;
  }

  later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.ask(), PAUSE_MS);
  }

  async ask() {
    clearTimeout(this.timer);
    this.pending?.abort();
    const { signal } = (this.pending = new AbortController());
    this.wait(true);
    try {
      const body = new FormData(form);
      body.delete("file");
      const answer = await fetch(form.dataset.preview, { method: "POST", body, signal });
      if (!answer.ok) throw new Error(answer.statusText);
      this.show(await answer.text());
      this.wait(false);
    } catch (error) {
      if (error.name !== "AbortError") this.wait(false);
    }
  }

  wait(still) {
    this.waiting.hidden = !still;
    this.panel.classList.toggle("is-waiting", still);
  }

  show(html) {
    this.panel.innerHTML = html;
    const data = this.panel.querySelector("#coverage-map");
    this.onAnswer(data ? JSON.parse(data.textContent) : { territory: [], dots: [], left_out: [] });
  }
}

/** Every state of the drawing, as the text of the field. */
class History {
  constructor(state, restore) {
    Object.assign(this, { past: [state], future: [], restore });
    this.buttons = { undo: form.querySelector("[data-undo]"), redo: form.querySelector("[data-redo]") };
    this.said = form.querySelector("[data-said]");
    this.buttons.undo.addEventListener("click", () => this.undo());
    this.buttons.redo.addEventListener("click", () => this.redo());
    document.addEventListener("keydown", (event) => this.key(event));
  }

  note(state) {
    if (state === this.past.at(-1)) return;
    this.past.push(state);
    this.future = [];
    this.refresh();
  }

  undo() {
    if (this.past.length < 2) return;
    this.future.push(this.past.pop());
    this.back(this.said.dataset.undone);
  }

  redo() {
    if (!this.future.length) return;
    this.past.push(this.future.pop());
    this.back(this.said.dataset.redone);
  }

  back(words) {
    this.restore(this.past.at(-1));
    this.said.textContent = words;
    this.refresh();
  }

  refresh() {
    this.buttons.undo.disabled = this.past.length < 2;
    this.buttons.redo.disabled = !this.future.length;
  }

  key(event) {
    if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "z") return;
    if (event.target.closest("input, textarea, select")) return;
    event.preventDefault();
    if (event.shiftKey) this.redo();
    else this.undo();
  }
}

function parsed(text) {
  try {
    return text.trim() ? L.geoJSON(JSON.parse(text)) : null;
  } catch {
    return null;
  }
}

class Drawing {
  constructor(map) {
    this.map = map;
    this.shapes = L.featureGroup().addTo(map);
    this.chosen = L.featureGroup([], { pmIgnore: true }).addTo(map);
    this.far = L.featureGroup([], { pmIgnore: true }).addTo(map);
    this.dots = L.layerGroup([], { pmIgnore: true }).addTo(map);
    this.canvas = L.canvas({ padding: 0.4 });
    this.load(field.value);
    this.preview = new Preview((found) => this.show(found));
    this.history = new History(field.value, (state) => { field.value = state; this.load(state); this.preview.ask(); });
    map.on("pm:create", ({ layer }) => this.created(layer));
    map.on("pm:cut", ({ originalLayer, layer }) => { originalLayer.remove(); this.shapes.removeLayer(originalLayer); this.take(layer); this.write(); });
    map.on("pm:remove", ({ layer }) => { this.shapes.removeLayer(layer); this.write(); });
    field.addEventListener("change", () => { this.load(field.value); this.history.note(field.value); });
    this.fit();
    this.preview.ask();
  }

  /** A circle becomes a polygon of sixty sides. */
  created(layer) {
    layer.remove();
    this.take(layer instanceof L.Circle ? L.PM.Utils.circleToPolygon(layer, 60) : layer);
    this.write();
  }

  /** Each polygon is a layer of its own, to be moved and erased apart from the others. */
  take(layer) {
    layer.remove();
    this.shapes.removeLayer(layer);
    const rings = layer.getLatLngs();
    const several = Array.isArray(rings[0]?.[0]) && Array.isArray(rings[0][0]);
    for (const one of several ? rings : [rings]) {
      const polygon = L.polygon(one, DRAWN);
      polygon.on("pm:edit pm:dragend", () => this.write());
      this.shapes.addLayer(polygon);
    }
  }

  load(text) {
    this.shapes.clearLayers();
    parsed(text)?.eachLayer((layer) => { if (layer instanceof L.Polygon) this.take(layer); });
  }

  write() {
    const features = this.shapes.getLayers().map((layer) => layer.toGeoJSON(6));
    field.value = features.length ? JSON.stringify({ type: "FeatureCollection", features }) : "";
    this.history.note(field.value);
    this.preview.later();
  }

  show({ territory, dots, left_out: far }) {
    const before = this.outline;
    this.outline = JSON.stringify(territory.map((geometry) => geometry.coordinates[0]?.[0]?.[0]));
    for (const group of [this.chosen, this.far, this.dots]) group.clearLayers();
    for (const geometry of territory) this.chosen.addLayer(L.geoJSON(geometry, { style: () => CHOSEN, ...CHOSEN }));
    for (const { outline, lon, lat } of far) {
      this.far.addLayer(outline ? L.geoJSON(outline, { style: () => FAR, ...FAR }) : L.circleMarker([lat, lon], { ...FAR, radius: 6 }));
    }
    for (const [lon, lat] of dots) this.dots.addLayer(L.circleMarker([lat, lon], { ...PLACE, renderer: this.canvas }));
    if (this.outline !== before && territory.length) this.fit();
  }

  /** All that is drawn and chosen in sight, but never while somebody draws. */
  fit() {
    if (this.map.pm.globalDrawModeEnabled()) return;
    const bounds = L.latLngBounds([]);
    for (const group of [this.shapes, this.chosen]) if (group.getLayers().length) bounds.extend(group.getBounds());
    if (bounds.isValid()) this.map.fitBounds(bounds, { padding: [24, 24], animate: false });
  }
}

function nameTools() {
  // Geoman names its tools by a title on what holds them.
  for (const tool of element.querySelectorAll(".leaflet-buttons-control-button")) {
    tool.setAttribute("aria-label", tool.closest(".button-container").title);
  }
}

async function open() {
  const map = await openMap(element, null);
  await loadScript(element.dataset.geoman);
  // Geoman gives its tools to the maps made after it; this one was made before.
  L.PM.reInitLayer(map);
  map.pm.setLang(document.documentElement.lang === "en" ? "en" : "fr");
  map.pm.addControls({
    position: "topleft", drawMarker: false, drawCircleMarker: false, drawPolyline: false, drawText: false, rotateMode: false,
  });
  nameTools();
  map.pm.setPathOptions(DRAWN);
  map.pm.setGlobalOptions({ allowSelfIntersection: false });
  element.drawing = new Drawing(map);
  element.leaflet = map;
  element.dataset.ready = "";
}

open();
