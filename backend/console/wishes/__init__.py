"""Console pages about wishes: review, lists, calls, rounds, wishes on somebody's behalf."""

from backend.console.frame.menu import Entry

MENU = (
    Entry("微心愿", "审核心愿", "console.review", ("wish:review",)),
    Entry("微心愿", "心愿", "console.wishes", ("wish:read",)),
    Entry("微心愿", "各期", "console.rounds", ("wish:read", "round:open", "round:open_everywhere")),
)
