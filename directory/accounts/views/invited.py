"""The invited person's side of an invitation."""

from typing import cast

from allauth.account.adapter import get_adapter
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from directory.accounts.invitations import PURPOSE, accept, still_open
from directory.accounts.refusals import Refused
from directory.accounts.secrets import digest
from directory.entry import SignedInRequest
from directory.models import Invitation

KEPT_AS = "accounts.invitation"


@require_safe
@never_cache
def invited(request: HttpRequest, secret: str) -> HttpResponse:
    """The secret leaves the address at once: it would stay in the history and in what the page links to."""
    request.session[KEPT_AS] = digest(PURPOSE, secret).hex()
    return redirect("accounts:invitation")


@require_http_methods(["GET", "POST"])
@never_cache
def invitation(request: HttpRequest) -> HttpResponse:
    found = _kept(request)
    if found is None:
        return render(request, "accounts/invitation_gone.html", status=404)
    is_for_me = request.user.is_authenticated and request.user.email.lower() == found.email.lower()
    if request.method == "POST" and is_for_me:
        return _accepted(cast(SignedInRequest, request), found)
    if not request.user.is_authenticated:
        # The letter came to this address: signing up with it needs no second letter.
        get_adapter().stash_verified_email(request, found.email)
    return render(request, "accounts/invitation.html", {"invitation": found, "is_for_me": is_for_me})


def _accepted(request: SignedInRequest, found: Invitation) -> HttpResponse:
    try:
        membership = accept(invitation=found, by=request.user, at=timezone.now())
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("accounts:space")
    del request.session[KEPT_AS]
    messages.success(request, _("Bienvenue !"))
    return redirect("accounts:organization", org_id=membership.organization_id)


def _kept(request: HttpRequest) -> Invitation | None:
    kept = request.session.get(KEPT_AS)
    return still_open(bytes.fromhex(kept), timezone.now()) if kept else None
