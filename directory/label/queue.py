"""The reviewers' queue: which applications, in which order. As many queries for fifty rows as for one."""

from dataclasses import dataclass
from datetime import UTC, datetime

from django import forms
from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from directory.cursors import BadCursor, Cursor
from directory.label.steps import Status
from directory.models import LabelApplication, Organization, Place, User, Venue

# When an application was submitted, and its number.
Position = tuple[datetime, int]
ROWS = 50
WAITING = "waiting"
SHOWN = {
    WAITING: (Status.SUBMITTED, Status.IN_REVIEW),
    Status.SUBMITTED: (Status.SUBMITTED,),
    Status.IN_REVIEW: (Status.IN_REVIEW,),
    Status.MORE_INFORMATION: (Status.MORE_INFORMATION,),
    Status.ACCEPTED: (Status.ACCEPTED,),
    Status.REFUSED: (Status.REFUSED,),
}
NAMES = {
    WAITING: _("À traiter"),
    Status.SUBMITTED: _("À prendre"),
    Status.IN_REVIEW: _("En cours d'examen"),
    Status.MORE_INFORMATION: _("Complément demandé"),
    Status.ACCEPTED: _("Acceptées"),
    Status.REFUSED: _("Refusées"),
}


class QueueForm(forms.Form):
    """What the list is narrowed to."""

    status = forms.ChoiceField(
        label=_("État"),
        choices=list(NAMES.items()),
        required=False,
        widget=forms.Select(attrs={"class": "field"}),
    )
    department = forms.RegexField(
        r"^(\d[0-9AB]|97\d)$",
        label=_("Département"),
        required=False,
        error_messages={"invalid": _("Deux chiffres, par exemple 35. Outre-mer : trois chiffres.")},
        widget=forms.TextInput(attrs={"class": "field", "size": 4}),
    )
    name = forms.CharField(
        label=_("Nom du lieu ou de la structure"),
        max_length=100,
        required=False,
        widget=forms.TextInput(attrs={"class": "field"}),
    )
    mine = forms.BooleanField(label=_("Seulement les miennes"), required=False)
    after = forms.CharField(required=False, widget=forms.HiddenInput)

    def clean_after(self) -> Position | None:
        """Where the page before ended; a forged one is the first page."""
        try:
            cursor = Cursor.decoded(self.cleaned_data["after"])
            return aware(datetime.fromisoformat(str(cursor.after))), cursor.place_id
        except (BadCursor, ValueError):
            return None

    def applications(self, reviewer: User) -> QuerySet[LabelApplication]:
        """Longest wait first, nothing drawn yet."""
        asked = self.cleaned_data
        rows = LabelApplication.objects.filter(status__in=SHOWN[asked["status"] or WAITING])
        if asked["mine"]:
            rows = rows.filter(reviewer=reviewer)
        if asked["name"]:
            # Found by name first, then in the queue: each table is read once, narrow.
            venues = Venue.objects.filter(name__named=asked["name"]).values("pk")
            organizations = Organization.objects.filter(name__named=asked["name"]).values("pk")
            rows = rows.filter(Q(venue__in=venues) | Q(organization__in=organizations))
        if asked["department"]:
            places = Place.objects.filter(
                venue=OuterRef("venue"), commune_code__startswith=asked["department"]
            )
            rows = rows.filter(Exists(places))
        return rows


@dataclass(frozen=True)
class Queue:
    rows: list[LabelApplication]
    total: int
    next_cursor: str


def queue(applications: QuerySet[LabelApplication], after: Position | None) -> Queue:
    page = applications
    if after is not None:
        at, pk = after
        # The first condition is what the index understands.
        page = page.filter(submitted_at__gte=at).exclude(submitted_at=at, pk__lte=pk)
    # Sorted by number alone: the wide rows of the others are not read.
    found = list(page.order_by("submitted_at", "pk").values_list("pk", flat=True)[: ROWS + 1])
    rows = list(rows_of(found[:ROWS]))
    if after is None and len(found) <= ROWS:
        return Queue(rows, len(found), "")
    return Queue(rows, applications.count(), cursor_after(rows[-1]) if len(found) > ROWS else "")


def rows_of(numbers: list[int]) -> QuerySet[LabelApplication]:
    """What the table shows of each."""
    places = Place.objects.only("venue", "commune", "postcode").order_by("pk")
    rows = LabelApplication.objects.filter(pk__in=numbers).defer("answers", "checklist")
    rows = rows.select_related("venue", "organization", "reviewer")
    return rows.prefetch_related(Prefetch("venue__places", places)).order_by("submitted_at", "pk")


def cursor_after(application: LabelApplication) -> str:
    """Only drafts have no date, and they are not in the queue."""
    submitted_at = application.submitted_at or application.created_at
    return Cursor(submitted_at.isoformat(), application.pk).encoded()


def aware(instant: datetime) -> datetime:
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


def counts() -> dict[str, int]:
    """How many stand at each status a reviewer is concerned with."""
    rows = LabelApplication.objects.values_list("status").annotate(n=Count("pk"))
    found = dict(rows.order_by())
    return {name: sum(found.get(status, 0) for status in statuses) for name, statuses in SHOWN.items()}
