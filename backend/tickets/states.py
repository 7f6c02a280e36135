"""The moves of a ticket. Documentation and tests are generated from this table."""

from backend.errors import Refused, StateConflict
from backend.moves import Move, MoveTable, names
from backend.people.permissions import Permission as P
from backend.tickets.kinds import TicketState as T
from backend.tickets.labels import STATES


class TicketMovedOn(StateConflict):
    message = "这件事项已经有了新的进展，请刷新后再看"


def _move(name: str, label: str, sources: set[str], target: str, permission: str, never_by: str = "") -> Move:
    refusal: type[Refused] = TicketMovedOn
    return Move(name, frozenset(sources), target, permission, frozenset(never_by.split()), refusal, label)


CLOSE_ON_SPOT = _move("close_on_spot", "现场办结", {T.REPORTED}, T.RESOLVED, P.TICKET_CLOSE_ON_SPOT)
CLOSE_ON_SPOT_UNASKED = _move(
    "close_on_spot_unasked", "现场办结", {T.REPORTED}, T.CLOSED, P.TICKET_CLOSE_ON_SPOT
)
ASSIGN = _move("assign", "分流", {T.REPORTED}, T.ASSIGNED, P.TICKET_ASSIGN)
SIGN = _move("sign", "签收", {T.ASSIGNED}, T.HANDLING, P.TICKET_HANDLE)
ASK_RETURN = _move("ask_return", "申请退回", {T.ASSIGNED, T.HANDLING}, T.RETURNED, P.TICKET_HANDLE)
# Who dispatched it does not decide that it went to the wrong place, and who asks does not decide their own.
GRANT_RETURN = _move(
    "grant_return",
    "同意退回，改派",
    {T.RETURNED},
    T.ASSIGNED,
    P.TICKET_ARBITRATE,
    "ticket_assigner ticket_lead",
)
REFUSE_RETURN = _move(
    "refuse_return", "不同意退回", {T.RETURNED}, T.ASSIGNED, P.TICKET_ARBITRATE, "ticket_assigner ticket_lead"
)
REFUSE_RETURN_SIGNED = _move(
    "refuse_return_signed",
    "不同意退回",
    {T.RETURNED},
    T.HANDLING,
    P.TICKET_ARBITRATE,
    "ticket_assigner ticket_lead",
)
ASK_INFO = _move("ask_info", "请上报人补充", {T.HANDLING}, T.NEEDS_INFO, P.TICKET_HANDLE)
SUPPLY = _move("supply", "补充", {T.NEEDS_INFO}, T.HANDLING, P.TICKET_SUPPLY)
RESOLVE = _move("resolve", "办结", {T.HANDLING}, T.RESOLVED, P.TICKET_HANDLE)
RESOLVE_UNASKED = _move("resolve_unasked", "办结", {T.HANDLING}, T.CLOSED, P.TICKET_HANDLE)
MERGE = _move("merge", "并案", {T.REPORTED, T.ASSIGNED, T.HANDLING}, T.MERGED, P.TICKET_MERGE)
UNMERGE = _move("unmerge", "撤销并案", {T.MERGED}, T.REPORTED, P.TICKET_MERGE)
# What happens to the children with the parent's answer, whoever gave it.
ANSWER_CHILD = _move("answer_child", "随主案办结", {T.MERGED}, T.RESOLVED, P.TICKET_HANDLE)
ANSWER_CHILD_UNASKED = _move("answer_child_unasked", "随主案办结", {T.MERGED}, T.CLOSED, P.TICKET_HANDLE)
CONFIRM = _move("confirm", "确认", {T.RESOLVED}, T.CLOSED, P.TICKET_CONFIRM)
CALL_BACK = _move("call_back", "回访", {T.RESOLVED}, T.CLOSED, P.TICKET_CALL_BACK, "ticket_handler")
REOPEN = _move("reopen", "重新办理", {T.RESOLVED, T.CLOSED}, T.HANDLING, P.TICKET_CONFIRM)
REOPEN_ABOVE = _move("reopen_above", "提级重新办理", {T.RESOLVED, T.CLOSED}, T.REPORTED, P.TICKET_CONFIRM)
REOPEN_CHILD = _move("reopen_child", "回到主案重新办理", {T.RESOLVED, T.CLOSED}, T.MERGED, P.TICKET_CONFIRM)
CLOSE_BY_TIME = _move("close_by_time", "到期未回访到", {T.RESOLVED}, T.CLOSED, P.TICKET_EXPIRE)
REFER = _move("refer", "转出", {T.REPORTED}, T.REFERRED, P.TICKET_DISPATCH)
DECLINE = _move("decline", "不予受理", {T.REPORTED}, T.DECLINED, P.TICKET_DISPATCH, "ticket_asker")
WITHDRAW = _move(
    "withdraw",
    "撤回",
    {T.REPORTED, T.ASSIGNED, T.HANDLING, T.NEEDS_INFO, T.RETURNED, T.MERGED},
    T.WITHDRAWN,
    P.TICKET_CONFIRM,
)
TICKET_MOVES = (
    CLOSE_ON_SPOT,
    CLOSE_ON_SPOT_UNASKED,
    ASSIGN,
    SIGN,
    ASK_RETURN,
    GRANT_RETURN,
    REFUSE_RETURN,
    REFUSE_RETURN_SIGNED,
    ASK_INFO,
    SUPPLY,
    RESOLVE,
    RESOLVE_UNASKED,
    MERGE,
    UNMERGE,
    ANSWER_CHILD,
    ANSWER_CHILD_UNASKED,
    CONFIRM,
    CALL_BACK,
    REOPEN,
    REOPEN_ABOVE,
    REOPEN_CHILD,
    CLOSE_BY_TIME,
    REFER,
    DECLINE,
    WITHDRAW,
)
# Several moves are one call: which of them it is, the ticket says.
CALLED = {
    "close_on_spot_unasked": "close_on_spot",
    "grant_return": "decide_return",
    "refuse_return": "decide_return",
    "refuse_return_signed": "decide_return",
    "resolve_unasked": "resolve",
    "reopen_above": "reopen",
    "reopen_child": "reopen",
}
# Of these nobody has a button: a child goes with its parent, and time acts by itself.
_UNSEEN = ("answer_child", "answer_child_unasked", "close_by_time")
# What `actions` may name.
TICKET_ACTIONS = tuple(
    dict.fromkeys(CALLED.get(name, name) for name in names(TICKET_MOVES) if name not in _UNSEEN)
)

TABLES = (
    MoveTable(
        "事项",
        "ticket",
        TICKET_MOVES,
        (T.REPORTED, T.RESOLVED, T.CLOSED),
        STATES,
        "期限从分流起算；退回期间首接单位继续负责。办结、解决、满意是三件事，由办理单位以外的人回访。",
    ),
)
