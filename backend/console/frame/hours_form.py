"""Opening hours as a clerk writes them, of a shop or an office: `08:30-11:30 13:30-17:00`, a line for each weekday."""

import re
from collections.abc import Sequence
from typing import Any

from backend import text
from backend.console.frame.forms import Form, line
from backend.opening_hours import Hours

WEEKDAYS = "一二三四五六日"
_HOURS = re.compile(r"([0-9]{1,2}:[0-9]{2})[-~至到]+([0-9]{1,2}:[0-9]{2})")


class HoursForm(Form):
    hours_1 = line("周一", most=60, needed=False)
    hours_2 = line("周二", most=60, needed=False)
    hours_3 = line("周三", most=60, needed=False)
    hours_4 = line("周四", most=60, needed=False)
    hours_5 = line("周五", most=60, needed=False)
    hours_6 = line("周六", most=60, needed=False)
    hours_7 = line("周日", most=60, needed=False)

    def validate(self, extra_validators: Any = None) -> bool:
        good = super().validate(extra_validators)
        for weekday in range(1, 8):
            field = self[f"hours_{weekday}"]
            if _HOURS.sub("", _as_meant(field)).strip("、,;"):
                field.errors = [*field.errors, "请写成 08:30-11:30 13:30-17:00，不开放就留空"]
                good = False
        return good

    def hours(self) -> list[Hours]:
        """What was written, as the rules take it."""
        return [
            Hours(weekday=weekday, opens=opens.zfill(5), closes=closes.zfill(5))
            for weekday in range(1, 8)
            for opens, closes in _HOURS.findall(_as_meant(self[f"hours_{weekday}"]))
        ]


def _as_meant(field: Any) -> str:
    """Colons, digits and dashes of a Chinese keyboard are those of the clock."""
    return text.reference(field.data or "")


def hours_data(hours: Sequence[Hours]) -> dict[str, str]:
    """Hours as the form shows them."""
    lines: dict[str, list[str]] = {}
    for one in hours:
        lines.setdefault(f"hours_{one['weekday']}", []).append(f"{one['opens']}-{one['closes']}")
    return {name: " ".join(parts) for name, parts in lines.items()}
