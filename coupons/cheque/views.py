"""« Mon chèque »: what a cheque is worth, for its holder, without an account.

The code comes in the body of a POST and goes nowhere else: not into an address, a session, a log or a message.
Pages say `same-origin` to browsers (the site's own policy) rather than `no-referrer`, which would make them send
the form with `Origin: null`, and the request would be refused as forged. No address here holds anything to hide.
"""

from allauth.core.internal.httpkit import get_client_ip
from csp.constants import SELF, WASM_UNSAFE_EVAL
from csp.decorators import csp_update
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods

from coupons.cheque.checking import Checked, check
from coupons.cheque.forms import CodeForm
from coupons.guessing import LockedOut
from directory.accounts.refusals import Refused

# Where no browser reads QR codes by itself, the page does, with WebAssembly served from here.
reads_qr_codes = csp_update({"script-src": [SELF, WASM_UNSAFE_EVAL]})


@require_http_methods(["GET", "POST"])
@never_cache
@sensitive_post_parameters("code")
@reads_qr_codes
def cheque(request: HttpRequest) -> HttpResponse:
    form = CodeForm(request.POST or None)
    if not (request.method == "POST" and form.is_valid()):
        return page(request, form)
    try:
        checked = asked(request, form.cleaned_data["code"])
    except Refused as refused:
        form.add_error("code", str(refused))
        return page(request, form, status=429 if isinstance(refused, LockedOut) else 200)
    context = {"checked": checked, "form": CodeForm(), "nav": "cheque"}
    return render(request, "cheque/answer.html", context)


@sensitive_variables("code")
def asked(request: HttpRequest, code: str) -> Checked:
    return check(code=code, address=get_client_ip(request), user=request.user, at=timezone.now())


def page(request: HttpRequest, form: CodeForm, status: int = 200) -> HttpResponse:
    return render(request, "cheque/cheque.html", {"form": form, "nav": "cheque"}, status=status)
