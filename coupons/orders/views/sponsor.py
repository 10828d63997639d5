"""A sponsor's orders: list, new one, quote, acceptance, papers."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from coupons.models import Campaign, DeliveryPoint, Order
from coupons.orders import ordering, papers, references, story
from coupons.orders.forms import AcceptForm, OrderForm
from coupons.orders.funding import standing
from coupons.orders.pricing import price, terms_of
from coupons.orders.views.papers import served
from directory.accounts.refusals import Refused
from directory.entry import SignedInRequest, for_members
from directory.models import Organization
from directory.rights import Capability, may
from directory.upkeep.lists import page

TERMS = {ordering.TERMS_VERSION: "orders/terms/2026-11.html"}
form_page = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
def terms(request: HttpRequest, version: str) -> HttpResponse:
    """What is agreed to when ordering; former versions stay."""
    if version not in TERMS:
        raise Http404
    return render(request, "orders/terms.html", {"version": version, "text": TERMS[version]})


def own_orders(organization: Organization) -> QuerySet[Order]:
    return Order.objects.filter(campaign__organization=organization).select_related("campaign__organization")


@require_safe
@for_members(Capability.SEE)
def orders(request: SignedInRequest, organization: Organization) -> HttpResponse:
    context = {
        "organization": organization,
        "page": page(request, own_orders(organization), key="-pk"),
        "orders": may(request.user, Capability.ORDER, organization),
    }
    return render(request, "orders/orders.html", context)


@form_page
@for_members(Capability.ORDER)
def new(request: SignedInRequest, organization: Organization) -> HttpResponse:
    campaigns = Campaign.objects.filter(organization=organization).in_use()
    points = DeliveryPoint.objects.filter(organization=organization).in_use()
    initial = {**OrderForm.initial_of(organization), "campaign": request.GET.get("campagne")}
    form = OrderForm(
        request.POST if request.method == "POST" else None,
        campaigns=campaigns,
        points=points,
        initial=initial,
    )
    context: dict[str, Any] = {"organization": organization, "form": form, "terms": terms_of(campaigns)}
    if request.method == "POST" and form.is_valid():
        try:
            if "recalculate" not in request.POST:
                return redirect("orders:order", organization.pk, quoted(form, request).pk)
            context["price"] = price(form.cleaned_data["campaign"], form.booklets())
        except Refused as refusal:
            form.add_error(None, str(refusal))
    return render(request, "orders/new.html", context, status=422 if form.errors else 200)


def quoted(form: OrderForm, request: SignedInRequest) -> Order:
    return ordering.quote(
        campaign=form.cleaned_data["campaign"],
        booklets=form.booklets(),
        deliveries=form.deliveries(),
        **form.billing(),
        by=request.user,
        at=timezone.now(),
    )


@require_safe
@for_members(Capability.SEE)
def order(request: SignedInRequest, organization: Organization, order_id: int) -> HttpResponse:
    found = get_object_or_404(own_orders(organization), pk=order_id)
    context = {
        **told(found),
        "organization": organization,
        "orders": may(request.user, Capability.ORDER, organization),
    }
    return render(request, "orders/order.html", context)


def told(found: Order) -> dict[str, Any]:
    """What the sponsor's page and the desk's both show."""
    money, today = standing(found), timezone.localdate()
    return {
        "order": found,
        "steps": story.steps(found),
        "next": story.next_for_sponsor(found, money.missing),
        "money": money,
        "deliveries": found.deliveries.select_related("delivery_point").order_by("pk"),
        "papers": found.papers.order_by("pk"),
        "reference": references.printed(found.transfer_reference),
        "iban": papers.grouped(settings.SELLER["iban"]),
        "seller": settings.SELLER,
        "expired": found.status == "quote" and found.quote_valid_until < today,
        "cancellable": found.status in ordering.BEFORE_FUNDING,
        "closable": ordering.closable(found, today),
    }


@form_page
@for_members(Capability.ORDER)
def accept(request: SignedInRequest, organization: Organization, order_id: int) -> HttpResponse:
    found = get_object_or_404(own_orders(organization), pk=order_id)
    initial = {
        "purchase_order_number": found.purchase_order_number,
        "service_code": found.service_code,
        "terms_version": ordering.TERMS_VERSION,
    }
    form = AcceptForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        values = {name: value for name, value in form.cleaned_data.items() if name != "agreed"}
        try:
            ordering.accept(order=found, **values, by=request.user, at=timezone.now())
        except Refused as refusal:
            messages.error(request, str(refusal))
        return redirect("orders:order", organization.pk, found.pk)
    context = {
        "organization": organization,
        "order": found,
        "form": form,
        "version": ordering.TERMS_VERSION,
        "text": TERMS[ordering.TERMS_VERSION],
    }
    return render(request, "orders/accept.html", context, status=422 if form.errors else 200)


@require_POST
@for_members(Capability.ORDER)
def cancel(request: SignedInRequest, organization: Organization, order_id: int) -> HttpResponse:
    found = get_object_or_404(own_orders(organization), pk=order_id)
    try:
        ordering.cancel(order=found, by=request.user, at=timezone.now())
        messages.success(request, _("La commande %(number)s est annulée.") % {"number": found.number})
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("orders:order", organization.pk, found.pk)


@form_page
@for_members(Capability.ORDER)
def close(request: SignedInRequest, organization: Organization, order_id: int) -> HttpResponse:
    """Asked again first: booklets that were not handed over are void for ever."""
    found = get_object_or_404(own_orders(organization), pk=order_id)
    if request.method == "POST":
        try:
            ordering.close(order=found, by=request.user, at=timezone.now())
        except Refused as refusal:
            messages.error(request, str(refusal))
        return redirect("orders:order", organization.pk, found.pk)
    context = {
        "organization": organization,
        "order": found,
        "left": found.booklet_set.inert().count(),
        "held_cents": standing(found).held,
    }
    return render(request, "orders/close.html", context)


@require_safe
@for_members(Capability.SEE)
def paper(request: SignedInRequest, organization: Organization, order_id: int, paper_id: int) -> HttpResponse:
    found = get_object_or_404(own_orders(organization), pk=order_id)
    return served(get_object_or_404(found.papers, pk=paper_id))
