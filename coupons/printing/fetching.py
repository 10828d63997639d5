"""A printed file is fetched once, then it is gone; what nobody fetches is destroyed in time."""

from datetime import datetime, timedelta
from typing import BinaryIO

from django.conf import settings
from django.utils.translation import gettext as _

from coupons.models import PrintFile
from coupons.printing import vault
from coupons.printing.alone import alone
from directory.accounts.refusals import Refused
from directory.models import User


def fetch(*, file: PrintFile, by: User, at: datetime) -> BinaryIO:
    """The PDF, open, and no longer on the disk: of several who ask at once, one gets it. Raises Refused."""
    waiting = PrintFile.objects.filter(pk=file.pk, fetched_at=None, destroyed_at=None)
    try:
        opened = vault.take(file.stored_as)
    except FileNotFoundError as error:
        waiting.update(destroyed_at=at)
        raise Refused(gone()) from error
    if not waiting.update(fetched_at=at, fetched_by=by, destroyed_at=at):
        opened.close()
        raise Refused(gone())
    vault.destroy(file.stored_as)
    return opened


def gone() -> str:
    return _(
        "Ce fichier a déjà été téléchargé ou détruit. S'il est perdu, réimprimez-le : les chèques auront de "
        "nouveaux codes."
    )


def destroy_forgotten(*, at: datetime) -> int:
    """Files that waited too long, then whatever lies in the vault without being waited for; how many of the first."""
    long_ago = at - timedelta(days=settings.PRINT_FILES_DAYS)
    forgotten = PrintFile.objects.filter(fetched_at=None, destroyed_at=None, made_at__lt=long_ago)
    destroyed = forgotten.update(destroyed_at=at)
    for job_id in vault.jobs():
        with alone(job_id) as is_alone:
            if is_alone:
                vault.destroy_orphans(job_id)
    return destroyed
