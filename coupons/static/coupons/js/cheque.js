// A cheque's QR opens /cheque/#CODE: the code is taken out of the address bar at once and sent in the body of a form.
const form = document.querySelector("[data-cheque]");
const field = form.elements.code;
const GROUPS = /(.{4})(?=.)/g;

// Of an address the fragment only; of anything else all of it.
function codeOf(text) {
  const code = text.includes("#") ? text.slice(text.indexOf("#") + 1) : text;
  try { return decodeURIComponent(code); } catch { return code; }
}

function send(text) {
  field.value = codeOf(text).slice(0, 60);
  form.requestSubmit();
}

function readAddress() {
  const { hash, pathname, search } = window.location;
  if (hash.length < 2) return;
  window.history.replaceState(null, "", pathname + search);
  if (hash !== "#contenu") send(hash);
}

// In groups of four while it is typed at the end; elsewhere the cursor is left alone.
function group() {
  if (field.selectionEnd !== field.value.length) return;
  const signs = field.value.replace(/[\s.\-_–—]/g, "");
  if (signs.length <= 16) field.value = signs.replace(GROUPS, "$1-");
}

field.addEventListener("input", group);
// What the browser kept of an earlier visit is not left on the screen.
window.addEventListener("pageshow", (event) => { if (event.persisted) field.value = ""; });
window.addEventListener("hashchange", readAddress);
document.addEventListener("scanned", (event) => send(event.detail));
readAddress();
