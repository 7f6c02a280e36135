"""The moves of a complaint. Documentation and tests are generated from this table."""

from backend.errors import Refused
from backend.moves import Move


class ComplaintMovedOn(Refused):
    code, message = 40985, "这条投诉或建议已经处理过了，请刷新后再看"


def _move(name: str, label: str, sources: str, target: str, permission: str, never_by: str = "") -> Move:
    return Move(
        name,
        frozenset(sources.split()),
        target,
        permission,
        frozenset(never_by.split()),
        ComplaintMovedOn,
        label,
    )


ANSWER = _move("answer", "答复", "received escalated", "answered", "complaint:answer", "complainant")
# Up to the next level: because it is late, or because who has it cannot decide it.
ESCALATE = _move(
    "escalate", "提级办理", "received escalated", "escalated", "complaint:escalate", "complainant"
)
APPEAL = _move("appeal", "不满意，请上级复核", "answered", "escalated", "complaint:appeal")
WITHDRAW = _move("withdraw", "撤回", "received escalated", "withdrawn", "complaint:withdraw")
COMPLAINT_MOVES = (ANSWER, ESCALATE, APPEAL, WITHDRAW)
