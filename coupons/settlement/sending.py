"""The file of a batch on its way to the bank: made again the same, and whoever takes it is noted."""

from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext as _

from coupons import sepa
from coupons.choices import BatchStatus
from coupons.models import Batch, BatchDownload
from directory.accounts.refusals import Refused
from directory.audit import acting
from directory.models import User


def bank_file(*, batch: Batch, by: User, at: datetime) -> bytes:
    """pain.001.001.09, which passed its schema. Raises Refused."""
    if batch.status not in (BatchStatus.APPROVED, BatchStatus.CLOSED):
        raise Refused(_("Ce lot n'est pas approuvé : il n'a pas encore de fichier."))
    if not settings.SELLER["iban"]:
        raise Refused(
            _("Le compte de la plateforme n'est pas réglé (SELLER_IBAN) : demandez à l'administration.")
        )
    with acting(by):
        content = sepa.transfers(batch)
        BatchDownload.objects.create(batch=batch, by=by, at=at)
        return content
