"""The subscription messages WeChat approved for us, and how a text is made to fit their fields.

WeChat refuses a whole message (47003) when one value breaks the rule of its field's type, which is the
field's name without its number. The limits are those of 服务端/消息相关/订阅消息/发送订阅消息.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from backend import clock, config

THING_LENGTH = 20
PHRASE_LENGTH = 5
CHARACTER_STRING_LENGTH = 32
NUMBER_LENGTH = 32

Value = str | int | datetime | date


@dataclass(frozen=True)
class Template:
    """`fields` are (name with its WeChat type, meaning) in the order in which the message shows them."""

    key: str
    title: str
    fields: tuple[tuple[str, str], ...]


def _catalogue(*templates: Template) -> dict[str, Template]:
    return {template.key: template for template in templates}


CATALOGUE = _catalogue(
    Template(
        "wish_progress",
        "心愿进展",
        (("thing1", "心愿"), ("phrase2", "状态"), ("time3", "时间"), ("thing4", "说明")),
    ),
    Template(
        "review_result",
        "审核结果",
        (("thing1", "事项"), ("phrase2", "结果"), ("time3", "时间"), ("thing4", "说明")),
    ),
    Template(
        "claim_progress",
        "认领进展",
        (("thing1", "心愿"), ("phrase2", "状态"), ("time3", "时间"), ("thing4", "说明")),
    ),
    Template("points_changed", "积分变动", (("thing1", "事由"), ("number2", "积分"), ("time3", "时间"))),
    Template(
        "activity_notice",
        "活动通知",
        (("thing1", "活动"), ("time2", "时间"), ("thing3", "地点"), ("thing4", "说明")),
    ),
    Template(
        "redemption_notice",
        "兑换通知",
        (("thing1", "兑换内容"), ("phrase2", "状态"), ("character_string3", "兑换单号"), ("thing4", "说明")),
    ),
    Template(
        "account_security",
        "账号安全提醒",
        (("thing1", "事项"), ("time2", "时间"), ("thing3", "设备"), ("thing4", "说明")),
    ),
)


def template_id(key: str) -> str | None:
    """WeChat's id of a template; None in production while nobody has configured one."""
    settings = config.settings()
    chosen = settings.templates.get(key)
    return chosen.id if chosen else (None if settings.production else f"tpl_{key}")


def key_of(template_id_of_wechat: object) -> str | None:
    """Our name of the template to which WeChat gave this id, as `counted_as` says it; None for what is not ours."""
    if not isinstance(template_id_of_wechat, str):
        return None
    return next((key for key in CATALOGUE if template_id(key) == template_id_of_wechat), None)


def sharing(key: str) -> list[str]:
    """The purposes that one template of WeChat's serves, `key` among them, in the catalogue's order."""
    found = template_id(key)
    return [one for one in CATALOGUE if template_id(one) == found] if found else [key]


def counted_as(key: str) -> str:
    """Under which name acceptances are counted: WeChat counts those of a template, whatever it is used for."""
    return next(iter(sharing(key)), key)


def addressed(key: str, data: dict[str, str]) -> dict[str, str]:
    """The texts of a message under the names that WeChat gave the fields of this city's template.

    What fits our type fits the city's as well: that was checked at start.
    """
    chosen = config.settings().templates.get(key)
    if chosen is None:
        return data
    names = [name for name, _meaning in CATALOGUE[key].fields]
    return {own: data[name] for name, own in zip(names, chosen.fields, strict=True) if own is not None}


def fitted(key: str, values: dict[str, Value]) -> dict[str, str]:
    """All fields of a template, each made to fit.

    A template not in the catalogue, and a field too many or too few, are our own mistakes: ValueError.
    """
    template = CATALOGUE.get(key)
    if template is None:
        raise ValueError(f"no template {key}")
    names = [name for name, _meaning in template.fields]
    if set(names) != set(values):
        raise ValueError(f"{key} has the fields {names}")
    return {name: fit(name, values[name]) for name in names}


