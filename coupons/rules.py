"""The rules of a campaign for one case: every reason why not, each one sentence that says what to do.

Rule of use: one service at one place on one day, asked at payment; `coupons.accepting` asks it of all at once.
Rule of distribution: one hand-over.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Self

from django.contrib.gis.geos import Point
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from coupons.accepting import Rule
from coupons.choices import Public, Situation
from coupons.models import Campaign, DeliveryPoint
from directory.choices import Mode, ReviewStatus
from directory.models import Place, Service
from directory.wording import dated
from geodata.models import Area, AreaPart

MOST_NAMED = 6


@dataclass(frozen=True)
class Refusal:
    """`code` is stable, for programs; `sentence` is for a person."""

    code: str
    sentence: str


@dataclass(frozen=True)
class Words:
    """What a rule of use names, in words; read once, told many times."""

    areas: str
    kinds: str
    categories: str
    sponsor: str

    @classmethod
    def of(cls, campaign: Campaign) -> Self:
        """In three queries."""
        return cls(
            names(named_areas(campaign)),
            names(campaign.venue_types.all()),
            names(campaign.categories.all()),
            campaign.organization.name,
        )


def refusals_of_use(campaign: Campaign, *, service: Service, place: Place, on: date) -> list[Refusal]:
    """Why the campaign's coupons do not pay this service here on that day; empty when they do.

    `place` is where the venue receives people: for an itinerant venue, the stop.
    """
    if place.venue_id != service.venue_id:
        raise ValueError("a service is rendered at a place of its own venue")
    rule = Rule.of(campaign)
    return [
        *_of_the_offer(service, place, on),
        *_of_the_territory(campaign, rule, service, place),
        *_of_the_kind(campaign, rule, service),
        *_of_the_dates(campaign, on),
    ]


def refusals_of_hand_over(
    campaign: Campaign,
    *,
    delivery_point: DeliveryPoint | None,
    point: Point | None,
    public: str,
    situation: str,
    booklets: int,
    on: date,
) -> list[Refusal]:
    """Why these booklets may not be given to this person here; empty when they may.

    Without `point`, the place is that of the delivery point.
    """
    where = point or (delivery_point.point if delivery_point else None)
    found = [
        _outside_the_network(campaign, delivery_point),
        _outside_hand_over_areas(campaign, where),
        _public(campaign, public),
        _situation(campaign, situation),
        _too_many(campaign, booklets),
        _over(campaign, on),
    ]
    return [refusal for refusal in found if refusal]


def in_words(campaign: Campaign) -> list[str]:
    """The rule of use, for who holds a coupon."""
    areas = names(named_areas(campaign))
    kinds, categories = names(campaign.venue_types.all()), names(campaign.categories.all())
    said = [
        _("Dans ce territoire : %(names)s.") % {"names": areas}
        if areas
        else _("Partout en France, dans les lieux qui ont le label #APTIC."),
        _("Dans ces lieux : %(names)s.") % {"names": kinds} if kinds else _("Dans tous les types de lieu."),
        _("Pour ces services : %(names)s.") % {"names": categories}
        if categories
        else _("Pour tous les services que ces lieux proposent."),
    ]
    if campaign.starts_on:
        said.append(_("À partir du %(day)s.") % {"day": written(campaign.starts_on)})
    if campaign.ends_on:
        said.append(_("Jusqu'au %(day)s inclus.") % {"day": written(campaign.ends_on)})
    return said


def distribution_in_words(campaign: Campaign) -> list[str]:
    """The rule of distribution, for who hands booklets over; empty when anything goes."""
    areas, points = names(campaign.hand_over_areas.defer("geom")), names(campaign.delivery_points.all())
    said = [
        (areas, _("Remis seulement dans ce territoire : %(names)s.")),
        (points, _("Remis seulement à ces points : %(names)s.")),
        (labels(Public, campaign.publics), _("Pour ce public : %(names)s.")),
        (labels(Situation, campaign.situations), _("Pour les personnes dans cette situation : %(names)s.")),
    ]
    sentences = [sentence % {"names": given} for given, sentence in said if given]
    if most := campaign.max_booklets_per_person:
        sentences.append(booklets_at_most(most))
    return sentences


def _of_the_offer(service: Service, place: Place, on: date) -> list[Refusal]:
    venue, found = service.venue, []
    names_and_day = {"venue": venue.name, "service": service.name, "day": written(on)}
    if not venue.labellings.filter(during__contains=on).exists():
        found.append(Refusal("not_labelled", not_labelled(venue.name, on)))
    if not venue.published or place.point is None:
        sentence = _("« %(venue)s » n'est pas sur la carte : son responsable doit publier sa fiche.")
        found.append(Refusal("not_public", sentence % names_and_day))
    if service.status != ReviewStatus.APPROVED:
        sentence = _(
            "Le service « %(service)s » n'est pas encore approuvé : choisissez un autre service, "
            "ou attendez sa relecture."
        )
        found.append(Refusal("service_not_approved", sentence % names_and_day))
    return found


def not_labelled(venue: str, on: date) -> str:
    sentence = _(
        "« %(venue)s » n'a pas le label #APTIC le %(day)s : choisissez un lieu qui accepte les chèques."
    )
    return sentence % {"venue": venue, "day": written(on)}


def _of_the_territory(campaign: Campaign, rule: Rule, service: Service, place: Place) -> list[Refusal]:
    if rule.everywhere or is_within(rule, service, place):
        return []
    where = place.name or service.venue.name
    sentence = outside_territory(Words.of(campaign), where, at_home=only_at_home(service))
    return [Refusal("outside_territory", sentence)]


def outside_territory(words: Words, place: str, *, at_home: bool) -> str:
    if at_home:
        sentence = _(
            "Ces chèques s'utilisent dans ce territoire : %(names)s. Ce service à domicile n'y va pas : "
            "choisissez-en un autre."
        )
    else:
        sentence = _(
            "Ces chèques s'utilisent dans ce territoire : %(names)s. « %(place)s » est en dehors : "
            "choisissez un lieu de ce territoire."
        )
    return sentence % {"names": words.areas, "place": place}


def is_within(rule: Rule, service: Service, place: Place) -> bool:
    """On the spot: the place is inside or on the border. At home: some of the territory served is inside."""
    if not only_at_home(service) and place.point and covered(rule.areas, place.point):
        return True
    if Mode.AT_HOME not in service.modes:
        return False
    return Area.objects.meeting(rule.areas).filter(services_at_home=service).exists()


def only_at_home(service: Service) -> bool:
    """A service at home that names no territory is taken for one rendered where its venue is."""
    return service.modes == [Mode.AT_HOME] and service.coverage.exists()


def covered(areas: Iterable[int], point: Point) -> bool:
    return AreaPart.objects.filter(area__in=areas, geom__covers=point).exists()


def _of_the_kind(campaign: Campaign, rule: Rule, service: Service) -> list[Refusal]:
    found = []
    if rule.venue_types and service.venue.venue_type_id not in rule.venue_types:
        found.append(Refusal("wrong_venue_type", wrong_venue_type(Words.of(campaign))))
    category = service.category
    if rule.categories and not rule.categories & {category.pk, category.parent_id}:
        found.append(Refusal("wrong_category", wrong_category(Words.of(campaign))))
    return found


def wrong_venue_type(words: Words) -> str:
    sentence = _("Ces chèques s'utilisent dans ces lieux : %(names)s. Choisissez un lieu de ce type.")
    return sentence % {"names": words.kinds}


def wrong_category(words: Words) -> str:
    sentence = _("Ces chèques paient ces services : %(names)s. Choisissez l'un d'eux.")
    return sentence % {"names": words.categories}


def _of_the_dates(campaign: Campaign, on: date) -> list[Refusal]:
    if campaign.starts_on and on < campaign.starts_on:
        return [Refusal("not_yet", not_yet(campaign.starts_on))]
    over = _over(campaign, on)
    return [over] if over else []


def not_yet(starts_on: date) -> str:
    sentence = _("Ces chèques s'utilisent à partir du %(day)s : revenez ce jour-là.")
    return sentence % {"day": written(starts_on)}


def _over(campaign: Campaign, on: date) -> Refusal | None:
    if campaign.ends_on is None or on <= campaign.ends_on:
        return None
    return Refusal("no_more", no_more(campaign.ends_on, campaign.organization.name))


def no_more(ends_on: date, sponsor: str) -> str:
    sentence = _(
        "Ces chèques s'utilisaient jusqu'au %(day)s : demandez à « %(sponsor)s » s'il en donne d'autres."
    )
    return sentence % {"day": written(ends_on), "sponsor": sponsor}


def _outside_the_network(campaign: Campaign, delivery_point: DeliveryPoint | None) -> Refusal | None:
    network = list(campaign.delivery_points.all())
    if not network or delivery_point in network:
        return None
    sentence = _("Ces carnets se remettent à ces points : %(names)s. Choisissez l'un d'eux.")
    return Refusal("wrong_delivery_point", sentence % {"names": names(network)})


def _outside_hand_over_areas(campaign: Campaign, where: Point | None) -> Refusal | None:
    areas = list(campaign.hand_over_areas.defer("geom"))
    if not areas:
        return None
    words = {"names": names(areas)}
    if where is None:
        sentence = _(
            "Ces carnets se remettent dans ce territoire : %(names)s. Dites où vous êtes : "
            "choisissez un point de remise ou une commune."
        )
        return Refusal("place_unknown", sentence % words)
    if covered([area.pk for area in areas], where):
        return None
    sentence = _("Ces carnets se remettent dans ce territoire : %(names)s. Remettez-les là-bas.")
    return Refusal("outside_hand_over_areas", sentence % words)


def _public(campaign: Campaign, public: str) -> Refusal | None:
    if not campaign.publics or public in campaign.publics:
        return None
    sentence = _("Ces carnets sont pour ce public : %(names)s. Choisissez le public de la remise.")
    return Refusal("wrong_public", sentence % {"names": labels(Public, campaign.publics)})


def _situation(campaign: Campaign, situation: str) -> Refusal | None:
    if not campaign.situations or situation in campaign.situations:
        return None
    sentence = _(
        "Ces carnets sont pour les personnes dans cette situation : %(names)s. Demandez sa situation à la "
        "personne."
    )
    return Refusal("wrong_situation", sentence % {"names": labels(Situation, campaign.situations)})


def _too_many(campaign: Campaign, booklets: int) -> Refusal | None:
    most = campaign.max_booklets_per_person
    if most is None or booklets <= most:
        return None
    return Refusal("too_many_booklets", _("%(rule)s Remettez-en moins.") % {"rule": booklets_at_most(most)})


def booklets_at_most(most: int) -> str:
    sentence = ngettext("Un seul carnet par personne.", "%(most)s carnets au plus par personne.", most)
    return sentence % {"most": most}


def named_areas(campaign: Campaign) -> Iterable[Area]:
    """Without their outlines, the largest first."""
    return campaign.areas.defer("geom").order_by("level", "name")


def names(rows: Iterable) -> str:
    """ "Lyon, Bron et 3 autres"; empty when there is none."""
    known = [str(getattr(row, "label", row)) for row in rows]
    if len(known) <= MOST_NAMED:
        return ", ".join(known)
    words = {"names": ", ".join(known[: MOST_NAMED - 1]), "more": len(known) - MOST_NAMED + 1}
    return _("%(names)s et %(more)s autres") % words


def labels(choices: type[Public] | type[Situation], codes: list[str]) -> str:
    return ", ".join(str(choices(code).label) for code in codes)


def written(day: date) -> str:
    return dated(day)
