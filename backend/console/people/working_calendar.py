"""工作日历: the days that are free or worked out of turn, and the entry of what was announced or decided."""

from datetime import date, timedelta
from typing import Any

from flask import request, url_for
from wtforms.validators import ValidationError

from backend import calendar_days, clock, working_days
from backend.console.frame import todo
from backend.console.frame.forms import Form, day, line, one_of
from backend.console.frame.page import Staff, page, redirect_with_message, render, run_form
from backend.people.permissions import Permission
from backend.working_days import Day, Source

MOST_AT_ONCE = 31


class DaysForm(Form):
    first = day("从哪天")
    last = day("到哪天", description="包括这一天；只有一天就填同一天")
    is_workday = one_of("这几天", (("free", "放假"), ("work", "上班（调休）")))
    name = line("名称", most=working_days.NAME_MAX, needed=False, description="如：春节、国庆节调休")

    def validate_last(self, field: Any) -> None:
        first, last = self.first.data, field.data
        if first and last and not 0 <= (last - first).days < MOST_AT_ONCE:
            raise ValidationError(f"不早于第一天，一次最多 {MOST_AT_ONCE} 天")


@page("/working-calendar", guard=Permission.CALENDAR_CHANGE, methods=("GET", "POST"))
def working_calendar(staff: Staff) -> Any:
    """The days of this year and the next that do not count as their weekday says."""
    form = DaysForm()
    if request.method == "POST" and run_form(form, lambda: calendar_days.change(_entered(form), actor=staff)):
        changed, moved = form.outcome
        return redirect_with_message("console.working_calendar", _outcome(changed, moved))
    year = clock.today().year
    shown = working_days.days(date(year, 1, 1), date(year + 1, 12, 31))
    return render(
        "places/working_calendar.html",
        form=form,
        missing=calendar_days.unknown_year(),
        days=[one for one in shown if _out_of_turn(one)],
        sources={Source.LIBRARY: "国务院安排", Source.CITY: "本市录入"},
    )


def _entered(form: DaysForm) -> list[Day]:
    count = (form.last.data - form.first.data).days + 1
    every = (form.first.data + timedelta(days=number) for number in range(count))
    works = form.is_workday.data == "work"
    return [Day(one, works, form.name.data or None, Source.CITY) for one in every]


def _out_of_turn(one: Day) -> bool:
    return one.source == Source.CITY or one.is_workday != (one.date.weekday() < 5)


def _outcome(changed: int, moved: int) -> str:
    if not changed:
        return "和原来一样，没有要改的"
    return f"已保存 {changed} 天" + (f"，{moved} 个办理期限随之变了" if moved else "，没有办理期限因此改变")


def _missing(_staff: Staff, _most: int) -> list[todo.Waiting]:
    """From November on: the next year, until somebody enters what the State Council announced."""
    year = calendar_days.unknown_year()
    if year is None:
        return []
    since = clock.day_starts(date(min(year, clock.today().year), 11 if year > clock.today().year else 1, 1))
    return [
        todo.Waiting(
            "工作日历",
            f"{year}年的放假调休安排还没有录入，现在按周一至周五计算期限",
            "全市",
            since,
            url_for("console.working_calendar"),
        )
    ]


todo.PROVIDERS.append(
    todo.Provider(Permission.CALENDAR_CHANGE, _missing, lambda staff: len(_missing(staff, 1)))
)
