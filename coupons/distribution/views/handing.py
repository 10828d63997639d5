"""On a phone at the counter: a number, a few large buttons, and the cheques can be used."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from coupons.cheque.views import reads_qr_codes
from coupons.distribution.finding import SecretTyped, find, own
from coupons.distribution.forms import HereForm, NumberForm, ProfileForm
from coupons.distribution.handing import Circumstances, HandOverRefused, elsewhere, hand_over, refusals
from coupons.distribution.views.entering import for_distributors, here, here_key, points_of
from coupons.models import Booklet, HandOver
from coupons.rules import distribution_in_words
from directory.accounts.refusals import Refused
from directory.entry import SignedInRequest
from directory.models import Organization
from directory.upkeep.lists import number as read_id
from geodata import gazetteer
from geodata.models import Area

MOST_AT_ONCE = 20
CHOSEN, DONE = "carnet", "remis"


@require_http_methods(["GET", "POST"])
@reads_qr_codes
@for_distributors
def counter(request: SignedInRequest, organization: Organization) -> HttpResponse:
    """The number first, sent in a body: who types a secret code by mistake leaves it in no address."""
    booklets = chosen(organization, request.GET)
    if request.method == "POST" and "confirm" in request.POST:
        return confirmed(request, organization, booklets)
    form = NumberForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            found = find(organization, form.cleaned_data["number"])
        except Refused as refused:
            form = refused_number(form, refused)
        else:
            return redirect(counter_of(organization, [*booklets, found]))
    if booklets and not form.errors:
        return render(request, "distribution/confirm.html", to_confirm(request, organization, booklets))
    context = {
        "organization": organization,
        "form": form,
        "chosen": booklets,
        "here": here(request, organization),
        "done": handed_over(organization, request.GET),
        "today": given_today(organization, request),
    }
    return render(request, "distribution/counter.html", context)


def refused_number(form: NumberForm, refused: Refused) -> NumberForm:
    """With what was typed, to be corrected; a secret is not shown again."""
    shown = NumberForm({"number": ""} if isinstance(refused, SecretTyped) else form.data)
    shown.is_valid()
    shown.errors.pop("number", None)
    shown.add_error("number", str(refused))
    return shown


def chosen(organization: Organization, query: QueryDict) -> list[Booklet]:
    """The booklets of the address, in its order; others' are not there."""
    numbers = [number for text in query.getlist(CHOSEN)[:MOST_AT_ONCE] if (number := read_id(text))]
    found = {booklet.pk: booklet for booklet in own(organization, numbers)} if numbers else {}
    return [found[number] for number in dict.fromkeys(numbers) if number in found]


def counter_of(organization: Organization, booklets: list[Booklet]) -> str:
    query = QueryDict(mutable=True)
    query.setlist(CHOSEN, [str(booklet.pk) for booklet in booklets])
    return f"{reverse('distribution:counter', args=[organization.pk])}?{query.urlencode()}"


def to_confirm(
    request: SignedInRequest,
    organization: Organization,
    booklets: list[Booklet],
    form: ProfileForm | None = None,
) -> dict[str, Any]:
    """What they are, what stands against it already, and to whom."""
    place = here(request, organization)
    campaigns = {booklet.order.campaign_id: booklet.order.campaign for booklet in booklets}.values()
    blocking = of_the_booklet(refusals(booklets, Circumstances(timezone.now(), **place)))
    return {
        "organization": organization,
        "booklets": booklets,
        "campaigns": [(campaign, distribution_in_words(campaign)) for campaign in campaigns],
        "form": form or ProfileForm(campaigns=campaigns),
        "number_form": NumberForm(),
        "here": place,
        "blocking": blocking,
        "elsewhere": elsewhere(booklets, place["delivery_point"]),
    }


# What no answer about the person can change.
ABOUT_THE_PERSON = {"wrong_public", "wrong_situation"}


def of_the_booklet(reasons: list[Any]) -> list[str]:
    return list(dict.fromkeys(one.sentence for one in reasons if one.code not in ABOUT_THE_PERSON))


def confirmed(request: SignedInRequest, organization: Organization, booklets: list[Booklet]) -> HttpResponse:
    if not booklets:
        return redirect("distribution:counter", organization.pk)
    campaigns = {booklet.order.campaign_id: booklet.order.campaign for booklet in booklets}.values()
    form = ProfileForm(request.POST, campaigns=campaigns)
    if form.is_valid():
        try:
            given = hand_over(
                booklets=booklets,
                by=request.user,
                at=timezone.now(),
                **here(request, organization),
                **form.cleaned_data,
            )
        except HandOverRefused as refused:
            for sentence in dict.fromkeys(reason.sentence for reason in refused.reasons):
                messages.error(request, sentence)
        else:
            query = "&".join(f"{DONE}={one.pk}" for one in given)
            return redirect(f"{reverse('distribution:counter', args=[organization.pk])}?{query}")
    return render(request, "distribution/confirm.html", to_confirm(request, organization, booklets, form))


def handed_over(organization: Organization, query: QueryDict) -> list[Booklet]:
    """What was just done, told after the fact: a reload tells it again and does nothing."""
    numbers = [number for text in query.getlist(DONE)[:MOST_AT_ONCE] if (number := read_id(text))]
    if not numbers:
        return []
    return list(own(organization).filter(hand_over__in=numbers)[:MOST_AT_ONCE])


def given_today(organization: Organization, request: SignedInRequest) -> int:
    today: datetime = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    given = HandOver.objects.filter(
        order__campaign__organization=organization, by=request.user, at__gte=today
    )
    return own(organization).filter(hand_over__in=given).count()


@require_http_methods(["GET", "POST"])
@for_distributors
def place(request: SignedInRequest, organization: Organization) -> HttpResponse:
    """Chosen once, for all the hand-overs to come."""
    form = HereForm(
        request.POST or None, points=points_of(organization), initial=shown(here(request, organization))
    )
    if request.method == "POST" and form.is_valid():
        kept = place_of(form)
        if kept is not None:
            request.session[here_key(organization)] = kept
            return redirect("distribution:counter", organization.pk)
        form.add_error("commune", _("Cette commune n'est pas trouvée. Écrivez son nom, ou son code postal."))
    context = {"organization": organization, "form": form}
    return render(request, "distribution/place.html", context)


def shown(place: dict[str, Any]) -> dict[str, Any]:
    return {"point": place["delivery_point"], "commune": place["commune"] or ""}


def place_of(form: HereForm) -> dict[str, int] | None:
    """None when the commune that was typed is none."""
    if form.cleaned_data["point"]:
        return {"point": form.cleaned_data["point"].pk}
    if not form.cleaned_data["commune"]:
        return {}
    found = gazetteer.resolve(form.cleaned_data["commune"])
    communes = Area.objects.current().at_level(Area.Level.COMMUNE)
    area = communes.filter(code=found.code).only("pk").first() if found else None
    return {"commune": area.pk} if area else None
