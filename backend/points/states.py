"""The two decisions on an adjustment. Documentation and tests are generated from this table."""

from backend.errors import Refused
from backend.moves import Move, MoveTable
from backend.people.permissions import Permission
from backend.points.labels import ADJUSTMENT_STATES
from backend.points.models import AdjustmentState


class AdjustmentDecided(Refused):
    code, message = 40950, "这笔积分调整已经有人处理，请刷新后再看"


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
)
