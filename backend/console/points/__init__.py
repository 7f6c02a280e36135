"""Console pages about points: adjustments, rules, statements, what is still to be redeemed."""

from backend.console.frame.menu import Entry

MENU = (Entry("积分超市", "积分", "console.points", ("points:read", "points:liability", "rule:change")),)
