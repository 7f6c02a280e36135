"""数据: wishes, hours, points and goods of a place and a time, as charts with their tables. Never of people, never
ranked: communities stand in their own order."""

from datetime import date, timedelta
from typing import Any

from flask import request

from backend import clock
from backend.console.frame import charts
from backend.console.frame.forms import Form, choice, day
from backend.console.frame.page import Staff, page, render
from backend.errors import NotAllowed
from backend.people import place_choices
from backend.reports import figures as counted
from backend.wishes.labels import CATEGORIES

PERIOD_DAYS = 90
LONGEST_DAYS = 3 * 366


class PeriodForm(Form):
    class Meta(Form.Meta):
        csrf = False

    community = choice("社区", needed=False, numbers=True)
    first = day("从", needed=False)
    last = day("到", needed=False)


def _period(form: PeriodForm) -> tuple[date, date]:
    last = form.last.data if form.last.data and not form.last.errors else clock.today()
    first = (
        form.first.data if form.first.data and not form.first.errors else last - timedelta(days=PERIOD_DAYS)
    )
    return max(min(first, last), last - timedelta(days=LONGEST_DAYS)), last


@page("/figures")
def figures(staff: Staff) -> Any:
    form, own = PeriodForm(request.args), place_choices.around(staff.place_ids)
    if not own:
        raise NotAllowed("数据按社区统计，您的任职范围里没有社区")
    form.community.choices = {"": "全部", **dict(own)}
    form.validate()
    first, last = _period(form)
    form.first.data, form.last.data = first, last
    chosen = form.community.data if not form.community.errors else None
    places = [(one, name) for one, name in own if chosen in (None, one)]
    told = counted.wishes_of([one for one, _name in places], first, last)
    return render(
        "figures/page.html",
        form=form,
        charts=_charts(told, places),
        more=_more(places, first, last),
        total=len(told),
        seen_at=clock.now(),
    )


def _charts(told: list[Any], places: list[tuple[int, str]]) -> list[charts.Chart]:
    drawn = [
        charts.bars("心愿走到了哪一步", "个", counted.stages(told)),
        charts.bars("发布后几天有人认领", "个", counted.days_to_claim(told)),
        charts.bars("认领后几天送达", "个", counted.days_to_fulfil(told)),
        charts.bars("实际解决（许愿人说的）", "个", counted.solved(told)),
        charts.bars("满意度（许愿人说的）", "个", counted.satisfaction(told)),
        charts.bars("最需要什么", "个", {CATEGORIES[one]: n for one, n in counted.categories(told).items()}),
    ]
    if len(places) > 1:
        drawn.append(charts.stacks("各社区", "个", counted.by_community(told, places)))
    return drawn


def _more(places: list[tuple[int, str]], first: date, last: date) -> list[charts.Chart]:
    """Volunteering and the exchange. Of points that end and of goods it is today that counts."""
    ids = [one for one, _name in places]
    drawn = [charts.bars("每月服务时长", "小时", counted.hours_by_month(ids, first, last))]
    for title, unit, told in (
        ("半年内到期的积分（按月）", "分", counted.points_ending(ids)),
        ("快要用完的物品（现在）", "件", counted.running_out(ids)),
    ):
        if told:
            drawn.append(charts.bars(title, unit, told))
    points = counted.points_by_community(places, first, last)
    drawn.append(charts.pairs("积分发放和兑换", "分", points))
    if len(places) > 1:
        hours = counted.hours_by_community(places, first, last)
        drawn.append(charts.pairs("各社区服务时长", "小时", (list(hours), {"小时": list(hours.values())})))
    return drawn
