"""The demonstration's sponsor: a campaign along the Rhône, booklets ordered, paid for, printed, delivered, given."""
