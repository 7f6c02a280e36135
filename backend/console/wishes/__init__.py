"""Console pages about wishes: review, lists, calls, rounds, wishes on somebody's behalf."""

from backend.console.frame.menu import Entry
from backend.people.permissions import Permission

MENU = (
    Entry("微心愿", "审核心愿", "console.review", (Permission.WISH_REVIEW,)),
    Entry("微心愿", "心愿", "console.wishes", (Permission.WISH_READ,)),
    Entry("微心愿", "常用答复", "console.answers_of_places", (Permission.WISH_REVIEW,)),
    Entry(
        "微心愿",
        "各期",
        "console.rounds",
        (Permission.WISH_READ, Permission.ROUND_OPEN, Permission.ROUND_OPEN_EVERYWHERE),
    ),
    Entry("微心愿", "大厅屏幕", "console.screens", (Permission.WISH_READ,)),
)

# What the journal calls by a kind, the page that shows it, and what that page calls the id.
THINGS = (("wish", "wish", "wish_id"), ("round", "rounds", ""))
