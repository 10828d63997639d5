"""Entitlements and money: campaigns, orders, booklets, coupons, payments, the ledger. The top floor.

Empty as yet. import-linter already guards it: it may import `directory` and `geodata`, neither may import it.
"""
