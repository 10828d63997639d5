// The pin of an address: dragged, moved with the arrow keys, or written as two numbers; all three say the same.
import { openMap } from "./edit-map.js";

const STEP_PX = 4;
const ARROWS = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };
const element = document.querySelector("[data-pin-map]");
const lon = document.querySelector("#id_lon");
const lat = document.querySelector("#id_lat");

function written() {
  const numbers = [lat.value, lon.value].map((text) => Number.parseFloat(text.replace(",", ".")));
  const [north, east] = numbers;
  return numbers.every(Number.isFinite) && Math.abs(north) <= 90 && Math.abs(east) <= 180 ? numbers : null;
}

function write({ lat: north, lng: east }) {
  lat.value = north.toFixed(6);
  lon.value = east.toFixed(6);
}

function pinOf(at, name) {
  const html = document.createElement("div");
  html.append(document.createElement("span"));
  const icon = L.divIcon({ className: "pin is-active", html, iconSize: [30, 38], iconAnchor: [15, 38] });
  return L.marker(at, { icon, draggable: true, autoPan: true, alt: name, title: name });
}

async function open() {
  const map = await openMap(element, written());
  let pin = null;
  const put = (at) => {
    if (pin) return pin.setLatLng(at);
    pin = pinOf(at, element.dataset.pin).addTo(map);
    pin.getElement().setAttribute("aria-label", element.dataset.pin);
    pin.on("dragend", () => write(pin.getLatLng()));
    pin.getElement().addEventListener("keydown", (event) => {
      const way = ARROWS[event.key];
      if (!way) return;
      event.preventDefault();
      event.stopPropagation();
      const far = event.shiftKey ? 10 : 1;
      const moved = map.latLngToContainerPoint(pin.getLatLng()).add([way[0] * STEP_PX * far, way[1] * STEP_PX * far]);
      pin.setLatLng(map.containerPointToLatLng(moved));
      write(pin.getLatLng());
      map.panInside(pin.getLatLng(), { padding: [40, 60], animate: false });
    });
    return pin;
  };
  if (written()) put(written());
  map.on("click", ({ latlng }) => { put(latlng); write(latlng); });
  for (const field of [lon, lat]) {
    field.addEventListener("change", () => {
      const at = written();
      if (at) { put(at); map.setView(at, Math.max(map.getZoom(), 14), { animate: false }); }
    });
  }
}

if (element) open();
