"""What waits for the platform: one count each, and where to go."""

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from directory.accounts.joining import waiting_for_reviewers
from directory.choices import ReviewStatus
from directory.models import Claim, ErrorReport, LabelApplication, Review, Service, Venue
from directory.upkeep import duplicates


@dataclass(frozen=True)
class Waiting:
    title: str | Promise
    text: str | Promise
    icon: str
    number: int
    url: str


def waiting(at: datetime) -> list[Waiting]:
    """Eight counts, whatever the number of rows."""
    today = timezone.localdate(at)
    stale = Venue.objects.filter(published=True, freshness__stale_on__lte=today)
    return [
        Waiting(
            _("Candidatures au label"),
            _("À prendre ou en cours d'examen."),
            "patch-check",
            LabelApplication.objects.filter(status__in=["submitted", "in_review"]).count(),
            reverse("label:desk"),
        ),
        Waiting(
            _("Services à relire"),
            _("Ils ne sont publics qu'après votre accord."),
            "card-checklist",
            Service.objects.filter(status=ReviewStatus.SUBMITTED).count(),
            reverse("offer:desk"),
        ),
        Waiting(
            _("Demandes de rattachement"),
            _("Une structure dit qu'un lieu connu est le sien."),
            "house-check",
            Claim.objects.filter(status=Claim.Status.SUBMITTED).count(),
            reverse("upkeep:desk_claims"),
        ),
        Waiting(
            _("Demandes d'adhésion"),
            _("À des structures que personne ne gère encore."),
            "person-plus",
            waiting_for_reviewers(at).count(),
            reverse("upkeep:desk_joins"),
        ),
        Waiting(
            _("Doublons possibles"),
            _("Deux fiches qui parlent peut-être du même lieu."),
            "intersect",
            duplicates.waiting().count(),
            reverse("upkeep:desk_duplicates"),
        ),
        Waiting(
            _("Signalements"),
            _("Des visiteurs disent qu'une fiche est fausse."),
            "flag",
            ErrorReport.objects.filter(status=ErrorReport.Status.OPEN).count(),
            reverse("upkeep:desk_reports"),
        ),
        Waiting(
            _("Avis à relire"),
            _("Des commentaires et des réponses, affichés après votre accord."),
            "chat-left-text",
            Review.objects.to_moderate().count(),
            reverse("ratings:desk"),
        ),
        Waiting(
            _("Lieux à vérifier"),
            _("Plus confirmés par leur structure depuis neuf mois."),
            "hourglass-bottom",
            stale.count(),
            reverse("upkeep:desk_stale"),
        ),
    ]
