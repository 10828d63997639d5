"""What the operator asks of the printer: a job, its end, its resumption. The worker does it (running.py)."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from coupons.choices import OrderStatus, PrintReason, PrintStatus
from coupons.models import Booklet, Coupon, Order, PrintedBooklet, PrintFile, PrintJob
from coupons.querysets import BookletQuerySet
from directory.accounts.refusals import Refused
from directory.audit import acting
from directory.models import User

PRINTABLE = (OrderStatus.FUNDED, OrderStatus.PRINTED, OrderStatus.DELIVERED)
UNDER_WAY = (PrintStatus.WAITING, PrintStatus.RUNNING)
STOPPED = (PrintStatus.CANCELLED, PrintStatus.FAILED)


def request(*, order: Order, reason: PrintReason, by: User, at: datetime) -> PrintJob:
    """The first print of an order, or that of the booklets made to replace lost ones. Raises Refused."""
    with acting(by):
        order = printable(order)
        if reason == PrintReason.FIRST:
            if not first_print_is_due(order):
                raise Refused(
                    _("Tous les carnets sont déjà imprimés. Réimprimez seulement un fichier perdu.")
                )
            return opened(order, reason, order.coupons, by, at)
        booklets = unprinted(order).exclude(replaces=None)
        return filled(order, reason, booklets, by, at)


def reprint(*, file: PrintFile, by: User, at: datetime) -> PrintJob:
    """A file that was lost, again, with new codes. Booklets already handed over keep theirs. Raises Refused."""
    with acting(by):
        order = printable(file.job.order)
        locked = PrintFile.objects.select_for_update(of=("self",)).get(pk=file.pk)
        if locked.destroyed_at is None:
            raise Refused(_("Ce fichier attend encore : téléchargez-le."))
        booklets = Booklet.objects.inert().filter(printings__file=locked)
        return filled(order, PrintReason.REPRINT, booklets, by, at)


def cancel(*, job: PrintJob, by: User, at: datetime) -> None:
    """What is printed stays; the rest is not printed. A job that runs stops at its next file. Raises Refused."""
    with acting(by):
        current = locked_job(job)
        if current.status not in UNDER_WAY:
            raise Refused(
                _("Cette impression est déjà %(status)s.") % {"status": current.get_status_display()}
            )
        current.cancel_asked_at = at
        if current.status == PrintStatus.WAITING:
            current.status, current.finished_at = PrintStatus.CANCELLED, at
        current.save(update_fields=["cancel_asked_at", "status", "finished_at"])


def resume(*, job: PrintJob, by: User, at: datetime) -> None:
    """Goes on where it stopped. Raises Refused."""
    with acting(by):
        printable(job.order)
        current = locked_job(job)
        if current.status not in STOPPED:
            raise Refused(_("Cette impression n'est pas arrêtée."))
        current.status, current.cancel_asked_at, current.finished_at = PrintStatus.WAITING, None, None
        with one_at_a_time():
            current.save(update_fields=["status", "cancel_asked_at", "finished_at"])


def unprinted(order: Order) -> BookletQuerySet:
    """Booklets that may still be handed over and have no codes."""
    return without_codes(Booklet.objects.inert().filter(order=order))


def without_codes(booklets: BookletQuerySet) -> BookletQuerySet:
    """All coupons of a booklet get their codes at once, so one of them tells for all."""
    coded = Coupon.objects.filter(booklet=OuterRef("pk"), digest__isnull=False)
    return booklets.filter(~Exists(coded))


def first_print_is_due(order: Order) -> bool:
    made = Booklet.objects.filter(order=order, replaces=None)
    return made.count() < order.booklets or unprinted(order).filter(replaces=None).exists()


def printable(order: Order) -> Order:
    """The order, locked. Raises Refused."""
    found = Order.objects.select_for_update(of=("self",)).select_related("campaign").get(pk=order.pk)
    if found.status not in PRINTABLE:
        raise Refused(
            _("La commande %(number)s est « %(status)s » : on imprime une commande financée.")
            % {"number": found.number, "status": found.get_status_display()}
        )
    return found


def locked_job(job: PrintJob) -> PrintJob:
    return PrintJob.objects.select_for_update(of=("self",)).get(pk=job.pk)


def filled(order: Order, reason: PrintReason, booklets: BookletQuerySet, by: User, at: datetime) -> PrintJob:
    chosen = list(booklets.order_by("pk").values_list("pk", flat=True))
    if not chosen:
        raise Refused(_("Aucun carnet à imprimer : ils sont remis, annulés ou déjà imprimés."))
    coupons = Coupon.objects.filter(booklet__in=chosen, state="inert").count()
    job = opened(order, reason, coupons, by, at)
    PrintedBooklet.objects.bulk_create(
        (PrintedBooklet(job=job, booklet_id=booklet) for booklet in chosen), batch_size=5000
    )
    return job


def opened(order: Order, reason: PrintReason, coupons: int, by: User, at: datetime) -> PrintJob:
    with one_at_a_time():
        return PrintJob.objects.create(
            order=order, reason=reason, coupons=coupons, requested_by=by, requested_at=at
        )


@contextmanager
def one_at_a_time() -> Iterator[None]:
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        raise Refused(
            _("Une impression de cette commande est déjà en cours. Attendez ou arrêtez-la.")
        ) from error
