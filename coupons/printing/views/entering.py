"""Who opens the printer's pages: those who see orders look, operators act."""

from directory.entry import for_staff
from directory.rights import StaffCapability

for_those_who_see = for_staff(StaffCapability.SEE_ORDERS)
for_operators = for_staff(StaffCapability.PRINT)
