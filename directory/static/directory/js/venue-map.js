// The map beside the list: clusters and venues of the part that is seen, at most 300, counted by the server.
// Every value from the server goes in as text, never as HTML.

function loadScript(source) {
  return new Promise((resolve, reject) => {
    const script = Object.assign(document.createElement("script"), { src: source, onload: resolve, onerror: reject });
    document.head.append(script);
  });
}

const PIN = [30, 38];
const SAME_DOOR = 0.0001; // degrees: venues this close never part, whatever the zoom

function pinIcon(rank, refused = false) {
  const html = document.createElement("div");
  html.append(document.createElement("span"), Object.assign(document.createElement("b"), { textContent: rank }));
  return L.divIcon({ className: `pin${rank ? "" : " pin-plain"}${refused ? " pin-refused" : ""}`, html, iconSize: PIN, iconAnchor: [15, 38], popupAnchor: [0, -34] });
}

function clusterIcon(count) {
  const size = Math.round(Math.min(64, 34 + 8 * Math.log10(count)));
  const html = document.createTextNode(count > 9999 ? `${Math.round(count / 1000)}k` : String(count));
  const holder = document.createElement("div");
  holder.append(html);
  return L.divIcon({ className: "cluster", html: holder, iconSize: [size, size] });
}

function popup(properties, words) {
  const box = document.createElement("div");
  const name = Object.assign(document.createElement("strong"), { textContent: properties.name });
  const link = Object.assign(document.createElement("a"), { className: "button button-small button-main", textContent: words.see });
  link.href = new URL(properties.url, window.location.origin).pathname;
  if ("framed" in words) Object.assign(link, { target: "_blank", rel: "noopener" });
  box.append(name);
  if (properties.reason) box.append(Object.assign(document.createElement("p"), { textContent: properties.reason }));
  box.append(link);
  return box;
}

export class VenueMap {
  static async open(element, options) {
    const words = element.dataset;
    if (!window.L) await loadScript(words.leaflet);
    const { createBasemap } = await import(words.basemap);
    return new VenueMap(element, options, createBasemap);
  }

  constructor(element, { cards, button, chosen, searchHere }, createBasemap) {
    Object.assign(this, { element, cards, button, chosen, searchHere });
    this.map = L.map(element, { zoomControl: false, minZoom: 4, maxZoom: 18, worldCopyJump: true });
    this.map.attributionControl.setPrefix(false);
    L.control.zoom({ position: "bottomright", zoomInTitle: element.dataset.zoomIn, zoomOutTitle: element.dataset.zoomOut }).addTo(this.map);
    this.territory = L.layerGroup().addTo(this.map);
    this.features = L.layerGroup().addTo(this.map);
    this.here = L.layerGroup().addTo(this.map);
    this.markers = new Map();
    this.frame();
    createBasemap(this.map);
    this.map.on("dragstart zoomstart", () => { this.byHand = !this.framing; });
    this.map.on("keydown", (event) => { this.byHand = event.originalEvent.key.startsWith("Arrow"); });
    this.map.on("moveend", () => this.moved());
    button.addEventListener("click", () => { button.hidden = true; searchHere(this.bounds()); });
    this.outline();
    this.load();
  }

  bounds(margin = 0) {
    const box = this.map.getBounds().pad(margin);
    const clamp = (value, limit) => Math.max(-limit, Math.min(limit, value)).toFixed(5);
    return [clamp(box.getWest(), 180), clamp(box.getSouth(), 85), clamp(box.getEast(), 180), clamp(box.getNorth(), 85)].join();
  }

  // What the search asked for: its rectangle, else the venues of the list and the person, else France.
  frame() {
    const { bbox, lon, lat } = this.element.dataset;
    const points = this.cards().map((card) => [Number(card.dataset.lat), Number(card.dataset.lon)]);
    if (lon) points.push([Number(lat), Number(lon)]);
    this.framing = true;
    if (bbox) {
      const [west, south, east, north] = bbox.split(",").map(Number);
      this.map.fitBounds([[south, west], [north, east]], { animate: false });
    } else if (points.length) this.map.fitBounds(points, { padding: [45, 45], maxZoom: 15, animate: false });
    else this.map.fitBounds([[41.3, -5.2], [51.1, 9.6]], { animate: false });
    this.framing = false;
    this.here.clearLayers();
    if (lon) this.showPerson([Number(lat), Number(lon)]);
  }

