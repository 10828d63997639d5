// Runs before the page is drawn: what needs JavaScript is shown only when there is JavaScript.
document.documentElement.classList.add("js");
