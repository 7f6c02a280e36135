"""撤下、遮盖: what everybody could read is taken from the wall, whole or in part.

The wisher and the community's staff go on seeing the wish; what was blacked out is kept sealed (`Redaction`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from backend import clock, crypto, journal
from backend.db import lock_row, session
from backend.errors import InvalidInput, NotFound, StateConflict
from backend.files import actions as files
from backend.journal import Actor
from backend.lifecycle import FourEyes, transition
from backend.organisations import queries as places
from backend.people import openings, permissions, security_events
from backend.people.kinds import SecurityEventKind
from backend.people.openings import Sealed
from backend.people.permissions import Permission
from backend.wishes import notices, states
from backend.wishes.actions import children, endings
from backend.wishes.kinds import ClaimOutcome, WishState
from backend.wishes.models import Claim, Wish
from backend.wishes.queries import one
from backend.wishes.redaction_models import Redaction

# In the notices of others, for the title of what was taken down.
TAKEN_DOWN = "（已撤下）"
BLACKED_OUT = "（已遮盖）"
_NEVER_BY = frozenset({"wisher", "guardian"})


class NothingToRedact(StateConflict):
    message = "没有改动：请写上新的文字，或去掉要遮盖的图片"


def take_down(wish_id: int, reason: str, *, actor: Actor) -> Wish:
    """Gone at once for everybody but the wisher and the community's staff, with its pictures and the title in what
    others were told. A claim that stood ends with it, and earns nothing; what was confirmed before stays confirmed."""
    wish = lock_row(Wish, wish_id)
    standing = endings.lock_current_claim(wish.id)
    ended: dict[str, Any] = {} if wish.closed_at else {"closed_at": clock.now()}
    transition(states.TAKE_DOWN, wish, actor=actor, reason=reason, review_reason=reason, **ended)
    if standing is not None and standing.outcome is None:
        endings.end(standing, ClaimOutcome.TAKEN_DOWN)
    files.withhold(_pictured(wish))
    notices.take_back_title(wish, wish.title, TAKEN_DOWN)
    notices.taken_down(wish, reason, standing)
    return wish


def _pictured(wish: Wish) -> list[tuple[str, int]]:
    """The wish and all its claims: whatever has pictures of it."""
    claims = session.scalars(sa.select(Claim.id).where(Claim.wish_id == wish.id).order_by(Claim.id))
    return [("wish", wish.id), *(("claim", claim_id) for claim_id in claims)]


def redact(wish_id: int, content: dict[str, Any], reason: str, *, actor: Actor) -> Wish:
    """遮盖: puts other words in the place of `title` or `description`, and keeps of the pictures those of `file_ids`
    alone; the others vanish at once. The former words are kept sealed. Raises NothingToRedact, FileNotUsable,
    ChildRecognisable."""
    wish = lock_redactable(wish_id, actor=actor)
    changed = _changed(wish, content)
    children.kept(wish, changed)
    keeps = content.get("file_ids")
    gone = files.keep_only(_pictured(wish), keeps, actor=actor) if keeps is not None else 0
    if not changed and not gone:
        raise NothingToRedact()
    title = wish.title
    _seal_former(wish, changed, gone, actor)
    for name, text in changed.items():
        setattr(wish, name, text)
    wish.redacted_at = clock.now()
    session.flush()
    facts = {"fields": [*sorted(changed), *(["files"] if gone else [])]}
    journal.write("redact", "wish", wish.id, actor=actor, place=wish.place_id, reason=reason, facts=facts)
    if "title" in changed:
        notices.take_back_title(wish, title, BLACKED_OUT)
    notices.redacted(wish, reason)
    return wish


def lock_redactable(wish_id: int, *, actor: Actor) -> Wish:
    """A locked wish of which this person may black out something. Raises NotFound, NotAllowed, FourEyes."""
    wish: Wish = lock_row(Wish, wish_id)
    permissions.require(actor.id, Permission.WISH_REVIEW, wish.place_id)
    if wish.state == WishState.DRAFT:
        raise NotFound()
    if wish.facts_about(actor.id) & _NEVER_BY:
        raise FourEyes()
    return wish


def _changed(wish: Wish, content: dict[str, Any]) -> dict[str, str]:
    return {
        name: content[name]
        for name in ("title", "description")
        if content.get(name) is not None and content[name] != getattr(wish, name)
    }


def _seal_former(wish: Wish, changed: dict[str, str], pictures: int, actor: Actor) -> None:
    told = {"wish_id": wish.id, "wisher_id": wish.wisher_id, "redacted_by_id": actor.id, "pictures": pictures}
    # What stands there now needs the row's own number: until then it is said that something will.
    row = Redaction(**told, redacted_at=clock.now(), title_sealed="", description_sealed="")
    session.add(row)
    session.flush()
    for name in ("title", "description"):
        place = f"wish_redactions.{name}:{row.id}"
        setattr(row, f"{name}_sealed", crypto.seal(getattr(wish, name), place) if name in changed else None)
    session.flush()


@dataclass(frozen=True)
class FormerText:
    """What stood in a wish until staff blacked it out; None where that part stayed as it was."""

    redacted_at: datetime
    title: str | None
    description: str | None


def former_texts(wish_id: int, reason: str | None, *, actor: Actor) -> Sequence[FormerText]:
    """What was blacked out, oldest first: for the wisher, and for staff with a reason, who are journaled and counted
    as for everything sealed. Raises NotFound, NotAllowed, InvalidInput, OpeningPace."""
    wish = one(wish_id, actor=actor)
    if actor.id not in (wish.wisher_id, wish.guardian_id):
        _open_former(wish, reason, actor)
    rows = session.scalars(sa.select(Redaction).where(Redaction.wish_id == wish.id).order_by(Redaction.id))
    return [
        FormerText(
            row.redacted_at,
            _opened(row.title_sealed, f"wish_redactions.title:{row.id}"),
            _opened(row.description_sealed, f"wish_redactions.description:{row.id}"),
        )
        for row in rows
    ]


def _open_former(wish: Wish, reason: str | None, actor: Actor) -> None:
    permissions.require(actor.id, Permission.WISH_CONTACT, wish.place_id)
    if not reason:
        raise InvalidInput({"reason": ["查看遮盖前的文字要写明理由"]})
    found = Sealed("wish", wish.id, wish.community_id, wish.wisher_id)
    facts = openings.admit_counted(found, reason, actor) or None
    place = wish.community_id
    journal.write("open_former_text", "wish", wish.id, actor=actor, place=place, reason=reason, facts=facts)
    who = f"{places.get(place).name}的工作人员"
    title = f"{who}查看了您心愿里遮盖前的文字"
    security_events.record(wish.wisher_id, SecurityEventKind.DATA_OPENED, title)


def _opened(sealed: str | None, place: str) -> str | None:
    return crypto.unseal(sealed, place) if sealed else None
