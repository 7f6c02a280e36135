"""The moves of a proposal to change a list. Documentation and tests are generated from this table."""

from backend.duties.kinds import ChangeState
from backend.duties.labels import CHANGE_STATES
from backend.errors import StateConflict
from backend.moves import Move, MoveTable
from backend.people.permissions import Permission


class ChangeDecided(StateConflict):
    message = "这条建议已经决定过了，请刷新"


GRANT = Move(
    "grant",
    frozenset({ChangeState.PROPOSED}),
    ChangeState.GRANTED,
    Permission.LIST_CHANGE,
    frozenset({"suggester"}),
    ChangeDecided,
    "采纳",
)
REJECT = Move(
    "reject",
    frozenset({ChangeState.PROPOSED}),
    ChangeState.REJECTED,
    Permission.LIST_CHANGE,
    frozenset({"suggester"}),
    ChangeDecided,
    "不采纳",
)
CHANGE_MOVES = (GRANT, REJECT)
# Both are one call; `actions` may name it.
OTHER_BUTTONS = {"duty_item_change": {"decide": "决定"}}
CHANGE_ACTIONS = tuple(OTHER_BUTTONS["duty_item_change"])

TABLES = (
    MoveTable(
        "清单调整建议",
        "duty_item_change",
        CHANGE_MOVES,
        (ChangeState.PROPOSED,),
        CHANGE_STATES,
        "采纳的写进清单的下一版。",
    ),
)
