// The receipt, on whatever printer the counter has.
document.querySelector("[data-print]").addEventListener("click", () => window.print());
