"""Few but real rows in every list of the rooms: names as long as real ones, every state once."""

from dataclasses import dataclass
from datetime import date, timedelta

from allauth.usersessions.models import UserSession
from django.contrib.gis.geos import MultiPolygon, Point, Polygon
from django.utils import timezone

from directory.audit import acting
from directory.models import (
    BulkEdit,
    Claim,
    Closure,
    DuplicatePair,
    ErrorReport,
    JoinRequest,
    LabelApplication,
    Labelling,
    Membership,
    Organization,
    Place,
    Service,
    Venue,
)
from directory.offer.publishing import edit_service
from geodata.models import Area
from tests.directory.label.conftest import application_at, venue_of
from tests.matrix import accounts
from tests.matrix.world import World

LONG = "Espace France Services et médiathèque intercommunale du Pays de Saint-Éloy-les-Mines"
STEPS = ("draft", "submitted", "in_review", "more_information", "accepted", "refused")


@dataclass
class Furnished:
    world: World
    applications: dict[str, LabelApplication]
    bus: Venue
    stop: Place
    returned: Service
    revised: Service
    edits: list[BulkEdit]


def furnish(world: World) -> Furnished:
    """The world of the matrix with its rooms filled."""
    Area.objects.create(
        level="commune",
        code="23001",
        name="Toy",
        geom=MultiPolygon(Polygon.from_bbox((2, 46, 3, 47)), srid=4326),
        point=Point(2.5, 46.5),
    )
    people(world)
    write_the_sheet(world)
    bus = Venue.objects.create(organization=world.organization, name="Bus numérique", itinerant=True)
    stop = Place.objects.create(
        venue=bus, is_stop=True, name="Place du marché", commune="Toy", hours="Th 14:00-17:00; PH off"
    )
    returned, revised = services(world)
    found = Furnished(world, applications(world), bus, stop, returned, revised, edits(world))
    upkeep(world)
    return found


def people(world: World) -> None:
    accounts.invitation(world)
    accounts.token(world)
    accounts.join_request(world)
    JoinRequest.objects.create(
        organization=Organization.objects.create(name=LONG, is_provider=True, is_sponsor=True),
        user=world.users["member"],
        message="Je remplace la directrice, partie en septembre. Vous pouvez appeler la mairie.",
        expires_at=timezone.now() + timedelta(days=12),
    )
    manager = world.users["manager"]
    UserSession.objects.create(
        user=manager,
        ip="2001:db8::2:1",
        user_agent="Mozilla/5.0 (X11; Linux x86_64)",
        session_key="elsewhere",
    )


def write_the_sheet(world: World) -> None:
    with acting(world.users["manager"]):
        Venue.objects.filter(pk=world.venue.pk).update(
            name=LONG, phone="+33473850000", summary="On vous aide à faire vos démarches.", published=True
        )
    Place.objects.filter(pk=world.place.pk).update(
        address="12 bis rue du Docteur-Alexandre-Guillaumin-prolongée",
        postcode="23000",
        hours="Mo-Fr 09:00-12:00,14:00-18:00; Sa 09:00-12:00; PH off",
    )
    Closure.objects.create(
        venue=world.venue, during=(date(2099, 8, 1), date(2099, 8, 16)), reason="Congés d'été de l'équipe"
    )


def services(world: World) -> tuple[Service, Service]:
    """One sent back, and one whose new price waits; others wait or are drafts."""
    manager, category, now = world.users["manager"], world.service.category, timezone.now()
    Service.objects.create(venue=world.venue, category=category, name="Cours du soir", modes=["at_home"])
    Service.objects.create(
        venue=world.venue,
        category=category,
        name="Faire sa demande de logement social en ligne, avec un écrivain public numérique",
        price_cents=1250,
        price_note="par séance",
        status="submitted",
        submitted_at=now - timedelta(days=3),
        submitted_by=manager,
    )
    returned = Service.objects.create(
        venue=world.venue,
        category=category,
        name="Photo",
        status="returned",
        review_note="Précisez la durée.",
    )
    edit_service(service=world.service, fields={"price_cents": 2500}, by=manager, at=now)
    return returned, world.service


def applications(world: World) -> dict[str, LabelApplication]:
    """One at each step, each of its own venue; neighbours around."""
    manager, reviewer, now = world.users["manager"], world.users["reviewer"], timezone.now()
    neighbours(12)
    return {
        step: application_at(
            step, venue_of(world.organization, f"Atelier {step}", 2.5 + n / 50), manager, by=reviewer, at=now
        )
        for n, step in enumerate(STEPS)
    }


def neighbours(number: int) -> None:
    today = timezone.localdate()
    for n in range(number):
        neighbour = Venue.objects.create(name=f"Médiathèque {n}", slug="mediatheque")
        Place.objects.create(venue=neighbour, point=Point(2.45 + n / 100, 46.47 + n % 4 / 50), commune="Toy")
        if n % 3 == 0:
            Labelling.objects.create(venue=neighbour, during=(today, today + timedelta(days=30)))


def edits(world: World) -> list[BulkEdit]:
    """To be confirmed, with refused lines; running; done."""
    row = {"row": 2, "service": world.service.pk, "venue": world.venue.pk, "name": "Cours du soir"}
    change = {
        "prix_euros": ["10", "12,50"],
        "description": ["", "On apprend à " + "très " * 20 + "bien cliquer."],
    }
    error = {"row": 3, "column": "prix_euros", "message": "Écrivez un prix en euros, par exemple 12,50."}
    return [
        BulkEdit.objects.create(
            organization=world.organization,
            uploaded_by=world.users["manager"],
            name="services-du-pays-de-saint-eloy-novembre.csv",
            rows=[{**row, "changes": change}],
            errors=[error],
            status=status,
            done=status != "preview",
        )
        for status in ("preview", "running", "done")
    ]


def upkeep(world: World) -> None:
    """Reports open and answered, claims waiting and refused, two venues alike, one that nobody confirmed."""
    words = "Le mercredi vous êtes fermés, j'ai fait trente kilomètres pour rien."
    ErrorReport.objects.create(venue=world.venue, kind="hours", message=words)
    ErrorReport.objects.create(
        venue=world.venue,
        kind="other",
        message=words,
        status="fixed",
        handled_at=timezone.now(),
        answer="Merci : c'est corrigé.",
    )
    mine, twin = (
        Venue.objects.create(name=name, slug="x", source="import", source_id=name)
        for name in ("Médiathèque de la gare", "Mediathèque de la Gare")
    )
    asked = {"organization": world.organization, "proof": "Notre nom est sur la porte."}
    Claim.objects.create(venue=mine, created_by=world.users["manager"], **asked)
    Claim.objects.create(
        venue=twin,
        status="refused",
        reason="Le SIRET n'est pas celui de ce lieu.",
        decided_by=world.users["reviewer"],
        decided_at=timezone.now(),
        **asked,
    )
    DuplicatePair.objects.create(
        first=mine, second=twin, distance_m=12, likeness=0.92, same_address=True, same_number=False
    )
    long_ago = timezone.now() - timedelta(days=300)
    Membership.objects.filter(organization=world.organization).update(since=long_ago)
    Venue.objects.filter(organization=world.organization, name__startswith="Atelier").update(
        verified_on=long_ago, created_at=long_ago, published=True
    )
