"""The table of who gets what at every address: one module a room, each with `LINES` (and `ARGUMENTS`)."""
