"""What people say of a venue after a passage there, and what the directory shows of it."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from directory.choices import Moderation
from directory.models.people import Organization, User
from directory.models.venues import Venue
from directory.querysets import ReviewQuerySet

WORST, BEST = 1, 5
MARKS = ("reception", "usefulness", "progress")


def mark(label: Any) -> models.PositiveSmallIntegerField:
    """From WORST to BEST."""
    return models.PositiveSmallIntegerField(label)


class Review(models.Model):
    """Three marks and perhaps a comment, by somebody whom nobody knows.

    Marks and comment are what they are: the site's role cannot change them. The floor of the coupons says which
    payment it is about, and takes its weight away (`standing`) when that payment is cancelled.
    """

    venue = models.ForeignKey(Venue, models.PROTECT, related_name="reviews", verbose_name=_("lieu"))
    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="reviews", verbose_name=_("structure")
    )
    given_at = models.DateTimeField(_("donné le"), default=timezone.now)
    reception = mark(_("accueil"))
    usefulness = mark(_("utilité"))
    progress = mark(_("progrès"))
    standing = models.BooleanField(_("compte"), default=True)

    comment = models.TextField(_("commentaire"), max_length=1000, blank=True)
    comment_state = models.CharField(
        _("état du commentaire"), max_length=10, choices=Moderation.choices, blank=True, default=""
    )
    comment_reason = models.CharField(_("motif du refus"), max_length=300, blank=True)
    moderated_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    moderated_at = models.DateTimeField(_("relu le"), null=True, blank=True)

    answer = models.TextField(_("réponse du lieu"), max_length=1000, blank=True)
    answer_state = models.CharField(
        _("état de la réponse"), max_length=10, choices=Moderation.choices, blank=True, default=""
    )
    answer_reason = models.CharField(_("motif du refus de la réponse"), max_length=300, blank=True)
    answered_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    answered_at = models.DateTimeField(_("répondu le"), null=True, blank=True)
    answer_moderated_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    answer_moderated_at = models.DateTimeField(_("réponse relue le"), null=True, blank=True)

    objects = ReviewQuerySet.as_manager()

    class Meta:
        verbose_name = _("avis")
        verbose_name_plural = _("avis")
        ordering = ["-pk"]
        constraints = [
            *(
                models.CheckConstraint(
                    condition=Q(**{f"{name}__gte": WORST, f"{name}__lte": BEST}), name=f"review_{name}"
                )
                for name in MARKS
            ),
            models.CheckConstraint(
                condition=Q(comment="", comment_state="") | ~Q(comment="") & ~Q(comment_state=""),
                name="review_comment_has_its_state",
            ),
            models.CheckConstraint(
                condition=Q(answer="", answer_state="") | ~Q(answer="") & ~Q(answer_state=""),
                name="review_answer_has_its_state",
            ),
            # What is said to a comment is read beside it.
            models.CheckConstraint(
                condition=Q(answer="") | ~Q(comment=""), name="review_answer_of_a_comment"
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "-id"], name="review_by_organization"),
            models.Index(fields=["venue", "-id"], name="review_by_venue"),
            models.Index(fields=["given_at"], name="review_by_day"),
            models.Index(
                fields=["id"],
                name="review_to_moderate",
                condition=Q(comment_state=Moderation.WAITING) | Q(answer_state=Moderation.WAITING),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk} · {self.venue_id}"

    @property
    def shown_answer(self) -> str:
        """What anybody may read of the answer."""
        return self.answer if self.answer_state == Moderation.PUBLISHED else ""


class Feedback(models.Model):
    """What lists and sheets read of a venue's passages. Database triggers write it; the site's role cannot.

    A venue that has some has payments or reviews too, and is never deleted. `last_used_on` is the local day of the
    last payment that stands; sums are over reviews that stand.
    """

    venue = models.OneToOneField(Venue, models.DO_NOTHING, primary_key=True, related_name="feedback")
    last_used_on = models.DateField(_("dernier usage"), null=True)
    answers = models.PositiveIntegerField(_("réponses"), default=0)
    reception_sum = models.PositiveIntegerField(default=0)
    usefulness_sum = models.PositiveIntegerField(default=0)
    progress_sum = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("retour des usagers")
        verbose_name_plural = _("retours des usagers")

    def __str__(self) -> str:
        return f"{self.venue_id} · {self.answers}"
