"""All that the coupons' floor keeps, by subject."""

from coupons.models.acceptance import Acceptance
from coupons.models.banking import BankStatement, Transfer
from coupons.models.booklets import Booklet, Coupon, HandOver, Tries
from coupons.models.books import Checkpoint, Proof, RefundLine
from coupons.models.bulk import BulkHandOver
from coupons.models.campaigns import Campaign, DeliveryPoint, Zone
from coupons.models.funds import CooperationFund
from coupons.models.holds import PayeeHold
from coupons.models.ledger import Account, Entry, Leg
from coupons.models.orders import Delivery, Order, Paper, Series
from coupons.models.payments import Payment, Redemption
from coupons.models.payouts import (
    Attempt,
    BankAnswer,
    BankDetails,
    Batch,
    BatchDownload,
    Payout,
    SettledPayment,
)
from coupons.models.printing import PrintedBooklet, PrintFile, PrintJob
from coupons.models.ratings import Rating
from coupons.models.reporting import (
    Flow,
    HandedOut,
    Movement,
    Origin,
    ReportRun,
    Started,
    Unreported,
    UsedOfDay,
    UsedOfMonth,
)
from coupons.models.signals import Signal, SignalPayment, Watch
from coupons.models.webhooks import WebhookDelivery, WebhookEndpoint, WebhookEvent, WebhookTry

__all__ = [
    "Acceptance",
    "Account",
    "Attempt",
    "BankAnswer",
    "BankDetails",
    "BankStatement",
    "Batch",
    "BatchDownload",
    "Booklet",
    "BulkHandOver",
    "Campaign",
    "Checkpoint",
    "CooperationFund",
    "Coupon",
    "Delivery",
    "DeliveryPoint",
    "Entry",
    "Flow",
    "HandOver",
    "HandedOut",
    "Leg",
    "Movement",
    "Order",
    "Origin",
    "Paper",
    "PayeeHold",
    "Payment",
    "Payout",
    "PrintFile",
    "PrintJob",
    "PrintedBooklet",
    "Proof",
    "Rating",
    "Redemption",
    "RefundLine",
    "ReportRun",
    "Series",
    "SettledPayment",
    "Signal",
    "SignalPayment",
    "Started",
    "Transfer",
    "Tries",
    "Unreported",
    "UsedOfDay",
    "UsedOfMonth",
    "Watch",
    "WebhookDelivery",
    "WebhookEndpoint",
    "WebhookEvent",
    "WebhookTry",
    "Zone",
]
