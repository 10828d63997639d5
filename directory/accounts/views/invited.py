"""The invited person's side of an invitation."""

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from directory.accounts.invitations import accept, forget, keep, kept_in
from directory.accounts.refusals import Refused
from directory.entry import SignedInRequest
from directory.models import Invitation


@require_safe
@never_cache
def invited(request: HttpRequest, secret: str) -> HttpResponse:
    """The secret leaves the address at once: it would stay in the history and in what the page links to."""
    keep(request.session, secret)
    return redirect("accounts:invitation")


@require_http_methods(["GET", "POST"])
@never_cache
def invitation(request: HttpRequest) -> HttpResponse:
    found = kept_in(request.session, timezone.now())
    if found is None:
        return render(request, "accounts/invitation_gone.html", status=404)
    is_for_me = request.user.is_authenticated and request.user.email.lower() == found.email.lower()
    if request.method == "POST" and is_for_me:
        return _accepted(cast(SignedInRequest, request), found)
    return render(request, "accounts/invitation.html", {"invitation": found, "is_for_me": is_for_me})


def _accepted(request: SignedInRequest, found: Invitation) -> HttpResponse:
    try:
        membership = accept(invitation=found, by=request.user, at=timezone.now())
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("accounts:space")
    forget(request.session)
    messages.success(request, _("Bienvenue !"))
    return redirect("accounts:organization", org_id=membership.organization_id)
