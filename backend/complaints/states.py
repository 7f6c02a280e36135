"""The moves of a complaint. Documentation and tests are generated from this table."""

from backend.complaints.models import ComplaintState as C
from backend.errors import Refused
from backend.moves import Move


class ComplaintMovedOn(Refused):
    code, message = 40985, "这条投诉或建议已经处理过了，请刷新后再看"


def _move(name: str, label: str, sources: set[str], target: str, permission: str, never_by: str = "") -> Move:
    return Move(
        name, frozenset(sources), target, permission, frozenset(never_by.split()), ComplaintMovedOn, label
    )


ANSWER = _move("answer", "答复", {C.RECEIVED, C.ESCALATED}, C.ANSWERED, "complaint:answer", "complainant")
# Up to the next level: because it is late, or because who has it cannot decide it.
ESCALATE = _move(
    "escalate", "提级办理", {C.RECEIVED, C.ESCALATED}, C.ESCALATED, "complaint:escalate", "complainant"
)
APPEAL = _move("appeal", "不满意，请上级复核", {C.ANSWERED}, C.ESCALATED, "complaint:appeal")
WITHDRAW = _move("withdraw", "撤回", {C.RECEIVED, C.ESCALATED}, C.WITHDRAWN, "complaint:withdraw")
COMPLAINT_MOVES = (ANSWER, ESCALATE, APPEAL, WITHDRAW)

# By the kind of thing that the journal names.
MOVES = {"complaint": COMPLAINT_MOVES}
