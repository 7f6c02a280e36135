"""查看记录: what was opened of residents' sealed data in one week, by whom and why, for the supervisor."""

from typing import Any

from backend.console.frame.journal_words import KINDS
from backend.console.frame.page import Staff, asked_number, asked_page, next_page_url, page, render
from backend.people import journal_queries
from backend.people import queries as people
from backend.people.permissions import Permission

PAGE = 100
MOST_WEEKS = 520


@page("/openings/weekly", guard=Permission.OPENING_REVIEW)
def openings_of_week(staff: Staff) -> Any:
    back = min(max(asked_number("back", 0), 0), MOST_WEEKS)
    week = journal_queries.week_of_openings(back, actor=staff)
    lines, following = asked_page(week.lines, PAGE)
    return render(
        "openings/week.html",
        week=week,
        back=back,
        lines=journal_queries.view_lines(lines),
        following=following and next_page_url(following),
        names=people.officer_names(set(week.by_person)),
        kinds=KINDS,
    )
