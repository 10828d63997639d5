"""All that the coupons' floor keeps, by subject."""

from coupons.models.banking import BankStatement, Transfer
from coupons.models.booklets import Booklet, Coupon, HandOver, Tries
from coupons.models.books import Checkpoint, Proof, RefundLine
from coupons.models.bulk import BulkHandOver
from coupons.models.campaigns import Campaign, DeliveryPoint, Zone
from coupons.models.funds import CooperationFund
from coupons.models.ledger import Account, Entry, Leg
from coupons.models.orders import Delivery, Order, Paper, Series
from coupons.models.payments import Payment, Redemption
from coupons.models.payouts import Attempt, BankDetails, Batch, Payout, SettledPayment
from coupons.models.printing import PrintedBooklet, PrintFile, PrintJob

__all__ = [
    "Account",
    "Attempt",
    "BankDetails",
    "BankStatement",
    "Batch",
    "Booklet",
    "BulkHandOver",
    "Campaign",
    "Checkpoint",
    "CooperationFund",
    "Coupon",
    "Delivery",
    "DeliveryPoint",
    "Entry",
    "HandOver",
    "Leg",
    "Order",
    "Paper",
    "Payment",
    "Payout",
    "PrintFile",
    "PrintJob",
    "PrintedBooklet",
    "Proof",
    "Redemption",
    "RefundLine",
    "Series",
    "SettledPayment",
    "Transfer",
    "Tries",
    "Zone",
]
