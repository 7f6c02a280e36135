"""没有送达的微信消息: how many, why, which; never what they said nor to whom. There is nothing to do but know."""

from typing import Any

from flask import url_for

from backend.console.frame.page import Staff, asked_page, page, render
from backend.outbox import meanings, queries
from backend.outbox.templates import CATALOGUE
from backend.paging import by_id
from backend.people.permissions import Permission

PAGE = 50


@page("/deliveries", guard=Permission.DELIVERY_READ)
def deliveries(staff: Staff) -> Any:
    """Every notice stands in its reader's inbox all the same, and is read there."""
    rows, following = asked_page(by_id(queries.dead_letters, "notice_id"), PAGE)
    return render(
        "deliveries/page.html",
        reasons=_reasons(),
        rows=[(row, _title(row.template), meanings.of(row)) for row in rows],
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
