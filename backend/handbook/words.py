"""client/words.js: what a client writes on its buttons and labels, in the words of the house."""

import json
from typing import Any

from backend.handbook.tables import OTHER_BUTTONS, TABLES

HEAD = """// 由代码里的状态表生成，请不要手工修改：flask open-api
// states：各种状态的说法；actions：`actions` 里的操作对应的按钮文字。
"""


def text() -> str:
    states = {table.kind: table.states for table in TABLES}
    actions: dict[str, dict[str, str]] = {
        table.kind: {move.name: move.label for move in table.moves} for table in TABLES
    }
    for kind, buttons in OTHER_BUTTONS.items():
        actions.setdefault(kind, {}).update(buttons)
    # An activity lists the buttons of the caller's own sign-up beside its own.
    actions["activity"] = {**actions["sign_up"], **actions["activity"]}
    return f"{HEAD}module.exports = {_as_javascript({'states': states, 'actions': actions})}\n"


def _as_javascript(words: dict[str, Any]) -> str:
    return json.dumps(words, ensure_ascii=False, indent=2)
