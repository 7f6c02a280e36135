"""The moves of redemptions and stocktakes. Documentation and tests are generated from these tables."""

from backend.errors import Refused, StateConflict
from backend.moves import Move, MoveTable, names
from backend.people.permissions import Permission
from backend.supermarket.labels import REDEMPTION_STATES, STOCKTAKE_STATES, TRANSFER_STATES
from backend.supermarket.models import RedemptionState as R
from backend.supermarket.stock_models import StocktakeState as S
from backend.supermarket.stock_models import TransferState as T


class RedemptionMovedOn(Refused):
    code, message = 40970, "这张兑换单的状态已经变了，请刷新后再看"


class StocktakeMovedOn(Refused):
    code, message = 40977, "这次盘点已经审核过了，请刷新后再看"


class TransferMovedOn(StateConflict):
    message = "这次调拨已经收到或撤回了，请刷新后再看"


def _redemption(
    name: str, label: str, sources: set[str], target: str, permission: str, never_by: str = ""
) -> Move:
    never = frozenset(never_by.split())
    return Move(name, frozenset(sources), target, permission, never, RedemptionMovedOn, label)


APPROVE = _redemption(
    "approve", "审批通过", {R.REQUESTED}, R.APPROVED, Permission.REDEMPTION_APPROVE, "owner requester"
)
REJECT = _redemption(
    "reject", "不予通过", {R.REQUESTED}, R.REJECTED, Permission.REDEMPTION_APPROVE, "owner requester"
)
CANCEL = _redemption("cancel", "取消", {R.REQUESTED, R.APPROVED}, R.CANCELLED, Permission.REDEMPTION_CANCEL)
EXPIRE = _redemption("expire", "过期", {R.REQUESTED, R.APPROVED}, R.EXPIRED, Permission.REDEMPTION_EXPIRE)
HAND_OVER = _redemption(
    "hand_over",
    "核销",
    {R.APPROVED},
    R.HANDED_OVER,
    Permission.REDEMPTION_HAND_OVER,
    "owner first_pair_of_eyes",
)
RETURN = _redemption(
    "return", "退回", {R.HANDED_OVER}, R.RETURNED, Permission.REDEMPTION_RETURN, "owner clerk"
)
NO_SHOW = _redemption("no_show", "未到场", {R.APPROVED}, R.NO_SHOW, Permission.REDEMPTION_NO_SHOW, "owner")

# More time to collect it; the order stays what it is.
EXTEND = _redemption(
    "extend", "延长领取期限", {R.APPROVED}, R.APPROVED, Permission.REDEMPTION_EXTEND, "owner"
)

REDEMPTION_MOVES = (APPROVE, REJECT, CANCEL, EXPIRE, EXTEND, HAND_OVER, RETURN, NO_SHOW)

APPROVE_STOCKTAKE = Move(
    "approve",
    frozenset({S.PROPOSED}),
    S.APPROVED,
    Permission.STOCKTAKE_APPROVE,
    frozenset({"proposer"}),
    StocktakeMovedOn,
    "盘点通过",
)
REJECT_STOCKTAKE = Move(
    "reject",
    frozenset({S.PROPOSED}),
    S.REJECTED,
    Permission.STOCKTAKE_APPROVE,
    frozenset({"proposer"}),
    StocktakeMovedOn,
    "盘点退回",
)
STOCKTAKE_MOVES = (APPROVE_STOCKTAKE, REJECT_STOCKTAKE)

RECEIVE_TRANSFER = Move(
    "receive",
    frozenset({T.SENT}),
    T.RECEIVED,
    Permission.STOCK_TRANSFER,
    frozenset({"sender"}),
    TransferMovedOn,
    "收到调拨",
)
CALL_BACK_TRANSFER = Move(
    "call_back",
    frozenset({T.SENT}),
    T.CALLED_BACK,
    Permission.STOCK_TRANSFER,
    frozenset(),
    TransferMovedOn,
    "撤回调拨",
)
TRANSFER_MOVES = (RECEIVE_TRANSFER, CALL_BACK_TRANSFER)

# What `actions` may name: the moves, and buttons that change no state of the thing's own, with their words.
OTHER_BUTTONS = {"stock_movement": {"reverse": "冲销"}, "stocktake": {"explain": "写明盈亏原因"}}
REDEMPTION_ACTIONS = names(move for move in REDEMPTION_MOVES if move is not EXPIRE)
STOCKTAKE_ACTIONS = (*names(STOCKTAKE_MOVES), *OTHER_BUTTONS["stocktake"])
TRANSFER_ACTIONS = names(TRANSFER_MOVES)
MOVEMENT_ACTIONS = tuple(OTHER_BUTTONS["stock_movement"])

# What the documentation draws and the journal calls by its kind.
TABLES = (
    MoveTable(
        "兑换单",
        "redemption",
        REDEMPTION_MOVES,
        (R.REQUESTED,),
        REDEMPTION_STATES,
        "积分和库存始终一起冻结、一起扣减、一起退还。",
    ),
    MoveTable(
        "盘点",
        "stocktake",
        STOCKTAKE_MOVES,
        (S.PROPOSED,),
        STOCKTAKE_STATES,
        "盘点的人和审核的人不是同一人。",
    ),
    MoveTable(
        "调拨",
        "shop_transfer",
        TRANSFER_MOVES,
        (T.SENT,),
        TRANSFER_STATES,
        "调出的人和收到的人不是同一人；到货前调出方可以撤回。",
    ),
)
