"""The platform's team: who has which role, given and taken by administrators."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from directory.accounts.forms import StaffRoleForm
from directory.accounts.refusals import Refused
from directory.accounts.team import give_role, take_role
from directory.entry import SignedInRequest, for_staff
from directory.models import StaffRole
from directory.rights import StaffCapability

for_administrators = for_staff(StaffCapability.MANAGE_STAFF)


@require_http_methods(["GET", "POST"])
@for_administrators
def people(request: SignedInRequest) -> HttpResponse:
    form = StaffRoleForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            give_role(**form.cleaned_data, by=request.user, at=timezone.now())
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("Le rôle est donné."))
            return redirect("team:people")
    roles = StaffRole.objects.select_related("user").order_by("user__email", "role")
    return render(request, "accounts/team.html", {"roles": roles, "form": form})


@require_http_methods(["GET", "POST"])
@for_administrators
def take(request: SignedInRequest, staff_role_id: int) -> HttpResponse:
    """GET asks whether it is meant."""
    staff_role = get_object_or_404(StaffRole.objects.select_related("user"), pk=staff_role_id)
    if request.method == "GET":
        return render(request, "accounts/team_take.html", {"held": staff_role})
    try:
        take_role(staff_role=staff_role, by=request.user)
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("Cette personne n'a plus ce rôle."))
    return redirect("team:people")
