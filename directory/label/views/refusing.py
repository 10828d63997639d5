"""A refused step: the page it leads back to says why."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from directory.label.steps import StepRefused


def refused(request: HttpRequest, refusal: StepRefused, page: str, *args: Any) -> HttpResponse:
    messages.error(request, str(refusal))
    return redirect(page, *args)
