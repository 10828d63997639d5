"""Sheets of coupons: printed by the worker, fetched once by the operator, delivered to the sponsor."""
