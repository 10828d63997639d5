"""Many booklets at once, one to each person: first what would be refused and why, then the hand-over itself.

A chunk and the count of booklets done are one transaction: whoever is killed in between has done nothing of it.
"""

from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from coupons.booklet_numbers import read_number
from coupons.choices import BulkStatus
from coupons.distribution.finding import is_code, number_of, own
from coupons.distribution.handing import Circumstances, hand_over, locked, refusals
from coupons.models import Booklet, BulkHandOver, DeliveryPoint
from directory.accounts.refusals import Refused
from directory.audit import acting
from directory.models import Organization, User
from directory.rights import Capability, may

MOST = 10_000
CHUNK = 100
# Up to here the person waits for it; beyond, the worker does it.
AT_ONCE = 200
UNDER_WAY = (BulkStatus.WAITING, BulkStatus.RUNNING)

Numbers = tuple[list[int], list[dict[str, str]]]


def in_range(first: str, last: str) -> range:
    """From one cover to another, both included. Raises Refused."""
    begin, end = number_of(first), number_of(last)
    if end < begin:
        raise Refused(_("Le dernier numéro est avant le premier."))
    if end - begin >= MOST:
        raise Refused(_("Cette plage est trop grande : 10 000 carnets au plus à la fois."))
    return range(begin, end + 1)


def in_rows(rows: list[list[str]]) -> Numbers:
    """Of each row of a spreadsheet the first number of a booklet; and the rows that have none. Raises Refused."""
    numbers, unread = [], []
    for position, cells in enumerate(rows, start=1):
        written = [cell for cell in cells if cell]
        read = next((number for cell in written if (number := read_number(cell)) is not None), None)
        if read is not None:
            numbers.append(read)
        elif written and position > 1:  # the first row may hold names of columns
            unread.append({"number": _("ligne %(n)s") % {"n": position}, "reason": _unread(written)})
    if not numbers:
        raise Refused(_("Aucun numéro de carnet dans ce fichier. Mettez un numéro par ligne."))
    if len(numbers) > MOST:
        raise Refused(_("Ce fichier est trop long : 10 000 carnets au plus à la fois."))
    return list(dict.fromkeys(numbers)), unread


def _unread(cells: list[str]) -> str:
    if any(is_code(cell) for cell in cells):
        return _("C'est le code secret d'un chèque, pas le numéro d'un carnet.")
    return _("Aucun numéro de carnet juste sur cette ligne.")


def plan(
    *,
    organization: Organization,
    name: str,
    numbers: list[int] | range,
    unread: list[dict[str, str]],
    told: Circumstances,
    by: User,
) -> BulkHandOver:
    """What would be done, kept to be confirmed; nothing is handed over yet. Raises Refused."""
    found = list(_own(organization, numbers))
    if not found:
        raise Refused(_("Aucun de vos carnets n'a ces numéros."))
    reasons = reasons_of(found, told)
    known = {booklet.pk for booklet in found}
    # In a range, the numbers of others are none of one's business.
    absent = [] if isinstance(numbers, range) else [number for number in numbers if number not in known]
    strangers = [
        {"number": Booklet(pk=number).number, "reason": _("Aucun de vos carnets n'a ce numéro.")}
        for number in absent
    ]
    return BulkHandOver.objects.create(
        organization=organization,
        asked_by=by,
        name=name[:200],
        booklets=[booklet.pk for booklet in found if booklet.pk not in reasons],
        refused=[*unread, *strangers, *told_of(found, reasons)],
        delivery_point=told.delivery_point,
        public=told.public,
        situation=told.situation,
        created_at=told.at,
    )


def _own(organization: Organization, numbers: list[int] | range) -> QuerySet[Booklet]:
    if isinstance(numbers, range):
        return own(organization).filter(pk__range=(numbers.start, numbers.stop - 1))
    return own(organization, numbers)


def reasons_of(booklets: list[Booklet], told: Circumstances) -> dict[int, str]:
    """Sentences by booklet: only those that may not be handed over."""
    found: dict[int, str] = {}
    for reason in refusals(booklets, told):
        found[reason.booklet.pk] = f"{found.get(reason.booklet.pk, '')} {reason.sentence}".strip()
    return found


def told_of(booklets: list[Booklet], reasons: dict[int, str]) -> list[dict[str, str]]:
    return [
        {"number": booklet.number, "reason": reasons[booklet.pk]}
        for booklet in booklets
        if booklet.pk in reasons
    ]


def confirm(*, bulk: BulkHandOver, at: datetime) -> bool:
    """True the first time only."""
    waiting = BulkHandOver.objects.filter(pk=bulk.pk, status=BulkStatus.PREVIEW)
    return bool(waiting.update(status=BulkStatus.WAITING, confirmed_at=at))


def cancel(*, bulk: BulkHandOver, at: datetime) -> None:
    """What is handed over stays so; the rest is not."""
    stoppable = BulkHandOver.objects.filter(pk=bulk.pk, status__in=[BulkStatus.PREVIEW, *UNDER_WAY])
    stoppable.update(status=BulkStatus.CANCELLED, finished_at=at)


def apply_chunk(bulk_id: int, at: datetime) -> bool:
    """The next booklets; False when none is left. Two at once do different chunks: the row is locked first."""
    asked_by = BulkHandOver.objects.select_related("asked_by").get(pk=bulk_id).asked_by
    with acting(asked_by):
        rows = BulkHandOver.objects.select_for_update(of=("self",), no_key=True)
        bulk = rows.select_related("organization", "delivery_point").get(pk=bulk_id)
        if bulk.status not in UNDER_WAY:
            return False
        if not may(asked_by, Capability.HAND_OVER, bulk.organization):
            return _ended(bulk, BulkStatus.FAILED, at)
        numbers = bulk.booklets[bulk.done : bulk.done + CHUNK]
        _hand_over(bulk, numbers, asked_by)
        bulk.done += len(numbers)
        if bulk.done >= len(bulk.booklets):
            return _ended(bulk, BulkStatus.DONE, at)
        bulk.status = BulkStatus.RUNNING
        bulk.save(update_fields=["done", "status", "refused"])
        return True


def _hand_over(bulk: BulkHandOver, numbers: list[int], by: User) -> None:
    """Those that still may be; since the preview somebody else may have had one of them."""
    told = circumstances(
        bulk.delivery_point, bulk.public, bulk.situation, bulk.confirmed_at or bulk.created_at
    )
    held = locked(own(bulk.organization, numbers))
    reasons = reasons_of(held, told)
    bulk.refused += told_of(held, reasons)
    allowed = [booklet for booklet in held if booklet.pk not in reasons]
    if allowed:
        hand_over(
            booklets=allowed,
            by=by,
            at=told.at,
            delivery_point=told.delivery_point,
            public=told.public,
            situation=told.situation,
            one_each=True,
        )


def circumstances(
    delivery_point: DeliveryPoint | None, public: str, situation: str, at: datetime
) -> Circumstances:
    return Circumstances(at, delivery_point, public=public, situation=situation, one_each=True)


def _ended(bulk: BulkHandOver, status: str, at: datetime) -> bool:
    bulk.status, bulk.finished_at = status, at
    bulk.save(update_fields=["done", "status", "refused", "finished_at"])
    return False
