"""What happened to a wish, as each viewer may read it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from backend.db import session
from backend.journal import Actor, JournalLine
from backend.moves import names
from backend.people import permissions
from backend.people import queries as people
from backend.people.models import Person
from backend.people.permissions import Permission
from backend.wishes import states, wisher_names
from backend.wishes.labels import JOURNAL_VERBS
from backend.wishes.models import OWN_PEOPLE, facts_of, reporting_in
from backend.wishes.wish_rows import named

# What a step may be: the moves, and what changes a wish and not its state.
_ALSO_TOLD = ("redact", "show_less", "reopen")
STEPS = (*names(states.WISH_MOVES), *JOURNAL_VERBS["wish"])


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


def timeline(wish: Any, *, actor: Actor) -> list[WishStep]:
    """What happened to the wish, in one statement, and at most three more for staff. Reasons are for its own people and its
    community's staff; its claimer is told why it is not done yet, and their own, but not why somebody acted for the
    wisher."""
    given = {"wish": wish.id, "place": wish.place_id, **permissions.bind_viewer(actor.id)}
    rows = session.execute(_TIMELINE, given).all()
    words = permissions.parse_roles(rows[0].roles) if rows else frozenset()
    staff = Permission.WISH_READ in words
    facts = facts_of(wish, actor.id, False, reporting_in([wish], actor.id))
    own = bool(facts & OWN_PEOPLE)
    by_whom = staff or own or "claimer" in facts

    def concerns(line: JournalLine) -> bool:
        claimers = by_whom and (line.verb == states.DISPUTE.name or line.actor_id == actor.id)
        return staff or ((own or claimers) and not _kept_back(line))

    # Colleagues are no secret to each other; whoever else reads it is shown a mask.
    acted = {row.JournalLine.actor_id for row in rows if row.JournalLine.actor_id}
    names = people.officer_names(acted) if staff else {}
    claimers = {row.JournalLine.actor_id for row in rows if row.JournalLine.verb == states.CLAIM.name}
    names |= wisher_names.of_claimers(claimers, words)
    if wish.wisher_id in acted:
        names |= wisher_names.of_wish(wish, words)
    return [
        _line(row.JournalLine, row.name, names, by_whom, concerns(row.JournalLine))
        for row in rows
        if row.JournalLine.from_state or row.JournalLine.to_state or row.JournalLine.verb in _ALSO_TOLD
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
_LABELS = {move.name: move.label for move in states.WISH_MOVES} | {
    verb: JOURNAL_VERBS["wish"][verb] for verb in _ALSO_TOLD
}


def _line(
    line: JournalLine, name: str | None, officers: dict[int | None, str], by_whom: bool, why: bool
) -> WishStep:
    by_name = "系统"
    if line.actor_id:
        by_name = officers.get(line.actor_id) or people.masked_name(line.actor_id, name)
    return WishStep(
        at=line.at,
        move=line.verb,
        label=_LABELS.get(line.verb, "填写"),
        from_state=line.from_state,
        to_state=line.to_state,
        by_name=by_name if by_whom else None,
        reason=line.reason if why else None,
    )


def _kept_back(line: JournalLine) -> bool:
    """Words that nobody has looked at yet are for staff alone."""
    return bool(line.facts and line.facts.get("kept_back"))
