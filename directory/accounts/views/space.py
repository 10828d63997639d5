"""The space: what an account may do, in each organisation and for the platform."""

from dataclasses import dataclass

from allauth.core.ratelimit import consume, respond_429
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from directory.accounts.doors import ORGANIZATION_DOORS, PLATFORM_DOORS, OrganizationDoor, PlatformDoor
from directory.accounts.forms import JoinForm, OrganizationForm
from directory.accounts.joining import ask_to_join
from directory.accounts.organizations import AlreadyKnown, create_organization
from directory.entry import SignedInRequest, for_members
from directory.models import Membership, Organization, User
from directory.rights import ROLES_WITH, Capability, staff_may


@dataclass(frozen=True)
class OpenDoor:
    door: OrganizationDoor | PlatformDoor
    url: str


@dataclass(frozen=True)
class Desk:
    """One organisation of the account: the roles held there, and what they open."""

    organization: Organization
    roles: list[Membership]
    doors: list[OpenDoor]


@require_safe
@never_cache
@login_required
def space(request: SignedInRequest) -> HttpResponse:
    doors = [door for door in PLATFORM_DOORS if staff_may(request.user, door.needs)]
    platform = [OpenDoor(door, reverse(door.address)) for door in doors]
    return render(request, "accounts/space.html", {"desks": desks_of(request.user), "platform": platform})


@require_safe
@for_members(Capability.SEE)
def organization(request: SignedInRequest, organization: Organization) -> HttpResponse:
    [desk] = [desk for desk in desks_of(request.user) if desk.organization == organization]
    return render(request, "accounts/organization.html", {"desk": desk, "organization": organization})


@require_http_methods(["GET", "POST"])
@never_cache
@login_required
def new_organization(request: SignedInRequest) -> HttpResponse:
    form = OrganizationForm(request.POST or None)
    if not (request.method == "POST" and form.is_valid()):
        return render(request, "accounts/new_organization.html", {"form": form})
    if not consume(request, action="create_organization"):
        return respond_429(request)
    try:
        created = create_organization(**form.cleaned_data, by=request.user, at=timezone.now())
    except AlreadyKnown as known:
        messages.info(request, str(known))
        request.session["accounts.siret"] = form.cleaned_data["siret"]
        return redirect("accounts:join")
    return redirect("accounts:organization", org_id=created.pk)


@require_http_methods(["GET", "POST"])
@never_cache
@login_required
def join(request: SignedInRequest) -> HttpResponse:
    """The answer is the same whether the organisation is known or not, and whoever is in it."""
    form = JoinForm(request.POST or None, initial={"siret": request.session.get("accounts.siret", "")})
    if not (request.method == "POST" and form.is_valid()):
        return render(request, "accounts/join.html", {"form": form})
    if not consume(request, action="ask_to_join"):
        return respond_429(request)
    ask_to_join(**form.cleaned_data, by=request.user, at=timezone.now())
    request.session.pop("accounts.siret", None)
    messages.success(request, _("Votre demande est envoyée. La structure vous répondra par e-mail."))
    return redirect("accounts:space")


def desks_of(user: User) -> list[Desk]:
    """One query, however many organisations."""
    by_organization: dict[Organization, list[Membership]] = {}
    memberships = Membership.objects.filter(user=user).select_related("organization")
    for membership in memberships.order_by("organization__name", "organization_id", "pk"):
        by_organization.setdefault(membership.organization, []).append(membership)
    return [Desk(org, roles, _doors(org, roles)) for org, roles in by_organization.items()]


def _doors(organization: Organization, memberships: list[Membership]) -> list[OpenDoor]:
    roles = {membership.role for membership in memberships}
    return [
        OpenDoor(door, reverse(door.address, args=[organization.pk]))
        for door in ORGANIZATION_DOORS
        if roles & ROLES_WITH[door.needs] and door.concerns(organization)
    ]
