"""The pages of an organisation's endpoints: register one, see its secret once, follow what was sent."""

from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from coupons.models import WebhookDelivery, WebhookEndpoint, WebhookTry
from coupons.models.webhooks import MOST_ENDPOINTS
from coupons.webhooks import endpoints as verbs
from coupons.webhooks.forms import EndpointForm
from coupons.webhooks.tasks import deliver_soon
from directory.accounts.refusals import Refused
from directory.entry import SignedInRequest, for_members
from directory.models import Organization
from directory.offer.views.entering import done
from directory.rights import Capability
from directory.upkeep.lists import page

for_managers = for_members(Capability.USE_TOKENS)


def own_endpoint(organization: Organization, endpoint_id: int) -> WebhookEndpoint:
    return get_object_or_404(WebhookEndpoint, organization=organization, pk=endpoint_id)


def own_delivery(organization: Organization, endpoint_id: int, delivery_id: int) -> WebhookDelivery:
    rows = WebhookDelivery.objects.select_related("event", "endpoint")
    return get_object_or_404(rows, endpoint=endpoint_id, endpoint__organization=organization, pk=delivery_id)


@require_http_methods(["GET", "POST"])
@for_managers
def endpoints(request: SignedInRequest, organization: Organization) -> HttpResponse:
    """The secret is in the answer to the registration and nowhere else, not even in the session."""
    form, made, secret = EndpointForm(request.POST or None), None, ""
    if request.method == "POST" and form.is_valid():
        try:
            made, secret = verbs.register(
                organization=organization, url=form.cleaned_data["url"], by=request.user, at=timezone.now()
            )
            form = EndpointForm()
        except Refused as refused:
            form.add_error("url", str(refused))
    rows = organization.webhook_endpoints.order_by("pk")
    in_use = list(rows.filter(disabled_at=None))
    context = {
        "organization": organization,
        "form": form,
        "made": made,
        "secret": secret,
        "endpoints": in_use,
        "full": len(in_use) >= MOST_ENDPOINTS,
        "stopped": rows.exclude(disabled_at=None).order_by("-pk")[:20],
    }
    return render(request, "webhooks/endpoints.html", context)


@require_safe
@for_managers
def endpoint(request: SignedInRequest, organization: Organization, endpoint_id: int) -> HttpResponse:
    return shown(request, organization, own_endpoint(organization, endpoint_id))


def shown(
    request: SignedInRequest, organization: Organization, found: WebhookEndpoint, secret: str = ""
) -> HttpResponse:
    rows = with_last_try(found.deliveries.select_related("event"))
    context = {
        "organization": organization,
        "endpoint": found,
        "secret": secret,
        "page": page(request, rows, key="-pk"),
    }
    return render(request, "webhooks/endpoint.html", context)


def with_last_try(rows: QuerySet[WebhookDelivery]) -> QuerySet[WebhookDelivery]:
    last = WebhookTry.objects.filter(delivery=OuterRef("pk")).order_by("-pk")
    return rows.annotate(
        last_status=Subquery(last.values("status")[:1]),
        last_failure=Subquery(last.values("failure")[:1]),
        last_latency_ms=Subquery(last.values("latency_ms")[:1]),
    )


@require_POST
@for_managers
def rotate(request: SignedInRequest, organization: Organization, endpoint_id: int) -> HttpResponse:
    found, secret = own_endpoint(organization, endpoint_id), list[str]()
    if done(request, lambda: secret.append(verbs.rotate(endpoint=found, by=request.user, at=timezone.now()))):
        return shown(request, organization, own_endpoint(organization, endpoint_id), secret[0])
    return redirect("webhooks:endpoint", organization.pk, found.pk)


@require_POST
@for_managers
def test(request: SignedInRequest, organization: Organization, endpoint_id: int) -> HttpResponse:
    found = own_endpoint(organization, endpoint_id)
    if done(
        request,
        lambda: verbs.test(endpoint=found, by=request.user, at=timezone.now()),
        _("L'essai part dans un instant. Actualisez la page pour voir la réponse."),
    ):
        deliver_soon()
    return redirect("webhooks:endpoint", organization.pk, found.pk)


@require_POST
@for_managers
def disable(request: SignedInRequest, organization: Organization, endpoint_id: int) -> HttpResponse:
    found = own_endpoint(organization, endpoint_id)
    done(
        request,
        lambda: verbs.disable(endpoint=found, by=request.user, at=timezone.now()),
        _("Ce point de réception est arrêté : nous n'y envoyons plus rien."),
    )
    return redirect("webhooks:endpoints", organization.pk)


@require_safe
@for_managers
def delivery(
    request: SignedInRequest, organization: Organization, endpoint_id: int, sending_id: int
) -> HttpResponse:
    found = own_delivery(organization, endpoint_id, sending_id)
    context = {
        "organization": organization,
        "delivery": found,
        "endpoint": found.endpoint,
        "tries": found.log.order_by("-pk")[:50],
    }
    return render(request, "webhooks/delivery.html", context)


@require_POST
@for_managers
def again(
    request: SignedInRequest, organization: Organization, endpoint_id: int, sending_id: int
) -> HttpResponse:
    found = own_delivery(organization, endpoint_id, sending_id)
    if done(
        request,
        lambda: verbs.send_again(delivery=found, by=request.user, at=timezone.now()),
        _("Le même message repart dans un instant. Actualisez la page pour voir la réponse."),
    ):
        deliver_soon()
    return redirect("webhooks:delivery", organization.pk, endpoint_id, found.pk)
