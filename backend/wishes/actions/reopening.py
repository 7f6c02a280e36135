"""再次提出: what was confirmed as not solved is taken up again, as a draft of its own that is linked with the earlier wish."""

from typing import Any

from backend import clock, crypto, journal
from backend.db import lock_row, session
from backend.errors import NotAllowed, NotFound, StateConflict
from backend.journal import Actor
from backend.people import permissions
from backend.wishes.actions import children, limits
from backend.wishes.kinds import CAME_TO_NOTHING, WishState
from backend.wishes.models import OWN_PEOPLE, Wish

_SAME = (
    "community_id",
    "title",
    "description",
    "category",
    "beneficiary_group",
    "service_role",
    "estimated_cost",
    "disclosure",
    "salutation",
    "wisher_id",
)


class ReopenedAlready(StateConflict):
    message = "这个心愿已经再次提出，请看新的那一个"


class NothingUnsolved(StateConflict):
    message = "确认时说“没有解决”的心愿，才能再次提出"


def reopen(wish_id: int, reason: str, *, actor: Actor) -> Wish:
    """A draft with the same content, linked both ways; answers the draft. One at a time: where the last one came to
    nothing, there may be another. Pictures belong to the earlier wish. Raises NothingUnsolved, ReopenedAlready,
    TooManyDrafts."""
    former = lock_row(Wish, wish_id)
    _check_whose(former, actor)
    if former.state != WishState.CONFIRMED or former.solved is not False:
        raise NothingUnsolved()
    if not may_be_reopened(former):
        raise ReopenedAlready()
    if actor.id in (former.wisher_id, former.guardian_id):
        limits.check_drafts(actor.id)
    draft = _copy(former, reason, actor)
    former.reopened_as_id = draft.id
    session.flush()
    states, place = (None, WishState.DRAFT), draft.place_id
    told: dict[str, Any] = {"actor": actor, "reason": reason, "place": place}
    journal.write("write", "wish", draft.id, states=states, facts={"reopens": former.id}, **told)
    journal.write("reopen", "wish", former.id, facts={"as": draft.id}, **told)
    return draft


def _check_whose(former: Wish, actor: Actor) -> None:
    facts = former.facts_about(actor.id)
    # A relative writes anew: whether it was solved is for the wisher to say.
    if facts & OWN_PEOPLE:
        return
    seen = former.visible_to(actor.id, permissions.permissions_in(actor.id, former.place_id), facts)
    raise NotAllowed() if seen else NotFound()


def may_be_reopened(former: Wish) -> bool:
    """Whether nothing that took it up is on its way, or was done."""
    last = session.get(Wish, former.reopened_as_id) if former.reopened_as_id else None
    return last is None or last.state in CAME_TO_NOTHING


def _copy(former: Wish, reason: str, actor: Actor) -> Wish:
    """Who speaks for the wisher is named as whoever reports it, as with every wish."""
    for_another = actor.id != former.wisher_id
    same = {name: getattr(former, name) for name in _SAME}
    draft = Wish(
        **same | children.protection(former.wisher_id, same, actor=actor),
        grid_id=former.grid_id,
        wanted_by=former.wanted_by if former.wanted_by and former.wanted_by >= clock.today() else None,
        state=WishState.DRAFT,
        reporter_id=actor.id if for_another else None,
        on_behalf_reason=reason if for_another else None,
        carried=0,
        created_at=clock.now(),
        reopens_id=former.id,
    )
    session.add(draft)
    session.flush()
    for name in ("address", "phone"):
        sealed = getattr(former, f"{name}_sealed")
        if sealed:
            text = crypto.unseal(sealed, f"wishes.{name}:{former.id}")
            setattr(draft, f"{name}_sealed", crypto.seal(text, f"wishes.{name}:{draft.id}"))
    session.flush()
    return draft
