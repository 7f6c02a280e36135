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
