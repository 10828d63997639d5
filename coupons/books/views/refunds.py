"""What goes back to a sponsor, campaign by campaign."""

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from coupons.books import notes, refunding
from coupons.choices import AccountKind
from coupons.models import Paper, Payout
from directory.entry import SignedInRequest, for_members
from directory.models import Organization
from directory.rights import Capability
from directory.upkeep.lists import page

for_those_who_see = for_members(Capability.SEE_MONEY)


@require_safe
@for_those_who_see
def refunds(request: SignedInRequest, organization: Organization) -> HttpResponse:
    context = {
        "organization": organization,
        "campaigns": refunding.campaigns(organization),
        "page": page(request, refunding.refunds(organization), key="-pk"),
    }
    return render(request, "books/refunds.html", context)


@require_safe
@for_those_who_see
def refund(request: SignedInRequest, organization: Organization, payout_id: int) -> HttpResponse:
    found = own(organization, payout_id)
    context = {
        "organization": organization,
        "refund": found,
        "campaign": found.account.campaign,
        "lines": list(found.refund_lines.all()),
        "note": Paper.objects.filter(payout=found).first(),
    }
    return render(request, "books/refund.html", context)


@require_safe
@for_those_who_see
def credit_note(request: SignedInRequest, organization: Organization, payout_id: int) -> HttpResponse:
    paper = Paper.objects.filter(payout=own(organization, payout_id)).first()
    if paper is None:
        raise Http404
    return notes.served(paper)


def own(organization: Organization, payout_id: int) -> Payout:
    rows = Payout.objects.select_related("account__campaign", "paid").filter(
        account__kind=AccountKind.SPONSOR_REFUNDABLE, account__campaign__organization=organization
    )
    return get_object_or_404(rows, pk=payout_id)
