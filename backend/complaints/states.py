"""The moves of a complaint. Documentation and tests are generated from this table."""

from backend.complaints.labels import COMPLAINANT_STATES
from backend.complaints.models import ComplaintState as C
from backend.errors import Refused
from backend.moves import Move, MoveTable, names
from backend.people.permissions import Permission


class ComplaintMovedOn(Refused):
    code, message = 40985, "这条投诉或建议已经处理过了，请刷新后再看"


def _move(name: str, label: str, sources: set[str], target: str, permission: str, never_by: str = "") -> Move:
    return Move(
        name, frozenset(sources), target, permission, frozenset(never_by.split()), ComplaintMovedOn, label
    )


ANSWER = _move(
    "answer", "答复", {C.RECEIVED, C.ESCALATED}, C.ANSWERED, Permission.COMPLAINT_ANSWER, "complainant"
)
# Up to the next level: because it is late, or because who has it cannot decide it.
ESCALATE = _move(
    "escalate",
    "提级办理",
    {C.RECEIVED, C.ESCALATED},
    C.ESCALATED,
    Permission.COMPLAINT_ESCALATE,
    "complainant",
)
APPEAL = _move("appeal", "不满意，请上级复核", {C.ANSWERED}, C.ESCALATED, Permission.COMPLAINT_APPEAL)
WITHDRAW = _move("withdraw", "撤回", {C.RECEIVED, C.ESCALATED}, C.WITHDRAWN, Permission.COMPLAINT_WITHDRAW)
COMPLAINT_MOVES = (ANSWER, ESCALATE, APPEAL, WITHDRAW)

# What `actions` may name.
COMPLAINT_ACTIONS = names(COMPLAINT_MOVES)

# What the documentation draws and the journal calls by its kind.
TABLES = (
    MoveTable(
        "投诉与建议",
        "complaint",
        COMPLAINT_MOVES,
        (C.RECEIVED,),
        COMPLAINANT_STATES,
        "到期没有答复的自动到上一级。",
    ),
)
