// Follows a change under way: reads this page again each second until it is over, then once more in full.
const WAIT_MS = 1000;

async function again() {
  const answer = await fetch(window.location.href, { headers: { Accept: "text/html" } });
  if (!answer.ok) return setTimeout(again, 5 * WAIT_MS);
  const read = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-progress]");
  if (!read?.hasAttribute("data-running")) return window.location.reload();
  document.querySelector("[data-progress]").replaceWith(document.adoptNode(read));
  return setTimeout(again, WAIT_MS);
}

if (document.querySelector("[data-running]")) setTimeout(again, WAIT_MS);
