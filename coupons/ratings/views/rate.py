"""A person rates a passage with the code of its receipt, without an account.

The code comes in the body of a POST, as on « Mon chèque »: scanning the receipt opens /avis/#CODE, of which the
browser sends nothing behind the `#`; a script of the page puts it into the form. By hand it is typed.
"""

from allauth.core.internal.httpkit import get_client_ip
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_safe

from coupons.models import Payment
from coupons.ratings.forms import CodeForm, RatingForm
from coupons.ratings.rating import ratable
from coupons.ratings.rating import rate as rate_passage
from coupons.ratings.refusals import NotRatable, Why
from coupons.ratings.tries import one_more
from directory.upkeep.posts import sender_of

STATUS = {Why.OFTEN: 429}


@require_http_methods(["GET", "POST"])
@never_cache
@sensitive_post_parameters("code")
def rate(request: HttpRequest) -> HttpResponse:
    """Which passage? Then the three questions."""
    form = CodeForm(request.POST or None)
    if not (request.method == "POST" and form.is_valid()):
        return render(request, "ratings/code.html", {"form": form})
    code = form.cleaned_data["code"]
    try:
        payment = asked(request, code)
    except NotRatable as refused:
        return refusal(request, refused)
    return questions(request, payment, RatingForm(initial={"code": code}))


@require_http_methods(["GET", "POST"])
@never_cache
@sensitive_post_parameters("code", "comment")
def give(request: HttpRequest) -> HttpResponse:
    """The answers. Whoever comes here by hand begins with the code."""
    if request.method != "POST":
        return redirect("ratings:rate")
    form = RatingForm(request.POST)
    code = request.POST.get("code", "")
    try:
        payment = asked(request, code)
        if not form.is_valid():
            return questions(request, payment, form)
        comment = form.cleaned_data["comment"]
        rate_passage(code=code, marks=form.marks, comment=comment, at=timezone.now())
    except NotRatable as refused:
        return refusal(request, refused)
    return redirect("ratings:thanks")


@require_safe
@never_cache
def thanks(request: HttpRequest) -> HttpResponse:
    return render(request, "ratings/thanks.html")


@sensitive_variables("code")
def asked(request: HttpRequest, code: str) -> Payment:
    """Raises NotRatable, also to those who try too many codes."""
    now = timezone.now()
    if not one_more(sender_of(get_client_ip(request)), now):
        raise NotRatable(Why.OFTEN)
    return ratable(code=code, at=now)


def questions(request: HttpRequest, payment: Payment, form: RatingForm) -> HttpResponse:
    venue = payment.venue.merged_into or payment.venue
    return render(request, "ratings/rate.html", {"payment": payment, "venue": venue, "form": form})


def refusal(request: HttpRequest, refused: NotRatable) -> HttpResponse:
    context = {"why": refused.why.value, "sentence": str(refused), "form": CodeForm()}
    return render(request, "ratings/refused.html", context, status=STATUS.get(refused.why, 200))
