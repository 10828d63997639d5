"""Who may open the pages of the payouts."""

from django.views.decorators.http import require_http_methods

from directory.entry import for_members, for_staff
from directory.rights import Capability, StaffCapability

for_payees = for_members(Capability.SEE_MONEY)
for_bank_keepers = for_members(Capability.MANAGE_BANK)
for_books = for_staff(StaffCapability.SEE_BOOKS)
for_settlers = for_staff(StaffCapability.SETTLE)
# Accountants and approvers: they approve, verify, take the file to the bank.
for_approvers = for_staff(StaffCapability.APPROVE)
form_page = require_http_methods(["GET", "HEAD", "POST"])
