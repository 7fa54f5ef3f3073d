"""Coupon codes: what a sale brings back from where no link can be clicked."""
