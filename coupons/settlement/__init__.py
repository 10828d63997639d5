"""The room of what is paid out: statements, bank details, batches, and what the bank answers."""
