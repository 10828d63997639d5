"""Addresses of upkeep: fresh venues, reports, claims, duplicates, journals."""

from django.urls import path

from directory.upkeep.views import claims, desk, duplicates, freshness, joining, journal, reports

app_name = "upkeep"

urlpatterns = [
    path("lieux/<int:venue_id>/signaler/", reports.report, name="report"),
    path("lieux/<int:venue_id>/signaler/merci/", reports.thanks, name="report_thanks"),
    path("espace/rattacher/<int:venue_id>/", claims.which, name="claim_which"),
    path("espace/<int:org_id>/verifier/", freshness.venues, name="venues"),
    path("espace/<int:org_id>/verifier/<int:venue_id>/", freshness.confirm, name="confirm"),
    path("espace/<int:org_id>/signalements/", reports.reports, name="reports"),
    path("espace/<int:org_id>/signalements/<int:report_id>/", reports.answer, name="report_answer"),
    path("espace/<int:org_id>/rattacher/", claims.claims, name="claims"),
    path("espace/<int:org_id>/rattacher/<int:venue_id>/", claims.claim, name="claim"),
    path("espace/<int:org_id>/journal/", journal.of_organization, name="journal"),
    path("espace/<int:org_id>/journal.csv", journal.organization_csv, name="journal_csv"),
    path("plateforme/", desk.home, name="desk"),
    path("plateforme/verifications/", desk.stale, name="desk_stale"),
    path("plateforme/signalements/", desk.reports, name="desk_reports"),
    path("plateforme/signalements/<int:report_id>/", desk.report, name="desk_report"),
    path("plateforme/rattachements/", desk.claims, name="desk_claims"),
    path("plateforme/rattachements/<int:claim_id>/", desk.claim, name="desk_claim"),
    path("plateforme/rattachements/<int:claim_id>/accepter/", desk.accept, name="desk_claim_accept"),
    path("plateforme/rattachements/<int:claim_id>/refuser/", desk.refuse, name="desk_claim_refuse"),
    path("plateforme/adhesions/", joining.requests, name="desk_joins"),
    path("plateforme/adhesions/<int:request_id>/accepter/", joining.accept, name="desk_join_accept"),
    path("plateforme/adhesions/<int:request_id>/refuser/", joining.refuse, name="desk_join_refuse"),
    path("plateforme/doublons/", duplicates.pairs, name="desk_duplicates"),
    path("plateforme/doublons/<int:first_id>/<int:second_id>/", duplicates.pair, name="desk_pair"),
    path("plateforme/doublons/<int:first_id>/<int:second_id>/reunir/", duplicates.merge, name="desk_merge"),
    path("plateforme/doublons/<int:first_id>/<int:second_id>/deux/", duplicates.two, name="desk_two"),
    path("plateforme/journal/", journal.of_platform, name="desk_journal"),
    path("plateforme/journal.csv", journal.platform_csv, name="desk_journal_csv"),
]
