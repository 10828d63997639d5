// Territories by name: the suggestions of the API become ticks of the form. Without this script the button searches.
import { PlaceField } from "../../directory/js/place-field.js";

class AreaField extends PlaceField {
  constructor(box, picker) {
    box.dataset.prefix = `area-${picker.dataset.picker}`;
    super(box);
    this.picker = picker;
    box.querySelector("button").hidden = true;
  }

  address(text) {
    return `${this.box.dataset.areas}?${new URLSearchParams({ q: text, limit: 8 })}`;
  }

  show(areas) {
    const levels = this.box.dataset;
    super.show(areas.map((area) => ({ ...area, label: area.name, context: [levels[area.level], area.parent?.name].filter(Boolean).join(", ") })));
  }

  choose(index) {
    const area = this.places[index];
    const value = `${area.level}/${area.code}`;
    const list = this.picker.querySelector("[data-picked]");
    const known = [...list.querySelectorAll("input")].find((input) => input.value === value);
    const input = known ?? this.tick(list, value, area);
    input.checked = true;
    this.input.value = "";
    this.close();
    this.status.textContent = `${this.box.dataset.added} ${area.name}`;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  }

  tick(list, value, { name, level }) {
    const input = Object.assign(document.createElement("input"), { type: "checkbox", name: this.picker.dataset.picker, value });
    const words = document.createElement("span");
    const kind = Object.assign(document.createElement("span"), { className: "muted", textContent: this.box.dataset[level] });
    words.append(name, " ", kind);
    const label = Object.assign(document.createElement("label"), { className: "tick" });
    label.append(input, words);
    const item = document.createElement("li");
    item.append(label);
    list.append(item);
    return input;
  }
}

for (const picker of document.querySelectorAll("[data-picker]")) new AreaField(picker.querySelector("[data-areas]"), picker);
