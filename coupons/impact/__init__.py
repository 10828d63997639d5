"""What coupons are for, in figures that anybody may read."""
