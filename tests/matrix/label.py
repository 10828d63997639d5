"""The label: its criteria, an organisation's applications and kits, the reviewers' desk."""

from datetime import timedelta

from directory.label.questionnaire import CURRENT
from directory.models import LabelApplication, Place, Venue
from tests.matrix.lines import Line, everybody, line
from tests.matrix.world import AT, World


def draft(world: World) -> int:
    """For another venue: that of the world has the label already."""
    venue = Venue.objects.create(organization=world.organization, name="Fablab", slug="fablab")
    Place.objects.create(venue=venue, commune="Toy")
    answers = {"version": CURRENT.version, "values": {}}
    return LabelApplication.objects.create(venue=venue, organization=world.organization, answers=answers).pk


def submitted(world: World) -> int:
    application = draft(world)
    LabelApplication.objects.filter(pk=application).update(
        submitted_at=AT, charter_signed_at=AT - timedelta(hours=1), score=70
    )
    LabelApplication.objects.filter(pk=application).update(status="submitted")
    return application


ARGUMENTS = {"venue_id": lambda world: world.venue.pk}
DRAFT = {"application_id": draft}
SUBMITTED = {"application_id": submitted}
NO_DOCUMENT = {**DRAFT, "document_id": 0}

# anonymous member agent manager foreign viewer reviewer administrator
READ_ONLY = "405 405 405 405 405 405 405 405"
MANAGER_READS = "L 404 403 200 404 403 404 404"
MANAGER_ACTS = "L 404 403 302 404 403 404 404"
REVIEWER_READS = "L 403 403 403 403 403 200 200"
REVIEWER_ACTS = "L 403 403 403 403 403 302 302"
REVIEWER_REFUSED = "L 403 403 403 403 403 422 422"

LINES: dict[str, Line] = {
    "label:criteria": everybody("200", "405"),
    "label:short": everybody("302", "405"),
    "label:labels": line("L 404 200 200 404 200 404 404", READ_ONLY),
    # refused in words: the label of this venue cannot be renewed yet
    "label:start": line(READ_ONLY, MANAGER_ACTS),
    "label:kit": line("L 404 200 200 404 200 404 404", READ_ONLY),
    "label:kit_pdf": line("L 404 200 200 404 200 404 404", READ_ONLY, arguments={"part": "vitrophanie"}),
    "label:application": line(MANAGER_READS, READ_ONLY, arguments=DRAFT),
    "label:question": line(MANAGER_READS, MANAGER_READS, arguments={**DRAFT, "number": 1}),
    # 422: no file was sent
    "label:documents": line(MANAGER_READS, "L 404 403 422 404 403 404 404", arguments=DRAFT),
    "label:document": line("L 404 403 404 404 403 404 404", READ_ONLY, arguments=NO_DOCUMENT),
    "label:document_remove": line(READ_ONLY, "L 404 403 404 404 403 404 404", arguments=NO_DOCUMENT),
    "label:charter": line(MANAGER_READS, MANAGER_READS, arguments=DRAFT),
    "label:review": line(MANAGER_READS, MANAGER_ACTS, arguments=DRAFT),
    "label:withdraw": line(MANAGER_READS, MANAGER_READS, arguments=DRAFT),
    "label:desk": line(REVIEWER_READS, READ_ONLY),
    "label:desk_application": line(REVIEWER_READS, READ_ONLY, arguments=SUBMITTED),
    "label:desk_document": line(
        "L 403 403 403 403 403 404 404", READ_ONLY, arguments={**SUBMITTED, "document_id": 0}
    ),
    "label:desk_take": line(READ_ONLY, REVIEWER_ACTS, arguments=SUBMITTED),
    "label:desk_tick": line(READ_ONLY, REVIEWER_ACTS, arguments=SUBMITTED),
    "label:desk_ask_more": line(READ_ONLY, REVIEWER_REFUSED, arguments=SUBMITTED),
    "label:desk_accept": line(READ_ONLY, REVIEWER_ACTS, arguments=SUBMITTED),
    "label:desk_refuse": line(READ_ONLY, REVIEWER_REFUSED, arguments=SUBMITTED),
    "label:desk_labels": line(REVIEWER_READS, READ_ONLY),
    "label:desk_label": line(REVIEWER_READS, REVIEWER_READS),
}