  showPerson(at) {
    const icon = L.divIcon({ className: "you", iconSize: [18, 18] });
    L.marker(at, { icon, interactive: false, keyboard: false, title: this.element.dataset.you }).addTo(this.here);
  }

  refresh({ sized = false } = {}) {
    if (sized) this.map.invalidateSize({ animate: false });
    this.button.hidden = true;
    this.frame();
    this.outline();
    this.load();
  }

  // The map also moves by itself, to show a popup or a marker that took the focus: no other search is meant then.
  moved() {
    if (this.framing) return;
    if (this.byHand) this.button.hidden = false;
    this.byHand = false;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.load(), 120);
  }

  // The territory of the coupons that the search is about.
  async outline() {
    const { outline } = this.element.dataset;
    if (this.outlined === outline) return;
    this.outlined = outline;
    this.territory.clearLayers();
    if (!outline) return;
    const answer = await fetch(outline);
    if (!answer.ok) return;
    const style = { color: "#ad3517", weight: 3, dashArray: "1 7", lineCap: "round", fillColor: "#ad3517", fillOpacity: 0.05 };
    L.geoJSON(await answer.json(), { style, interactive: false }).addTo(this.territory);
  }

  async load() {
    this.pending?.abort();
    this.pending = new AbortController();
    const url = new URL(this.element.dataset.features, window.location.origin);
    url.searchParams.set("bbox", this.bounds(0.1));
    url.searchParams.set("zoom", Math.round(this.map.getZoom()));
    try {
      const answer = await fetch(url, { signal: this.pending.signal });
      if (answer.ok) this.draw((await answer.json()).features);
    } catch (error) {
      if (error.name !== "AbortError") throw error;
    }
  }

  draw(features) {
    const ranks = new Map(this.cards().map((card, index) => [Number(card.dataset.place), index + 1]));
    const opened = [...this.markers].find(([, marker]) => marker.isPopupOpen());
    const names = new Set(opened ? [opened[1].options.name] : []);
    this.features.eachLayer((layer) => layer !== opened?.[1] && this.features.removeLayer(layer));
    this.markers = new Map(opened ? [opened] : []);
    for (const { geometry, properties } of features) {
      if (opened && properties.place_id === opened[0]) continue;
      const [lon, lat] = geometry.coordinates;
      const rank = ranks.get(properties.place_id);
      const marker = properties.count > 1 ? this.cluster([lat, lon], properties) : this.venue([lat, lon], properties, rank);
      let name = marker.options.name;
      for (let again = 2; names.has(name); again += 1) name = `${marker.options.name} (${again})`;
      names.add(name);
      marker.addTo(this.features).getElement().setAttribute("aria-label", name);
    }
  }

  cluster(at, { count, bbox: [west, south, east, north] }) {
    const { clusterMany } = this.element.dataset;
    const marker = L.marker(at, { icon: clusterIcon(count), name: `${count} ${clusterMany}` });
    const oneDoor = east - west < SAME_DOOR && north - south < SAME_DOOR;
    return marker.on("click", () => {
      if (oneDoor) this.searchHere([west - SAME_DOOR, south - SAME_DOOR, east + SAME_DOOR, north + SAME_DOOR].join());
      else this.map.fitBounds([[south, west], [north, east]], { padding: [45, 45], maxZoom: 18 });
    });
  }

  venue(at, properties, rank) {
    const name = rank ? `${rank}. ${properties.name}` : properties.name;
    const marker = L.marker(at, { icon: pinIcon(rank ?? "", Boolean(properties.reason)), name, riseOnHover: true, zIndexOffset: rank ? 500 : 0 });
    marker.bindPopup(() => popup(properties, this.element.dataset), { minWidth: 200 });
    marker.on("click", () => this.chosen(properties.place_id));
    this.markers.set(properties.place_id, marker);
    return marker;
  }

  // Shows where a card of the list is, even when its venue is inside a cluster.
  point(card) {
    this.pointed?.remove();
    this.element.querySelectorAll(".pin.is-active").forEach((pin) => pin.classList.remove("is-active"));
    if (!card) return;
    const marker = this.markers.get(Number(card.dataset.place));
    if (marker) return marker.getElement()?.classList.add("is-active");
    const icon = pinIcon(card.querySelector(".rank")?.textContent ?? "");
    icon.options.className += " is-active";
    this.pointed = L.marker([Number(card.dataset.lat), Number(card.dataset.lon)], { icon, interactive: false, keyboard: false, zIndexOffset: 2000 });
    this.pointed.addTo(this.map);
  }
}
