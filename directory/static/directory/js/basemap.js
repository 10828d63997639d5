// The map under the markers. The container says which one by its data attributes (see {% basemap_data %}):
// data-map-kind own | pmtiles | ign | osm, data-tiles, data-attribution, data-renderer.
// It is decoration: what it shows is also in the list beside it.

const SEA = "#cddbdd";
const SHALLOWS = "#dbe6e6";
const LAND = "#fbf8f0";
const URBAN = "#f3eadb";
const ABROAD = "#ece7db";
const COAST = "#9db4b8";
const BORDER = "#8f8674";
const HALO = "rgba(251, 248, 240, 0.92)";
const HALO_ABROAD = "rgba(236, 231, 219, 0.9)";
const FAMILY = '"Atkinson Hyperlegible Next Variable", "Atkinson Hyperlegible", Verdana, sans-serif';

// The last zoom the server draws; closer views enlarge its tiles, which cover 512 pixels one zoom further.
const MAX_DATA_ZOOM = 10;

// Straight line between [zoom, value] stops.
function scaled(...stops) {
  return (zoom) => {
    if (zoom <= stops[0][0]) return stops[0][1];
    for (let i = 1; i < stops.length; i++) {
      const [from, low] = stops[i - 1];
      const [to, high] = stops[i];
      if (zoom <= to) return low + ((high - low) * (zoom - from)) / (to - from);
    }
    return stops[stops.length - 1][1];
  };
}

function line(kind, color, width, extra = {}) {
  const { LineSymbolizer } = window.protomapsL;
  const symbolizer = new LineSymbolizer({ color, width, lineJoin: "round", lineCap: "round", ...extra });
  return { dataLayer: "line", symbolizer, filter: (zoom, feature) => feature.props.kind === kind, ...extra };
}

function polygon(dataLayer, options) {
  return { dataLayer, symbolizer: new window.protomapsL.PolygonSymbolizer(options) };
}

// The outline of a layer's polygons, with round corners (PolygonSymbolizer bevels them).
function outline(dataLayer, color, width) {
  const draw = (context, rings, zoom) => {
    Object.assign(context, { strokeStyle: color, lineWidth: width(zoom), lineJoin: "round", globalAlpha: 1 });
    context.beginPath();
    for (const ring of rings) ring.forEach((point, i) => (i ? context.lineTo(point.x, point.y) : context.moveTo(point.x, point.y)));
    context.stroke();
  };
  return { dataLayer, symbolizer: { draw } };
}

function paintRules() {
  const shallows = scaled([4, 3], [7, 6], [12, 11], [16, 20]);
  return [
    outline("abroad", SHALLOWS, shallows),
    outline("land", SHALLOWS, shallows),
    polygon("abroad", { fill: ABROAD }),
    line("foreign", "#d6cebd", scaled([4, 0.7], [8, 1.2])),
    polygon("land", { fill: LAND }),
    polygon("urban", { fill: URBAN, opacity: scaled([8, 1], [11, 0.85], [13, 0.5]) }),
    outline("land", COAST, scaled([5, 0.6], [9, 1], [13, 1.6])),
    line("commune", "#e4dccb", scaled([11, 0.8], [14, 1.4]), { minzoom: 11 }),
    line("epci", "#d8cdb6", scaled([9, 0.6], [11, 1.1], [14, 1.7]), { minzoom: 9 }),
    line("departement", "#cbbfa6", scaled([5, 0.5], [8, 1], [11, 1.6], [14, 2.2]), { minzoom: 5 }),
    line("region", "#b5a788", scaled([4, 0.6], [6, 1], [9, 1.6], [12, 2.2]), { minzoom: 4 }),
    line("border", BORDER, scaled([4, 0.7], [7, 1.3], [11, 2.2])),
  ];
}

function filled(parts, measure, widest) {
  const lines = [""];
  for (const part of parts) {
    const last = lines[lines.length - 1];
    if (last && measure(last + part) > widest) lines.push(part);
    else lines[lines.length - 1] = last + part;
  }
  return lines.map((each) => each.trim());
}

