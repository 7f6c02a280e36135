"""Cancelling an account (注销): what is open is closed first, then the identity is erased, for good.

个人信息保护法 47 asks for the erasure, 电子商务法 24 forbids unreasonable conditions before it, and the
WeChat platform wants it to be done by the person alone (运营规范 15.3.9). So nothing that is open refuses it:
the person is told once what they would lose, and decides.
"""

from typing import Any

import sqlalchemy as sa

from backend import capabilities, journal
from backend.db import lock_row, session
from backend.errors import NotAllowed, NotFound, Refused
from backend.jobs import Job
from backend.journal import Actor
from backend.leaving import LeavingStep
from backend.ledger import forfeits
from backend.ledger import queries as ledger
from backend.people import permissions, sign_ins
from backend.people.kinds import PersonState
from backend.people.models import Person, Residency, Team
from backend.people.permissions import Permission
from backend.rights import erasure
from backend.rights.elsewhere import Found


def steps() -> list[LeavingStep]:
    """What each capability ends for whoever leaves, in its order."""
    found = (step for module in capabilities.modules("leaving") for step in module.STEPS)
    return sorted(found, key=lambda step: step.position)


class ThingsStillOpen(Refused):
    """The facts are what would be closed or lost; the same request with `confirm` does it."""

    code, message = 40983, "您还有没办完的事或没用完的积分。确认注销后，它们会被撤回、释放或放弃，不能恢复"


class HasTheirOwnPhone(Refused):
    code, message = 40984, "这位居民有自己的微信账号，注销要由本人在小程序里办"


def look(person_id: int, *, confirmed: bool) -> Found | None:
    """Ahead of the transaction: where the person is named in other people's records. None where they will be told
    first what they would lose."""
    return erasure.look(person_id) if confirmed or not open_things(person_id) else None


def cancel(
    person_id: int,
    *,
    confirmed: bool,
    actor: Actor | None,
    reason: str | None = None,
    found: Found | None = None,
) -> None:
    """Closes and erases. Raises ThingsStillOpen with the facts, unless they are `confirmed`.

    `found` is what `look` answered, if it was asked before.
    """
    person = _held(person_id)
    if person.state != PersonState.ACTIVE:
        raise NotFound()
    facts = open_things(person_id)
    if facts and not confirmed:
        raise ThingsStillOpen(**facts)
    journal.write(
        "cancel",
        "person",
        person_id,
        actor=actor,
        states=(PersonState.ACTIVE, PersonState.CANCELLED),
        reason=reason,
    )
    _leave(person, found)


def _held(person_id: int) -> Person:
    """The person under their lock, after what others lock before it: two would else wait for each other."""
    for step in steps():
        step.hold(person_id)
    person: Person = lock_row(Person, person_id)
    return person


def open_things(person_id: int) -> dict[str, Any]:
    """What would be closed or lost, by name; empty when nothing would."""
    found: dict[str, Any] = {step.name: step.open_things(person_id) for step in steps()}
    points = ledger.balance(person_id)
    found["pointsLost"] = points["available"] + points["held"]
    found["teamsLed"] = [
        dict(row)
        for row in session.execute(
            sa.select(Team.id, Team.name).where(Team.leader_id == person_id).order_by(Team.id)
        ).mappings()
    ]
    return {name: value for name, value in found.items() if value}


def _leave(person: Person, found: Found | None = None) -> None:
    """All that is open is closed in the person's own name, then nothing of them is left but a number."""
    for step in steps():
        step.close(person.id, actor=person)
    forfeits.give_up(person.id, actor=person)
    erasure.erase(person.id, found)


def look_for(person_id: int, *, confirmed: bool, actor: Actor) -> Found | None:
    """The same ahead of `cancel_for`; None where that will be refused."""
    try:
        _check_cancel_for(person_id, actor)
    except Refused:
        return None
    return look(person_id, confirmed=confirmed)


def cancel_for(
    person_id: int, reason: str, *, confirmed: bool, actor: Actor, found: Found | None = None
) -> None:
    """代办: staff cancel for a card holder who asked at the counter, in their own community.

    Raises HasTheirOwnPhone for whoever can do it themselves, NotFound and NotAllowed out of place.
    """
    _held(person_id)
    _check_cancel_for(person_id, actor)
    cancel(person_id, confirmed=confirmed, actor=actor, reason=reason, found=found)


def _check_cancel_for(person_id: int, actor: Actor) -> None:
    person, home = session.get(Person, person_id), session.get(Residency, person_id)
    if person is None or home is None:
        raise NotFound()
    permissions.require(actor.id, Permission.PERSON_CANCEL, home.community_id)
    if person_id == actor.id:
        raise NotAllowed()
    if person.openid is not None:
        raise HasTheirOwnPhone()


def erase_by_openid(openid: str, found: Found | None = None) -> bool:
    """WeChat tells that the user cancelled (user_authorization_cancellation): as if they had asked here.

    They cannot be asked again, so everything counts as confirmed. Who signs in with another WeChat account as well
    (joined records) keeps their record: only this way in is closed. Answers whether we knew them.
    """
    known = sign_ins.active_holder(openid)
    if known is None:
        return False
    # What the person leaves is locked before the person, and then asked once more whose account it is.
    _held(known[0])
    person = sign_ins.holder(openid)
    if person is None or person.id != known[0]:
        return False
    if sign_ins.take_off(person, openid):
        journal.write("end_sign_in", "person", person.id, actor=person)
        return True
    cancel(person.id, confirmed=True, actor=person, reason="微信通知用户注销", found=found)
    return True


# RevokeInfo of user_authorization_revoke: what the user takes back, by WeChat's numbers.
NICKNAME, PHONE = 6, 8


def forget_revoked(openid: str, kinds: set[int]) -> bool:
    """The user took back some of what WeChat gave us: that is deleted, the account stays.

    6 is avatar and nickname, 8 the phone number. Locations are never kept. Pictures (14) belong to the files.
    """
    person = sign_ins.holder(openid)
    if person is None:
        return False
    if NICKNAME in kinds:
        person.nickname = ""
    if PHONE in kinds:
        person.phone_sealed, person.phone_index = None, None
    session.flush()
    facts = {"kinds": sorted(kinds)}
    journal.write("revoke", "person", person.id, actor=person, facts=facts)
    return True


def returned() -> list[int]:
    """Cancelled people to whom something came back: a request that was on its way, an award, a notice."""
    return erasure.incomplete()


def leave_again(person_id: int) -> None:
    """Closes and erases what came back."""
    person = _held(person_id)
    if person.state == PersonState.CANCELLED:
        _leave(person)


JOBS = [Job("rights.leave_again", 3600, returned, leave_again)]
