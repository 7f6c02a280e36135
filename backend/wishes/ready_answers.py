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
# What the product says where a community has written nothing of its own.
OF_THE_PRODUCT: dict[str, tuple[str, ...]] = {
    AnswerKind.SEND_BACK: (
        "请补充具体需要什么、多少，方便党员准备",
        "请补充期望的时间，以及什么时候家里有人",
        "请说明为什么需要，方便社区核实",
        "请补充联系电话，认领后才能联系到您",
    ),
    AnswerKind.DECLINE: (
        "不属于微心愿的范围：微心愿是 300 元以内的物品或服务",
        "与您已提交的心愿重复，请以先提交的那一个为准",
        "经上门核实，暂时没有这项需要",
        "内容涉及他人隐私或商业推广，不能发布",
    ),
    AnswerKind.REFER: (
        "需要资金救助，已转到临时救助窗口，会有工作人员联系您",
        "属于道路、设施维修，已转到 12345 热线办理",
        "需要现场处理，已转给网格员上门",
        "属于医疗费用、住房或债务问题，请到临时救助窗口咨询",
    ),
}


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


def sentences_of(community_id: int) -> dict[str, tuple[str, ...]]:
    """The sentences of each kind: the community's own, in their order, or those of the product."""
    wanted = sa.select(ReadyAnswer.kind, ReadyAnswer.text).where(ReadyAnswer.community_id == community_id)
    own: dict[str, list[str]] = {}
    for kind, text in session.execute(wanted.order_by(ReadyAnswer.position)):
        own.setdefault(kind, []).append(text)
    return {kind: tuple(own.get(kind, ())) or OF_THE_PRODUCT[kind] for kind in AnswerKind}


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
