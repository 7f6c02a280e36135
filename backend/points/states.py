"""The decisions on adjustments and on opening balances. Documentation and tests are generated from this table."""

from backend.errors import Refused, StateConflict
from backend.moves import Move, MoveTable, names
from backend.people.permissions import Permission
from backend.points.labels import ADJUSTMENT_STATES, OPENING_STATES
from backend.points.models import AdjustmentState
from backend.points.opening_models import OpeningState


class AdjustmentDecided(Refused):
    code, message = 40950, "这笔积分调整已经有人处理，请刷新后再看"


class OpeningBalancesDecided(StateConflict):
    message = "这张期初积分表已经有人处理，请刷新后再看"


def _decision(name: str, label: str, target: str) -> Move:
    return Move(
        name,
        frozenset({AdjustmentState.PROPOSED}),
        target,
        Permission.POINTS_APPROVE_ADJUSTMENT,
        frozenset({"proposer", "person"}),
        AdjustmentDecided,
        label,
    )


APPROVE = _decision("approve", "批准", AdjustmentState.APPROVED)
REJECT = _decision("reject", "驳回", AdjustmentState.REJECTED)
ADJUSTMENT_MOVES = (APPROVE, REJECT)


def _opening(name: str, label: str, target: str) -> Move:
    return Move(
        name,
        frozenset({OpeningState.PROPOSED}),
        target,
        Permission.POINTS_APPROVE_ADJUSTMENT,
        frozenset({"uploader"}),
        OpeningBalancesDecided,
        label,
    )


CONFIRM = _opening("confirm", "确认", OpeningState.CONFIRMED)
REJECT_OPENING = _opening("reject", "驳回", OpeningState.REJECTED)
OPENING_MOVES = (CONFIRM, REJECT_OPENING)

# What `actions` may name.
ADJUSTMENT_ACTIONS = names(ADJUSTMENT_MOVES)
OPENING_ACTIONS = names(OPENING_MOVES)

# What the documentation draws and the journal calls by its kind.
TABLES = (
    MoveTable(
        "积分调整",
        "adjustment",
        ADJUSTMENT_MOVES,
        (AdjustmentState.PROPOSED,),
        ADJUSTMENT_STATES,
        "一人提出，另一人批准；本人不能批准自己的。",
    ),
    MoveTable(
        "期初积分",
        "opening_sheet",
        OPENING_MOVES,
        (OpeningState.PROPOSED,),
        OPENING_STATES,
        "一人上传，另一人和纸质账本核对后确认；确认后分批入账。",
    ),
)
