"""The two decisions on an adjustment. Documentation and tests are generated from this table."""

from backend.errors import Refused
from backend.moves import Move
from backend.points.models import AdjustmentState


class AdjustmentDecided(Refused):
    code, message = 40950, "这笔积分调整已经有人处理，请刷新后再看"


def _decision(name: str, label: str, target: str) -> Move:
    return Move(
        name,
        frozenset({AdjustmentState.PROPOSED}),
        target,
        "points:approve_adjustment",
        frozenset({"proposer", "person"}),
        AdjustmentDecided,
        label,
    )


APPROVE = _decision("approve", "批准", AdjustmentState.APPROVED)
REJECT = _decision("reject", "驳回", AdjustmentState.REJECTED)
ADJUSTMENT_MOVES = (APPROVE, REJECT)

# By the kind of thing that the journal names.
MOVES = {"adjustment": ADJUSTMENT_MOVES}
