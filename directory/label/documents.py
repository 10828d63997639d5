"""The proofs joined to an application: kept private under a random name, at most ten."""

import secrets
from datetime import datetime

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext as _

from directory.audit import acting
from directory.label.applying import EDITABLE
from directory.label.steps import StepRefused, locked, require
from directory.label.uploads import Checked
from directory.models import ApplicationDocument, LabelApplication, User

MOST_DOCUMENTS = 10


def attach(
    *, application: LabelApplication, document: Checked, label: str, by: User, at: datetime
) -> ApplicationDocument:
    """The same file twice is one document."""
    with acting(by):
        current = locked(application)
        require(current, *EDITABLE)
        same = current.documents.filter(sha256=document.sha256).first()
        if same:
            return same
        if current.documents.count() >= MOST_DOCUMENTS:
            raise StepRefused(_("Dix documents au plus. Enlevez-en un pour en ajouter un autre."))
        row = ApplicationDocument(
            application=current,
            label=label,
            name=document.name,
            content_type=document.content_type,
            size=len(document.content),
            sha256=document.sha256,
            uploaded_by=by,
            uploaded_at=at,
        )
        row.file.save(secrets.token_hex(20) + document.extension, ContentFile(document.content), save=False)
        try:
            row.save()
        except BaseException:
            row.file.delete(save=False)
            raise
        return row


def remove(*, document: ApplicationDocument, by: User) -> None:
    """The row now, the file once that is certain."""
    with acting(by):
        require(locked(document.application), *EDITABLE)
        storage, name = document.file.storage, str(document.file.name)
        document.delete()
        transaction.on_commit(lambda: storage.delete(name), robust=True)
