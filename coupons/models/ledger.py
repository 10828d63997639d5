"""The books: double entry, append-only. Only `coupons/ledger.py` writes here; triggers of migration 0002 watch."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from coupons.choices import AccountKind, EntryKind
from coupons.models.campaigns import Campaign
from coupons.models.funds import CooperationFund
from coupons.models.orders import Order
from coupons.querysets import AccountQuerySet
from directory.models import Organization, User


class Account(models.Model):
    """What one kind of money is, for one order, campaign or organisation."""

    kind = models.CharField(_("nature"), max_length=20, choices=AccountKind.choices)
    order = models.ForeignKey(Order, models.PROTECT, null=True, blank=True, related_name="accounts")
    campaign = models.ForeignKey(Campaign, models.PROTECT, null=True, blank=True, related_name="accounts")
    organization = models.ForeignKey(
        Organization, models.PROTECT, null=True, blank=True, related_name="accounts"
    )
    fund = models.ForeignKey(CooperationFund, models.PROTECT, null=True, blank=True, related_name="accounts")

    objects = AccountQuerySet.as_manager()

    class Meta:
        verbose_name = _("compte du grand livre")
        verbose_name_plural = _("comptes du grand livre")
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "order", "campaign", "organization", "fund"],
                nulls_distinct=False,
                name="account_once",
            ),
            models.CheckConstraint(
                condition=(
                    Q(
                        kind__in=["bank", "unmatched", "revenue", "vat"],
                        order=None,
                        campaign=None,
                        organization=None,
                        fund=None,
                    )
                    | Q(
                        kind="sponsor_deposit",
                        order__isnull=False,
                        campaign=None,
                        organization=None,
                        fund=None,
                    )
                    | Q(
                        kind__in=["outstanding", "contribution", "sponsor_refundable"],
                        order=None,
                        campaign__isnull=False,
                        organization=None,
                        fund=None,
                    )
                    | Q(
                        kind="provider_payable",
                        order=None,
                        campaign=None,
                        organization__isnull=False,
                        fund=None,
                    )
                    | Q(kind="fund_payable", order=None, campaign=None, organization=None, fund__isnull=False)
                ),
                name="account_has_its_owner",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.order or self.campaign or self.organization or self.fund or '—'}"


class Entry(models.Model):
    """An event of the books. `key` names what it records, so that it cannot be recorded twice."""

    kind = models.CharField(_("nature"), max_length=20, choices=EntryKind.choices)
    key = models.CharField(_("pièce"), max_length=80, unique=True)
    at = models.DateTimeField(_("instant"))
    on = models.DateField(_("date comptable"))
    by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    note = models.CharField(_("libellé"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("écriture")
        verbose_name_plural = _("écritures")
        ordering = ["pk"]
        indexes = [models.Index(fields=["on", "id"], name="entry_of_a_day")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.key}"


class Leg(models.Model):
    """A line of an entry: debit when positive, credit when negative. The legs of an entry sum to zero."""

    entry = models.ForeignKey(Entry, models.PROTECT, related_name="legs", verbose_name=_("écriture"))
    account = models.ForeignKey(
        Account, models.PROTECT, db_index=False, related_name="legs", verbose_name=_("compte")
    )
    amount_cents = models.BigIntegerField(_("montant, en centimes"))

    class Meta:
        verbose_name = _("ligne d'écriture")
        verbose_name_plural = _("lignes d'écriture")
        constraints = [
            models.UniqueConstraint(fields=["entry", "account"], name="leg_once_per_account"),
            models.CheckConstraint(condition=~Q(amount_cents=0), name="leg_of_something"),
        ]
        # What a checkpoint leaves to be added is read from here alone.
        indexes = [models.Index(fields=["account", "id"], include=["amount_cents"], name="leg_of_account")]

    def __str__(self) -> str:
        return f"{self.account} {self.amount_cents}"
