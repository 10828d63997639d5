"""A paper as a file."""

from django.http import HttpResponse

from coupons.models import Paper
from coupons.orders import papers


def served(paper: Paper) -> HttpResponse:
    response = HttpResponse(papers.pdf(paper), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{paper.number}.pdf"'
    return response
