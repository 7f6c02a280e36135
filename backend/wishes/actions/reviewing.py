"""Staff look at what was submitted: accept, send back, decline, refer; the street at what nobody claimed."""

from typing import Any

from backend import clock, journal
from backend.db import session, take
from backend.errors import NotFound, Refused, StateConflict
from backend.files import actions as files
from backend.lifecycle import make, settle
from backend.people import permissions
from backend.wishes import notices, states
from backend.wishes.actions.settling import last_claim
from backend.wishes.actions.writing import number_in_round
from backend.wishes.models import Wish


class NoRoundOpen(Refused):
    code, message = 40906, "社区还没有正在征集的一期，请先开启新一期再审核通过"


class NoRoundPublished(Refused):
    code, message = 40907, "社区现在没有已发布的一期，不能重新发布"


def accept(wish_id: int, *, by: Any) -> Wish:
    """Into the community's round that is collecting or being reviewed. Raises NoRoundOpen.

    Never by the wisher or by whoever reported the wish. Who accepts it has looked at it: at the words, and
    at the pictures of which WeChat was not sure.
    """
    wish = take(Wish, wish_id)
    settle(states.ACCEPT, wish, by)
    # The round it was numbered in may have closed meanwhile; it is published with the one open now.
    placed = number_in_round(wish, ("collecting", "reviewing"))
    seen = {"reviewer_id": by.id, "review_reason": None, "needs_look": False}
    make(states.ACCEPT, wish, by=by, **seen, **_or_refuse(placed))
    files.look([("wish", wish.id)], True, by=by)
    notices.accepted(wish)
    return wish


def _or_refuse(placed: dict[str, Any]) -> dict[str, Any]:
    if not placed:
        raise NoRoundOpen()
    return placed


def send_back(wish_id: int, reason: str, *, by: Any) -> Wish:
    """Asks for more information; the wisher edits and submits again under the same number."""
    wish = take(Wish, wish_id)
    make(states.SEND_BACK, wish, by=by, reason=reason, review_reason=reason)
    notices.sent_back(wish, reason)
    return wish


def decline(wish_id: int, reason: str, *, by: Any) -> Wish:
    """Not a micro-wish; the reason is told to the wisher."""
    wish = take(Wish, wish_id)
    make(states.DECLINE, wish, by=by, reason=reason, review_reason=reason, closed_at=clock.now())
    notices.declined(wish, reason)
    return wish


def refer(wish_id: int, to: str, reason: str, *, by: Any) -> Wish:
    """Cash, medical bills, housing, debt or paving faults go to relief, the hotline or the grid."""
    wish = take(Wish, wish_id)
    make(
        states.REFER,
        wish,
        by=by,
        reason=reason,
        told={"to": to},
        review_reason=reason,
        referred_to=to,
        closed_at=clock.now(),
    )
    notices.referred(wish, to, reason)
    return wish


def look(wish_id: int, passed: bool, reason: str | None = None, *, by: Any) -> Wish:
    """Staff look at what WeChat was not sure of, or did not look at: pictures, and the claimer's note.

    What passes is shown from now on; what does not is never shown, and a note goes. Raises ReasonNeeded, and
    StateConflict when nothing waits.
    """
    wish = take(Wish, wish_id)
    permissions.require(by.id, "wish:review", wish.place_id)
    if wish.state == "draft":
        raise NotFound()
    claim = last_claim(wish.id)
    subjects = [("wish", wish.id), *([("claim", claim.id)] if claim else [])]
    noted = claim is not None and claim.needs_look
    if not files.look(subjects, passed, reason, by=by) + noted:
        raise StateConflict("没有等待查看的内容，请刷新")
    if noted:
        claim.needs_look, claim.note = False, claim.note if passed else None
        session.flush()
    facts = {"passed": passed}
    journal.write("look", "wish", wish.id, by=by, reason=reason, place=wish.place_id, facts=facts)
    return wish


def republish(wish_id: int, *, by: Any) -> Wish:
    """The street offers a wish that nobody claimed in two rounds once more. Raises NoRoundPublished."""
    wish = take(Wish, wish_id)
    settle(states.REPUBLISH, wish, by)
    placed = number_in_round(wish, ("published",))
    if not placed:
        raise NoRoundPublished()
    make(states.REPUBLISH, wish, by=by, published_at=clock.now(), **placed)
    notices.published([wish])
    return wish


def explain(wish_id: int, reason: str, *, by: Any) -> Wish:
    """The street tells the wisher why the wish cannot be met (说明退回)."""
    wish = take(Wish, wish_id)
    make(states.EXPLAIN, wish, by=by, reason=reason, review_reason=reason, closed_at=clock.now())
    notices.declined(wish, reason)
    return wish
