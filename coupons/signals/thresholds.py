"""From where on something is shown to staff, and why there. A signal accuses nobody: it asks somebody to look."""

from datetime import timedelta
from decimal import Decimal

# One cheque every three seconds, payment after payment: a scanner can, a counter where people are spoken to cannot.
# In one payment there may be many (a group's workshop), scanned long before they are confirmed: two at least.
BURST_COUPONS = 20
BURST_PAYMENTS = 2
BURST_WINDOW = timedelta(minutes=1)

# From door to door, faster than any train of France with the ways to and from its stations. Not below 30 km: a clock
# a minute late makes any two neighbours far apart. Nor after half a day: then a plane explains it.
TRAVEL_KM_H = Decimal(150)
TRAVEL_KM = Decimal(30)
TRAVEL_WITHIN = timedelta(hours=12)

# One person may pay a training with a whole booklet; two whole booklets within a quarter of an hour each, at one
# counter on one day, are rarely two such persons. Booklets of fewer cheques are soon whole by chance.
BOOKLETS = 2
BOOKLET_COUPONS = 5
BOOKLET_WITHIN = timedelta(minutes=15)

# In an hour. Codes that their own check sign betrays are not counted: these exist nowhere. Where the door shuts
# for an account or an address (coupons/guessing.py); for all accounts of an address, a room of people is allowed for.
WRONG_CODES = 10
WRONG_CODES_OF_ACCOUNTS = 30

# Five times the median of its département and kind in a month: receipts of venues are spread, rarely that far. With
# fewer than five to compare, a median says little; below 1,000 € there is little to win.
ABOVE_TIMES = Decimal(5)
ABOVE_PROVIDERS = 5
ABOVE_CENTS = 100_000

# Payments of a signal that are kept beside it.
MOST_PAYMENTS = 200
