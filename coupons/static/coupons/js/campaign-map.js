// The map of a campaign's page: its territory and the venues inside. The list of results says the same in words.

const element = document.querySelector("[data-map]");
const { VenueMap } = await import(document.querySelector("script[data-venue-map]").dataset.venueMap);

VenueMap.open(element, {
  cards: () => [],
  button: document.querySelector("[data-search-here]"),
  chosen: () => {},
  searchHere(bounds) {
    const results = new URL(element.dataset.results, window.location.origin);
    results.searchParams.set("bbox", bounds);
    window.location.assign(results);
  },
});
