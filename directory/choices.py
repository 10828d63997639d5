"""Closed lists of the directory. The code is stored; the label is what a person reads."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Audience(models.TextChoices):
    """Whom a venue or a service is especially for; an empty list means everybody."""

    YOUNG = "young", _("Jeunes")
    STUDENTS = "students", _("Étudiants")
    ADULTS = "adults", _("Adultes")
    FAMILIES = "families", _("Familles et enfants")
    SENIORS = "seniors", _("Seniors")
    WOMEN = "women", _("Femmes")
    JOB_SEEKERS = "job_seekers", _("Demandeurs d'emploi")
    DISABLED = "disabled", _("Personnes handicapées")
    ILLITERACY = "illiteracy", _("Personnes en difficulté avec l'écrit")
    FOREIGN_LANGUAGE = "foreign_language", _("Personnes parlant une autre langue")


class Accessibility(models.TextChoices):
    """Disabilities a venue's staff is prepared for (wheelchair access is a field of its own)."""

    HEARING = "hearing", _("Surdité")
    VISUAL = "visual", _("Déficience visuelle")
    MOTOR = "motor", _("Handicap moteur")
    MENTAL = "mental", _("Handicap mental")
    PSYCHIC = "psychic", _("Handicap psychique")


class Mode(models.TextChoices):
    """How a service is rendered."""

    ON_SITE = "on_site", _("Sur place")
    REMOTE = "remote", _("À distance")
    AT_HOME = "at_home", _("À domicile")


class Fee(models.TextChoices):
    """What access to the venue costs, as the national standard says it."""

    FREE = "free", _("Gratuit")
    CONDITIONAL = "conditional", _("Gratuit sous condition")
    PAYING = "paying", _("Payant")
    MEMBERSHIP = "membership", _("Avec adhésion")
    PASS_NUMERIQUE = "pass_numerique", _("Accepte le Pass numérique")


class AccessMode(models.TextChoices):
    """How one gets in touch with a venue."""

    WALK_IN = "walk_in", _("Se présenter")
    PHONE = "phone", _("Téléphoner")
    EMAIL = "email", _("Écrire un e-mail")
    BOOKING = "booking", _("Prendre rendez-vous en ligne")
    PRESCRIPTION = "prescription", _("Être orienté par un professionnel")
    NO_PUBLIC = "no_public", _("Ce lieu ne reçoit pas de public")


class SupportMode(models.TextChoices):
    """How people are helped."""

    AUTONOMOUS = "autonomous", _("En autonomie")
    INDIVIDUAL = "individual", _("Accompagnement individuel")
    WORKSHOP = "workshop", _("Atelier collectif")
    REMOTE = "remote", _("À distance")
    ON_BEHALF = "on_behalf", _("Démarches faites à votre place")


class ReviewStatus(models.TextChoices):
    """Life of a published thing: nothing is public or payable before it is approved."""

    DRAFT = "draft", _("brouillon")
    SUBMITTED = "submitted", _("soumis")
    APPROVED = "approved", _("approuvé")
    RETURNED = "returned", _("à revoir")


class Moderation(models.TextChoices):
    """Where a text stands that strangers wrote, or that answers them: nothing is shown before it is published."""

    NONE = "", _("sans texte")
    WAITING = "waiting", _("à relire")
    PUBLISHED = "published", _("publié")
    REFUSED = "refused", _("refusé")
