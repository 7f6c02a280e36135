"""Staff look at what was submitted: accept, send back, decline, refer, merge; the street at what nobody claimed."""

from functools import partial
from typing import Any

import sqlalchemy as sa

from backend import clock, journal
from backend.db import lock_row, session
from backend.errors import InvalidInput, NotFound, Refused, StateConflict
from backend.files import actions as files
from backend.journal import Actor
from backend.lifecycle import check_allowed, transition
from backend.people import permissions
from backend.people.permissions import Permission
from backend.wishes import notices, states
from backend.wishes.actions.endings import lock_current_claim
from backend.wishes.actions.writing import number_in_round
from backend.wishes.kinds import OPEN, RoundState, WishState
from backend.wishes.models import Wish


class NoRoundOpen(Refused):
    code, message = 40906, "社区还没有正在征集的一期，请先开启新一期再审核通过"


class NoRoundPublished(Refused):
    code, message = 40907, "社区现在没有已发布的一期，不能重新发布"


class MergedIntoClosed(StateConflict):
    message = "要并入的那个心愿已经结束，请选一个还在办理的"


def accept(wish_id: int, *, actor: Actor) -> Wish:
    """Into the community's round that is collecting or being reviewed. Raises NoRoundOpen.

    Never by the wisher or by whoever reported the wish. Who accepts it has looked at it: at the words, and
    at the pictures of which WeChat was not sure.
    """
    wish = lock_row(Wish, wish_id)
    check_allowed(states.ACCEPT, wish, actor)
    # The round it was numbered in may have closed meanwhile; it is published with the one open now.
    placed = number_in_round(wish, (RoundState.COLLECTING, RoundState.REVIEWING))
    seen: dict[str, Any] = {"reviewer_id": actor.id, "review_reason": None, "needs_look": False}
    transition(states.ACCEPT, wish, actor=actor, **seen, **_or_refuse(placed))
    files.look([("wish", wish.id)], True, actor=actor)
    notices.accepted(wish)
    return wish


def _or_refuse(placed: dict[str, Any]) -> dict[str, Any]:
    if not placed:
        raise NoRoundOpen()
    return placed


def send_back(wish_id: int, reason: str, *, actor: Actor) -> Wish:
    """Asks for more information; the wisher edits and submits again under the same number, and what was accepted
    before has to be accepted anew."""
    wish = lock_row(Wish, wish_id)
    transition(states.SEND_BACK, wish, actor=actor, reason=reason, review_reason=reason, reviewer_id=None)
    notices.sent_back(wish, reason)
    return wish


def decline(wish_id: int, reason: str, *, actor: Actor) -> Wish:
    """Not a micro-wish; the reason is told to the wisher."""
    wish = lock_row(Wish, wish_id)
    transition(states.DECLINE, wish, actor=actor, reason=reason, review_reason=reason, closed_at=clock.now())
    notices.declined(wish, reason)
    return wish


def refer(wish_id: int, to: str, reason: str, *, actor: Actor) -> Wish:
    """Cash, medical bills, housing, debt or paving faults go to relief, the hotline or the grid."""
    wish = lock_row(Wish, wish_id)
    transition(
        states.REFER,
        wish,
        actor=actor,
        reason=reason,
        details={"to": to},
        review_reason=reason,
        referred_to=to,
        closed_at=clock.now(),
    )
    notices.referred(wish, to, reason)
    return wish


def merge(wish_id: int, into_id: int, reason: str, *, actor: Actor) -> Wish:
    """The same need was reported twice: this wish ends in the other one, whose progress its wisher follows.

    Raises InvalidInput for a wish that is none of the same community, MergedIntoClosed where it has ended.
    """
    other, wish = _both(into_id, wish_id)
    transition(
        states.MERGE,
        wish,
        actor=actor,
        precondition=partial(_check_merged, wish, other),
        reason=reason,
        details={"into": into_id},
        review_reason=reason,
        merged_into_id=into_id,
        closed_at=clock.now(),
    )
    if other is not None:
        notices.merged(wish, other, reason)
    return wish


def _both(into_id: int, wish_id: int) -> tuple[Wish | None, Wish]:
    """Both under their locks, always in the order of their ids: two merged into each other shall not wait for each
    other."""
    session.execute(
        sa.select(Wish.id).where(Wish.id.in_((into_id, wish_id))).order_by(Wish.id).with_for_update()
    )
    return session.get(Wish, into_id, populate_existing=True), lock_row(Wish, wish_id)


def _check_merged(wish: Wish, other: Wish | None) -> None:
    if other is None or other.id == wish.id or other.community_id != wish.community_id:
        raise InvalidInput({"intoId": ["请填本社区另一个心愿的编号"]})
    if other.state not in OPEN:
        raise MergedIntoClosed()


def lock_waiting(wish_id: int) -> None:
    """For whoever decides on what still waits for its review: a colleague who was quicker is not overruled unseen.

    Raises WishMovedOn."""
    wish = lock_row(Wish, wish_id)
    if wish.state != WishState.SUBMITTED:
        raise states.WishMovedOn()


def lock_looked_at(wish_id: int, *, actor: Actor) -> Wish:
    """A locked wish of whose pictures this person may judge. Raises NotFound, NotAllowed."""
    wish: Wish = lock_row(Wish, wish_id)
    permissions.require(actor.id, Permission.WISH_REVIEW, wish.place_id)
    if wish.state == WishState.DRAFT:
        raise NotFound()
    return wish


def look(wish_id: int, passed: bool, reason: str | None = None, *, actor: Actor) -> Wish:
    """Staff look at what WeChat was not sure of, or did not look at: pictures, and the claimer's note.

    What passes is shown from now on; what does not is never shown, and a note goes. Raises ReasonNeeded, and
    StateConflict when nothing waits.
    """
    wish = lock_looked_at(wish_id, actor=actor)
    claim = lock_current_claim(wish.id)
    subjects = [("wish", wish.id), *([("claim", claim.id)] if claim else [])]
    noted = claim is not None and claim.needs_look
    if not files.look(subjects, passed, reason, actor=actor) + noted:
        raise StateConflict("没有等待查看的内容，请刷新")
    if noted and claim is not None:
        claim.needs_look, claim.note = False, claim.note if passed else None
        session.flush()
    facts = {"passed": passed}
    journal.write("look", "wish", wish.id, actor=actor, reason=reason, place=wish.place_id, facts=facts)
    return wish


def republish(wish_id: int, *, actor: Actor) -> Wish:
    """The street offers a wish that nobody claimed in two rounds once more. Raises NoRoundPublished."""
    wish = lock_row(Wish, wish_id)
    check_allowed(states.REPUBLISH, wish, actor)
    placed = number_in_round(wish, (RoundState.PUBLISHED,))
    if not placed:
        raise NoRoundPublished()
    transition(states.REPUBLISH, wish, actor=actor, published_at=clock.now(), **placed)
    notices.published([wish])
    return wish


def explain(wish_id: int, reason: str, *, actor: Actor) -> Wish:
    """The street tells the wisher why the wish cannot be met (说明退回)."""
    wish = lock_row(Wish, wish_id)
    transition(states.EXPLAIN, wish, actor=actor, reason=reason, review_reason=reason, closed_at=clock.now())
    notices.declined(wish, reason)
    return wish
