"""A form of the console that was filled in once is done once: sent twice, the second finds the first.

Each form carries a token of its own, told when its page is made. What is kept is a keyed digest of token, address and
content, in the transaction of what the form did: a refused form keeps nothing and may be sent again, and one that was
changed after going back is another.
"""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from backend import clock, crypto
from backend.db import Id, Model, Moment, insert, session
from backend.errors import StateConflict
from backend.personal import DIGEST, PersonalTable, Purpose, on_merge, personal

KEPT = timedelta(days=2)


class FormSentBefore(StateConflict):
    message = "这张表单刚才已经提交并办好，没有重复办理；要再办一笔，请重新打开页面填写"


class SentForm(Model):
    __tablename__ = "sent_forms"
    __personal__ = [
        PersonalTable("person_id", "最近提交的表单", "recent_forms", position=125, on_erasure="delete")
    ]
    __table_args__ = (sa.Index("ix_sent_forms_sent_at", "sent_at"),)

    person_id: Mapped[int] = mapped_column(
        Id, sa.ForeignKey("persons.id"), primary_key=True, info=on_merge("drop")
    )
    digest: Mapped[str] = mapped_column(
        sa.String(64), primary_key=True, info=personal(Purpose.SIGN_IN, not_exported=DIGEST)
    )
    sent_at: Mapped[datetime] = mapped_column(Moment)


def send_once(person_id: int, content: str) -> None:
    """Inside the transaction of the work, ahead of it. Of two at once the second waits for the first.

    Raises FormSentBefore.
    """
    digest = crypto.blind_index("form", content)
    first = insert(SentForm).values(person_id=person_id, digest=digest, sent_at=clock.now())
    kept = first.on_conflict_do_nothing(index_elements=["person_id", "digest"]).returning(SentForm.digest)
    if session.scalar(kept) is None:
        raise FormSentBefore()


def outlived() -> list[str]:
    """Digests of forms that may be forgotten."""
    wanted = sa.select(SentForm.digest).where(SentForm.sent_at < clock.now() - KEPT).limit(500)
    return list(session.scalars(wanted))


def forget(digest: str) -> None:
    session.execute(sa.delete(SentForm).where(SentForm.digest == digest))
