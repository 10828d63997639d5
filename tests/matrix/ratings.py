"""Ratings: of anybody with a receipt; of the organisation; of those who read before others do."""

from directory.models import Review
from tests.matrix.lines import Line, everybody, line
from tests.matrix.world import World


def review(world: World) -> int:
    return Review.objects.create(
        venue=world.venue,
        organization=world.organization,
        reception=4,
        usefulness=4,
        progress=4,
        comment="Bien reçu.",
        comment_state="waiting",
    ).pk


def published(world: World) -> int:
    number = review(world)
    Review.objects.filter(pk=number).update(comment_state="published")
    return number


def answered(world: World) -> int:
    number = published(world)
    Review.objects.filter(pk=number).update(answer="Merci.", answer_state="waiting")
    return number


ARGUMENTS = {"review_id": review}
SHOWN = {"review_id": published}
ANSWERED = {"review_id": answered}

# anonymous member agent manager foreign viewer reviewer administrator sponsor distributor operator accountant
NEVER = " ".join(["405"] * 12)
HOSTS = "L 404 200 200 404 403 404 404 403 403 404 404"
READS = "L 403 403 403 403 403 200 200 403 403 403 403"
DECIDES = "L 403 403 403 403 403 302 302 403 403 403 403"
ASKED_AGAIN = "L 403 403 403 403 403 422 422 403 403 403 403"
ANSWERS = "L 404 302 302 404 403 404 404 403 403 404 404"

LINES: dict[str, Line] = {
    "ratings:rate": everybody("200", "200"),
    "ratings:give": everybody("302", "200"),
    "ratings:thanks": everybody("200", "405"),
    "ratings:own": line(HOSTS, NEVER),
    "ratings:own_review": line(HOSTS, ANSWERS, arguments=SHOWN, body={"text": "Merci."}),
    "ratings:desk": line(READS, NEVER),
    "ratings:desk_review": line(READS, NEVER),
    "ratings:publish": line(NEVER, DECIDES),
    "ratings:refuse": line(NEVER, ASKED_AGAIN),
    "ratings:publish_answer": line(NEVER, DECIDES, arguments=ANSWERED),
    "ratings:refuse_answer": line(NEVER, ASKED_AGAIN, arguments=ANSWERED),
}
