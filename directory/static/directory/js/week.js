// Copies Monday's hours to the four days after it; offers a further span of a day once the one before is filled.
const form = document.querySelector("[data-week]");
const fieldsOf = (part) => [...part.querySelectorAll("input")];
const isFilled = (part) => fieldsOf(part).some((field) => field.value);

function offerSpans() {
  for (const day of form.querySelectorAll("[data-day]")) {
    [...day.querySelectorAll("[data-span]")].forEach((span, rank, spans) => {
      span.hidden = rank > 0 && !isFilled(span) && !isFilled(spans[rank - 1]);
    });
  }
}

if (form) {
  offerSpans();
  form.addEventListener("input", offerSpans);
  form.querySelector("[data-copy-monday]").addEventListener("click", () => {
    const [monday, ...others] = [...form.querySelectorAll("[data-day]")].slice(0, 5).map(fieldsOf);
    for (const fields of others) fields.forEach((field, index) => { field.value = monday[index].value; });
    offerSpans();
  });
}
