"""One story from the first line on the map to a cheque in somebody's hand, each person at their own screen.

A sponsor draws a territory and orders; the accountant sees the money come in; the operator prints and sends; the
sponsor hands a booklet over; whoever holds a cheque of that very paper sees what it is worth for a year.
"""

from pathlib import Path

import pytest
from django.utils import timezone
from django.utils.formats import date_format
from playwright.sync_api import expect

from coupons.validity import last_day
from directory.models import Organization, Venue
from tests.browser.conftest import OpenPage, SignIn
from tests.browser.road import (
    DESK,
    PHONE,
    a_sponsor,
    check,
    compose,
    funded,
    handed_over,
    member,
    ordered,
    printed_and_sent,
    staff,
)
from tests.directory.label.conftest import private_files

__all__ = ["private_files"]  # a fixture of every test
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def sponsor(creuse: list[Venue]) -> Organization:
    return a_sponsor()


def test_from_the_map_to_my_cheque(
    open_page: OpenPage, sign_in: SignIn, sponsor: Organization, tmp_path: Path
) -> None:
    page = open_page(viewport=DESK)
    sign_in(page, member(sponsor, "sponsor-manager"))
    compose(page, sponsor)
    order = ordered(page, sponsor)
    bank = open_page(viewport=DESK)
    sign_in(bank, staff("accountant"))
    funded(bank, order)
    page.reload()
    expect(page.get_by_text("Votre virement est reçu")).to_be_visible()
    codes = printed_and_sent(open_page, sign_in, order, tmp_path)
    phone = open_page(viewport=PHONE)
    sign_in(phone, member(sponsor, "sponsor-distributor"))
    holder = open_page(viewport=PHONE)
    check(holder, codes[0])
    expect(holder.get_by_role("heading", name="Vous pouvez l'utiliser")).to_have_count(0)
    handed_over(phone, sponsor, order)
    check(holder, codes[0])
    expect(holder.get_by_role("heading", name="Vous pouvez l'utiliser")).to_be_visible()
    expect(holder.get_by_text(date_format(last_day(timezone.localdate(), 12)))).to_be_visible()
    expect(holder.get_by_text("Dans ce territoire : Autour de Guéret.")).to_be_visible()
    assert codes[0].replace(" ", "") not in holder.url
