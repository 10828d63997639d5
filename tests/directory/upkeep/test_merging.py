"""Two venues become one, and no row is lost, whatever hangs on them."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.apps import apps
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Model
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from directory.accounts.refusals import Refused
from directory.models import (
    ApplicationEvent,
    Category,
    Change,
    Claim,
    Closure,
    DuplicatePair,
    ErrorReport,
    Feedback,
    Freshness,
    LabelApplication,
    Labelling,
    Listing,
    Membership,
    NotDuplicate,
    Organization,
    Place,
    Review,
    Service,
    User,
    Venue,
)
from directory.upkeep import claiming
from directory.upkeep.merging import days_left, merge
from tests.directory.upkeep.conftest import NOON, person, venue_of
from tests.examples import examples

pytestmark = pytest.mark.django_db
# Everything that points to a venue, and whether a merge has to keep its rows.
KEPT: list[type[Model]] = [
    Claim,
    Closure,
    ErrorReport,
    LabelApplication,
    Labelling,
    NotDuplicate,
    Place,
    Review,
    Service,
    Venue,
]
FOLLOWS: list[type[Model]] = [Change, DuplicatePair, Feedback, Freshness, Listing]
# Of the floor above: a payment is final, and stays with the venue where it was made, hidden or not; where coupons
# are good follows the listing, by triggers.
STAYS = {"Acceptance", "Payment"}


def test_nothing_that_points_to_a_venue_is_unknown_here() -> None:
    pointing = {
        model
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if field.remote_field and field.remote_field.model is Venue
    }
    known = STAYS | {model.__name__ for model in [*KEPT, *FOLLOWS]}
    assert {model.__name__ for model in pointing} == known


@pytest.fixture
def two(organization: Organization, manager: User) -> tuple[Venue, Venue]:
    """The one that stays, and the other."""
    return venue_of(organization, "Fablab"), venue_of(None, "Le fablab", 2.51)


def during(first: int, last: int) -> DateRange:
    return DateRange(date(2020 + first, 1, 1), date(2020 + last, 1, 1))


def years(ranges: list[DateRange]) -> list[tuple[int, int]]:
    return [(one.lower.year - 2020, one.upper.year - 2020) for one in ranges]


@pytest.mark.parametrize(
    ("mine", "others", "left"),
    [
        ((0, 3), [], [(0, 3)]),
        ((0, 3), [(3, 6)], [(0, 3)]),
        ((0, 6), [(2, 4)], [(0, 2), (4, 6)]),
        ((0, 6), [(0, 2), (4, 9)], [(2, 4)]),
        ((2, 3), [(0, 6)], []),
        ((0, 9), [(1, 2), (3, 4)], [(0, 1), (2, 3), (4, 9)]),
    ],
)
def test_the_days_left(mine: Any, others: Any, left: Any) -> None:
    assert years(days_left(during(*mine), [during(*one) for one in others])) == left


def test_labels_follow_without_two_on_one_day(two: tuple[Venue, Venue], reviewer: User) -> None:
    kept, other = two
    Labelling.objects.create(venue=kept, during=during(2, 4))
    around = Labelling.objects.create(venue=other, during=during(0, 6))
    merge(kept=kept, other=other, by=reviewer, at=NOON)
    assert years([row.during for row in kept.labellings.order_by("during")]) == [(0, 2), (2, 4), (4, 6)]
    around.refresh_from_db()
    assert around.venue == kept


def test_a_label_withdrawn_at_once_follows(two: tuple[Venue, Venue], reviewer: User) -> None:
    kept, other = two
    empty = Labelling.objects.create(venue=other, during=DateRange(empty=True), withdrawn_at=NOON)
    merge(kept=kept, other=other, by=reviewer, at=NOON)
    empty.refresh_from_db()
    assert empty.venue == kept


def test_what_the_kept_one_lacks_is_filled(two: tuple[Venue, Venue], reviewer: User) -> None:
    kept, other = two
    Venue.objects.filter(pk=other.pk).update(
        phone="+33100000000", summary="Au port", verified_on=date(2026, 3, 1)
    )
    Venue.objects.filter(pk=kept.pk).update(summary="À nous")
    merge(kept=kept, other=other, by=reviewer, at=NOON)
    kept.refresh_from_db()
    assert (kept.phone, kept.summary, kept.verified_on) == ("+33100000000", "À nous", date(2026, 3, 1))
    change = Change.objects.filter(table="venue", row=other.pk).first()
    assert (change.actor, change.after) == (reviewer, {"merged_into_id": kept.pk, "published": False})


def test_the_other_leaves_the_listings(two: tuple[Venue, Venue], reviewer: User) -> None:
    kept, other = two
    merge(kept=kept, other=other, by=reviewer, at=NOON)
    assert [row.venue for row in Listing.objects.all()] == [kept]
    assert Place.objects.filter(venue=other).count() == 1, "a second address stays beside"


def test_stops_follow_to_an_itinerant_one(reviewer: User) -> None:
    kept, other = (Venue.objects.create(name="Bus", itinerant=True) for _ in range(2))
    for venue, source_id in ((kept, "a"), (other, "a"), (other, "b"), (other, "")):
        Place.objects.create(venue=venue, is_stop=True, point="POINT(2 46)", source_id=source_id)
    merge(kept=kept, other=other, by=reviewer, at=NOON)
    assert sorted(kept.places.values_list("source_id", flat=True)) == ["", "a", "b"]
    assert other.places.count() == 1


def test_services_follow_with_their_modifications(two: tuple[Venue, Venue], reviewer: User) -> None:
    kept, other = two
    category = Category.objects.exclude(parent=None).first()
    Service.objects.create(venue=kept, category=category, name="Cours", status="approved")
    Service.objects.create(venue=other, category=category, name="COURS", status="approved")
    new = Service.objects.create(venue=other, category=category, name="Atelier", status="approved")
    revision = Service.objects.create(
        venue=other, category=category, name="Atelier", status="submitted", replaces=new
    )
    merge(kept=kept, other=other, by=reviewer, at=NOON)
    assert set(kept.services.values_list("name", flat=True)) == {"Cours", "Atelier"}
    revision.refresh_from_db()
    assert revision.venue == kept
    assert other.services.get().name == "COURS"


def application(venue: Venue, organization: Organization, status: str = "submitted") -> LabelApplication:
    given = {"submitted_at": NOON, "charter_signed_at": NOON}
    return LabelApplication.objects.create(venue=venue, organization=organization, status=status, **given)


def test_of_two_open_applications_the_others_ends(
    two: tuple[Venue, Venue], organization: Organization, reviewer: User
) -> None:
    kept, other = two
    first, second = application(kept, organization), application(other, organization)
    merge(kept=kept, other=other, by=reviewer, at=NOON)
    for row in (first, second):
        row.refresh_from_db()
    assert (first.status, second.status, second.venue) == ("submitted", "withdrawn", kept)
    assert "a déjà une candidature" in ApplicationEvent.objects.get(application=second).note


def test_one_open_application_goes_on(
    two: tuple[Venue, Venue], organization: Organization, reviewer: User
) -> None:
    kept, other = two
    only = application(other, organization)
    merge(kept=kept, other=other, by=reviewer, at=NOON)
    only.refresh_from_db()
    assert (only.status, only.venue) == ("submitted", kept)


def test_claims_end_when_the_venue_has_its_organisation(two: tuple[Venue, Venue], reviewer: User) -> None:
    kept, other = two
    rival = Organization.objects.create(name="Une autre")
    claim = claiming.claim(
        venue=other, organization=rival, proof="Preuve", by=person("rival", rival), at=NOON
    )
    merge(kept=kept, other=other, by=reviewer, at=NOON)
    claim.refresh_from_db()
    assert (claim.status, claim.venue) == ("refused", kept)


def test_claims_on_two_free_venues_are_one_each(
    reviewer: User, organization: Organization, manager: User
) -> None:
    kept, other = venue_of(None, "Fablab"), venue_of(None, "Fablab")
    rival = Organization.objects.create(name="Une autre")
    by_rival = person("rival", rival)
    for venue, claimant, by in (
        (kept, organization, manager),
        (other, organization, manager),
        (other, rival, by_rival),
    ):
        claiming.claim(venue=venue, organization=claimant, proof="Preuve", by=by, at=NOON)
    merge(kept=kept, other=other, by=reviewer, at=NOON)
    assert sorted(kept.claims.values_list("organization__name", "status")) == [
        ("Association des ateliers", "refused"),
        ("Association des ateliers", "submitted"),
        ("Une autre", "submitted"),
    ]


def test_merged_before_leads_on(two: tuple[Venue, Venue], reviewer: User, client: Any) -> None:
    kept, other = two
    oldest = venue_of(None, "Vieux fablab", slug="vieux")
    merge(kept=other, other=oldest, by=reviewer, at=NOON)
    merge(kept=kept, other=other, by=reviewer, at=NOON)
    oldest.refresh_from_db()
    assert oldest.merged_into == kept
    assert client.get(f"/lieux/{oldest.pk}/vieux/").headers["Location"] == kept.get_absolute_url()


def test_two_organisations_have_to_agree_first(two: tuple[Venue, Venue], reviewer: User) -> None:
    kept, other = two
    Venue.objects.filter(pk=other.pk).update(organization=Organization.objects.create(name="Une autre"))
    with pytest.raises(Refused, match="deux structures"):
        merge(kept=kept, other=other, by=reviewer, at=NOON)


def test_not_with_oneself_nor_twice_nor_by_a_member(
    two: tuple[Venue, Venue], reviewer: User, organization: Organization
) -> None:
    kept, other = two
    with pytest.raises(Refused):
        merge(kept=kept, other=kept, by=reviewer, at=NOON)
    merge(kept=kept, other=other, by=reviewer, at=NOON)
    with pytest.raises(Refused, match="fusionné"):
        merge(kept=kept, other=other, by=reviewer, at=NOON)
    Membership.objects.create(user=reviewer, organization=organization, role="sponsor-viewer")
    with pytest.raises(Refused, match="membre"):
        merge(kept=kept, other=venue_of(None, "Encore"), by=reviewer, at=NOON)


SPANS = st.lists(st.tuples(st.integers(0, 11), st.integers(1, 5)), max_size=3)
SIDE = st.fixed_dictionaries(
    {
        "itinerant": st.booleans(),
        "stops": st.lists(st.sampled_from(["", "a", "b"]), max_size=3),
        "placed": st.booleans(),
        "labels": SPANS,
        "closures": SPANS,
        "services": st.lists(st.sampled_from(["Cours", "COURS", "Atelier", "Atelier modifié"]), max_size=4),
        "applications": st.lists(
            st.sampled_from(["draft", "submitted", "in_review", "withdrawn"]), max_size=3
        ),
        "reports": st.integers(0, 2),
        "reviews": st.integers(0, 3),
        "claims": st.lists(st.integers(0, 1), max_size=2),
    }
)
NUMBER = iter(range(1_000_000))


def furnish(venue: Venue, side: dict[str, Any], organizations: list[Organization]) -> None:
    """Rows of every kind; what the database itself refuses beside another is left out."""
    if side["placed"] and not side["itinerant"]:
        Place.objects.create(venue=venue, point="POINT(2 46)", source_id="a")
    for source_id in dict.fromkeys(side["stops"]) if side["itinerant"] else []:
        Place.objects.create(venue=venue, is_stop=True, point="POINT(2 46)", source_id=source_id)
    for model, spans in ((Labelling, side["labels"]), (Closure, side["closures"])):
        for period in one_after_the_other(spans):
            model.objects.create(venue=venue, during=period)
    offer(venue, side["services"])
    opened = False
    for status in side["applications"]:
        if status != "withdrawn" and opened:
            continue
        opened = opened or status != "withdrawn"
        application(venue, organizations[0], status)
    for _ in range(side["reports"]):
        ErrorReport.objects.create(venue=venue, kind="hours", message="Fermé")
    for _ in range(side["reviews"]):
        Review.objects.create(
            venue=venue, organization=organizations[0], reception=4, usefulness=3, progress=5
        )
    for number in set(side["claims"]):
        Claim.objects.create(venue=venue, organization=organizations[number], proof="Preuve")


def offer(venue: Venue, names: list[str]) -> None:
    category = Category.objects.exclude(parent=None).first()
    for name in names:
        made = Service.objects.create(venue=venue, category=category, name=name, status="approved")
        if name == "Atelier modifié":
            Service.objects.create(
                venue=venue, category=category, name=name, status="submitted", replaces=made
            )


def one_after_the_other(spans: list[tuple[int, int]]) -> list[DateRange]:
    periods, end = [], 0
    for start, length in sorted(spans):
        begin = max(start, end)
        end = begin + length
        periods.append(during(begin, end))
    return periods


def rows() -> dict[str, set[int]]:
    return {model.__name__: set(model._default_manager.values_list("pk", flat=True)) for model in KEPT}


@given(first=SIDE, second=SIDE, managed=st.sampled_from(["nobody", "kept", "other", "both"]))
@settings(
    max_examples=examples(20), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_no_row_is_lost(first: dict[str, Any], second: dict[str, Any], managed: str, reviewer: User) -> None:
    number = next(NUMBER)
    organizations = [Organization.objects.create(name=f"Structure {number}.{n}") for n in range(2)]
    kept, other = (
        Venue.objects.create(
            name=f"Lieu {number}",
            itinerant=side["itinerant"],
            organization=organizations[0] if managed in (name, "both") else None,
        )
        for side, name in ((first, "kept"), (second, "other"))
    )
    furnish(kept, first, organizations)
    furnish(other, second, organizations)
    before, labelled = (
        rows(),
        {row.pk: row.during for row in Labelling.objects.filter(venue__in=[kept, other])},
    )
    merge(kept=kept, other=other, by=reviewer, at=datetime(2026, 5, 4, tzinfo=UTC))
    after = rows()
    assert all(before[name] <= after[name] for name in before)
    for model in (Claim, ErrorReport, LabelApplication, Review):
        assert not model.objects.filter(venue=other).exists()
    assert (
        not Service.objects.filter(replaces__isnull=False)
        .exclude(replaces__venue=kept)
        .filter(venue=kept)
        .exists()
    )
    counted = Feedback.objects.filter(venue=kept).values_list("answers", flat=True).first()
    assert (counted or 0) == first["reviews"] + second["reviews"]
    # Every day on which one of the two had the label, the one that stays has it, and no other.
    had = days_of(labelled.values())
    assert days_of(Labelling.objects.filter(venue=kept).values_list("during", flat=True)) == had


def days_of(ranges: Any) -> set[int]:
    return {year for one in ranges if not one.isempty for year in range(one.lower.year, one.upper.year)}
