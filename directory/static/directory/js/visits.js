// Shows the date or the day of the week of a visit, whichever its "when" asks for.
function show(row) {
  const when = row.querySelector("select[name$=-when]").value;
  row.querySelector(".visit-day").hidden = when !== "date";
  row.querySelector(".visit-weekday").hidden = when === "date" || when === "";
}

for (const row of document.querySelectorAll("[data-visit]")) {
  show(row);
  row.addEventListener("change", () => show(row));
}
