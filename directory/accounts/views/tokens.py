"""Access tokens of an organisation: created (shown once), listed, revoked."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from directory.accounts.forms import TokenForm
from directory.entry import SignedInRequest, for_members
from directory.models import Organization
from directory.rights import Capability
from directory.tokens import create_token, revoke_token


@require_http_methods(["GET", "POST"])
@for_members(Capability.USE_TOKENS)
def tokens(request: SignedInRequest, organization: Organization) -> HttpResponse:
    """The secret is in the answer to the creation and nowhere else, not even in the session."""
    form, secret = TokenForm(request.POST or None), ""
    if request.method == "POST" and form.is_valid():
        _token, secret = create_token(
            organization=organization, **form.cleaned_data, by=request.user, at=timezone.now()
        )
        form = TokenForm()
    live = organization.tokens.filter(revoked_at=None).select_related("user")
    context = {"organization": organization, "form": form, "secret": secret, "tokens": live}
    return render(request, "accounts/tokens.html", context)


@require_POST
@for_members(Capability.USE_TOKENS)
def token_revoke(request: SignedInRequest, organization: Organization, token_id: int) -> HttpResponse:
    token = get_object_or_404(organization.tokens, pk=token_id)
    revoke_token(token=token, by=request.user, at=timezone.now())
    messages.success(request, _("Le jeton est révoqué. Il ne marche plus."))
    return redirect("accounts:tokens", org_id=organization.pk)
