"""states.md: the state diagrams, drawn from the move tables."""

from backend.handbook.tables import PERSONS, TABLES
from backend.moves import Move, MoveTable
from backend.people import permissions
from backend.people.labels import ROLES

HEAD = """# 状态图

<!-- 由代码里的状态表生成，请不要手工修改：flask open-api -->

心愿、活动、报名、兑换单等各有状态，只能按下面的操作改变。回答里的 `actions` 是**这个人现在**能做的操作，小程序照着显示按钮，
不需要自己按这张图判断。操作名里的下划线在路径里写成短横：`send_back` → `POST …/send-back`。
"""


def page() -> str:
    return "\n".join([HEAD, *map(_section, TABLES)])


def _section(table: MoveTable) -> str:
    lines = [f"## {table.title}\n", f"{table.note}\n", "```mermaid", "stateDiagram-v2"]
    lines += [f'    state "{word}" as {state}' for state, word in table.states.items()]
    lines += [f"    [*] --> {state}" for state in table.begins]
    for move in table.moves:
        lines += [f"    {state} --> {move.target}: {move.label}" for state in _known(table, move)]
    lines += [f"    {state} --> [*]" for state in _ends(table)]
    lines += ["```\n", "| 操作 | 名称 | 从 | 到 | 谁可以 | 谁不可以 |", "|---|---|---|---|---|---|"]
    lines += [_row(table, move) for move in table.moves]
    return "\n".join([*lines, ""])


def _known(table: MoveTable, move: Move) -> list[str]:
    """The sources in the order in which the states are told, so that the page is the same each time."""
    return [state for state in table.states if state in move.sources]


def _ends(table: MoveTable) -> list[str]:
    left = {state for move in table.moves for state in move.sources}
    return [state for state in table.states if state not in left]


def _row(table: MoveTable, move: Move) -> str:
    sources = "、".join(table.states[state] for state in _known(table, move))
    never = "、".join(dict.fromkeys(word for fact, word in PERSONS.items() if fact in move.never_by))
    target = table.states[move.target]
    return f"| `{move.name}` | {move.label} | {sources} | {target} | {_who(move)} | {never} |"


def _who(move: Move) -> str:
    facts = permissions.facts_with(move.permission)
    roles = [ROLES[role] for role in permissions.roles_with(move.permission)]
    return "、".join(dict.fromkeys([*(word for fact, word in PERSONS.items() if fact in facts), *roles]))
