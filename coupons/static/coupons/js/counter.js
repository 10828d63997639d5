// The counter: each cheque is looked at as it comes; a payment is kept on the device before it is sent, under a key of
// its own, until the site has answered. A lost answer, a reload or a second press asks again with the same key.
const form = document.querySelector("[data-till]");
const told = JSON.parse(document.getElementById("till-data").textContent);
const { words } = told;
const find = (name, inside = document) => inside.querySelector(`[data-${name}]`);
const entry = document.getElementById("one-code");
const confirmButton = find("confirm");
const language = document.documentElement.lang;
const euros = new Intl.NumberFormat(language, { style: "currency", currency: "EUR", trailingZeroDisplay: "stripIfInteger" });
const clock = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" });
const AGAIN_MS = 30_000;
const TOO_LONG_MS = 20_000;
const ANSWERED = { accepted: [200, 201], refused: [400, 404, 409, 422], signedOut: [401, 403] };

let lines = [];
let till = null;
let key = form.elements.key.value;
let looks = 0;
let sending = false;
let queue = null;

// A version 4 UUID, on addresses that are not secure too.
function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] % 16) + 64;
  bytes[8] = (bytes[8] % 64) + 128;
  const signs = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return signs.replace(/(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

const receiptOf = ({ id }) => told.receipt.replace("/0/", `/${id}/`);
const amount = (cents) => euros.format(cents / 100);
const fill = (text, values) => text.replace(/%\((\w+)\)s/g, (_all, name) => values[name]);
const service = () => told.services.find(({ id }) => String(id) === form.elements.service.value);
const plain = (code) => code.replace(/[\s.\-_–—]/g, "").toUpperCase();
const problem = (text) => { find("problem").textContent = text; };
const cookie = (name) => document.cookie.split("; ").find((one) => one.startsWith(`${name}=`))?.split("=")[1];

// Of an address its fragment, of anything else all of it.
function codeOf(text) {
  const code = text.includes("#") ? text.slice(text.indexOf("#") + 1) : text;
  try { return decodeURIComponent(code).trim(); } catch { return code.trim(); }
}

// In cents; null when nothing or no price is written.
function price() {
  const { fixed, price_cents: cents } = service();
  if (fixed) return cents;
  const [, whole, rest = ""] = form.elements.price.value.replace(/[\s€]/g, "").match(/^(\d{1,5})(?:[.,](\d{1,2}))?$/) ?? [];
  return whole === undefined ? null : Number(whole) * 100 + Number(rest.padEnd(2, "0"));
}

async function ask(address, body, headers = {}) {
  const answer = await fetch(address, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRFToken": cookie("csrftoken") ?? "", ...headers },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(TOO_LONG_MS),
  });
  return { status: answer.status, said: await answer.json().catch(() => ({})) };
}

function showNetwork(there) {
  find("offline").hidden = there;
  find("confirm-words").hidden = !there;
  find("keep-words").hidden = there;
}

// ---- the cheques of this passage

function showLine(line, position) {
  const element = find("line-template").content.cloneNode(true).querySelector("li");
  const looked = line.looked;
  const state = !looked ? "unchecked" : looked.accepted ? "accepted" : "refused";
  element.classList.add(`is-${state}`);
  const title = fill(words.coupon, { n: position + 1 });
  find("title", element).textContent = looked?.accepted ? `${title} : ${amount(looked.face_value_cents)}` : title;
  find("serial", element).textContent = looked?.serial ?? "";
  const sentences = !looked ? [line.offline ? words.unchecked : words.checking] : looked.refusals.map((one) => one.sentence);
  find("sentences", element).replaceChildren(...sentences.map(paragraph));
  find("remove-which", element).textContent = title;
  find("remove", element).addEventListener("click", () => { lines.splice(position, 1); look(); entry.focus(); });
  return element;
}

function paragraph(text) {
  const element = document.createElement("p");
  element.textContent = text;
  return element;
}

function show() {
  find("lines").replaceChildren(...lines.map(showLine));
  find("sum").hidden = !till;
  if (!till) return;
  find("sum-price").textContent = amount(till.price_cents);
  find("sum-covered").textContent = amount(till.covered_cents);
  find("sum-cash").textContent = amount(till.cash_cents);
  find("sum-returned").textContent = amount(till.returned_cents);
  find("sum-returned-row").hidden = !till.returned_cents;
}

function passage() {
  return { service: service().id, place: told.place, price_cents: price(), coupons: lines.map(({ code }) => code) };
}

// What all of them come to together; an answer that comes after a later question is dropped.
async function look() {
  const mine = ++looks;
  till = null;
  problem("");
  if (!lines.length || price() === null) {
    if (lines.length) problem(words.no_price);
    return show();
  }
  show();
  try {
    const { status, said } = await ask(told.look, passage());
    if (mine !== looks) return;
    showNetwork(true);
    if (status === 200) {
      till = said;
      said.coupons.forEach((looked, position) => { lines[position].looked = looked; });
      find("told").textContent = said.coupons.at(-1).refusals.map(({ sentence }) => sentence).join(" ")
        || amount(said.coupons.at(-1).face_value_cents);
    } else problem(ANSWERED.signedOut.includes(status) ? words.signed_out : said.detail ?? said.title ?? words.unanswered);
  } catch {
    if (mine !== looks) return;
    lines.forEach((line) => { line.looked = null; line.offline = true; });
    showNetwork(false);
  }
  show();
}

function add(text) {
  const code = codeOf(text);
  entry.value = "";
  entry.focus();
  if (!plain(code)) return;
  if (lines.some((line) => plain(line.code) === plain(code))) return problem(words.twice);
  lines.push({ code, looked: null });
  look();
}

function startAgain() {
  lines = [];
  till = null;
  key = newKey();
  show();
}

// ---- paying

function readiness() {
  if (!lines.length) return words.no_coupon;
  if (price() === null) return words.no_price;
  return lines.some(({ looked }) => looked && !looked.accepted) ? words.refused : "";
}

async function outcome(payment, codes) {
  const { key: mine, service: which, place, price_cents } = payment;
  const { status, said } = await ask(told.pay, { service: which, place, price_cents, coupons: codes }, { "Idempotency-Key": mine });
  const kind = Object.keys(ANSWERED).find((name) => ANSWERED[name].includes(status)) ?? "later";
  return { kind, said };
}

async function pay() {
  const missing = readiness();
  if (missing) return problem(missing);
  if (sending) return undefined;
  sending = true;
  confirmButton.disabled = true;
  problem(words.sending);
  const { coupons, ...rest } = passage();
  const payment = { key, ...rest, name: service().name, coupons: coupons.length, made: Date.now() };
  try {
    await kept(payment, coupons);
    return await answered(payment, await outcome(payment, coupons));
  } catch {
    return keep(queue ? words.kept : words.again, false);
  } finally {
    sending = false;
    confirmButton.disabled = false;
  }
}

async function kept(payment, codes) {
  try { await queue?.add(payment, codes); } catch { queue = null; }
}

async function answered(payment, { kind, said }) {
  if (kind === "accepted") {
    await queue?.remove(payment.key);
    window.location.assign(receiptOf(said));
    return;
  }
  if (kind !== "refused") return keep(kind === "signedOut" ? words.signed_out : said.title ?? words.error, true);
  await queue?.remove(payment.key);
  key = newKey();
  await look();
  problem(reasons(said).join(" "));
}

// Not answered: it waits under its key, and the next passage has another. Without a place to keep it, it stays here.
async function keep(sentence, there) {
  showNetwork(there);
  if (queue) startAgain();
  problem(sentence);
  await showQueue();
  setTimeout(drain, 3000);
}

function reasons(said) {
  const refusals = (said.refusals ?? []).map(({ position, sentence }) =>
    position < 0 ? sentence : `${fill(words.coupon, { n: position + 1 })} : ${sentence}`);
  return refusals.length ? refusals : [said.detail ?? said.title ?? words.unanswered];
}

// ---- what waits

async function drainAll() {
  for (const payment of await queue.all()) {
    if (payment.state !== "waiting" || (sending && payment.key === key)) continue;
    const { kind, said } = await outcome(payment, await queue.codes(payment));
    showNetwork(true);
    if (find("problem").textContent === words.kept) problem("");
    find("queue-message").textContent = "";
    if (kind === "accepted") await queue.settle(payment, { state: "accepted", url: receiptOf(said), reasons: [] });
    else if (kind === "refused") await queue.settle(payment, { state: "refused", reasons: reasons(said) });
    else {
      find("queue-message").textContent = kind === "signedOut" ? words.signed_out : said.title ?? words.error;
      break;
    }
    await showQueue();
  }
}

// One tab at a time; two would ask the same, and be told the same.
async function drain() {
  if (!queue) return;
  const alone = navigator.locks ? (act) => navigator.locks.request(told.store, { ifAvailable: true }, (lock) => lock && act()) : (act) => act();
  try { await alone(drainAll); } catch { showNetwork(false); }
  await showQueue();
}

const STATES = { waiting: words.waiting, accepted: words.accepted, refused: words.not_paid };

function showWaiting(payment) {
  const element = find("queue-template").content.cloneNode(true).querySelector("li");
  element.classList.add(`is-${payment.state}`);
  find("state", element).textContent = STATES[payment.state];
  find("line", element).textContent = fill(words.line, { service: payment.name, price: amount(payment.price_cents), n: payment.coupons });
  find("when-made", element).textContent = clock.format(payment.made);
  find("reasons", element).replaceChildren(...(payment.reasons ?? []).map((text) => {
    const reason = document.createElement("li");
    reason.textContent = text;
    return reason;
  }));
  const [receipt, seen] = [find("receipt", element), find("seen", element)];
  receipt.hidden = !payment.url;
  if (payment.url) receipt.href = payment.url;
  seen.hidden = payment.state === "waiting";
  seen.addEventListener("click", async () => { await queue.remove(payment.key); await showQueue(); });
  return element;
}

async function showQueue() {
  if (!queue) return;
  const all = await queue.all();
  find("queue").hidden = !all.length;
  find("drain").hidden = !all.some(({ state }) => state === "waiting");
  find("queue-rows").replaceChildren(...all.map(showWaiting));
}

// ---- the page

function showPrice() {
  const { fixed, price_cents: cents } = service();
  find("price-row").hidden = fixed;
  form.elements.price.value = fixed || cents === null ? "" : (cents / 100).toFixed(cents % 100 ? 2 : 0).replace(".", ",");
}

form.addEventListener("submit", (event) => { event.preventDefault(); look(); });
confirmButton.addEventListener("click", (event) => { event.preventDefault(); pay(); });
find("add").addEventListener("click", () => add(entry.value));
// A scanner held in the hand is a keyboard that ends with Enter.
entry.addEventListener("keydown", (event) => {
  if (event.key !== "Enter") return;
  event.preventDefault();
  add(entry.value);
});
document.addEventListener("scanned", (event) => add(event.detail));
form.elements.service.addEventListener("change", () => { showPrice(); look(); });
form.elements.price.addEventListener("change", look);
find("drain").addEventListener("click", drain);
window.addEventListener("online", () => { showNetwork(true); if (lines.length) look(); drain(); });
window.addEventListener("offline", () => showNetwork(false));
// What the browser kept of an earlier passage is not left on the screen.
window.addEventListener("pageshow", (event) => { if (event.persisted) startAgain(); });

const written = form.elements.codes.value.split("\n").map(codeOf).filter(plain);
if (!form.elements.price.value) showPrice(); else find("price-row").hidden = service().fixed;
form.elements.codes.value = "";
key = newKey(); // a page that was kept or gone back to has paid with its own already
showNetwork(navigator.onLine);
lines = written.map((code) => ({ code, looked: null }));
if (lines.length) look();
navigator.serviceWorker?.register(told.worker, { scope: told.scope });
try {
  const { Queue } = await import(told.queue);
  queue = await Queue.open(told.store);
} catch { /* no place to keep anything, or no secure address: payments are sent, and asked again from this page */ }
await showQueue();
await drain();
setInterval(drain, AGAIN_MS);
document.documentElement.dataset.till = "ready";
