"""Console pages about points: adjustments, rules, statements, what is still to be redeemed."""

from backend.console.frame.menu import Entry
from backend.people.permissions import Permission

MENU = (
    Entry(
        "积分超市",
        "积分",
        "console.points",
        (Permission.POINTS_READ, Permission.POINTS_LIABILITY, Permission.RULE_CHANGE),
    ),
)

# What the journal calls by a kind, the page that shows it, and what that page calls the id.
THINGS = (
    ("adjustment", "adjustment", "adjustment_id"),
    ("transfer", "transfer", "transfer_id"),
    ("earning_rule", "rules", ""),
    ("person", "statement", "person_id"),
)
