"""Template filters: plain Chinese for what the database says in English, and times as people read them."""

from datetime import date, datetime
from typing import Any

from backend import capabilities, clock
from backend.console.frame.page import bp
from backend.organisations.models import KIND_NAMES

# The words of a capability stand in its own labels.py.
LABELS: dict[str, dict[str, str]] = {
    "kind": KIND_NAMES,
    **{kind: words for one in capabilities.modules("labels") for kind, words in one.LABELS.items()},
}


@bp.app_template_filter("word")
def word(value: Any, kind: str) -> str:
    """The Chinese of a value of this kind; an unknown one shows itself rather than nothing."""
    return LABELS[kind].get(value, value or "")


@bp.app_template_filter("when")
def when(moment: datetime | None) -> str:
    """11月23日 09:05, with the year only when it is another one."""
    if moment is None:
        return ""
    local = moment.astimezone(clock.CHINA)
    year = "" if local.year == clock.today().year else f"{local.year}年"
    return f"{year}{local.month}月{local.day}日 {local:%H:%M}"


@bp.app_template_filter("day")
def day(value: date | None) -> str:
    if value is None:
        return ""
    year = "" if value.year == clock.today().year else f"{value.year}年"
    return f"{year}{value.month}月{value.day}日"


@bp.app_template_filter("at")
def at(moment: datetime | None) -> str:
    """The time of day alone: 09:05."""
    return f"{moment.astimezone(clock.CHINA):%H:%M}" if moment else ""


@bp.app_template_filter("ends")
def ends(moment: datetime) -> str:
    """The time of day at which something ends; midnight is the end of its own day: 24:00."""
    told = at(moment)
    return "24:00" if told == "00:00" else told


@bp.app_template_filter("day_of")
def day_of(moment: datetime) -> date:
    """The business day of a moment."""
    return clock.business_day(moment)


@bp.app_template_filter("until")
def until(moment: datetime, start: datetime) -> str:
    """The end of something that began at `start`; its day only when it is another one."""
    same = clock.business_day(moment) == clock.business_day(start)
    return at(moment) if same else when(moment)


@bp.app_template_filter("hours")
def hours(minutes: int | None) -> str:
    """150 is 2 小时 30 分钟."""
    if minutes is None:
        return ""
    whole, rest = divmod(minutes, 60)
    told = [*([f"{whole} 小时"] if whole else []), *([f"{rest} 分钟"] if rest or not whole else [])]
    return " ".join(told)


@bp.app_template_filter("age")
def age(moment: datetime | None) -> str:
    """How long ago, in the coarsest unit that tells it."""
    if moment is None:
        return ""
    minutes = int((clock.now() - moment).total_seconds() // 60)
    if minutes < 1:
        return "不到 1 分钟"
    if minutes < 60:
        return f"{minutes} 分钟"
    return f"{minutes // 60} 小时" if minutes < 24 * 60 else f"{minutes // (24 * 60)} 天"


@bp.app_template_filter("due")
def due(last: date | None) -> str:
    """How much time is left until the end of a day."""
    if last is None:
        return ""
    left = (last - clock.today()).days
    if left < 0:
        return f"超期 {-left} 天"
    return "今天到期" if left == 0 else f"还有 {left} 天"
