"""The documents joined to an application: added, removed, and given back to those who may see them."""

from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from directory.entry import SignedInRequest
from directory.label import documents as proofs
from directory.label.forms import DocumentForm
from directory.label.steps import StepRefused
from directory.label.views.applying import for_applicants, form_page, own_application, steps_of
from directory.label.views.refusing import refused
from directory.models import ApplicationDocument, Organization


@form_page
@for_applicants
def documents(request: SignedInRequest, organization: Organization, application_id: int) -> HttpResponse:
    application = own_application(organization, application_id)
    sent = request.method == "POST"
    form = DocumentForm(request.POST, request.FILES) if sent else DocumentForm()
    if sent and form.is_valid():
        try:
            proofs.attach(
                application=application,
                document=form.cleaned_data["file"],
                label=form.cleaned_data["label"],
                by=request.user,
                at=timezone.now(),
            )
        except StepRefused as refusal:
            return refused(request, refusal, "label:documents", organization.pk, application.pk)
        return redirect("label:documents", organization.pk, application.pk)
    context = {**steps_of(application), "form": form, "documents": application.documents.all()}
    return render(request, "label/documents.html", context, status=422 if form.errors else 200)


@require_safe
@for_applicants
def document(
    request: SignedInRequest, organization: Organization, application_id: int, document_id: int
) -> FileResponse:
    application = own_application(organization, application_id)
    return served(get_object_or_404(application.documents, pk=document_id))


@require_POST
@for_applicants
def remove(
    request: SignedInRequest, organization: Organization, application_id: int, document_id: int
) -> HttpResponse:
    application = own_application(organization, application_id)
    found = get_object_or_404(application.documents, pk=document_id)
    try:
        proofs.remove(document=found, by=request.user)
    except StepRefused as refusal:
        return refused(request, refusal, "label:documents", organization.pk, application.pk)
    return redirect("label:documents", organization.pk, application.pk)


def served(document: ApplicationDocument) -> FileResponse:
    """To be kept, never shown in our pages: whatever it is, the browser gives it no right at all."""
    response = FileResponse(
        document.file.open("rb"),
        as_attachment=True,
        filename=document.name,
        content_type=document.content_type,
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'; frame-ancestors 'none'"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return response
