"""The two decisions on an adjustment. Documentation and tests are generated from this table."""

from backend.errors import Refused
from backend.moves import Move


class AdjustmentDecided(Refused):
    code, message = 40950, "这笔积分调整已经有人处理，请刷新后再看"


def _decision(name: str, label: str, target: str) -> Move:
    return Move(
        name,
        frozenset({"proposed"}),
        target,
        "points:approve_adjustment",
        frozenset({"proposer", "person"}),
        AdjustmentDecided,
        label,
    )


APPROVE = _decision("approve", "批准", "approved")
REJECT = _decision("reject", "驳回", "rejected")
ADJUSTMENT_MOVES = (APPROVE, REJECT)
