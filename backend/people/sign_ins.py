"""The further WeChat accounts of one person: after two records were joined, both phones sign in to the one that remains.

The account that signed in last is `persons.openid`: it gets the messages. The others stand here.
"""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from backend import clock
from backend.db import Id, Model, Moment, session
from backend.people.kinds import PersonState
from backend.people.models import Person
from backend.personal import PersonalTable, Purpose, on_merge, personal


class OtherSignIn(Model):
    """One more WeChat account of a person, besides the one of their row."""

    __tablename__ = "other_sign_ins"
    __personal__ = [
        PersonalTable("person_id", "其他微信登录", "other_sign_ins", position=15, on_erasure="delete")
    ]

    openid: Mapped[str] = mapped_column(
        sa.String(64), primary_key=True, info=personal(Purpose.SIGN_IN, label="微信标识", identifies=True)
    )
    person_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("persons.id"), index=True, info=on_merge("move"))
    since: Mapped[datetime] = mapped_column(Moment)


def holder(openid: str) -> Person | None:
    """The person who signs in with this WeChat account, under their lock."""
    found = session.scalar(sa.select(Person).where(Person.openid == openid).with_for_update())
    if found is not None:
        return found
    others = sa.select(Person).join(OtherSignIn, OtherSignIn.person_id == Person.id)
    return session.scalar(others.where(OtherSignIn.openid == openid).with_for_update(of=Person))


def active_holder(openid: str) -> tuple[int, datetime | None] | None:
    """The id of the active person who signs in with it, and until when they are suspended. Without a lock."""
    wanted = sa.select(Person.id, Person.suspended_until).where(Person.state == PersonState.ACTIVE)
    found = session.execute(wanted.where(Person.openid == openid)).first()
    if found is None:
        others = wanted.join(OtherSignIn, OtherSignIn.person_id == Person.id)
        found = session.execute(others.where(OtherSignIn.openid == openid)).first()
    return (found.id, found.suspended_until) if found else None


def keep_another(person_id: int, openid: str) -> None:
    """This account signs in to that person, too."""
    session.add(OtherSignIn(openid=openid, person_id=person_id, since=clock.now()))
    session.flush()


def take_off(person: Person, openid: str) -> bool:
    """Ends one of several sign-ins of a person; the newest of the others gets the messages. False where it is the
    only one, which is then as it was. The caller has locked the person."""
    others = sa.select(OtherSignIn).where(OtherSignIn.person_id == person.id, OtherSignIn.openid != openid)
    if person.openid != openid:
        ended = sa.delete(OtherSignIn).where(OtherSignIn.openid == openid, OtherSignIn.person_id == person.id)
        session.execute(ended)
        return True
    heir = session.scalar(others.order_by(OtherSignIn.since.desc(), OtherSignIn.openid).limit(1))
    if heir is None:
        return False
    person.openid = heir.openid
    session.delete(heir)
    session.flush()
    return True
