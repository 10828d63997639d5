"""Closed lists of the coupons. The code is stored; the label is what a person reads."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Public(models.TextChoices):
    """To whom a booklet may be handed over."""

    PERSON = "person", _("Particuliers")
    EMPLOYEE = "employee", _("Salariés")
    ASSOCIATION = "association", _("Associations")


class Situation(models.TextChoices):
    """What a person may say of themselves, without a name."""

    JOB_SEEKER = "job_seeker", _("En recherche d'emploi")
    RETIRED = "retired", _("À la retraite")
    STUDENT = "student", _("En études ou en formation")
    WORKING = "working", _("En emploi")
    SOCIAL_MINIMUM = "social_minimum", _("Au minimum social (RSA, ASPA, AAH…)")
    DISABLED = "disabled", _("En situation de handicap")
    CARER = "carer", _("Aidant d'un proche")


class AgeBand(models.TextChoices):
    UNDER_18 = "0-17", _("Moins de 18 ans")
    TO_25 = "18-25", _("18 à 25 ans")
    TO_39 = "26-39", _("26 à 39 ans")
    TO_59 = "40-59", _("40 à 59 ans")
    TO_74 = "60-74", _("60 à 74 ans")
    OLDER = "75+", _("75 ans et plus")


class OrderStatus(models.TextChoices):
    """The database lets an order move forward only, and never past ORDERED before its money is there.

    One step back: from FUNDED to ORDERED when its money was another's, while it has no booklet.
    """

    QUOTE = "quote", _("devis")
    ORDERED = "ordered", _("commandée")
    FUNDED = "funded", _("financée")
    PRINTED = "printed", _("imprimée")
    DELIVERED = "delivered", _("livrée")
    CLOSED = "closed", _("close")
    CANCELLED = "cancelled", _("annulée")


class BookletStatus(models.TextChoices):
    INERT = "inert", _("pas encore remis")
    ACTIVE = "active", _("remis")
    ENDED = "ended", _("terminé")
    CANCELLED = "cancelled", _("annulé")


class CouponState(models.TextChoices):
    """The life of a coupon: inert > active > redeemed, expired or cancelled, and nothing else."""

    INERT = "inert", _("pas encore remis")
    ACTIVE = "active", _("utilisable")
    REDEEMED = "redeemed", _("utilisé")
    EXPIRED = "expired", _("expiré")
    CANCELLED = "cancelled", _("annulé")


class Loss(models.TextChoices):
    """Why a booklet was cancelled."""

    LOST = "lost", _("perdu")
    STOLEN = "stolen", _("volé")
    DAMAGED = "damaged", _("abîmé")
    UNUSED = "unused", _("jamais remis")


class AccountKind(models.TextChoices):
    """What money in the ledger is for. A debit balance is what we hold, a credit balance what we owe."""

    BANK = "bank", _("banque")
    UNMATCHED = "unmatched", _("virements à rapprocher")
    SPONSOR_DEPOSIT = "sponsor_deposit", _("avance du commanditaire")
    OUTSTANDING = "outstanding", _("chèques en circulation")
    CONTRIBUTION = "contribution", _("contribution réservée")
    PROVIDER_PAYABLE = "provider_payable", _("dû à l'acteur")
    SPONSOR_REFUNDABLE = "sponsor_refundable", _("à rembourser au commanditaire")
    FUND_PAYABLE = "fund_payable", _("dû au fonds de coopération")
    REVENUE = "revenue", _("frais de la plateforme")
    VAT = "vat", _("TVA collectée")


class EntryKind(models.TextChoices):
    """The events of the ledger."""

    TRANSFER = "transfer", _("virement reçu")
    MATCH = "match", _("virement rapproché")
    UNMATCH = "unmatch", _("rapprochement défait")
    RETURN = "return", _("virement rendu")
    FEE = "fee", _("frais facturés")
    HAND_OVER = "hand_over", _("remise de carnets")
    REISSUE = "reissue", _("carnet remplacé")
    RELEASE = "release", _("carnets jamais remis")
    CANCELLATION = "cancellation", _("chèques annulés")
    PAYMENT = "payment", _("paiement")
    PAYMENT_CANCELLED = "payment_cancelled", _("paiement annulé")
    EXPIRY = "expiry", _("expiration")
    PAYOUT = "payout", _("versement")
    PAYOUT_RETURNED = "payout_returned", _("versement revenu")


class RefundSource(models.TextChoices):
    """Where money to be paid back to a sponsor comes from."""

    EXPIRY = "expiry", _("chèques expirés")
    CANCELLATION = "cancellation", _("chèques annulés")
    DIFFERENCE = "difference", _("chèques au-delà du prix")
    PAYMENT_CANCELLED = "payment_cancelled", _("paiements annulés")
    RELEASE = "release", _("commandes closes ou payées en trop")


class PrintStatus(models.TextChoices):
    WAITING = "waiting", _("en attente")
    RUNNING = "running", _("en cours")
    DONE = "done", _("terminée")
    CANCELLED = "cancelled", _("annulée")
    FAILED = "failed", _("interrompue")


class BulkStatus(models.TextChoices):
    PREVIEW = "preview", _("à confirmer")
    WAITING = "waiting", _("en attente")
    RUNNING = "running", _("en cours")
    DONE = "done", _("terminée")
    CANCELLED = "cancelled", _("annulée")
    FAILED = "failed", _("interrompue")


class PrintReason(models.TextChoices):
    FIRST = "first", _("première impression")
    REPRINT = "reprint", _("réimpression")
    REPLACEMENT = "replacement", _("remplacement de carnets perdus")


class BatchStatus(models.TextChoices):
    """A batch goes to the bank once two people have seen it; it is closed when every line is paid or not."""

    DRAFT = "draft", _("à approuver")
    APPROVED = "approved", _("approuvé")
    CLOSED = "closed", _("clos")
    CANCELLED = "cancelled", _("annulé")


class AttemptStatus(models.TextChoices):
    PENDING = "pending", _("en cours")
    PAID = "paid", _("payé")
    ASIDE = "aside", _("mis de côté")
    REJECTED = "rejected", _("rejeté")


class AnswerFormat(models.TextChoices):
    """In which words the bank tells what became of our transfers."""

    STATEMENT = "camt.053", _("relevé de compte (camt.053)")
    STATUS = "pain.002", _("compte rendu de virements (pain.002)")


class Outcome(models.TextChoices):
    """What a line of the bank's answer changed."""

    EXECUTED = "executed", _("payé")
    REJECTED = "rejected", _("rejeté")
    RETURNED = "returned", _("revenu")
    KNOWN = "known", _("déjà noté")
    WAITING = "waiting", _("en cours à la banque")
    REFUSED = "refused", _("à vérifier")
    UNKNOWN = "unknown", _("inconnu")


