"""Wishes as they stood when a period ended: a register that was printed says the same for ever.

What happened when is in the journal, which is never changed; whose claim stood is in the claims. What a wish says today of
later days is left out.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import SimpleNamespace
from typing import Any

import sqlalchemy as sa

from backend.db import session
from backend.former_names import Named, name_at
from backend.journal import JournalLine
from backend.people.models import PartyRegistration, Team
from backend.wishes.kinds import WishState
from backend.wishes.models import STOOD_TO_THE_END, Claim

_line = JournalLine.__table__.c
# Somebody holds it, or held it to its end.
_HELD = (WishState.CLAIMED, WishState.FULFILLED, WishState.CONFIRMED, WishState.CLOSED_UNCONFIRMED)
_BROUGHT = (WishState.FULFILLED, WishState.CONFIRMED, WishState.CLOSED_UNCONFIRMED)
_REVIEWS = frozenset({"accept", "send_back", "decline", "refer", "merge", "explain"})
_PUBLICATIONS = frozenset({"publish", "republish"})
_CLAIM = ("person_id", "party", "claimed_at", "promised_on", "unit_id", "team_name")


def first_submitted(wish_id: Any) -> Any:
    """When it was handed in for the first time: a column, empty where the journal does not know."""
    told = (_line.subject_kind == "wish", _line.subject_id == wish_id)
    submitted = sa.select(sa.func.min(_line.at)).where(*told, _line.to_state == WishState.SUBMITTED)
    return submitted.scalar_subquery()


def moved_between(wish_id: Any, since: datetime, until: datetime) -> sa.ColumnElement[bool]:
    """Did its state change in these days?"""
    told = (_line.subject_kind == "wish", _line.subject_id == wish_id, _line.to_state.is_not(None))
    return sa.exists().where(*told, _line.at >= since, _line.at < until)


@dataclass
class History:
    """What the journal tells of one wish up to a moment."""

    state: str | None = None
    reviewer_id: int | None = None
    review_reason: str | None = None
    published_at: datetime | None = None
    fulfilled_at: datetime | None = None
    carried: int = 0

    def add(self, line: Any) -> None:
        """The next line, in the order in which they were written."""
        self.state = line.to_state
        if line.verb in _REVIEWS:
            self.review_reason = line.reason
            # The street's explanation is no review: who accepted it stays who accepted it.
            self.reviewer_id = self.reviewer_id if line.verb == "explain" else line.actor_id
        elif line.verb in _PUBLICATIONS:
            self.published_at = line.at
        elif line.verb == "fulfil":
            self.fulfilled_at = line.at
        elif line.verb == "carry_over":
            self.carried += 1


def as_they_stood(rows: Sequence[Any]) -> Iterable[Any]:
    """The rows of the register with what was so at their `until`; in two statements, however many."""
    if not rows:
        return []
    ids, until = [row.id for row in rows], rows[0].until
    histories, claims = _histories(ids, until), _claims(ids, until)
    return [_stood(row, histories.get(row.id), claims.get(row.id)) for row in rows]


def _histories(ids: list[int], until: datetime) -> dict[int, History]:
    wanted = sa.select(
        _line.subject_id, _line.verb, _line.to_state, _line.actor_id, _line.reason, _line.at
    ).where(
        _line.subject_kind == "wish", _line.subject_id.in_(ids), _line.to_state.is_not(None), _line.at < until
    )
    told: dict[int, History] = {}
    for line in session.execute(wanted.order_by(_line.subject_id, _line.id)):
        told.setdefault(line.subject_id, History()).add(line)
    return told


def _claims(ids: list[int], until: datetime) -> dict[int, Any]:
    """Of each wish the claim that stood at that moment, or had stood to its end."""
    present = sa.func.coalesce(Claim.unit_id, Claim.member_unit_id, PartyRegistration.unit_id)
    wanted = (
        sa.select(
            Claim.wish_id,
            Claim.person_id,
            Claim.party,
            Claim.claimed_at,
            Claim.promised_on,
            present.label("unit_id"),
            name_at(Named.TEAM, Team.id, Claim.claimed_at, Team.name).label("team_name"),
        )
        .select_from(Claim)
        .outerjoin(Team, Team.id == Claim.team_id)
        .outerjoin(PartyRegistration, PartyRegistration.person_id == Claim.person_id)
        .where(
            Claim.wish_id.in_(ids),
            Claim.claimed_at < until,
            sa.or_(Claim.ended_at.is_(None), Claim.ended_at >= until, Claim.outcome.in_(STOOD_TO_THE_END)),
        )
    )
    return {row.wish_id: row for row in session.execute(wanted.order_by(Claim.wish_id, Claim.id))}


def _stood(row: Any, history: History | None, claim: Any) -> Any:
    told = dict(row._mapping)
    if history is not None:
        confirmed = history.state == WishState.CONFIRMED
        told |= {
            "state": history.state,
            "reviewer_id": history.reviewer_id,
            "review_reason": history.review_reason,
            "published_at": history.published_at,
            "fulfilled_at": history.fulfilled_at if history.state in _BROUGHT else None,
            "carried": history.carried,
            "referred_to": row.referred_to if history.state == WishState.REFERRED else None,
        }
        if not confirmed:
            told |= dict.fromkeys(("confirm_method", "satisfaction", "solved"))
    stands = claim is not None and told["state"] in _HELD
    told |= {name: getattr(claim, name) if stands else None for name in _CLAIM}
    return SimpleNamespace(**told)
