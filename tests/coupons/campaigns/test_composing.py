"""What a manager does with campaigns and zones."""

from datetime import date
from io import BytesIO

import pytest
from django.contrib.gis.geos import MultiPolygon
from PIL import Image

from coupons.campaigns import composing
from coupons.campaigns.composing import Distribution, Use
from coupons.campaigns.logo import MAX_BYTES, SIDE_PX, read_logo
from coupons.campaigns.zones import zones_of
from coupons.choices import OrderStatus
from coupons.models import Campaign, Zone
from directory.accounts.refusals import Refused
from directory.models import Change, Organization, VenueType
from directory.upkeep.trail import Trail
from tests.coupons import toy
from tests.coupons.campaigns.conftest import AT, World
from tests.coupons.territory import box, categories, outline

pytestmark = pytest.mark.django_db


def use_of(world: World, use: Use, campaign: Campaign | None = None) -> Campaign:
    return composing.set_use(campaign=campaign or world.campaign, use=use, by=world.manager, at=AT)


def square(west: float) -> MultiPolygon:
    return outline(box(west, 48, west + 1, 49))


def drawn(
    world: World, shape: MultiPolygon, zone: Zone | None = None, campaign: Campaign | None = None
) -> Zone:
    changed = use_of(world, Use(shape=shape, zone=zone), campaign)
    return Zone.objects.get(area__in=changed.areas.all())


def test_names_alike_have_addresses_of_their_own(world: World) -> None:
    for name in ("Chèque d'essai", "Chèque d'essai", "???"):
        composing.create_campaign(organization=world.sponsor, name=name, by=world.manager, at=AT)
    slugs = sorted(Campaign.objects.values_list("slug", flat=True))
    assert slugs == ["campagne", "cheque-dessai", "cheque-dessai-2", "cheque-dessai-3"]


def test_only_sponsors_have_campaigns(world: World) -> None:
    provider = Organization.objects.create(name="Lieu", is_provider=True)
    with pytest.raises(Refused, match="commanditaire"):
        composing.create_campaign(organization=provider, name="x", by=world.manager, at=AT)


def test_the_whole_rule_at_once(world: World) -> None:
    kind, category = VenueType.objects.first(), categories()[0]
    assert kind
    first, last = date(2027, 1, 1), date(2027, 6, 30)
    use_of(world, Use([world.west], square(4), None, "Le port", [kind], [category], first, last))
    world.campaign.refresh_from_db()
    assert {area.name for area in world.campaign.areas.all()} == {"Ouest", "Le port"}
    assert list(world.campaign.venue_types.all()) == [kind]
    assert (world.campaign.starts_on, world.campaign.ends_on) == (first, last)
    use_of(world, Use())
    assert not world.campaign.areas.exists()
    assert [zone.area.name for zone in zones_of(world.sponsor)] == ["Le port"]


def test_a_zone_is_drawn_again_in_place_until_others_use_it(world: World) -> None:
    zone = drawn(world, square(2))
    assert drawn(world, square(3), zone) == zone
    zone.area.refresh_from_db()
    assert zone.area.geom
    assert zone.area.geom.equals(square(3))
    second = composing.duplicate(campaign=world.campaign, by=world.manager, at=AT)
    assert list(second.areas.all()) == [zone.area]
    copy = drawn(world, square(4), zone, second)
    assert copy != zone
    assert copy.replaces is None
    assert list(world.campaign.areas.all()) == [zone.area]


def test_a_final_zone_gets_a_next_version(world: World) -> None:
    zone = drawn(world, square(2))
    toy.an_order(world.campaign, status=OrderStatus.ORDERED)
    second = composing.duplicate(campaign=world.campaign, by=world.manager, at=AT)
    assert drawn(world, square(2), zone, second) == zone, "nothing was changed"
    version = drawn(world, square(3), zone, second)
    assert version.replaces == zone
    zone.area.refresh_from_db()
    assert zone.area.geom
    assert zone.area.geom.equals(square(2))
    assert zones_of(world.sponsor) == [version]
    third = composing.duplicate(campaign=world.campaign, by=world.manager, at=AT)
    assert drawn(world, square(5), zone, third).replaces is None


def test_a_final_rule_is_copied_not_changed(world: World) -> None:
    use_of(world, Use([world.west]))
    toy.an_order(world.campaign, status=OrderStatus.ORDERED)
    with pytest.raises(Refused, match="nouvelle campagne"):
        use_of(world, Use([world.east]))
    with pytest.raises(Refused, match="nouvelle campagne"):
        composing.edit_sheet(campaign=world.campaign, fields={"face_value_cents": 500}, by=world.manager)
    composing.edit_sheet(campaign=world.campaign, fields={"summary": "Pour tous"}, by=world.manager)
    distribution = Distribution(publics=["person"], max_booklets_per_person=1)
    composing.set_distribution(campaign=world.campaign, distribution=distribution, by=world.manager)
    copy = composing.duplicate(campaign=world.campaign, by=world.manager, at=AT)
    assert copy.name == "Chèque d'essai (suite)"
    assert (copy.frozen_at, copy.publics, copy.max_booklets_per_person) == (None, ["person"], 1)
    assert list(copy.areas.all()) == [world.west]
    use_of(world, Use([world.east]), copy)
    assert list(world.campaign.areas.all()) == [world.west]


def test_who_changed_what_is_in_the_journal_in_french(world: World) -> None:
    composing.edit_sheet(campaign=world.campaign, fields={"face_value_cents": 2000}, by=world.manager)
    trail = Trail(world.sponsor)
    rows = trail.told(list(trail.changes()))
    assert rows[0].what == f"campagne n° {world.campaign.pk} · modifié"
    [difference] = rows[0].differences
    assert (difference.before, difference.after) == ("10,00 €", "20,00 €")
    drawn(world, square(2))
    assert Change.objects.filter(table="zone", actor=world.manager).exists()
    assert any(row.what.startswith("zone dessinée") for row in trail.told(list(trail.changes())))


def picture(width: int, height: int, kind: str = "PNG", mode: str = "RGB") -> bytes:
    buffer = BytesIO()
    Image.new(mode, (width, height), 1).save(buffer, kind)
    return buffer.getvalue()


@pytest.mark.parametrize(("kind", "mode"), [("PNG", "RGBA"), ("JPEG", "RGB"), ("WEBP", "RGB"), ("GIF", "P")])
def test_a_logo_is_written_again_as_png(kind: str, mode: str) -> None:
    png = read_logo(picture(1600, 400, kind, mode))
    image = Image.open(BytesIO(png))
    assert (image.format, image.size) == ("PNG", (SIDE_PX, 200))
    assert not image.info.get("exif")


def test_nothing_else_of_the_file_is_kept() -> None:
    image, buffer = Image.new("RGB", (10, 10)), BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "le secret"
    image.save(buffer, "JPEG", exif=exif, comment=b"le secret")
    assert b"le secret" in buffer.getvalue()
    assert b"le secret" not in read_logo(buffer.getvalue())


@pytest.mark.parametrize(
    "wrong",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"%PDF-1.7",
        picture(10, 10)[:40],
        picture(6000, 6000, mode="1"),
        b"x" * (MAX_BYTES + 1),
    ],
    ids=["empty", "svg", "pdf", "cut off", "too many points", "too heavy"],
)
def test_what_is_no_logo_is_refused(wrong: bytes) -> None:
    with pytest.raises(Refused):
        read_logo(wrong)
