"""Adjustments are proposed, approved, rejected; earning rules get new versions."""

from datetime import date
from typing import Any

import sqlalchemy as sa

from backend import clock, journal
from backend.crypto import without_numbers
from backend.db import lock_row, session
from backend.errors import NotAllowed, NotFound, Refused
from backend.journal import Actor
from backend.ledger import actions as ledger
from backend.ledger import rules
from backend.ledger.rules import EVENTS, EarningRule
from backend.lifecycle import FourEyes, transition
from backend.organisations import queries as places
from backend.people import accounts, permissions
from backend.people.kinds import PersonState, ResidencyState
from backend.people.models import Person, Residency
from backend.people.permissions import Permission
from backend.points import limits, notices, states
from backend.points.models import Adjustment, AdjustmentState


class NoSensibleAdjustment(Refused):
    code, message = 42250, "调整的积分不能为零，一次最多增减 {most} 分"


def propose(person_id: int, points: int, reason: str, *, actor: Actor) -> Adjustment:
    """One member of staff asks that `points` be given to (above zero) or taken from a resident.

    Raises NotFound where the person is no verified resident of a community in the maker's reach, FourEyes for
    oneself and for a second account with one's own number, NoSensibleAdjustment. Whether there are points
    enough is decided with the approval.
    """
    community_id = _home(person_id, actor.id)
    journal.check_reason(reason)
    if person_id == actor.id or accounts.same_phone(person_id, actor.id):
        raise FourEyes()
    if points == 0 or abs(points) > limits.ADJUSTED_MAX:
        raise NoSensibleAdjustment(most=limits.ADJUSTED_MAX)
    # It stands beside the points for as long as the books are kept.
    reason = without_numbers(reason)
    made = Adjustment(
        community_id=community_id,
        person_id=person_id,
        points=points,
        reason=reason,
        state=AdjustmentState.PROPOSED,
        proposed_by_id=actor.id,
        proposed_at=clock.now(),
    )
    session.add(made)
    session.flush()
    proposed = (None, AdjustmentState.PROPOSED)
    journal.write(
        "propose", "adjustment", made.id, actor=actor, states=proposed, reason=reason, place=community_id
    )
    return made


def _home(person_id: int, maker_id: int) -> int:
    """The community where the person lives, if the maker may adjust points there."""
    found = session.scalar(
        sa.select(Residency.community_id)
        .join(Person, Person.id == Residency.person_id)
        .where(
            Residency.person_id == person_id,
            Residency.state == ResidencyState.VERIFIED,
            Person.state == PersonState.ACTIVE,
            Residency.community_id.in_(permissions.reach_of(maker_id, Permission.POINTS_ADJUST)),
        )
    )
    if found is None:
        raise NotFound()
    return found


def approve(adjustment_id: int, *, actor: Actor) -> Adjustment:
    """Another one agrees, and the points move at once. Raises AdjustmentDecided, FourEyes, NotEnoughPoints."""
    found = lock_row(Adjustment, adjustment_id)
    told: dict[str, Any] = {"decided_by_id": actor.id, "decided_at": clock.now()}
    transition(
        states.APPROVE, found, actor=actor, precondition=lambda: _refuse_own_phone(found, actor), **told
    )
    moved = ledger.adjust(
        found.person_id,
        found.points,
        reference=f"adjustment:{found.id}",
        title=f"积分调整：{found.reason}",
        community_id=found.community_id,
        actor=actor,
    )
    notices.adjusted(found, moved.points)
    return found


def _refuse_own_phone(found: Adjustment, actor: Actor) -> None:
    """Points for a second account of whoever decides are points for oneself."""
    if accounts.same_phone(found.person_id, actor.id):
        raise FourEyes()


def reject(adjustment_id: int, reason: str, *, actor: Actor) -> Adjustment:
    """Another one does not agree; no points move. Raises AdjustmentDecided, FourEyes."""
    found = lock_row(Adjustment, adjustment_id)
    reason = without_numbers(reason)
    decision: dict[str, Any] = {
        "decided_by_id": actor.id,
        "decided_at": clock.now(),
        "decision_reason": reason,
    }
    transition(states.REJECT, found, actor=actor, reason=reason, **decision)
    notices.rejected(found)
    return found


def change_rule(
    event: str, community_id: int | None, *, actor: Actor, effective_from: date, **worth: Any
) -> EarningRule:
    """The next version of an earning rule, for one community or (None) the whole city; `worth` as in
    `ledger.rules.set_rule`, which journals it. The same told again changes nothing.

    Raises NotFound for an event nobody knows or a community out of reach, NotAllowed for the city's rule
    without a word in the whole city, and what set_rule raises.
    """
    if event not in EVENTS:
        raise NotFound()
    _may_change(community_id, actor)
    # Until the new version begins, a city that had set nothing goes on with the default rules.
    rules.ensure_default_rules()
    newest = rules.newest(event, community_id)
    told = {**worth, "effective_from": effective_from}
    if newest is not None and all(getattr(newest, name) == value for name, value in told.items()):
        return newest
    return rules.set_rule(event, community_id, actor=actor, **told)


def _may_change(community_id: int | None, actor: Actor) -> None:
    if community_id is not None:
        permissions.require(actor.id, Permission.RULE_CHANGE, places.community(community_id).id)
    elif not permissions.appointed(actor.id, Permission.RULE_CHANGE, _city()):
        raise NotAllowed()


def _city() -> int:
    return places.children(None, "city").rows(1)[0].id
