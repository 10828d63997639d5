"""What a sponsor's manager does with a campaign. The rule of use is final from the first order on."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.contrib.gis.geos import MultiPolygon
from django.utils.text import slugify
from django.utils.translation import gettext as _

from coupons.campaigns import zones
from coupons.models import Campaign, DeliveryPoint, Zone
from directory.accounts.refusals import Refused
from directory.audit import acting
from directory.models import Category, Organization, User, VenueType
from geodata.models import Area

MOST_CAMPAIGNS = 500
MOST_AREAS = 500
LONGEST_SLUG = 70
TERMS = ("face_value_cents", "booklet_size", "validity_months")
SHEET = ("name", "summary", *TERMS)


@dataclass(frozen=True)
class Use:
    """A rule of use as it is given. `zone` is the saved zone from which `shape` was drawn, if any."""

    areas: Collection[Area] = ()
    shape: MultiPolygon | None = None
    zone: Zone | None = None
    zone_name: str = ""
    venue_types: Collection[VenueType] = ()
    categories: Collection[Category] = ()
    starts_on: date | None = None
    ends_on: date | None = None


@dataclass(frozen=True)
class Distribution:
    """A rule of distribution as it is given."""

    areas: Collection[Area] = ()
    delivery_points: Collection[DeliveryPoint] = ()
    publics: list[str] = field(default_factory=list)
    situations: list[str] = field(default_factory=list)
    max_booklets_per_person: int | None = None


def create_campaign(*, organization: Organization, name: str, by: User, at: datetime) -> Campaign:
    """Without any restriction yet."""
    with acting(by):
        Organization.objects.select_for_update().get(pk=organization.pk)
        if not organization.is_sponsor:
            raise Refused(
                _("Seul un commanditaire fait une campagne. Écrivez à la plateforme pour le devenir.")
            )
        if organization.campaigns.in_use().count() >= MOST_CAMPAIGNS:
            raise Refused(_("Vous avez déjà trop de campagnes. Rangez d'abord celles qui sont finies."))
        return Campaign.objects.create(
            organization=organization, name=name, slug=free_slug(name), demo=organization.demo, created_at=at
        )


def edit_sheet(*, campaign: Campaign, fields: Mapping[str, Any], by: User) -> Campaign:
    """`fields`: some of SHEET. Once the rule is final, only the summary still changes."""
    with acting(by):
        current = locked(campaign)
        changed = [name for name in SHEET if name in fields and getattr(current, name) != fields[name]]
        if current.frozen_at and set(changed) - {"summary"}:
            raise final()
        for name in changed:
            setattr(current, name, fields[name])
        current.save(update_fields=changed)
        return current


def set_use(*, campaign: Campaign, use: Use, by: User, at: datetime) -> Campaign:
    """The whole rule of use at once, its drawn zone included."""
    if len(use.areas) >= MOST_AREAS:
        raise Refused(_("Une campagne a 500 territoires au plus. Choisissez-en de plus grands."))
    with acting(by):
        current = locked(campaign)
        if current.frozen_at:
            raise final()
        areas = {area.pk for area in use.areas}
        if use.zone is not None:
            areas.discard(use.zone.pk)
        if use.shape is not None:
            drawn = zones.draw(campaign=current, zone=use.zone, geom=use.shape, name=use.zone_name, at=at)
            areas.add(drawn.pk)
        current.areas.set(areas)
        current.venue_types.set(use.venue_types)
        current.categories.set(use.categories)
        current.starts_on, current.ends_on = use.starts_on, use.ends_on
        current.save(update_fields=["starts_on", "ends_on"])
        return current


def set_distribution(*, campaign: Campaign, distribution: Distribution, by: User) -> Campaign:
    """May change at any time: it is not printed."""
    if len(distribution.areas) > MOST_AREAS:
        raise Refused(_("Une campagne a 500 territoires au plus. Choisissez-en de plus grands."))
    with acting(by):
        current = locked(campaign)
        current.hand_over_areas.set(distribution.areas)
        current.delivery_points.set(distribution.delivery_points)
        current.publics, current.situations = distribution.publics, distribution.situations
        current.max_booklets_per_person = distribution.max_booklets_per_person
        current.save(update_fields=["publics", "situations", "max_booklets_per_person"])
        return current


def duplicate(*, campaign: Campaign, by: User, at: datetime) -> Campaign:
    """A new campaign with the same rule, to be changed at will; it shares the drawn zones until one changes."""
    source = Campaign.objects.select_related("organization").get(pk=campaign.pk)
    name = (_("%(name)s (suite)") % {"name": source.name[:110]})[:120]
    with acting(by):
        made = create_campaign(organization=source.organization, name=name, by=by, at=at)
        copied = (
            *TERMS,
            "summary",
            "logo",
            "publics",
            "situations",
            "max_booklets_per_person",
            "starts_on",
            "ends_on",
        )
        for field_name in copied:
            setattr(made, field_name, getattr(source, field_name))
        made.save(update_fields=copied)
        for rows in ("areas", "venue_types", "categories", "hand_over_areas"):
            getattr(made, rows).set(getattr(source, rows).values_list("pk", flat=True))
        made.delivery_points.set(source.delivery_points.in_use())
        return made


def set_logo(*, campaign: Campaign, png: bytes | None, by: User) -> None:
    """`png` as coupons.campaigns.logo gives it; None takes the logo away."""
    with acting(by):
        current = locked(campaign)
        current.logo = png
        current.save(update_fields=["logo"])


def archive(*, campaign: Campaign, by: User, at: datetime | None) -> None:
    """Out of the list, or back into it without `at`. Its coupons stay what they are."""
    with acting(by):
        current = locked(campaign)
        current.archived_at = at
        current.save(update_fields=["archived_at"])


def locked(campaign: Campaign) -> Campaign:
    return Campaign.objects.select_for_update().get(pk=campaign.pk)


def final() -> Refused:
    return Refused(
        _(
            "La règle de cette campagne est imprimée sur des chèques. Faites une nouvelle campagne à partir d'elle."
        )
    )


def free_slug(name: str) -> str:
    base = slugify(name)[:LONGEST_SLUG].strip("-") or "campagne"
    taken = set(Campaign.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    return next(
        slug for slug in (base, *(f"{base}-{i}" for i in range(2, len(taken) + 3))) if slug not in taken
    )
