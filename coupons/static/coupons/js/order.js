// The total of an order as counts are typed. Whole cents; the server counts again.
const form = document.querySelector("[data-order]");
const terms = JSON.parse(document.getElementById("order-terms")?.textContent ?? "null");

const share = (cents, basisPoints) => Math.floor((cents * basisPoints + 5000) / 10000);

function due(campaign, booklets) {
  const coupons = booklets * campaign.booklet_size;
  const face = coupons * campaign.face_value_cents;
  const fee = terms.fee_fixed_cents + share(face, terms.fee_bp);
  return face + coupons * campaign.contribution_cents + fee + share(fee, terms.fee_vat_bp);
}

function show() {
  const counts = [...form.querySelectorAll("[data-booklets]")].map((field) => Math.max(0, parseInt(field.value, 10) || 0));
  const booklets = counts.reduce((sum, count) => sum + count, 0);
  const campaign = terms.campaigns[form.elements.campaign.value];
  const line = form.querySelector("[data-total]");
  line.hidden = !campaign || booklets === 0;
  form.querySelector("[data-total-empty]")?.toggleAttribute("hidden", !line.hidden);
  if (line.hidden) return;
  const money = new Intl.NumberFormat(document.documentElement.lang, { style: "currency", currency: "EUR" });
  line.querySelector("[data-total-booklets]").textContent = booklets.toLocaleString(document.documentElement.lang);
  line.querySelector("[data-total-due]").textContent = money.format(due(campaign, booklets) / 100);
}

if (form && terms) {
  form.addEventListener("input", show);
  show();
}
