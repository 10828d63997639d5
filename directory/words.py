"""What a person types in a search box, as a full-text query that cannot fail."""

import re

from django.contrib.postgres.search import CombinedSearchQuery, SearchQuery

CONFIG = "directory_french"
LAST_WORD = re.compile(r"(?<![\w\"-])(\w{2,})$")


def text_query(text: str) -> SearchQuery | CombinedSearchQuery:
    """All the words; quotes, "or" and a leading minus mean what they mean elsewhere on the web.

    A person still typing sees results: the last word also counts as the beginning of one.
    """
    whole = SearchQuery(text, config=CONFIG, search_type="websearch")
    last = LAST_WORD.search(text)
    if not last:
        return whole
    begun = SearchQuery(f"{last[1]}:*", config=CONFIG, search_type="raw")
    head = text[: last.start()].strip()
    return whole | (SearchQuery(head, config=CONFIG, search_type="websearch") & begun if head else begun)
