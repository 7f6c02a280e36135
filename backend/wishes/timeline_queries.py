"""What happened to a wish, as each viewer may read it."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from backend.db import session
from backend.journal import Actor, JournalLine
from backend.people import permissions
from backend.people import queries as people
from backend.people.models import Person
from backend.people.permissions import Permission
from backend.wishes import states
from backend.wishes.models import OWN_PEOPLE, Wish, facts_of, reporting_in
from backend.wishes.queries import named


@dataclass(frozen=True)
class WishStep:
    """One step in the course of a wish; by whom and why only for whom that concerns."""

    at: datetime
    move: str
    label: str
    from_state: str | None
    to_state: str | None
    by_name: str | None
    reason: str | None


def timeline(wish: Wish, *, actor: Actor) -> list[WishStep]:
    """What happened to the wish, in one statement. Reasons are for its own people and its community's staff."""
    given = {"wish": wish.id, "place": wish.place_id, **permissions.bind_viewer(actor.id)}
    rows = session.execute(_TIMELINE, given).all()
    staff = bool(rows) and Permission.WISH_READ in permissions.parse_roles(rows[0].roles)
    facts = facts_of(wish, actor.id, False, reporting_in([wish], actor.id))
    inside = staff or bool(facts & OWN_PEOPLE or "claimer" in facts)
    return [
        _line(row.JournalLine, row.name, inside, staff)
        for row in rows
        if row.JournalLine.from_state or row.JournalLine.to_state
    ]


_TIMELINE = (
    sa.select(
        JournalLine,
        named(Person.real_name_sealed, Person.id, JournalLine.actor_id).label("name"),
        permissions.roles_subquery(sa.bindparam("place", type_=sa.BigInteger)).label("roles"),
    )
    .where(
        JournalLine.subject_kind == sa.literal_column("'wish'"),
        JournalLine.subject_id == sa.bindparam("wish"),
    )
    .order_by(JournalLine.id)
)
_LABELS = {move.name: move.label for move in states.WISH_MOVES}


def _line(line: JournalLine, name: str | None, inside: bool, staff: bool) -> WishStep:
    by_name = people.masked_name(line.actor_id, name) if line.actor_id else "系统"
    return WishStep(
        at=line.at,
        move=line.verb,
        label=_LABELS.get(line.verb, "填写"),
        from_state=line.from_state,
        to_state=line.to_state,
        by_name=by_name if inside else None,
        reason=_reason(line, inside, staff),
    )


def _reason(line: JournalLine, inside: bool, staff: bool) -> str | None:
    """Words that nobody has looked at yet are for staff alone."""
    kept_back = bool(line.facts and line.facts.get("kept_back"))
    return line.reason if inside and (staff or not kept_back) else None