// "Saint-Germain-en-Laye" may break after a hyphen or a space: as few lines as fit, of much the same width.
function inLines(context, text, widest) {
  const parts = text.match(/[^\s-]+[\s-]*/g) || [text];
  const measure = (each) => context.measureText(each.trim()).width;
  const count = Math.ceil(measure(text) / widest);
  for (let width = measure(text) / count; ; width *= 1.06) {
    const lines = filled(parts, measure, width);
    if (lines.length <= count) return lines;
  }
}

// A name at a point, set in the middle of it or beside its dot. protomaps-leaflet asks `place` for a free box.
class Name {
  constructor({ size, weight = 400, color, halo = HALO, caps = false, spacing = 0, widest = 9, style = "", drift = () => 0, dot = () => 0 }) {
    Object.assign(this, { size, weight, color, halo, caps, spacing, widest, style, drift, dot });
  }

  place(layout, geom, feature) {
    const { scratch, zoom, index, order } = layout;
    const size = this.size(zoom);
    const font = `${this.style} ${this.weight} ${size}px ${FAMILY}`;
    scratch.font = font;
    scratch.letterSpacing = `${this.spacing * size}px`;
    const text = this.caps ? feature.props.name.toLocaleUpperCase("fr") : feature.props.name;
    const lines = inLines(scratch, text, this.widest * size);
    const width = Math.max(...lines.map((each) => scratch.measureText(each).width));
    scratch.letterSpacing = "0px";
    const block = { font, lines, width, size, leading: size * 1.12 };
    block.height = block.leading * (lines.length - 1) + size;
    const anchor = geom[0][0];
    const dot = this.dot(zoom);
    for (const [x, y, align] of this.spots(block, dot, this.drift(zoom))) {
      const box = this.box(anchor, block, x, y, dot);
      if (!index.bboxCollides(box, order)) {
        return [{ anchor, bboxes: [box], draw: (context) => this.draw(context, block, x, y, align, dot) }];
      }
    }
    return undefined;
  }

  // Middle of the block relative to the point, in order of preference.
  spots({ width, height }, dot, drift) {
    if (!dot) return [0, drift, -drift].map((y) => [0, y, "center"]);
    const aside = dot + 4 + width / 2;
    const above = dot + 2 + height / 2;
    return [[aside, 0, "left"], [-aside, 0, "right"], [0, -above, "center"], [0, above, "center"]];
  }

  // Room kept free around the letters; the anchor too, where the dot is.
  box(anchor, { width, height, size }, x, y, dot) {
    const [besides, above] = [width / 2 + size * 0.16, height / 2 + size * 0.12];
    const reach = dot ? dot + 2 : -Infinity;
    return {
      minX: anchor.x + Math.min(x - besides, -reach),
      maxX: anchor.x + Math.max(x + besides, reach),
      minY: anchor.y + Math.min(y - above, -reach),
      maxY: anchor.y + Math.max(y + above, reach),
    };
  }

  draw(context, { font, lines, width, height, size, leading }, x, y, align, dot) {
    Object.assign(context, { font, textAlign: align, textBaseline: "alphabetic", lineJoin: "round", globalAlpha: 1 });
    context.letterSpacing = `${this.spacing * size}px`;
    const left = { left: x - width / 2, right: x + width / 2, center: x }[align];
    const top = y - height / 2 + size * 0.84;
    Object.assign(context, { strokeStyle: this.halo, lineWidth: size * 0.26 });
    lines.forEach((each, i) => context.strokeText(each, left, top + i * leading));
    context.fillStyle = this.color;
    lines.forEach((each, i) => context.fillText(each, left, top + i * leading));
    if (dot) this.drawDot(context, dot);
  }