class EventKind(models.TextChoices):
    """What an organisation's own software is told of."""

    PAYMENT_ACCEPTED = "payment.accepted", _("paiement accepté")
    PAYMENT_CANCELLED = "payment.cancelled", _("paiement annulé")
    SETTLEMENT_PAID = "settlement.paid", _("versement payé")
    TEST = "test", _("essai")


class DeliveryStatus(models.TextChoices):
    PENDING = "pending", _("en attente")
    DELIVERED = "delivered", _("reçu")
    FAILED = "failed", _("abandonné")


class TryFailure(models.TextChoices):
    """Why a request to an endpoint came to nothing."""

    REFUSED = "refused", _("adresse interdite")
    UNKNOWN = "unknown", _("adresse inconnue")
    UNREACHABLE = "unreachable", _("injoignable")
    CERTIFICATE = "certificate", _("certificat refusé")
    TOO_SLOW = "too_slow", _("trop lent")
    GARBAGE = "garbage", _("réponse illisible")
    ANSWER = "answer", _("réponse d'échec")
    SECRET = "secret", _("secret à changer")
    SKIPPED = "skipped", _("pas essayé : les envois d'avant ont échoué")


class SignalKind(models.TextChoices):
    """What staff are shown because it is rarely honest."""

    BURST = "burst", _("beaucoup de chèques en une minute")
    TRAVEL = "travel", _("déplacement impossible")
    BOOKLETS = "booklets", _("carnets entiers dépensés d'un coup")
    WRONG_CODES = "wrong_codes", _("codes faux à la suite")
    ABOVE = "above", _("bien au-dessus de ses voisins")


class SignalState(models.TextChoices):
    OPEN = "open", _("à examiner")
    DISMISSED = "dismissed", _("classé")
    HELD = "held", _("versement retenu")
