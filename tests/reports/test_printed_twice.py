"""A register of a past period is printed twice: whatever happened in between, each cell says the same."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from backend import clock
from backend.db import session, transaction
from backend.people import actions as people
from backend.people import teams
from backend.people.models import Person, Residency, Team
from backend.registers import reading, scopes
from backend.reports import catalogue
from backend.supermarket.actions import approvals, items, stocktakes
from backend.volunteering.actions import corrections
from backend.wishes.actions import claims, reviewing, writing
from tests.supermarket import cast as shops
from tests.volunteering import cast as service
from tests.wishes import cast
from tests.wishes.cast import by

# What goes to a unit rests on the consents of today; the purposes are those in force today.
OF_TODAY = {"feedback", "personal_data"}
FIRST = clock.today() + timedelta(days=1)
LAST = FIRST + timedelta(days=6)
IN_THE_PERIOD = clock.day_starts(FIRST) + timedelta(hours=10)
AFTER, LATER = IN_THE_PERIOD + timedelta(days=8), IN_THE_PERIOD + timedelta(days=10)
NEXT = {"first": LAST + timedelta(days=1), "last": LAST + timedelta(days=4)}


def printed(town, key, first=FIRST, last=LAST, clear=False):
    register = catalogue.one(key)
    scope = scopes.whole(register, town.songtao, first, last)
    names = reading.Names(clear)
    rows = [row for batch in reading.batches(register, scope, names) for row in batch.rows]
    return [dict(zip(register.headings, row, strict=True)) for row in rows]


def all_printed(town):
    return {key: printed(town, key) for key in catalogue.REGISTERS if key not in OF_TODAY}


@pytest.fixture
def lived(town):
    """Some days in which something of everything happened; answers what can be changed afterwards."""
    with clock.frozen_at(IN_THE_PERIOD):
        shop = shops.opened(town)
        item, support = shops.goods(town, shop, stock=20), shops.support(town, shop)
        shops.rich(town, "wulan")
        orders = [
            shops.handed_over(town, shop, {item: 3}),
            shops.approved(town, shop, {support: 1}, purpose="楼道清扫"),
        ]
        shops.hand_over(town, orders[1])
        with transaction():
            counted = stocktakes.propose(shop, [(item, 16, "数过了")], actor=by(town, "bu"))
        with transaction():
            stocktakes.approve(counted.id, actor=by(town, "yan"))
        (claimed, fulfilled), _round = cast.published(town, 2)
        for wish, name in ((claimed, "pei"), (fulfilled, "qin")):
            with transaction():
                claims.claim(wish, actor=by(town, name))
        with transaction():
            claims.fulfil(fulfilled, "送到了", actor=by(town, "qin"))
        wishes = {"claimed": claimed, "fulfilled": fulfilled, "submitted": cast.submitted(town)}
        return wishes | {"item": item, "orders": orders}


def change_everything(town, lived):
    """All that may happen to what was printed."""
    for order in lived["orders"]:
        with transaction():
            approvals.give_back(order, "包装破损", actor=by(town, "yan"))
    with transaction():
        items.change(lived["item"], {"name": "改过的名", "unit": "箱"}, actor=by(town, "bu"))
    for team in session.scalars(sa.select(Team)).all():
        clerk = "tong" if team.community_id == town.songtao else "bai"
        with transaction():
            teams.edit(team.id, {"name": f"改名{team.id}"}, actor=by(town, clerk))
    with transaction():
        claims.release(lived["claimed"], "临时出差", actor=by(town, "pei"))
    with transaction():
        writing.withdraw(lived["claimed"], actor=by(town, "ning"))
    with transaction():
        claims.confirm(lived["fulfilled"], False, 3, "app", actor=by(town, "ning"))
    with transaction():
        reviewing.decline(lived["submitted"], "不属于微心愿的范围", actor=by(town, "lan"))
    with transaction():
        unit = session.scalars(sa.text("SELECT max(id) FROM organisations WHERE kind = 'unit'")).one()
        people.register_party_member(unit, town.songtao, ["relief"], actor=by(town, "qin"))
    with transaction():
        session.execute(sa.update(Residency).values(grid_id=town.place("松涛-01")))


def test_every_register_says_the_same_when_it_is_printed_again(town, lived):
    with clock.frozen_at(AFTER):
        before = all_printed(town)
        assert all(before[key] for key in ("wishes", "points", "redemptions", "stock", "stocktakes", "units"))
        change_everything(town, lived)
    with clock.frozen_at(LATER):
        again = all_printed(town)
    for key, rows in before.items():
        for one, other in zip(rows, again[key], strict=True):
            assert other == one, key


def test_what_came_later_is_a_line_of_the_period_in_which_it_came(town, lived):
    with clock.frozen_at(AFTER):
        change_everything(town, lived)
    with clock.frozen_at(LATER):
        back = printed(town, "redemptions", **NEXT)
        told = [(row["数量"], row["合计积分"], row["领取方式(本人/代领)"]) for row in back]
        assert told == [(-3, -30, "退回"), (-1, -10, "退回")]
        assert {row["品名"] for row in printed(town, "stock", **NEXT)} >= {"改过的名"}
        went_on = printed(town, "wishes", **NEXT)
        assert {(row["备注"], row["预估金额"]) for row in went_on} == {("以前征集，本期有进展", None)}
        assert sorted(row["审核结果"] for row in went_on) == ["不予受理", "通过", "通过"]
        whole = printed(town, "redemptions", FIRST, NEXT["last"])
        assert sum(row["合计积分"] for row in whole) == 0
        (quarter,) = printed(town, "quarterly", **NEXT)
        assert (quarter["本季征集数"], quarter["本季点亮数"], quarter["积分兑换"]) == (0, 1, -40)


def test_a_corrected_record_stays_and_its_correction_is_the_difference(town):
    day = clock.business_day(service.STARTS)
    service.certified(town, by(town, "pei"))
    with clock.frozen_at(service.STARTS + timedelta(days=2)):
        before = printed(town, "service_records", day, day)
        (record,) = [one for one in service.records(by(town, "pei")) if one.served_on == day]
        with transaction():
            asked = corrections.request(record.id, 90, "早走了半小时", actor=by(town, "pei"))
        with transaction():
            corrections.approve(asked.id, actor=by(town, "lan"))
    with clock.frozen_at(service.STARTS + timedelta(days=4)):
        assert printed(town, "service_records", day, day) == before
        (line,) = printed(town, "service_records", day + timedelta(days=1), day + timedelta(days=3))
        (quarter,) = printed(town, "quarterly", day + timedelta(days=1), day + timedelta(days=3))
    assert (line["服务时长(小时)"], quarter["服务时长(小时)"], quarter["参与人次"]) == (-30, -30, 0)
    assert line["服务内容"].startswith("更正记录 ")


def test_who_has_left_stands_as_left_on_every_sheet(town, lived):
    with clock.frozen_at(AFTER):
        names = {row["姓名(脱敏)"] for row in printed(town, "redemptions")}
        with transaction():
            left = sa.update(Person).where(Person.id == town.person("wulan").id)
            session.execute(left.values(state="cancelled", openid=None, real_name_sealed=None))
        assert {row["姓名(脱敏)"] for row in printed(town, "redemptions")} == {"已注销"} != names
