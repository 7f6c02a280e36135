"""The moves of rounds and wishes. Documentation and tests are generated from these tables."""

from backend.errors import Refused
from backend.moves import Move


class WishNotOpen(Refused):
    code, message = 40901, "这个心愿已被认领"


class WishMovedOn(Refused):
    code, message = 40903, "这个心愿的状态已经变了，请刷新后再看"


class RoundMovedOn(Refused):
    code, message = 40904, "这一期的状态已经变了，请刷新后再看"


def _wish(
    name: str,
    label: str,
    sources: str,
    target: str,
    permission: str,
    never_by: str = "",
    refusal: type = WishMovedOn,
) -> Move:
    return Move(
        name, frozenset(sources.split()), target, permission, frozenset(never_by.split()), refusal, label
    )


SUBMIT = _wish("submit", "提交", "draft sent_back", "submitted", "wish:submit")
WITHDRAW = _wish(
    "withdraw",
    "撤回",
    "draft submitted sent_back accepted published carried_over escalated",
    "withdrawn",
    "wish:withdraw",
)
ACCEPT = _wish("accept", "审核通过", "submitted", "accepted", "wish:review", "wisher reporter guardian")
SEND_BACK = _wish(
    "send_back", "退回补充", "submitted", "sent_back", "wish:review", "wisher reporter guardian"
)
DECLINE = _wish("decline", "不予受理", "submitted", "declined", "wish:review", "wisher reporter guardian")
REFER = _wish("refer", "转介", "submitted", "referred", "wish:review", "wisher reporter guardian")
PUBLISH = _wish("publish", "发布", "accepted carried_over", "published", "round:manage")
CLAIM = _wish(
    "claim", "认领", "published", "claimed", "wish:claim", "wisher reporter guardian reviewer", WishNotOpen
)
RELEASE = _wish("release", "放弃认领", "claimed", "published", "wish:release")
EXPIRE = _wish("expire", "逾期释放", "claimed", "published", "wish:expire")
FULFIL = _wish("fulfil", "送达", "claimed", "fulfilled", "wish:fulfil")
CONFIRM = _wish("confirm", "确认", "fulfilled", "confirmed", "wish:confirm", "claimer reviewer")
DISPUTE = _wish("dispute", "没有办好", "fulfilled", "claimed", "wish:confirm", "claimer reviewer")
CLOSE_UNCONFIRMED = _wish("close_unconfirmed", "未确认办结", "fulfilled", "closed_unconfirmed", "wish:expire")
CARRY_OVER = _wish("carry_over", "结转下期", "published", "carried_over", "wish:carry")
ESCALATE = _wish("escalate", "上报街道", "published", "escalated", "wish:carry")
REPUBLISH = _wish("republish", "街道重新发布", "escalated", "published", "wish:coordinate")
EXPLAIN = _wish("explain", "街道说明退回", "escalated", "declined", "wish:coordinate")

WISH_MOVES = (
    SUBMIT,
    WITHDRAW,
    ACCEPT,
    SEND_BACK,
    DECLINE,
    REFER,
    PUBLISH,
    CLAIM,
    RELEASE,
    EXPIRE,
    FULFIL,
    CONFIRM,
    DISPUTE,
    CLOSE_UNCONFIRMED,
    CARRY_OVER,
    ESCALATE,
    REPUBLISH,
    EXPLAIN,
)

# Made by a button of their own; the others happen to many wishes with their round.
WISH_BUTTONS = tuple(move for move in WISH_MOVES if move not in (PUBLISH, CARRY_OVER, ESCALATE))

REVIEW_ROUND = Move(
    "review", frozenset({"collecting"}), "reviewing", "round:manage", refusal=RoundMovedOn, label="停止征集"
)
PUBLISH_ROUND = Move(
    "publish", frozenset({"reviewing"}), "published", "round:manage", refusal=RoundMovedOn, label="发布"
)
CLOSE_ROUND = Move(
    "close", frozenset({"published"}), "closed", "round:manage", refusal=RoundMovedOn, label="结束"
)
ROUND_MOVES = (REVIEW_ROUND, PUBLISH_ROUND, CLOSE_ROUND)
