"""撤下昵称: staff put a neutral one in the place of a nickname that nobody should have to read."""

import unicodedata
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from backend import clock, crypto, journal
from backend.db import Id, Model, Moment, lock_row, session
from backend.errors import NotAllowed, NotFound, StateConflict
from backend.journal import Actor
from backend.outbox.actions import notify
from backend.people import permissions
from backend.people.models import Person, Residency
from backend.people.permissions import Permission
from backend.personal import PersonalTable, Purpose, handler, on_merge, personal

# For so long the same one is not taken again.
BARRED = timedelta(days=90)
_PLACE = "taken_down_nicknames.nickname"


class NicknameTakenDown(StateConflict):
    message = "这个昵称已被社区撤下，请换一个"


class NoNickname(StateConflict):
    message = "这位居民现在没有可以撤下的昵称"


class TakenDownNickname(Model):
    """A nickname that staff took down, so that it does not come back the next minute."""

    __tablename__ = "taken_down_nicknames"
    __four_eyes__ = (("taken_down_by_id", "person_id"),)
    __personal__ = [
        PersonalTable("person_id", "被撤下的昵称", "taken_down_nicknames", position=25, on_erasure="delete")
    ]
    __table_args__ = (
        sa.CheckConstraint("taken_down_by_id <> person_id", name="never_ones_own"),
        sa.Index("ix_taken_down_nicknames_person", "person_id", "id"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    person_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("persons.id"), info=on_merge("move"))
    nickname_sealed: Mapped[str] = mapped_column(sa.Text, info=personal(Purpose.SIGN_IN, label="昵称"))
    taken_down_at: Mapped[datetime] = mapped_column(Moment)
    taken_down_by_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("persons.id"), info=handler())


def neutral(person_id: int) -> str:
    """What stands there instead; it says nothing of anybody."""
    return f"居民{person_id}"


def take_down(person_id: int, reason: str, *, actor: Actor) -> Person:
    """By staff of the community where the person lives, who are told why. The same nickname is refused for a while.

    Raises NotFound, NotAllowed, NoNickname."""
    person, home = person_of_staff(person_id, actor=actor)
    if not person.nickname or person.nickname == neutral(person.id):
        raise NoNickname()
    row = TakenDownNickname(
        person_id=person.id, nickname_sealed="", taken_down_at=clock.now(), taken_down_by_id=actor.id
    )
    session.add(row)
    session.flush()
    row.nickname_sealed = crypto.seal(person.nickname, f"{_PLACE}:{row.id}")
    person.nickname = neutral(person.id)
    session.flush()
    place = home.community_id
    journal.write("take_down_nickname", "person", person.id, actor=actor, place=place, reason=reason)
    body = f"您的昵称已由社区撤下，暂时显示为“{person.nickname}”：{reason}。请换一个昵称。"
    notify(person.id, "nickname_taken_down", "您的昵称已撤下", body, subject=("person", person.id))
    return person


def person_of_staff(person_id: int, *, actor: Actor) -> tuple[Person, Residency]:
    """A locked person of a place in which this clerk answers for accounts. Raises NotFound, NotAllowed."""
    home = session.get(Residency, person_id)
    if home is None:
        raise NotFound()
    permissions.require(actor.id, Permission.PERSON_SUSPEND, home.community_id)
    if person_id == actor.id:
        raise NotAllowed()
    return lock_row(Person, person_id), home


def check(person_id: int, nickname: str) -> None:
    """Raises NicknameTakenDown for one that was taken down a short while ago, however it is written."""
    rows = session.scalars(
        sa.select(TakenDownNickname).where(
            TakenDownNickname.person_id == person_id, TakenDownNickname.taken_down_at > clock.now() - BARRED
        )
    )
    if any(_same(crypto.unseal(row.nickname_sealed, f"{_PLACE}:{row.id}"), nickname) for row in rows):
        raise NicknameTakenDown()


def _same(one: str, other: str) -> bool:
    return _plain(one) == _plain(other)


def _plain(nickname: str) -> str:
    wide = unicodedata.normalize("NFKC", nickname).casefold()
    return "".join(sign for sign in wide if sign.isalnum()) or wide
