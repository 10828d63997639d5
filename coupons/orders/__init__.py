"""Quotes, orders, their papers, and the money that funds them."""
