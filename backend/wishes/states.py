"""The moves of rounds and wishes. Documentation and tests are generated from these tables."""

from backend.errors import Refused
from backend.moves import Move, MoveTable, names
from backend.people.permissions import Permission
from backend.wishes.kinds import RoundState as R
from backend.wishes.kinds import WishState as W
from backend.wishes.labels import ROUND_STATES, WISH_STATES


class WishNotOpen(Refused):
    code, message = 40901, "这个心愿已被认领"


class WishMovedOn(Refused):
    code, message = 40903, "这个心愿的状态已经变了，请刷新后再看"


class RoundMovedOn(Refused):
    code, message = 40904, "这一期的状态已经变了，请刷新后再看"


def _wish(
    name: str,
    label: str,
    sources: set[str],
    target: str,
    permission: str,
    never_by: str = "",
    refusal: type = WishMovedOn,
) -> Move:
    return Move(name, frozenset(sources), target, permission, frozenset(never_by.split()), refusal, label)


SUBMIT = _wish("submit", "提交", {W.DRAFT, W.SENT_BACK}, W.SUBMITTED, Permission.WISH_SUBMIT)
WITHDRAW = _wish(
    "withdraw",
    "撤回",
    {W.DRAFT, W.SUBMITTED, W.SENT_BACK, W.ACCEPTED, W.PUBLISHED, W.CARRIED_OVER, W.ESCALATED},
    W.WITHDRAWN,
    Permission.WISH_WITHDRAW,
)
ACCEPT = _wish(
    "accept", "审核通过", {W.SUBMITTED}, W.ACCEPTED, Permission.WISH_REVIEW, "wisher reporter guardian"
)
# Staff may still think better of it until somebody has claimed the wish.
_UNCLAIMED: set[str] = {W.SUBMITTED, W.ACCEPTED, W.PUBLISHED, W.CARRIED_OVER}
SEND_BACK = _wish(
    "send_back", "退回补充", _UNCLAIMED, W.SENT_BACK, Permission.WISH_REVIEW, "wisher reporter guardian"
)
DECLINE = _wish(
    "decline", "不予受理", _UNCLAIMED, W.DECLINED, Permission.WISH_REVIEW, "wisher reporter guardian"
)
REFER = _wish("refer", "转介", _UNCLAIMED, W.REFERRED, Permission.WISH_REVIEW, "wisher reporter guardian")
MERGE = _wish("merge", "合并", _UNCLAIMED, W.MERGED, Permission.WISH_REVIEW, "wisher reporter guardian")
# From when everybody could read it. Whoever reported it may, too: it protects the wisher, and the sooner the better.
TAKE_DOWN = _wish(
    "take_down",
    "撤下",
    {W.PUBLISHED, W.CLAIMED, W.FULFILLED, W.CONFIRMED, W.CLOSED_UNCONFIRMED, W.CARRIED_OVER, W.ESCALATED},
    W.TAKEN_DOWN,
    Permission.WISH_REVIEW,
    "wisher guardian claimer",
)
PUBLISH = _wish("publish", "发布", {W.ACCEPTED, W.CARRIED_OVER}, W.PUBLISHED, Permission.ROUND_MANAGE)
CLAIM = _wish(
    "claim",
    "认领",
    {W.PUBLISHED},
    W.CLAIMED,
    Permission.WISH_CLAIM,
    "wisher reporter guardian reviewer",
    WishNotOpen,
)
RELEASE = _wish("release", "放弃认领", {W.CLAIMED}, W.PUBLISHED, Permission.WISH_RELEASE)
EXPIRE = _wish("expire", "逾期释放", {W.CLAIMED}, W.PUBLISHED, Permission.WISH_EXPIRE)
FULFIL = _wish("fulfil", "送达", {W.CLAIMED}, W.FULFILLED, Permission.WISH_FULFIL)
CONFIRM = _wish("confirm", "确认", {W.FULFILLED}, W.CONFIRMED, Permission.WISH_CONFIRM, "claimer reviewer")
DISPUTE = _wish("dispute", "没有办好", {W.FULFILLED}, W.CLAIMED, Permission.WISH_CONFIRM, "claimer reviewer")
CLOSE_UNCONFIRMED = _wish(
    "close_unconfirmed", "未确认办结", {W.FULFILLED}, W.CLOSED_UNCONFIRMED, Permission.WISH_EXPIRE
)
CARRY_OVER = _wish("carry_over", "结转下期", {W.PUBLISHED}, W.CARRIED_OVER, Permission.WISH_CARRY)
ESCALATE = _wish("escalate", "上报街道", {W.PUBLISHED}, W.ESCALATED, Permission.WISH_CARRY)
REPUBLISH = _wish("republish", "街道重新发布", {W.ESCALATED}, W.PUBLISHED, Permission.WISH_COORDINATE)
EXPLAIN = _wish("explain", "街道说明退回", {W.ESCALATED}, W.DECLINED, Permission.WISH_COORDINATE)

WISH_MOVES = (
    SUBMIT,
    WITHDRAW,
    ACCEPT,
    SEND_BACK,
    DECLINE,
    REFER,
    MERGE,
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
    TAKE_DOWN,
)

# Made by a button of their own; the others happen to many wishes with their round.
WISH_BUTTONS = tuple(move for move in WISH_MOVES if move not in (PUBLISH, CARRY_OVER, ESCALATE))

REVIEW_ROUND = Move(
    "review",
    frozenset({R.COLLECTING}),
    R.REVIEWING,
    Permission.ROUND_MANAGE,
    refusal=RoundMovedOn,
    label="停止征集",
)
PUBLISH_ROUND = Move(
    "publish",
    frozenset({R.REVIEWING}),
    R.PUBLISHED,
    Permission.ROUND_MANAGE,
    refusal=RoundMovedOn,
    label="发布",
)
CLOSE_ROUND = Move(
    "close", frozenset({R.PUBLISHED}), R.CLOSED, Permission.ROUND_MANAGE, refusal=RoundMovedOn, label="结束"
)
ROUND_MOVES = (REVIEW_ROUND, PUBLISH_ROUND, CLOSE_ROUND)

# What `actions` may name: the moves, and buttons that change no state of the thing's own, with their words.
OTHER_BUTTONS = {"wish": {"redact": "遮盖部分内容", "reopen": "再次提出"}}
_BY_TIME = (EXPIRE, CLOSE_UNCONFIRMED)
WISH_ACTIONS = (*names(move for move in WISH_BUTTONS if move not in _BY_TIME), *OTHER_BUTTONS["wish"])
ROUND_ACTIONS = names(ROUND_MOVES)

# What the documentation draws and the journal calls by its kind.
TABLES = (
    MoveTable(
        "心愿",
        "wish",
        WISH_MOVES,
        (W.DRAFT,),
        WISH_STATES,
        "一个心愿从填报到办结。`publish`、`carry_over`、`escalate` 随它所在的期发生，没有单独的按钮。",
    ),
    MoveTable(
        "期",
        "round",
        ROUND_MOVES,
        (R.COLLECTING,),
        ROUND_STATES,
        "一个社区同时最多有一期在征集或审核，一期在发布。",
    ),
)
