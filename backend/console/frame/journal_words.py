"""Chinese names of what stands in the journal. What is not named here shows its English word.

A move is called by its own label and a state by the word of its capability's pages, so that the journal says
the same as the page of the thing.
"""

from backend import capabilities
from backend.console.frame.page import bp

_LABELS = list(capabilities.modules("labels"))

# What no capability of its own stands for: pictures, registers, imports, and rights over one's own data.
_FILE_STATES = {
    "checking": "检查中",
    "needs_look": "待查看",
    "passed": "已通过",
    "refused": "未通过",
    "discarded": "已删除",
}
_OTHER_KINDS = {"file": "图片", "register": "台账（地方）", "organisation": "组织", "import": "导入的表格"}
_OTHER_VERBS = {
    "file": {"look_at_picture": "查看图片", "check_picture": "微信检查图片", "discard_picture": "删除图片"},
    "register": {"hand_out": "导出台账", "open_register": "导出未遮盖的台账", "hand_out_list": "导出列表"},
    "organisation": {
        "import": "导入",
        "change_calendar": "修改工作日历",
        "change_contact": "修改联系方式",
        "set_wish_cost_cap": "修改心愿金额上限",
        "add": "新增",
        "rename": "改名",
        "close": "撤销",
        "reopen": "恢复",
        "move": "划归",
        "merge": "并入别处",
        "absorb": "并进来",
    },
    "import": {"import": "导入"},
    "person": {
        "export": "导出个人信息",
        "cancel": "注销账号",
        "revoke": "撤销",
        "open_feedback": "向单位反馈服务情况",
    },
}


def _words_by_kind() -> dict[str, dict[str, str]]:
    """What can be done to each kind of thing; one kind may be written of by several capabilities."""
    spoken = [
        {table.kind: {move.name: move.label for move in table.moves}}
        for states in capabilities.modules("states")
        for table in states.TABLES
    ]
    spoken += [labels.JOURNAL_VERBS for labels in _LABELS]
    by_kind: dict[str, dict[str, str]] = {}
    for words in (*spoken, _OTHER_VERBS):
        for kind, verbs in words.items():
            by_kind.setdefault(kind, {}).update(verbs)
    return by_kind


def _every_meaning(by_kind: dict[str, dict[str, str]]) -> dict[str, str]:
    """What a verb means of anything: 审批通过、盘点通过、批准. For who looks for it whatever was approved."""
    meanings: dict[str, dict[str, None]] = {}
    for verbs in by_kind.values():
        for verb, word in verbs.items():
            meanings.setdefault(verb, {})[word] = None
    return {verb: "、".join(words) for verb, words in meanings.items()}


KINDS = {**{kind: name for labels in _LABELS for kind, name in labels.JOURNAL_KINDS.items()}, **_OTHER_KINDS}
STATES = {
    **{kind: words for labels in _LABELS for kind, words in labels.JOURNAL_STATES.items()},
    "file": _FILE_STATES,
}
WORDS = _words_by_kind()
VERBS = _every_meaning(WORDS)


def _grouped(by_kind: dict[str, dict[str, str]]) -> dict[str, list[tuple[str, str]]]:
    """For a list to choose from: under the name of each kind of thing what can be done to it, each word once. What two
    verbs of a kind are both called is one line: `person:create+register`."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for kind, verbs in by_kind.items():
        alike: dict[str, list[str]] = {}
        for verb, word in verbs.items():
            alike.setdefault(word, []).append(verb)
        lines = [(f"{kind}:{'+'.join(some)}", word) for word, some in alike.items()]
        groups.setdefault(KINDS.get(kind, kind), []).extend(lines)
    return groups


BY_KIND = _grouped(WORDS)


@bp.app_template_filter("deed")
def deed(verb: str, kind: str) -> str:
    """What was done to a thing of this kind."""
    return WORDS.get(kind, {}).get(verb, verb)


@bp.app_template_filter("state_word")
def state_word(state: str, kind: str) -> str:
    """A state by the thing it is one of: a wish that is published waits, a round that is published runs."""
    return STATES.get(kind, {}).get(state, state)
