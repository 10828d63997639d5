"""An organisation's application, one question a page."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from directory.entry import SignedInRequest, for_members
from directory.label import applying
from directory.label import charter as charters
from directory.label.forms import CharterForm, QuestionForm, ReasonForm
from directory.label.steps import Status, StepRefused
from directory.label.views.refusing import refused
from directory.models import LabelApplication, Organization
from directory.rights import Capability

form_page = require_http_methods(["GET", "POST"])
for_applicants = for_members(Capability.APPLY)


def own_application(organization: Organization, application_id: int) -> LabelApplication:
    """Of this organisation, or 404."""
    applications = LabelApplication.objects.select_related("venue", "organization")
    return get_object_or_404(applications, pk=application_id, organization=organization)


def steps_of(application: LabelApplication) -> dict[str, Any]:
    """Where the application stands, for the list of steps beside each of its pages."""
    form = applying.questionnaire_of(application)
    waiting = form.unanswered(applying.answers_of(application))
    return {
        "application": application,
        "organization": application.organization,
        "editable": application.status in applying.EDITABLE,
        "questionnaire": form,
        "answered": len(form.questions) - len(waiting),
        "next_question": waiting[0] if waiting else 1,
        "document_count": application.documents.count(),
    }


@require_safe
@for_applicants
def application(request: SignedInRequest, organization: Organization, application_id: int) -> HttpResponse:
    found = own_application(organization, application_id)
    events = found.events.select_related("by").exclude(status=Status.DRAFT)
    context = {**steps_of(found), "events": events, "withdrawable": found.status in LabelApplication.OPEN}
    return render(request, "label/application.html", context)


@form_page
@for_applicants
def question(
    request: SignedInRequest, organization: Organization, application_id: int, number: int
) -> HttpResponse:
    found = own_application(organization, application_id)
    questions = applying.questionnaire_of(found).questions
    if not 1 <= number <= len(questions) or found.status not in applying.EDITABLE:
        return redirect("label:application", organization.pk, found.pk)
    asked = questions[number - 1]
    given = applying.answers_of(found).get(asked.code)
    form = QuestionForm(asked, request.POST or None, initial={"answer": given})
    # No box ticked sends nothing but the token: an answer all the same.
    if request.method == "POST":
        form = QuestionForm(asked, request.POST)
        if form.is_valid():
            return keep_answer(request, found, number, form.cleaned_data["answer"])
    context = {
        **steps_of(found),
        "form": form,
        "question": asked,
        "number": number,
        "total": len(questions),
        "family": applying.questionnaire_of(found).family_of(asked),
    }
    return render(request, "label/question.html", context)


def keep_answer(
    request: SignedInRequest, found: LabelApplication, number: int, choice: str | list[str]
) -> HttpResponse:
    questions = applying.questionnaire_of(found).questions
    try:
        applying.answer(application=found, question=questions[number - 1], choice=choice, by=request.user)
    except StepRefused as refusal:
        return refused(request, refusal, "label:application", found.organization_id, found.pk)
    if "review" in request.GET:
        return redirect("label:review", found.organization_id, found.pk)
    if number < len(questions):
        return redirect("label:question", found.organization_id, found.pk, number + 1)
    return redirect("label:documents", found.organization_id, found.pk)


@form_page
@for_applicants
def charter(request: SignedInRequest, organization: Organization, application_id: int) -> HttpResponse:
    found = own_application(organization, application_id)
    form = CharterForm(request.POST or None, initial={"name": request.user.name})
    if request.method == "POST" and form.is_valid():
        try:
            applying.sign(
                application=found, name=form.cleaned_data["name"], by=request.user, at=timezone.now()
            )
        except StepRefused as refusal:
            return refused(request, refusal, "label:application", organization.pk, found.pk)
        return redirect("label:review", organization.pk, found.pk)
    text = charters.CHARTERS.get(found.charter_version, charters.CURRENT)
    return render(request, "label/charter.html", {**steps_of(found), "form": form, "charter": text})


@form_page
@for_applicants
def review(request: SignedInRequest, organization: Organization, application_id: int) -> HttpResponse:
    """All the answers on one page, what is still missing, and the button that sends them."""
    found = own_application(organization, application_id)
    if request.method == "POST":
        try:
            applying.submit(application=found, by=request.user, at=timezone.now())
        except StepRefused as refusal:
            return refused(request, refusal, "label:review", organization.pk, found.pk)
        return redirect("label:application", organization.pk, found.pk)
    context = {
        **steps_of(found),
        "sections": answered(found),
        "documents": found.documents.all(),
        "obstacles": applying.obstacles(found) if found.status in applying.EDITABLE else [],
    }
    return render(request, "label/review.html", context)


def answered(application: LabelApplication) -> list[dict[str, Any]]:
    """Family by family: its points, its questions with their numbers and the choices made."""
    form, answers = applying.questionnaire_of(application), applying.answers_of(application)
    number = {question.code: n for n, question in enumerate(form.questions, 1)}
    return [
        {
            "family": family,
            "points": family.points(answers),
            "answers": [
                {
                    "number": number[question.code],
                    "question": question,
                    "choices": question.chosen(answers),
                    "points": question.points(answers),
                    "is_answered": question.is_answered(answers),
                }
                for question in family.questions
            ],
        }
        for family in form.families
    ]


@form_page
@for_applicants
def withdraw(request: SignedInRequest, organization: Organization, application_id: int) -> HttpResponse:
    found = own_application(organization, application_id)
    form = ReasonForm(request.POST or None, label=_("Pourquoi retirez-vous cette candidature ?"))
    if request.method == "POST" and form.is_valid():
        try:
            applying.withdraw(
                application=found, reason=form.cleaned_data["reason"], by=request.user, at=timezone.now()
            )
        except StepRefused as refusal:
            return refused(request, refusal, "label:application", organization.pk, found.pk)
        return redirect("label:application", organization.pk, found.pk)
    return render(request, "label/withdraw.html", {**steps_of(found), "form": form})
