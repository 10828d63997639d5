// "Où êtes-vous ?" as a combobox (WAI-ARIA APG, list autocomplete). Without this script it is a text field
// and the server finds the place by itself.
const WAIT_MS = 120;

function option(id, place) {
  const item = document.createElement("li");
  item.id = id;
  item.setAttribute("role", "option");
  item.setAttribute("aria-selected", "false");
  const context = document.createElement("span");
  context.textContent = place.context ?? "";
  item.append(place.label, context);
  return item;
}

function build(box) {
  const list = document.createElement("ul");
  list.className = "combobox-list";
  list.id = `${box.dataset.prefix ?? "place"}-options`;
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", box.dataset.options);
  const status = document.createElement("p");
  status.className = "visually-hidden";
  status.setAttribute("role", "status");
  box.append(list, status);
  return { list, status };
}

export class PlaceField {
  constructor(box) {
    this.box = box;
    this.input = box.querySelector("input");
    Object.assign(this, build(box));
    this.places = [];
    this.active = -1;
    for (const [name, value] of [["role", "combobox"], ["aria-autocomplete", "list"],
      ["aria-expanded", "false"], ["aria-controls", this.list.id]]) this.input.setAttribute(name, value);
    this.input.addEventListener("input", () => this.typed());
    this.input.addEventListener("keydown", (event) => this.key(event));
    this.input.addEventListener("blur", () => setTimeout(() => this.close(), 150));
    this.list.addEventListener("pointerdown", (event) => event.preventDefault());
    this.list.addEventListener("click", (event) => {
      const item = event.target.closest("li");
      if (item) this.choose([...this.list.children].indexOf(item));
    });
  }

  typed() {
    this.forget();
    clearTimeout(this.timer);
    const text = this.input.value.trim();
    if (text.length < 2) return this.close();
    this.timer = setTimeout(() => this.ask(text), WAIT_MS);
  }

  async ask(text) {
    this.pending?.abort();
    this.pending = new AbortController();
    try {
      const answer = await fetch(this.address(text), { signal: this.pending.signal });
      if (answer.ok && document.activeElement === this.input) this.show((await answer.json()).results);
    } catch (error) {
      if (error.name !== "AbortError") this.close();
    }
  }

  address(text) {
    return `${this.box.dataset.places}?${new URLSearchParams({ q: text })}`;
  }

  show(places) {
    this.places = places;
    this.active = -1;
    const prefix = this.list.id.replace("options", "option");
    this.list.replaceChildren(...places.map((place, index) => option(`${prefix}-${index}`, place)));
    this.list.hidden = places.length === 0;
    this.input.setAttribute("aria-expanded", String(places.length > 0));
    this.input.removeAttribute("aria-activedescendant");
    this.status.textContent = places.length ? `${places.length} ${this.box.dataset.some}` : this.box.dataset.none;
  }

  close() {
    this.list.hidden = true;
    this.active = -1;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }

  move(step) {
    const count = this.places.length;
    this.active = (this.active + step + count + (this.active < 0 && step < 0 ? 1 : 0)) % count;
    [...this.list.children].forEach((item, index) => item.setAttribute("aria-selected", String(index === this.active)));
    const item = this.list.children[this.active];
    this.input.setAttribute("aria-activedescendant", item.id);
    item.scrollIntoView({ block: "nearest" });
  }

  key(event) {
    const open = !this.list.hidden;
    if (event.key === "Escape" && open) this.close();
    else if (event.key === "ArrowDown" && open) this.move(1);
    else if (event.key === "ArrowUp" && open) this.move(-1);
    else if (event.key === "Enter" && open && this.active >= 0) this.choose(this.active);
    else return;
    event.preventDefault();
  }

  choose(index) {
    const place = this.places[index];
    this.input.value = place.context ? `${place.label} — ${place.context}` : place.label;
    this.forget();
    for (const name of ["lon", "lat"]) {
      const field = document.createElement("input");
      Object.assign(field, { type: "hidden", name, value: place[name] });
      field.dataset.chosen = "";
      this.box.append(field);
    }
    this.close();
    this.box.dispatchEvent(new CustomEvent("place-chosen", { bubbles: true }));
  }

  // A text that was typed over no longer stands where the chosen place stood.
  forget() {
    this.box.querySelectorAll("[data-chosen]").forEach((field) => field.remove());
  }
}

function enhance() {
  document.querySelectorAll("[data-places]").forEach((box) => box.querySelector("[role=combobox]") ?? new PlaceField(box));
}

document.addEventListener("content-replaced", enhance);
enhance();
