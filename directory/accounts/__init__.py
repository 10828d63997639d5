"""Accounts: signing up and in, the second factor, organisations, their members and their access tokens."""
