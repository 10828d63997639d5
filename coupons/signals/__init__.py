"""What looks odd among payments: found set-wise, explained with its numbers, decided by staff."""
