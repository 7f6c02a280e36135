"""One-time codes for a paper card: six digits that let its holder in at a terminal, once, within ten minutes.

What could be guessed is bounded: five wrong ones in a row and the card's code is void, and how many wrong ones may come
from one terminal and one address is limited at the door. Wrong is wrong, whether the card, the code or its time is: nobody
finds out which cards there are.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from backend import clock, crypto, journal, text
from backend.db import insert, session
from backend.errors import NotAllowed, Refused, StateConflict
from backend.identity.kiosk_models import WRONG_CODES, CardCode
from backend.journal import Actor
from backend.people import residents, security_events
from backend.people.kinds import PersonState, SecurityEventKind
from backend.people.models import Person
from backend.people.permissions import Permission

STANDS = timedelta(minutes=10)
DIGITS = 6
BATCH = 500


class CardCodeWrong(Refused):
    code, message = (
        40191,
        "卡号或验证码不对。验证码十分钟内有效、只能用一次，连着输错五次就作废，请工作人员重新生成",
    )


class NoCard(StateConflict):
    message = "自助终端用纸质卡号登录，没有纸质卡的请用小程序"


@dataclass(frozen=True)
class NewCode:
    """A code as it is told, this once."""

    code: str
    expires_at: datetime


@dataclass(frozen=True)
class Redeemed:
    """Whose code it was, and who of the staff had given it."""

    person_id: int
    helper_id: int | None


def give(person_id: int, *, actor: Actor) -> NewCode:
    """Staff give a resident of their place a code; the one before is void. Nobody gives one to themselves so.

    Raises NotFound, NotAllowed, NoCard.
    """
    person, home = residents.resident(actor, person_id, Permission.PERSON_CODE)
    if person_id == actor.id:
        raise NotAllowed("自己的验证码请在小程序里生成")
    made = _draw(person, actor)
    journal.write("give_card_code", "person", person_id, actor=actor, place=home.community_id)
    return made


def draw_own(*, actor: Actor) -> NewCode:
    """A code for one's own card, from one's own phone. Raises NoCard."""
    return _draw(session.get_one(Person, actor.id), actor)


def _draw(person: Person, actor: Actor) -> NewCode:
    if person.card_number is None:
        raise NoCard()
    code, now = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}", clock.now()
    fresh = {
        "code_index": _index(person.id, code),
        "made_at": now,
        "made_by_id": actor.id,
        "expires_at": now + STANDS,
        "failures": 0,
    }
    adding = insert(CardCode).values(person_id=person.id, **fresh)
    session.execute(adding.on_conflict_do_update(index_elements=["person_id"], set_=fresh))
    return NewCode(code, now + STANDS)


def _index(person_id: int, code: str) -> str:
    return crypto.blind_index("card_code", f"{person_id} {code}")


def redeem(card_number: str, code: str) -> Redeemed | CardCodeWrong:
    """Spends the code of a card. What is wrong is answered and not raised, so that its count is kept."""
    wanted = (
        sa.select(CardCode)
        .join(Person, Person.id == CardCode.person_id)
        .where(Person.card_number == text.card(card_number), Person.state == PersonState.ACTIVE)
        .with_for_update(of=CardCode)
        .execution_options(populate_existing=True)
    )
    row = session.scalar(wanted)
    if row is None or row.expires_at <= clock.now():
        return CardCodeWrong()
    # One that was made with the key before the present one is no good either: it stands ten minutes.
    if not secrets.compare_digest(row.code_index, _index(row.person_id, text.number(code))):
        _count_wrong(row)
        return CardCodeWrong()
    withdraw(row.person_id)
    return Redeemed(row.person_id, row.made_by_id if row.made_by_id != row.person_id else None)


def _count_wrong(row: CardCode) -> None:
    if row.failures + 1 < WRONG_CODES:
        row.failures += 1
        session.flush()
        return
    withdraw(row.person_id)
    what = "自助终端的验证码连着输错五次，已作废"
    security_events.record(row.person_id, SecurityEventKind.KIOSK, what)


def withdraw(person_id: int) -> None:
    """The code of this person's card, if there is one, is void."""
    void = sa.delete(CardCode).where(CardCode.person_id == person_id)
    session.execute(void, execution_options={"synchronize_session": False})


def over() -> list[int]:
    """Whose codes are outlived, for the cleaning job."""
    return list(
        session.scalars(sa.select(CardCode.person_id).where(CardCode.expires_at <= clock.now()).limit(BATCH))
    )


def forget(person_id: int) -> None:
    session.execute(
        sa.delete(CardCode).where(CardCode.person_id == person_id, CardCode.expires_at <= clock.now())
    )
