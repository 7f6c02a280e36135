"""WECHAT_TEMPLATES: which of WeChat's templates serves which purpose, and what WeChat calls its fields.

A city picks a title and keywords from WeChat's library; WeChat then names each field after the keyword's type and
number there (`thing9`, `time5`), so that the names differ from city to city. Written is

    {"wish_progress": {"id": "…", "fields": ["thing2", "phrase5", "time3", "thing7"]}, …}

with the fields in the order in which `SHAPES` has the purpose's parts; null for a part that the template lacks.
`flask wechat templates` proposes the line. WeChat: 服务端/消息相关/订阅消息/获取已有模板列表, 发送订阅消息.
"""

import json
import re
from dataclasses import dataclass
from typing import Any

from backend.config_kinds import Said

# The types of what each purpose tells, in order; `outbox/templates.py` says what they mean.
SHAPES: dict[str, tuple[str, ...]] = {
    "wish_progress": ("thing", "phrase", "time", "thing"),
    "review_result": ("thing", "phrase", "time", "thing"),
    "claim_progress": ("thing", "phrase", "time", "thing"),
    "points_changed": ("thing", "number", "time"),
    "activity_notice": ("thing", "time", "thing", "thing"),
    "redemption_notice": ("thing", "phrase", "character_string", "thing"),
    "account_security": ("thing", "time", "thing", "thing"),
}
# What fits one type, and fits these as well: the first is the best.
CARRIED_BY: dict[str, tuple[str, ...]] = {
    "thing": ("thing",),
    "phrase": ("phrase", "thing"),
    "number": ("number", "character_string", "thing"),
    "time": ("time", "date", "character_string", "thing"),
    "character_string": ("character_string", "thing"),
}
FIELD = re.compile(r"([a-z_]+)[0-9]+")


@dataclass(frozen=True)
class Chosen:
    """A template of the city's account: WeChat's id, and the name of each part's field, None where it has none."""

    id: str
    fields: tuple[str | None, ...]


def chosen(text: str) -> dict[str, Chosen]:
    """What the setting says; only for a text in which `fault` finds none."""
    return {key: Chosen(one["id"], tuple(one["fields"])) for key, one in json.loads(text).items()}


def fault(text: str) -> Said | None:
    """Everything that is wrong with the setting, in one sentence."""
    try:
        told = json.loads(text)
    except ValueError:
        told = None
    if not isinstance(told, dict):
        return Said("must be a JSON object", "必须是一个 JSON 对象")
    found = [said for key, one in told.items() if (said := _fault_of(key, one))]
    if not found:
        return None
    return Said(
        *(f"is wrong: {'; '.join(one[0] for one in found)}", f"有误：{'；'.join(one[1] for one in found)}")
    )


def _fault_of(key: str, one: Any) -> Said | None:
    if key not in SHAPES:
        return Said(
            f"there is no purpose {key} (there are {', '.join(SHAPES)})",
            f"没有 {key} 这种用途（有 {'、'.join(SHAPES)}）",
        )
    if not isinstance(one, dict) or one.keys() != {"id", "fields"} or not _is_id(one["id"]):
        return Said(
            f'{key} needs "id" and "fields": leave the setting out, run `flask wechat templates` and copy its line',
            f'{key} 要有 "id" 和 "fields"：先去掉这项设置，运行 `flask wechat templates`，再照它给的那一行填',
        )
    return _fault_of_fields(key, one["fields"])


def _is_id(value: Any) -> bool:
    return isinstance(value, str) and re.fullmatch(r"[A-Za-z0-9_-]{1,64}", value) is not None


def _fault_of_fields(key: str, fields: Any) -> Said | None:
    shape = SHAPES[key]
    if not isinstance(fields, list) or len(fields) != len(shape) or not any(fields):
        kinds = ", ".join(shape)
        return Said(
            f"{key} needs {len(shape)} fields ({kinds}), null for one that the template lacks",
            f"{key} 要写 {len(shape)} 个字段（{kinds}），模板里没有的写 null",
        )
    named = [one for one in fields if one is not None]
    fit = all(one is None or may_carry(kind, one) for kind, one in zip(shape, fields, strict=True))
    if fit and len(set(named)) == len(named):
        return None
    may = "; ".join("/".join(CARRIED_BY[kind]) for kind in shape)
    return Said(
        f"the fields of {key} must be, each once, {may} with their numbers",
        f"{key} 的字段依次只能是 {may} 加编号，不能重复",
    )


def may_carry(kind: str, field: Any) -> bool:
    """Whether what was made to fit `kind` fits this field of WeChat's as well."""
    named = FIELD.fullmatch(field) if isinstance(field, str) else None
    return named is not None and named[1] in CARRIED_BY[kind]
