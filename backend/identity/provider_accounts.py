"""Whose account of the city's own sign-in is whose: bound by its owner, in a console that they have just entered.

Neither a name nor a phone number of the provider's binds anything: whoever may change them there could become anybody here.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from backend import clock, journal
from backend.db import insert, lock_row, session
from backend.errors import NotFound, Refused, StateConflict
from backend.identity import console_sessions, sessions
from backend.identity.models import ConsoleSession, ProviderAccount
from backend.journal import Actor
from backend.oidc import Account
from backend.people import security_events
from backend.people.kinds import PersonState, SecurityEventKind
from backend.people.models import Person

# A console that was left open gives nobody a way in for good.
JUST_ENTERED = timedelta(minutes=10)


class ProviderAccountUnknown(Refused):
    code, message = (
        40392,
        "这个统一身份还没有和工作人员绑定：请先用扫码、口令或一次性链接登录，在“我的账号”里绑定一次",
    )


class ProviderAccountTaken(StateConflict):
    message = "这个统一身份已经绑定了另一位工作人员，请核对是不是登录了别人的账号"


class OtherProviderAccountBound(StateConflict):
    message = "您已经绑定了另一个统一身份，请先解除绑定"


class EnterAgainFirst(StateConflict):
    message = "绑定统一身份要在登录后十分钟内办：请退出后重新登录，再来绑定"


@dataclass(frozen=True)
class Bound:
    """That somebody is bound, since when, and when they last came in by it."""

    bound_at: datetime
    used_at: datetime | None


def of(person_id: int, issuer: str) -> Bound | None:
    """The account of this provider that is the person's."""
    found = session.scalar(
        sa.select(ProviderAccount).where(
            ProviderAccount.person_id == person_id, ProviderAccount.issuer == issuer
        )
    )
    return None if found is None else Bound(found.bound_at, found.used_at)


def check_may_bind(session_id: int, *, actor: Actor) -> None:
    """Raises EnterAgainFirst in a console that was entered long ago."""
    entered = session.get(ConsoleSession, session_id)
    if entered is None or entered.person_id != actor.id or entered.created_at <= clock.now() - JUST_ENTERED:
        raise EnterAgainFirst()


def bind(account: Account, session_id: int, *, actor: Actor) -> None:
    """From now on this account of the provider's opens the person's console. Bound twice, it changes nothing.

    Raises EnterAgainFirst, ProviderAccountTaken, OtherProviderAccountBound.
    """
    check_may_bind(session_id, actor=actor)
    lock_row(Person, actor.id)
    adding = insert(ProviderAccount).values(
        person_id=actor.id, issuer=account.issuer, subject=account.subject, bound_at=clock.now()
    )
    added = session.scalar(adding.on_conflict_do_nothing().returning(ProviderAccount.id))
    if added is None:
        if _holder(account) == actor.id:
            return
        raise ProviderAccountTaken() if _holder(account) is not None else OtherProviderAccountBound()
    journal.write("bind_provider", "person", actor.id, actor=actor)
    security_events.record(actor.id, SecurityEventKind.PASSWORD, "绑定了统一身份，以后可以用它登录工作后台")


def _holder(account: Account) -> int | None:
    wanted = sa.select(ProviderAccount.person_id).where(
        ProviderAccount.issuer == account.issuer, ProviderAccount.subject == account.subject
    )
    return session.scalar(wanted)


def unbind(*, actor: Actor) -> None:
    """None of the provider's accounts opens this person's console any more. Raises NotFound where none did."""
    lock_row(Person, actor.id)
    if not forget(actor.id):
        raise NotFound()
    journal.write("unbind_provider", "person", actor.id, actor=actor)
    security_events.record(actor.id, SecurityEventKind.PASSWORD, "解除了统一身份的绑定")


def forget(person_id: int) -> bool:
    """Takes away what is bound; answers whether anything was."""
    gone = (
        sa.delete(ProviderAccount).where(ProviderAccount.person_id == person_id).returning(ProviderAccount.id)
    )
    return bool(session.execute(gone).all())


def enter(account: Account, browser: str) -> str:
    """Opens the console of whom this account is bound to: the token.

    Raises ProviderAccountUnknown, NoAppointment, Suspended, TooManySignIns.
    """
    person_id = _holder(account)
    if person_id is None or lock_row(Person, person_id).state != PersonState.ACTIVE:
        raise ProviderAccountUnknown()
    used = sa.update(ProviderAccount).where(
        ProviderAccount.person_id == person_id,
        ProviderAccount.issuer == account.issuer,
        ProviderAccount.subject == account.subject,
    )
    # Somebody may have taken it away while this waited for the person.
    if session.scalar(used.values(used_at=clock.now()).returning(ProviderAccount.id)) is None:
        raise ProviderAccountUnknown()
    sessions.count_sign_in(person_id)
    return console_sessions.enter(person_id, "provider", browser)
