// Copies Monday's hours to the four days after it. Offers a second span of a day once the first is filled, and a
// third, which few need, while one is in that day.
const form = document.querySelector("[data-week]");
const fieldsOf = (part) => [...part.querySelectorAll("input")];
const isFilled = (part) => fieldsOf(part).some((field) => field.value);

function offerSpans() {
  for (const day of form.querySelectorAll("[data-day]")) {
    [...day.querySelectorAll("[data-span]")].forEach((span, rank, spans) => {
      const isNext = rank === 0 || (isFilled(spans[rank - 1]) && (rank === 1 || day.matches(":focus-within")));
      span.hidden = !isNext && !isFilled(span);
    });
  }
}

if (form) {
  offerSpans();
  form.addEventListener("input", offerSpans);
  form.addEventListener("focusin", offerSpans);
  form.querySelector("[data-copy-monday]").addEventListener("click", () => {
    const [monday, ...others] = [...form.querySelectorAll("[data-day]")].slice(0, 5).map(fieldsOf);
    for (const fields of others) fields.forEach((field, index) => { field.value = monday[index].value; });
    offerSpans();
  });
}
