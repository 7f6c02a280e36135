"""A person's points as staff see them: what is available, what ends when, every movement."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from backend.console.frame.page import Staff, asked_page, bp, page, render
from backend.ledger import queries, trail
from backend.organisations import queries as places
from backend.paging import by_id
from backend.people import residents
from backend.people.permissions import Permission
from backend.points import statement as statements
from backend.points.labels import HELD, TRANSFERS

PAGE = 50


@bp.app_template_filter("movement")
def movement(told: Sequence[str | None]) -> str:
    """What a movement is called: a hold by what became of it, for what is spent is not set aside any more."""
    kind, hold_state = told
    return HELD.get(hold_state or "", TRANSFERS.get(kind or "", kind or ""))


@page("/people/<id:person_id>/points", guard=Permission.POINTS_READ)
def statement(staff: Staff, person_id: int) -> Any:
    """积分流水. Staff of the person's own place; nothing is compared with anybody else's."""
    person, home = residents.resident(staff, person_id, Permission.POINTS_READ)
    rows, following = asked_page(by_id(partial(statements.statement, person_id)), PAGE)
    return render(
        "points/statement.html",
        person=residents.view_resident(staff, person, home, Permission.POINTS_READ),
        community=places.names({home.community_id})[home.community_id],
        balance=queries.balance(person_id),
        rows=rows,
        holds=trail.hold_states([row.id for row in rows if row.kind == "hold"]),
        following=following,
    )
