"""没有送达的微信消息: how many, why, which; never what they said nor to whom. There is nothing to do but know."""

from typing import Any

from flask import url_for

from backend.console.frame.page import Staff, asked_number, page, render
from backend.outbox import meanings, queries
from backend.outbox.templates import CATALOGUE

PAGE = 50


@page("/deliveries", guard="delivery:read")
def deliveries(staff: Staff) -> Any:
    """Every notice stands in its reader's inbox all the same, and is read there."""
    rows = queries.dead_letters(asked_number("before"), PAGE + 1)
    following = rows[PAGE - 1].notice_id if len(rows) > PAGE else None
    return render(
        "deliveries/page.html",
        reasons=_reasons(),
        rows=[(row, _title(row.template), meanings.of(row)) for row in rows[:PAGE]],
        following=following and url_for("console.deliveries", before=following),
    )


def _reasons() -> list[tuple[str, int]]:
    """Different codes may mean the same to a reader."""
    counted: dict[str, int] = {}
    for row in queries.lost_by_reason():
        sentence = meanings.of(row)
        counted[sentence] = counted.get(sentence, 0) + row.number
    return list(counted.items())


def _title(template: str) -> str:
    known = CATALOGUE.get(template)
    return known.title if known else template
