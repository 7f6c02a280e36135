"""常用答复: the sentences with which a community answers wishes most often, as its own staff write them."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from backend import journal
from backend.db import Id, Model, lock_row, session, sql_list
from backend.errors import InvalidInput
from backend.journal import REASON_MAX, Actor, visible_signs
from backend.organisations import queries as places
from backend.organisations.models import Organisation
from backend.people import permissions
from backend.people.permissions import Permission
from backend.personal import not_personal
from backend.wishes.kinds import AnswerKind

MOST = 12


class ReadyAnswer(Model):
    """One sentence. A community that has none of a kind finds those of the product there."""

    __tablename__ = "ready_answers"
    __table_args__ = (
        sa.CheckConstraint(f"answer_kind IN {sql_list(AnswerKind)}", name="kind_known"),
        sa.CheckConstraint("position >= 0", name="in_order"),
        sa.UniqueConstraint("community_id", "answer_kind", "position"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    community_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("organisations.id"))
    kind: Mapped[str] = mapped_column("answer_kind", sa.String(12))
    position: Mapped[int] = mapped_column(sa.Integer)
    text: Mapped[str] = mapped_column(sa.Text, info=not_personal("a sentence for whomever it fits"))


def ready(community_id: int, kind: str) -> list[str]:
    """The community's own sentences of this kind, in order; none where it has written none."""
    wanted = sa.select(ReadyAnswer.text).where(
        ReadyAnswer.community_id == community_id, ReadyAnswer.kind == kind
    )
    return list(session.scalars(wanted.order_by(ReadyAnswer.position)))


def change(community_id: int, kind: str, sentences: Sequence[str], *, actor: Actor) -> None:
    """Puts these in the place of the community's sentences of a kind; none brings back those of the product.

    By staff who review its wishes. Raises NotACommunity, NotAllowed/NotFound, InvalidInput.
    """
    places.community(community_id)
    permissions.require(actor.id, Permission.WISH_REVIEW, community_id)
    _check(kind, sentences)
    lock_row(Organisation, community_id)
    own = sa.delete(ReadyAnswer).where(ReadyAnswer.community_id == community_id, ReadyAnswer.kind == kind)
    session.execute(own, execution_options={"synchronize_session": False})
    for position, text in enumerate(sentences):
        session.add(ReadyAnswer(community_id=community_id, kind=kind, position=position, text=text))
    session.flush()
    facts = {"kind": kind, "count": len(sentences)}
    journal.write(
        "change_answers", "organisation", community_id, actor=actor, place=community_id, facts=facts
    )


def _check(kind: str, sentences: Sequence[str]) -> None:
    if len(sentences) > MOST:
        raise InvalidInput({kind: [f"最多 {MOST} 句"]})
    if any(len(one) > REASON_MAX or visible_signs(one) < 2 for one in sentences):
        raise InvalidInput({kind: [f"每句 2–{REASON_MAX} 个字"]})
