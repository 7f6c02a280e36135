"""Giving a register out of the house: every file is journaled; names in clear need a word and a reason."""

from collections.abc import Iterable

from backend import journal
from backend.errors import Refused, StateConflict
from backend.journal import Actor
from backend.people import openings, permissions
from backend.people.permissions import Permission
from backend.registers.definition import Register, Scope

# More than this would keep a page waiting too long; a command writes the long ones.
MOST_ROWS = 20_000
# Of a list that stands on a page: so much is read and written while its reader waits.
MOST_IN_A_LIST = 10_000
LONGEST_REASON = 200


class NamesStayMasked(Refused):
    code, message = 40340, "您没有导出未遮盖台账的权限"


class RegisterTooLong(Refused):
    code, message = 42263, "这张台账超过 {most} 行，请缩短期间或选小一些的地方，也可以请运维人员用命令导出"


class ListTooLong(StateConflict):
    message = "这份列表超过 {most} 行，请先缩小范围（例如选一个社区、一段日期），再导出"


class UseNotStated(Refused):
    code, message = 42265, "导出未遮盖的台账，请写明用途（最多 {most} 个字）"


def hand_out(register: Register, scope: Scope, reason: str | None, *, actor: Actor) -> None:
    """Journals that the person takes this register along; with a `reason` in clear (个人信息保护法 28).

    In the transaction before the file is made, so that none is without its line. Raises NamesStayMasked,
    UseNotStated, RegisterTooLong, OpeningPace, InvalidInput for a reason that says nothing.
    """
    if reason is not None:
        if not permissions.appointed(actor.id, Permission.REGISTER_UNMASK, scope.place_id):
            raise NamesStayMasked()
        if not 0 < len(reason) <= LONGEST_REASON:
            raise UseNotStated(most=LONGEST_REASON)
    if register.rows.counted(scope, MOST_ROWS + 1) > MOST_ROWS:
        raise RegisterTooLong(most=MOST_ROWS)
    if reason is None:
        note(register, scope, actor=actor)
        return
    # It counts as one opening, and nobody can agree to more: there is no request of this kind.
    whole = openings.Sealed("register", scope.place_id, scope.place_id, None)
    facts = {**_facts(register, scope), **openings.admit_counted(whole, reason, actor)}
    journal.write(
        "open_register",
        "register",
        scope.place_id,
        actor=actor,
        reason=reason,
        place=scope.place_id,
        facts=facts,
    )
    if register.opened is not None:
        register.opened(scope, actor)


def hand_out_list(name: str, rows: int, filters: Iterable[str], place_id: int, *, actor: Actor) -> None:
    """Journals that the person takes a list of the console along, as it stands filtered, of so many rows; by what it was
    filtered, not what was looked for: that may be a name. Raises ListTooLong."""
    if rows > MOST_IN_A_LIST:
        raise ListTooLong(most=MOST_IN_A_LIST)
    facts = {"list": name, "rows": rows, "filters": "、".join(filters)}
    journal.write("hand_out_list", "register", place_id, actor=actor, place=place_id, facts=facts)


def note(register: Register, scope: Scope, *, actor: Actor | None) -> None:
    """The line of a masked one; `actor` None is the command of whoever runs the installation."""
    facts = _facts(register, scope)
    journal.write("hand_out", "register", scope.place_id, actor=actor, place=scope.place_id, facts=facts)


def _facts(register: Register, scope: Scope) -> dict[str, str]:
    return {"register": register.key, "from": str(scope.first), "to": str(scope.last)}
