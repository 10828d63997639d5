"""Territorial funds: opened with one territory, renamed, and what each received and was paid.

A payment gives to the fund of the smallest territory around the place of service; the country's takes what is left.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from coupons import ledger
from coupons.choices import AccountKind
from coupons.models import Account, CooperationFund, Payout
from directory.accounts.refusals import Refused
from directory.audit import acting
from directory.models import User
from geodata.models import Area


def create(*, name: str, area: Area, by: User, at: datetime) -> CooperationFund:
    """Raises Refused for a territory that has its fund. Payments already made stay with the fund they went to."""
    if area.level == Area.Level.CUSTOM:
        raise Refused(
            _("Un fonds a un territoire officiel : choisissez une commune, un département, une région…")
        )
    try:
        with acting(by):
            fund = CooperationFund.objects.create(name=name.strip(), area=area, created_at=at)
            account_of(fund)
    except IntegrityError as error:
        words = {"area": area.name}
        raise Refused(
            _("%(area)s a déjà son fonds. Renommez-le, ou choisissez un autre territoire.") % words
        ) from error
    return fund


def rename(*, fund: CooperationFund, name: str, by: User) -> CooperationFund:
    with acting(by):
        fund.name = name.strip()
        fund.save(update_fields=["name"])
    return fund


def account_of(fund: CooperationFund) -> Account:
    return ledger.account(AccountKind.FUND_PAYABLE, fund=fund)


@dataclass(frozen=True)
class Standing:
    """In cents."""

    fund: CooperationFund
    paid: int
    due: int

    @property
    def received(self) -> int:
        return self.paid + self.due


# From checkpoints and statements: the same few rows whatever was paid in.
STANDINGS = """
SELECT fund.id, coalesce(-coupons_balance(account.id), 0),
       (SELECT coalesce(sum(amount_cents), 0)::bigint FROM coupons_payout
        WHERE account_id = account.id AND paid_id IS NOT NULL)
FROM coupons_cooperationfund fund
LEFT JOIN coupons_account account ON account.fund_id = fund.id AND account.kind = 'fund_payable'
"""


def standings() -> list[Standing]:
    """Of every fund: the country's first, then by name."""
    with connection.cursor() as cursor:
        cursor.execute(STANDINGS)
        sums = {fund: (due, paid) for fund, due, paid in cursor.fetchall()}
    rows = CooperationFund.objects.select_related("area").defer("area__geom")
    found = [Standing(row, sums[row.pk][1], sums[row.pk][0]) for row in rows if row.pk in sums]
    return sorted(
        found, key=lambda one: (one.fund.area_id is not None, one.fund.name.casefold(), one.fund.pk)
    )


# What each campaign brought in a month: payments that stand.
BY_CAMPAIGN = """
SELECT date_trunc('month', payment."on")::date AS month, campaign.name, sponsor.name,
       count(*), sum(redemption.contribution_cents)::bigint
FROM coupons_redemption redemption JOIN coupons_payment payment ON payment.id = redemption.payment_id
JOIN coupons_coupon coupon ON coupon.id = redemption.coupon_id
JOIN coupons_booklet booklet ON booklet.id = coupon.booklet_id
JOIN coupons_order made ON made.id = booklet.order_id
JOIN coupons_campaign campaign ON campaign.id = made.campaign_id
JOIN directory_organization sponsor ON sponsor.id = campaign.organization_id
WHERE redemption.fund_id = %s AND redemption.standing AND payment."on" >= %s AND payment."on" < %s
GROUP BY 1, campaign.id, sponsor.id ORDER BY 1 DESC, 2, campaign.id
"""


@dataclass(frozen=True)
class Share:
    month: date
    campaign: str
    sponsor: str
    coupons: int
    cents: int


def statement(fund: CooperationFund, year: int) -> list[Share]:
    """Of a year, by month and campaign, the latest first."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = '60s'")
        cursor.execute(BY_CAMPAIGN, [fund.pk, date(year, 1, 1), date(year + 1, 1, 1)])
        return [Share(*row) for row in cursor.fetchall()]


def payouts(fund: CooperationFund) -> Any:
    return Payout.objects.filter(account__fund=fund).select_related("paid").order_by("-pk")
