"""季度公示 as a notice to hang up: a sheet for each community, in type that is read standing."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import request, url_for

from backend import clock
from backend.console.frame.forms import Form, choice, day
from backend.console.frame.page import Staff, page, render
from backend.ledger import seals
from backend.registers import reading, scopes
from backend.registers.definition import Register, Scope
from backend.reports.quarterly_register import QUARTERLY

# What stands together, each by the heading of its column: how the notice says it, and in which unit.
SECTIONS = (
    (
        "微心愿",
        (
            ("本季征集数", "征集", "个"),
            ("本季发布数", "发布", "个"),
            ("本季认领数", "认领", "个"),
            ("本季点亮数", "点亮", "个"),
        ),
    ),
    (
        "志愿服务",
        (("志愿活动场次", "活动", "场"), ("参与人次", "参与", "人次"), ("服务时长(小时)", "时长", "小时")),
    ),
    ("积分", (("积分发放", "发放", "分"), ("积分兑换", "兑换", "分"), ("积分结存", "结存", "分"))),
    (
        "兑换超市物资",
        (("物资采购金额", "采购", "元"), ("物资捐赠金额", "捐赠", "元"), ("库存结余", "库存结余", "件")),
    ),
    ("投诉建议", (("投诉受理", "受理", "件"), ("投诉办结", "办结", "件"))),
)
DONORS, RULES, PHONE = "捐赠单位(同意)", "规则变更", "监督电话"
_MONTHS = 3


class NoticeForm(Form):
    class Meta(Form.Meta):
        csrf = False

    place = choice("范围", needed=False, numbers=True)
    first = day("从", needed=False)
    last = day("到", needed=False)


@dataclass(frozen=True)
class Notice:
    """One community's sheet."""

    community: str
    sections: list[tuple[str, list[tuple[str, Any, str]]]]
    donors: str | None
    rules: list[str]
    phone: str | None


def address(register: Register, scope: Scope) -> str | None:
    """Where a register stands as a notice, if it is one that is hung up."""
    if register is not QUARTERLY:
        return None
    days: dict[str, Any] = {"place": scope.place_id, "first": scope.first, "last": scope.last}
    return url_for("console.quarterly_notices", **days)


@page("/registers/quarterly/notices")
def quarterly_notices(staff: Staff) -> Any:
    """What the register says of each community of the place; no more is read or told."""
    own = dict(scopes.places_of(QUARTERLY, actor=staff))
    if not own:
        raise scopes.NoPlaceForRegister()
    form = NoticeForm(request.args)
    form.place.choices = own
    form.validate()
    asked = [None if one.errors else one.data for one in (form.place, form.first, form.last)]
    scope = scopes.scope_for(QUARTERLY, *asked, actor=staff)
    rows = [row for batch in reading.batches(QUARTERLY, scope, reading.Names()) for row in batch.rows]
    return render(
        "registers/notices.html",
        scope=scope,
        period=_period(scope),
        notices=[_notice(row) for row in rows],
        seal=seals.latest(),
        today=clock.today(),
    )


def _notice(row: Sequence[Any]) -> Notice:
    told = {
        column.heading: reading.display_value(column, value)
        for column, value in zip(QUARTERLY.columns, row, strict=True)
    }
    return Notice(
        community=told["社区"],
        sections=[
            (name, [(words, told[heading], unit) for heading, words, unit in lines])
            for name, lines in SECTIONS
        ],
        donors=told[DONORS],
        rules=(told[RULES] or "").split("；") if told[RULES] else [],
        phone=told[PHONE],
    )


def _period(scope: Scope) -> str:
    """2026年第三季度 where the days are within one quarter, from its beginning; else the days."""
    first, last = scope.first, scope.last
    quarter = (first.month - 1) // _MONTHS
    whole = first.day == 1 and first.month == quarter * _MONTHS + 1
    if whole and first.year == last.year and (last.month - 1) // _MONTHS == quarter:
        return f"{first.year}年第{'一二三四'[quarter]}季度"
    return f"{first:%Y年%m月%d日}至{last:%Y年%m月%d日}"