  drawDot(context, radius) {
    Object.assign(context, { fillStyle: this.color, strokeStyle: LAND, lineWidth: 1.5 });
    context.beginPath();
    context.arc(0, 0, radius, 0, 2 * Math.PI);
    context.stroke();
    context.fill();
  }
}

function names(kind, options, { size } = {}) {
  const filter = (zoom, feature) => {
    const { props } = feature;
    return props.kind === kind && zoom >= props.from && (size === undefined || props.size === size);
  };
  return { dataLayer: "name", symbolizer: new Name(options), filter };
}

// The first rules win the room: large towns push small ones away; the names of areas may drift a little.
function labelRules() {
  const dot = (zoom) => (zoom < 10 ? 2.2 : 0);
  const town = (size, weight, color, ...stops) => names("town", { size: scaled(...stops), weight, color, dot }, { size });
  const still = { weight: 400, widest: 8 };
  return [
    town(5, 640, "#2a3736", [5, 13], [8, 17], [11, 22], [15, 26]),
    names("region", { drift: (zoom) => (zoom > 5 ? 24 : 0), size: scaled([5, 11.5], [6, 13.5]), weight: 600, color: "#7d7154", caps: true, spacing: 0.08, widest: 9 }),
    town(4, 620, "#2a3736", [5, 13], [8, 16], [11, 20], [15, 24]),
    town(3, 560, "#2a3736", [5, 12], [8, 14.5], [11, 17.5], [15, 22]),
    names("departement", { drift: () => 16, size: scaled([7, 11.5], [9, 14]), weight: 560, color: "#877b60", caps: true, spacing: 0.08, widest: 8 }),
    town(2, 500, "#36423f", [6, 12], [8, 13], [11, 15.5], [15, 20]),
    town(1, 450, "#45504d", [8, 12], [11, 14], [15, 18]),
    town(0, 430, "#55605c", [8, 12], [11, 12.5], [13, 14], [15, 17]),
    names("country", { ...still, size: scaled([4, 11], [8, 14]), color: "#938b7b", halo: HALO_ABROAD, caps: true, spacing: 0.14 }),
    names("sea", { ...still, size: scaled([4, 11.5], [8, 14.5]), color: "#6f8b92", halo: "rgba(205, 219, 221, 0.6)", spacing: 0.06, style: "italic" }),
  ];
}

function loadRenderer(source) {
  return new Promise((resolve, reject) => {
    const script = Object.assign(document.createElement("script"), { src: source, onload: resolve, onerror: reject });
    document.head.append(script);
  });
}

// The letters are measured before they are drawn: wait for the page's typeface, but not for ever.
function typeface() {
  const weights = [400, 500, 620].map((weight) => document.fonts.load(`${weight} 14px ${FAMILY}`, "Aé"));
  return Promise.race([Promise.all(weights), new Promise((resolve) => { setTimeout(resolve, 1500); })]);
}

function raster({ tiles, attribution }) {
  return L.tileLayer(tiles, { maxZoom: 19, attribution, referrerPolicy: "strict-origin-when-cross-origin" });
}

async function vector({ mapKind, tiles, attribution, renderer }) {
  if (!window.protomapsL) await loadRenderer(renderer);
  const common = { url: tiles, attribution, lang: "fr", tasks: [typeface()], className: "basemap" };
  if (mapKind === "pmtiles") return window.protomapsL.leafletLayer({ ...common, flavor: "light" });
  return window.protomapsL.leafletLayer({
    ...common, maxDataZoom: MAX_DATA_ZOOM, backgroundColor: SEA, paintRules: paintRules(), labelRules: labelRules(),
  });
}

/** Put the chosen base map under `leafletMap`; `options` default to the container's data attributes. */
export async function createBasemap(leafletMap, options = leafletMap.getContainer().dataset) {
  leafletMap.getContainer().style.backgroundColor = SEA;
  const layer = ["ign", "osm"].includes(options.mapKind) ? raster(options) : await vector(options);
  return layer.addTo(leafletMap);
}