def fit(field: str, value: Value) -> str:
    """`value` within the limits of the type of `field`; never empty, which WeChat refuses as well.

    Texts are cut; a `time` or `date` takes a moment, a day, or either in ISO 8601, and refuses other texts
    with ValueError, since an invented time would mislead. A number loses its sign, which WeChat does not
    take: what rises and what falls is said by the fields around it.
    """
    kind = field.rstrip("0123456789")
    if kind not in _FITTED:
        raise ValueError(f"no field type {kind}")
    return _FITTED[kind](value)


def _thing(value: Value) -> str:
    text = _plain(str(value))
    if not text:
        return "无"
    if _length(text) <= THING_LENGTH:
        return text
    kept, room = "", THING_LENGTH - 1
    for cluster in _clusters(text):
        room -= _length(cluster)
        if room < 0:
            break
        kept += cluster
    return kept.rstrip() + "…"


def _phrase(value: Value) -> str:
    return re.sub(r"[^\u4e00-\u9fa5]", "", str(value))[:PHRASE_LENGTH] or "有更新"


def _character_string(value: Value) -> str:
    return re.sub(r"[^\x20-\x7e]", "", str(value)).strip()[:CHARACTER_STRING_LENGTH].rstrip() or "-"


def _number(value: Value) -> str:
    found = re.search(r"[0-9]+(\.[0-9]+)?", str(value))
    return found[0][:NUMBER_LENGTH].rstrip(".") if found else "0"


def _time(value: Value) -> str:
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    if not isinstance(moment, datetime):
        raise ValueError("a time wants a moment")
    return _time_value(moment)


def _date(value: Value) -> str:
    if isinstance(value, str):
        value = date.fromisoformat(value) if len(value) == 10 else datetime.fromisoformat(value)
    if isinstance(value, datetime):
        return _time_value(value)
    if not isinstance(value, date):
        raise ValueError("a date wants a day")
    return f"{value.year:04}年{value.month}月{value.day}日"


_FITTED: dict[str, Callable[[Value], str]] = {
    "thing": _thing,
    "phrase": _phrase,
    "character_string": _character_string,
    "number": _number,
    "time": _time,
    "date": _date,
}


def _time_value(moment: datetime) -> str:
    """`2019-12-25 09:42` in China's time; a moment without a zone is taken to be China's already."""
    local = moment.astimezone(clock.CHINA) if moment.tzinfo else moment
    return local.isoformat(" ", "minutes")[:16]


def _plain(text: str) -> str:
    """One line: separators become single spaces; what cannot be sent, or is invisible by trade, goes."""
    kept = (" " if sign.isspace() or _category(sign) == "Cc" else sign for sign in text if _speaks(sign))
    return " ".join("".join(kept).split())


def _speaks(sign: str) -> bool:
    """Lone surrogates, private and unassigned signs, and direction marks say nothing to a reader."""
    if _category(sign) == "Cf":
        return _extends(sign)
    return _category(sign) not in ("Cs", "Co", "Cn")


_category = unicodedata.category
_JOINER = "\u200d"


def _length(text: str) -> int:
    """A Chinese character is one; an emoji beyond the basic plane two, as the mini-program itself counts."""
    return len(text.encode("utf-16-le")) // 2


def _clusters(text: str) -> Iterator[str]:
    """What a reader takes for one character: a base with its marks, joined emoji, a flag of two letters."""
    cluster = ""
    for sign in text:
        if cluster and not (_extends(sign) or cluster.endswith(_JOINER) or _completes_flag(cluster, sign)):
            yield cluster
            cluster = ""
        cluster += sign
    if cluster:
        yield cluster


def _extends(sign: str) -> bool:
    """Marks, the joiner, skin tones, and the tags that spell a region's flag."""
    if _category(sign) in ("Mn", "Mc", "Me") or sign == _JOINER:
        return True
    return "\U0001f3fb" <= sign <= "\U0001f3ff" or "\U000e0020" <= sign <= "\U000e007f"


def _completes_flag(cluster: str, sign: str) -> bool:
    return len(cluster) == 1 and _is_flag_letter(cluster) and _is_flag_letter(sign)


def _is_flag_letter(sign: str) -> bool:
    return "\U0001f1e6" <= sign <= "\U0001f1ff"
