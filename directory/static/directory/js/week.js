// Copies Monday's hours to the four days after it.
const form = document.querySelector("[data-week]");
const fieldsOf = (day) => [...day.querySelectorAll("input")];

form?.querySelector("[data-copy-monday]").addEventListener("click", () => {
  const [monday, ...others] = [...form.querySelectorAll("[data-day]")].slice(0, 5).map(fieldsOf);
  for (const fields of others) fields.forEach((field, index) => { field.value = monday[index].value; });
});
