// "Autour de moi": asks for the position only on a click, and says what happened when there is none.
const DECIMALS = 3; // about 100 metres: enough to sort venues, not enough to find a door

function search(button, { longitude, latitude }) {
  const form = button.form;
  const params = new URLSearchParams([...new FormData(form)].filter(([name, value]) => value && name !== "place"));
  params.set("lon", longitude.toFixed(DECIMALS));
  params.set("lat", latitude.toFixed(DECIMALS));
  window.location.assign(`${button.dataset.locate}?${params}`);
}

function say(button, words) {
  const message = button.form.querySelector("[data-locate-message]");
  message.textContent = words;
  message.hidden = !words;
}

function locate(button) {
  const words = button.dataset;
  if (!navigator.geolocation || !window.isSecureContext) return say(button, words.unavailable);
  button.setAttribute("aria-busy", "true");
  say(button, words.wait);
  const done = () => button.removeAttribute("aria-busy");
  navigator.geolocation.getCurrentPosition(
    (position) => { done(); search(button, position.coords); },
    (error) => { done(); say(button, error.code === error.PERMISSION_DENIED ? words.refused : words.unavailable); },
    { timeout: 10_000, maximumAge: 60_000 },
  );
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-locate]");
  if (button) locate(button);
});
