"""Entitlements and money: campaigns, orders, booklets, coupons, the ledger. The top floor.

It may import `directory` and `geodata`; neither may import it.
"""
