"""Addresses of the label: public criteria, an organisation's applications and kits, the reviewers' desk."""

from django.urls import include, path

from directory.label.views import applying, criteria, desk, documents, kit, labels

app_name = "label"

application = [
    path("", applying.application, name="application"),
    path("questions/<int:number>/", applying.question, name="question"),
    path("documents/", documents.documents, name="documents"),
    path("documents/<int:document_id>/", documents.document, name="document"),
    path("documents/<int:document_id>/enlever/", documents.remove, name="document_remove"),
    path("charte/", applying.charter, name="charter"),
    path("verification/", applying.review, name="review"),
    path("retrait/", applying.withdraw, name="withdraw"),
]
desk_application = [
    path("", desk.application, name="desk_application"),
    path("documents/<int:document_id>/", desk.document, name="desk_document"),
    path("prendre/", desk.take, name="desk_take"),
    path("points/", desk.tick, name="desk_tick"),
    path("complement/", desk.ask_more, name="desk_ask_more"),
    path("accepter/", desk.accept, name="desk_accept"),
    path("refuser/", desk.refuse, name="desk_refuse"),
]
urlpatterns = [
    path("label/", criteria.criteria, name="criteria"),
    # Short and in capitals: what a QR code of the kit says.
    path("L/<int:venue_id>", criteria.short, name="short"),
    path("espace/<int:org_id>/label/", labels.labels, name="labels"),
    path("espace/<int:org_id>/label/<int:venue_id>/demande/", labels.start, name="start"),
    path("espace/<int:org_id>/label/<int:venue_id>/kit/", kit.kit, name="kit"),
    path("espace/<int:org_id>/label/<int:venue_id>/kit/<slug:part>.pdf", kit.pdf, name="kit_pdf"),
    path("espace/<int:org_id>/candidatures/<int:application_id>/", include(application)),
    path("plateforme/candidatures/", desk.queue_page, name="desk"),
    path("plateforme/candidatures/<int:application_id>/", include(desk_application)),
    path("plateforme/labels/", labels.desk_labels, name="desk_labels"),
    path("plateforme/labels/<int:venue_id>/", labels.desk_label, name="desk_label"),
]
