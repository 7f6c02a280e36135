"""数据 on the console: sums of places and days, as SQL gives them; never of people."""

import base64
import re
from datetime import date

import sqlalchemy as sa

from backend import clock
from backend.console.frame import charts
from backend.db import session, transaction
from backend.reports import figures

FIRST = date(2025, 1, 1)


def test_hours_by_month_and_by_community_are_those_of_the_records(town):
    last = clock.today()
    places = [(town.songtao, "松涛社区"), (town.baihua, "白桦社区")]
    by_place = figures.hours_by_community(places, FIRST, last)
    for place, name in places:
        minutes = session.scalar(
            sa.text(
                "SELECT sum(minutes) FROM service_records r WHERE community_id = :place"
                " AND NOT EXISTS (SELECT 1 FROM service_records c WHERE c.corrects_id = r.id)"
            ),
            {"place": place},
        )
        assert by_place[name] == round(minutes / 60, 1)
        by_month = figures.hours_by_month([place], FIRST, last)
        assert abs(sum(by_month.values()) - minutes / 60) < 0.06 * len(by_month)
    assert list(by_place) == ["松涛社区", "白桦社区"]
    assert next(iter(by_month)) == "2025-01"
    assert len(by_month) == (last.year - 2025) * 12 + last.month


def test_points_of_a_place_are_the_ledgers(town):
    names, parts = figures.points_by_community([(town.songtao, "松涛社区")], FIRST, clock.today())
    assert names == ["松涛社区"]
    went = "SELECT coalesce(sum(t.amount), 0) FROM transfers t JOIN accounts a ON a.id = t.{}_id"
    went += " WHERE t.community_id = :place AND a.kind = 'spent'"
    spent, back = (
        session.scalar(sa.text(went.format(side)), {"place": town.songtao}) for side in ("target", "source")
    )
    assert parts["兑换"] == [spent - back]
    assert parts["发放"][0] > parts["兑换"][0]


def test_goods_that_run_out_are_named_with_their_shop(town):
    wanted = sa.text(
        "SELECT i.id, i.name FROM items i JOIN shops s ON s.id = i.shop_id"
        " WHERE s.community_id = :place AND i.on_shelf AND i.on_hand > 0 ORDER BY i.id LIMIT 1"
    )
    item = session.execute(wanted, {"place": town.songtao}).one()
    before = figures.running_out([town.songtao])
    with transaction():
        session.execute(sa.text("UPDATE items SET low_stock = on_hand WHERE id = :id"), {"id": item.id})
    after = figures.running_out([town.songtao])
    assert any(name.startswith(item.name) for name in after)
    assert len(after) >= len(before)


def test_points_that_end_are_those_of_residents_here(town):
    told = figures.points_ending([town.songtao], months=24)
    assert {month[-2:] for month in told} == {"12"}
    assert sum(told.values()) > 160
    assert figures.points_ending([town.place("红松社区")], months=24) == {}


def test_the_page_shows_them_all(visitor, town):
    page = visitor("jie").page("/console/figures")
    for title in ("心愿走到了哪一步", "每月服务时长", "各社区服务时长", "积分发放和兑换", "最需要什么"):
        assert f"<h2>{title}</h2>" in page


def test_a_number_stands_above_its_bar_where_no_axis_strikes_it_out():
    picture = charts.bars("心愿", "个", {"待审核": 0, "已点亮": 3}).picture.split(",")[1]
    drawn = base64.b64decode(picture).decode()
    tops = [float(y) for y in re.findall(r'<\S*rect [^>]* y="([\d.]+)"[^>]*class="rect', drawn)]
    told = re.findall(r'<\S*text [^>]* y="([\d.]+)"[^>]*class="value[^>]*>', drawn)
    assert len(tops) == len(told) == 2
    assert all(float(y) <= top for y, top in zip(told, tops, strict=True))
