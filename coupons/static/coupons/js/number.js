// The number of a booklet, by the camera. The QR of a coupon is told from that of a cover: its code is not sent on.
const form = document.querySelector("[data-number]");
const PLAIN = /[\s.\-]/g;

document.addEventListener("scanned", (event) => {
  const text = event.detail.replace(PLAIN, "").toUpperCase();
  if (!/^CN\d{10,14}$/.test(text)) {
    document.querySelector("[data-scan-message]").textContent = form.dataset.secret;
    return;
  }
  form.elements.number.value = text;
  form.requestSubmit();
});
