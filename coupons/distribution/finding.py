"""From what is written on a cover, or read from it, to the booklet."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from coupons.booklet_numbers import read_number
from coupons.codes import NotACode, read_code
from coupons.models import Booklet
from coupons.querysets import BookletQuerySet
from directory.accounts.refusals import Refused
from directory.models import Organization

LARGEST = 2**63 - 1


class SecretTyped(Refused):
    """The code of a coupon instead of the number of its booklet: it must not be shown, nor kept."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "C'est le code d'un chèque : il reste secret. "
                "Scannez la couverture du carnet, ou écrivez son numéro, qui commence par CN."
            )
        )


def find(organization: Organization, typed: str) -> Booklet:
    """A booklet of the organisation's, by its number. Raises Refused: another's is as unknown as none."""
    number = number_of(typed)
    found = own(organization).filter(pk=number).first()
    if found is None:
        raise Refused(_("Aucun de vos carnets n'a ce numéro. Vérifiez-le sur la couverture."))
    return found


def number_of(typed: str) -> int:
    """The identifier that is written. Raises Refused."""
    number = read_number(typed)
    if number is not None and number <= LARGEST:
        return number
    if is_code(typed):
        raise SecretTyped
    raise Refused(
        _(
            "Ce numéro n'est pas complet ou contient une erreur. Il est sur la couverture : CN et dix chiffres."
        )
    )


def is_code(typed: str) -> bool:
    """Also at the end of the address that a cheque's QR code holds."""
    try:
        return bool(read_code(typed.rpartition("#")[2]))
    except NotACode:
        return False


def own(organization: Organization, numbers: Iterable[int] | None = None) -> BookletQuerySet:
    """The organisation's booklets with their terms at hand."""
    rows = Booklet.objects.filter(order__campaign__organization=organization).order_by("pk")
    rows = rows.select_related("order__campaign__organization", "delivery_point")
    return rows if numbers is None else rows.filter(pk__in=list(numbers))
