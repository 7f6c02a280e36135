"""数据: what became of wishes in a place and a time, as charts with their tables. Never of people, never ranked:
communities stand in their own order."""

from datetime import date, timedelta
from typing import Any

from flask import request

from backend import clock
from backend.console import charts, figure_lists, place_lists
from backend.console.forms import Form, choice, day
from backend.console.frame import Staff, page, show
from backend.console.words import CATEGORIES

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
    form, own = PeriodForm(request.args), place_lists.posts(staff)
    form.community.choices = {"": "全部", **dict(own)}
    form.validate()
    first, last = _period(form)
    form.first.data, form.last.data = first, last
    chosen = form.community.data if not form.community.errors else None
    places = [(one, name) for one, name in own if chosen in (None, one)]
    told = figure_lists.wishes_of([one for one, _name in places], first, last)
    return show(
        "figures/page.html",
        form=form,
        charts=_charts(told, places),
        total=len(told),
        seen_at=clock.now(),
    )


def _charts(told: list[Any], places: list[tuple[int, str]]) -> list[charts.Chart]:
    drawn = [
        charts.bars("心愿走到了哪一步", "个", figure_lists.stages(told)),
        charts.bars("发布后几天有人认领", "个", figure_lists.days_to_claim(told)),
        charts.bars("认领后几天送达", "个", figure_lists.days_to_fulfil(told)),
        charts.bars("实际解决（许愿人说的）", "个", figure_lists.solved(told)),
        charts.bars("满意度（许愿人说的）", "个", figure_lists.satisfaction(told)),
        charts.bars(
            "最需要什么", "个", {CATEGORIES[one]: n for one, n in figure_lists.categories(told).items()}
        ),
    ]
    if len(places) > 1:
        drawn.append(charts.stacks("各社区", "个", figure_lists.by_community(told, places)))
    return drawn
