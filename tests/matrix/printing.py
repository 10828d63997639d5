"""The printer's room and deliveries: the platform's pages, and a sponsor's own parcels."""

from datetime import date

from coupons import ledger
from coupons.choices import AccountKind, EntryKind, OrderStatus, PrintReason, PrintStatus
from coupons.models import Booklet, Delivery, Order, PrintFile, PrintJob
from coupons.printing import jobs
from tests.matrix.lines import Line, line
from tests.matrix.orders import quote
from tests.matrix.world import AT, World


def order(world: World) -> Order:
    """Paid for."""
    made = quote(world)
    made.status, made.ordered_at, made.terms_version = OrderStatus.ORDERED, AT, "essai"
    made.hand_over_by = date(2028, 1, 1)
    made.save()
    legs = {
        ledger.account(AccountKind.BANK): made.due_cents,
        ledger.account(AccountKind.SPONSOR_DEPOSIT, order=made): -made.due_cents,
    }
    ledger.post(EntryKind.TRANSFER, key=f"paid:{made.number}", legs=legs, at=AT, by=None)
    made.status = OrderStatus.FUNDED
    made.save()
    return made


def job(world: World, status: str = PrintStatus.WAITING) -> PrintJob:
    asked = jobs.request(order=order(world), reason=PrintReason.FIRST, by=world.users["operator"], at=AT)
    PrintJob.objects.filter(pk=asked.pk).update(status=status)
    return asked


def file(world: World) -> int:
    made = job(world, PrintStatus.DONE)
    booklet = Booklet.objects.create(order=made.order, position=1)
    return PrintFile.objects.create(
        job=made,
        number=1,
        first_booklet=booklet,
        last_booklet=booklet,
        coupons=10,
        size=4,
        sha256=b"",
        stored_as=str(made.pk),
    ).pk


def delivery(world: World) -> int:
    made = order(world)
    made.status = OrderStatus.PRINTED
    made.save()
    return Delivery.objects.get(order=made).pk


ARGUMENTS = {
    "job_id": lambda world: job(world).pk,
    "file_id": file,
    "delivery_id": delivery,
}

# anonymous member agent manager foreign viewer reviewer administrator sponsor distributor operator accountant
NEVER = " ".join(["405"] * 12)
SEEN = "L 403 403 403 403 403 403 200 403 403 200 200"
OPERATED = "L 403 403 403 403 403 403 403 403 403 302 403"
PRINTED = "L 403 403 403 403 403 403 403 403 403 200 403"
HANDED = "L 404 403 403 404 403 404 404 200 200 404 404"
HANDED_ON = "L 404 403 403 404 403 404 404 302 302 404 404"
PAID = {"order_id": lambda world: order(world).pk}

PAGES = {
    "desk": line(SEEN, NEVER),
    "request": line(NEVER, OPERATED, arguments=PAID),
    "job": line(SEEN, NEVER),
    "cancel": line(NEVER, OPERATED),
    # refused in words: it is not stopped
    "resume": line(NEVER, OPERATED),
    "manifest": line(SEEN, NEVER, arguments={"kind": "csv"}),
    # refused in words: it is not there
    "file": line(PRINTED, PRINTED.replace("200", "409")),
    # refused in words: it waits to be fetched
    "reprint": line(NEVER, OPERATED),
    "deliveries": line(SEEN, NEVER),
    "order_deliveries": line(SEEN, NEVER, arguments=PAID),
    "slip": line(SEEN, NEVER),
    "send": line(NEVER, OPERATED),
    # refused in words: it was not sent
    "receive": line(NEVER, OPERATED),
    "own_deliveries": line(HANDED, NEVER),
    "own_receive": line(NEVER, HANDED_ON),
}
LINES: dict[str, Line] = {f"printing:{name}": found for name, found in PAGES.items()}
