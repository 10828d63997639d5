"""The counter: a service, its price, the cheques; looked at, then confirmed.

One form does it all without script. Codes come in its body, go back in its body, and are kept nowhere between.
"""

from typing import Any
from uuid import uuid4

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods

from coupons.cheque.views import reads_qr_codes
from coupons.counter.devices import remember_device
from coupons.counter.forms import PassageForm, PlaceForm, told
from coupons.counter.offering import payable_at, places_of
from coupons.counter.passing import Question, Till, TooManyWrong, look_at, pay_here
from coupons.counter.telling import for_script
from coupons.counter.views.entering import asking, for_agents, here, here_key
from coupons.models import Payment
from coupons.payment import KeyUsed, PaymentRefused
from coupons.taking import local_day
from directory.accounts.refusals import Refused
from directory.entry import SignedInRequest
from directory.models import Organization, Place
from directory.upkeep.lists import number


@require_http_methods(["GET", "POST"])
@sensitive_post_parameters("codes")
@reads_qr_codes
@for_agents
def counter(request: SignedInRequest, organization: Organization) -> HttpResponse:
    places = places_of(organization, timezone.localdate())
    where = here(request, organization, places)
    if not places:
        return render(request, "counter/nothing.html", {"organization": organization})
    if where is None:
        return redirect("counter:place", organization.pk)
    services = payable_at(where, local_day(where, timezone.now()))
    initial = {"service": number(request.GET.get("service", ""))}
    form = PassageForm(request.POST or None, services=services, initial=initial)
    till, status = None, 200
    if request.method == "POST" and form.is_valid():
        done = paid(request, form, where) if "pay" in request.POST else None
        if done is not None:
            return redirect("counter:payment", organization.pk, done.pk)
        till, status = looked(request, form, where)
    context = {
        "organization": organization,
        "place": where,
        "place_told": told(where),
        "places": places,
        "form": form,
        "till": till,
        "key": key_of(form),
        "script": for_script(organization, where, services),
    }
    answer = render(request, "counter/counter.html", context, status=status)
    remember_device(request, answer)
    return answer


@sensitive_variables()
def asked(form: PassageForm, where: Place) -> Question:
    given = form.cleaned_data
    return Question(given["service"], where, given["codes"], form.price_cents)


@sensitive_variables()
def paid(request: SignedInRequest, form: PassageForm, where: Place) -> Payment | None:
    """None when nothing was paid: the form says why, the look at the coupons says the rest."""
    key = form.cleaned_data["key"]
    try:
        payment, _replayed = pay_here(asked(form, where), key=key, by=asking(request), at=timezone.now())
    except PaymentRefused as refused:
        for refusal in refused.refusals.get(-1, []):
            form.add_error("codes", refusal.sentence)
    except KeyUsed:
        form.add_error(
            "key",
            _(
                "Cette page a déjà servi à un autre paiement : regardez les paiements du jour avant de confirmer."
            ),
        )
    except TooManyWrong as refused:
        form.add_error(None, str(refused))
    except Refused as refused:
        form.add_error("price", str(refused))
    else:
        return payment
    return None


@sensitive_variables()
def looked(request: SignedInRequest, form: PassageForm, where: Place) -> tuple[Till | None, int]:
    """What the coupons come to, and the status of the answer."""
    if "service" not in form.cleaned_data or "codes" in form.errors:
        return None, 200
    try:
        return look_at(asked(form, where), by=asking(request), at=timezone.now()), 200
    except TooManyWrong as refused:
        if not form.non_field_errors():
            form.add_error(None, str(refused))
        return None, 429
    except Refused as refused:
        if "price" not in form.errors:
            form.add_error("price", str(refused))
        return None, 200


def key_of(form: PassageForm) -> str:
    """The same while one passage is tried again; a new one once the old one has paid something else."""
    return str(uuid4() if "key" in form.errors else form["key"].value())


@require_http_methods(["GET", "POST"])
@for_agents
def place(request: SignedInRequest, organization: Organization) -> HttpResponse:
    """Chosen once; remembered until one signs out."""
    places = places_of(organization, timezone.localdate())
    form = PlaceForm(
        request.POST or None, places=places, initial={"place": here(request, organization, places)}
    )
    if request.method == "POST" and form.is_valid():
        request.session[here_key(organization)] = form.cleaned_data["place"].pk
        return redirect("counter:counter", organization.pk)
    context: dict[str, Any] = {"organization": organization, "form": form, "places": places}
    return render(request, "counter/place.html", context)
