"""The members of an organisation, and the invitations it sent."""

from allauth.core.ratelimit import consume, respond_429
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from directory.accounts import invitations, joining
from directory.accounts.forms import InvitationForm, RoleForm
from directory.accounts.members import change_role, remove_member, roles_given_by
from directory.accounts.refusals import Refused
from directory.entry import SignedInRequest, for_members
from directory.models import JoinRequest, Membership, Organization
from directory.rights import Capability

REQUESTS_SHOWN = 50


@require_http_methods(["GET", "POST"])
@for_members(Capability.SEE)
def members(request: SignedInRequest, organization: Organization) -> HttpResponse:
    """Every member sees who is there; those who manage also see the invitations, and send some."""
    roles = roles_given_by(request.user, organization)
    asking = joining.waiting(organization, timezone.now())[:REQUESTS_SHOWN]
    form = InvitationForm(
        request.POST or None, roles=roles, initial={"email": request.GET.get("email", "")[:254]}
    )
    if request.method == "POST" and form.is_valid():
        if not consume(request, action="invite"):
            return respond_429(request)
        try:
            invitations.invite(
                organization=organization, **form.cleaned_data, by=request.user, at=timezone.now()
            )
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("L'invitation est envoyée."))
            return redirect("accounts:members", org_id=organization.pk)
    return render(
        request,
        "accounts/members.html",
        {
            "organization": organization,
            "memberships": organization.memberships.select_related("user").order_by("user__email", "pk"),
            "invitations": invitations.waiting(organization).order_by("-sent_at") if roles else (),
            "requests": [joining.with_form(row, roles) for row in asking] if roles else (),
            "form": form if roles else None,
            "given": roles,
            "now": timezone.now(),
        },
    )


@require_safe
@for_members(Capability.SEE)
def member(request: SignedInRequest, organization: Organization, membership_id: int) -> HttpResponse:
    membership = _membership(request, organization, membership_id)
    roles = roles_given_by(request.user, organization)
    may_change = membership.role in roles
    return render(
        request,
        "accounts/member.html",
        {
            "organization": organization,
            "membership": membership,
            "form": RoleForm(roles=roles, initial={"role": membership.role}) if may_change else None,
            "may_remove": may_change or membership.user == request.user,
        },
    )


@require_POST
@for_members(Capability.MANAGE_MEMBERS)
def member_role(request: SignedInRequest, organization: Organization, membership_id: int) -> HttpResponse:
    membership = _membership(request, organization, membership_id)
    form = RoleForm(request.POST, roles=roles_given_by(request.user, organization))
    if not form.is_valid():
        messages.error(request, _("Choisissez un rôle de la liste."))
        return redirect("accounts:member", org_id=organization.pk, membership_id=membership.pk)
    try:
        change_role(membership=membership, role=form.cleaned_data["role"], by=request.user, at=timezone.now())
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("Le rôle est changé."))
    return redirect("accounts:members", org_id=organization.pk)


@require_POST
@for_members(Capability.SEE)
def member_remove(request: SignedInRequest, organization: Organization, membership_id: int) -> HttpResponse:
    membership = _membership(request, organization, membership_id)
    try:
        remove_member(membership=membership, by=request.user)
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("accounts:members", org_id=organization.pk)
    if membership.user == request.user:
        messages.success(request, _("Vous avez quitté ce rôle."))
        return redirect("accounts:space")
    messages.success(request, _("Cette personne n'a plus ce rôle."))
    return redirect("accounts:members", org_id=organization.pk)


@require_POST
@for_members(Capability.MANAGE_MEMBERS)
def invitation_resend(
    request: SignedInRequest, organization: Organization, invitation_id: int
) -> HttpResponse:
    if not consume(request, action="invite"):
        return respond_429(request)
    invitation = get_object_or_404(organization.invitations, pk=invitation_id)
    try:
        invitations.resend(invitation=invitation, by=request.user, at=timezone.now())
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("L'invitation est renvoyée. L'ancien lien ne marche plus."))
    return redirect("accounts:members", org_id=organization.pk)


@require_POST
@for_members(Capability.MANAGE_MEMBERS)
def invitation_revoke(
    request: SignedInRequest, organization: Organization, invitation_id: int
) -> HttpResponse:
    invitation = get_object_or_404(organization.invitations, pk=invitation_id)
    try:
        invitations.revoke(invitation=invitation, by=request.user, at=timezone.now())
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("L'invitation est annulée."))
    return redirect("accounts:members", org_id=organization.pk)


@require_POST
@for_members(Capability.MANAGE_MEMBERS)
def join_accept(request: SignedInRequest, organization: Organization, request_id: int) -> HttpResponse:
    found = get_object_or_404(organization.join_requests, pk=request_id)
    return joining_decided(request, found, "accounts:members", organization.pk)


@require_POST
@for_members(Capability.MANAGE_MEMBERS)
def join_refuse(request: SignedInRequest, organization: Organization, request_id: int) -> HttpResponse:
    found = get_object_or_404(organization.join_requests, pk=request_id)
    return joining_decided(request, found, "accounts:members", organization.pk, accepted=False)


def joining_decided(
    request: SignedInRequest, asked: JoinRequest, back: str, *arguments: int, accepted: bool = True
) -> HttpResponse:
    """Decide, and go back to the list with what was done or why it was not."""
    role, now = request.POST.get("role", ""), timezone.now()
    try:
        if accepted:
            joining.accept(request=asked, role=role, by=request.user, at=now)
        else:
            joining.refuse(request=asked, by=request.user, at=now)
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("C'est décidé. La personne est prévenue par e-mail."))
    return redirect(back, *arguments)


def _membership(request: SignedInRequest, organization: Organization, membership_id: int) -> Membership:
    return get_object_or_404(organization.memberships.select_related("user"), pk=membership_id)
