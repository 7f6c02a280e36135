"""The year's end 2026 → 2027 and Spring Festival 2027, day by day: what a careful clerk would expect of each of them.

The city begins in December 2026, whenever this is run. The jobs run every night, none is left out, and at nine of each
day on which people do something. Every date and every figure below is counted by hand.
"""

import re
from contextlib import contextmanager, nullcontext
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa

from backend import clock, jobs
from backend.app import all_jobs
from backend.db import session, transaction
from backend.identity import credentials
from backend.ledger import verify as ledger
from backend.operations import doctor, invariants
from backend.outbox.models import Notice
from backend.seeds import demo
from backend.supermarket import verify as books
from backend.supermarket.actions import approvals, shops
from backend.supermarket.actions.returned_goods import Back
from backend.volunteering.actions import activities, attendance, ending, hours, sign_ups
from backend.wishes.actions import claims
from tests.api.test_points import upload_book
from tests.complaints import test_complaints as complaints
from tests.console.test_registers import rows_of, take
from tests.console.visitor import Visitor
from tests.supermarket import cast as shop_cast
from tests.town import Town
from tests.volunteering import cast as service
from tests.wishes import cast as wishes
from tests.wishes.cast import by

WEEK = [{"weekday": day, "opens": "09:00", "closes": "17:00"} for day in range(1, 7)]
FESTIVAL = [f"2027-02-{day:02}" for day in range(5, 12)]
CALENDAR = [
    {"date": "2027-01-01", "isWorkday": False, "name": "元旦"},
    *({"date": day, "isWorkday": False, "name": "春节"} for day in FESTIVAL),
    {"date": "2027-01-31", "isWorkday": True, "name": "春节调休上班"},
    {"date": "2027-02-14", "isWorkday": True, "name": "春节调休上班"},
]
CLOSED = [f"2027-02-{day:02}" for day in range(4, 18)]
# Said of a day that is past: to nobody on a day on which the offices are closed.
OVERDUE = ("claim_overdue", "claim_expired", "complaint_moved", "complaint_escalated", "record_overdue")
BOOK = "卡号,手机号,姓名,积分,到期年份\n,11100000010,秦明远,30,2026\n,11100000010,秦明远,50,2027\n,11100000012,宁小舟,10,2026\n"
AFTER_MIDNIGHT = timedelta(minutes=15)
LAST_QUARTER = "2026-10-01", "2026-12-31"
PRINTED_AT = re.compile("(?<=时间：)[0-9-]{10} [0-9:]{5}")
YEAR_UNKNOWN = "2027年的放假调休安排还没有录入"


def moment(told):
    """`12-31 23:30`, in China, of the winter 2026/27."""
    year = 2026 if told.startswith("12") else 2027
    return datetime.strptime(f"{year}-{told}", "%Y-%m-%d %H:%M").replace(tzinfo=clock.CHINA).astimezone(UTC)


class Winter:
    """The town, its clock, and its people as they look at their phones."""

    def __init__(self, town, begins):
        self.town, self.jobs, self.now = town, all_jobs(), moment(begins)

    @contextmanager
    def at(self, told):
        """This moment; what time brings until then has been done every night, and at nine of this day."""
        until = moment(told)
        assert until >= self.now, "a story goes on"
        today = clock.day_starts(clock.business_day(until))
        turn = clock.day_starts(clock.business_day(self.now)) + AFTER_MIDNIGHT
        nights = [turn + timedelta(days=day) for day in range((until - turn).days + 1)]
        for turn in (*nights, today + timedelta(hours=9)):
            if self.now < turn <= until:
                self._work(turn)
        self.now = until
        session.expire_all()
        with clock.frozen_at(until):
            yield

    def _work(self, turn):
        with clock.frozen_at(turn):
            for job in self.jobs:
                jobs.run(job)

    def told(self, name, *kinds):
        """(day, sentence) of the notices of these kinds in somebody's inbox, oldest first."""
        wanted = sa.select(Notice.created_at, Notice.body).where(
            Notice.person_id == self.town.person(name).id, Notice.kind.in_(kinds)
        )
        rows = session.execute(wanted.order_by(Notice.id)).all()
        return [(f"{clock.business_day(row.created_at):%m-%d}", row.body) for row in rows]

    def days_told(self, name, *kinds):
        return [day for day, _ in self.told(name, *kinds)]

    def points(self, name):
        """What the phone shows: available points, and the balance of the newest line of the statement."""
        phone = self.town.phone(name)
        rows = phone.data("GET", "/me/points/statement?limit=1")["list"]
        return phone.data("GET", "/me/points")["available"], rows[0]["balance"]

    def lots(self, name):
        found = self.town.phone(name).data("GET", "/me/points")["lots"]
        return [(one["points"], one["expiresOn"]) for one in found]

    def register(self, first, last):
        """兑换登记表 as the community takes it with it, every cell, but for the moment of printing."""
        answer = take(Visitor(self.town.app, "tong"), self.town, "redemptions", "csv", first=first, last=last)
        return [[PRINTED_AT.sub("…", cell) for cell in row] for row in rows_of(answer)]


@pytest.fixture
def winter(app, wechat, monkeypatch):
    # Without its past of a year, of which every day would be sealed in the first night.
    monkeypatch.setattr(demo, "days_ago", lambda _days: nullcontext())
    # That the tests' server writes without fsync would be all that the doctor says.
    monkeypatch.setattr(doctor, "_postgresql", lambda: iter(()))
    with clock.frozen_at(moment("12-20 09:00")):
        password_hash = credentials.hashed(demo.password())
        with transaction():
            demo.begin(password_hash)
    return Winter(Town(app), "12-28 00:00")


def _opened(town):
    with transaction():
        return shops.open_shop(town.songtao, "年货超市", opening_hours=WEEK, actor=by(town, "tong")).id


def _published(town, title, starts, for_hours, *people):
    told = {"starts_at": moment(starts), "ends_at": moment(starts) + timedelta(hours=for_hours)}
    content = {**service.CONTENT, **told, "title": title}
    leader = by(town, "wulan")
    with transaction():
        made = activities.plan(town.songtao, service.riders(town), content, actor=leader).id
    with transaction():
        activities.publish(made, actor=leader)
    for name in people:
        with transaction():
            sign_ups.sign_up(made, actor=by(town, name))
    return made


def _checked(town, activity, name, verb):
    with transaction():
        verb(activity, service.code(activity), actor=by(town, name))


def _ended(town, activity):
    with transaction():
        ending.end(activity, actor=by(town, "wulan"))


def _certified(town, activity):
    with transaction():
        hours.propose(activity, {}, actor=by(town, "wulan"))
    with transaction():
        hours.certify(activity, {}, actor=by(town, "tong"))


def _opening_points(winter):
    town = winter.town
    with winter.at("12-28 10:00"):
        sheet = upload_book(town, town.phone("tong"), BOOK).json["data"]
        assert sheet["counts"] == {"new": 3, "same": 0, "unreadable": 0}
        town.phone("lan").data("POST", f"/points/opening-balances/{sheet['id']}/confirm")
        assert winter.lots("qin") == [(30, "2026-12-31"), (50, "2027-12-31")]
        # Of the demo city's beginning ning has 40, given in 2026, which end with 2027.
        assert winter.lots("ning") == [(10, "2026-12-31"), (40, "2027-12-31")]


def _december(winter):
    """An order that is collected, an activity of two hours, and a calendar that nobody knows."""
    town = winter.town
    with winter.at("12-28 11:00"):
        shop = _opened(town)
        rice = shop_cast.goods(town, shop, stock=40, points=10)
        kept = shop_cast.approved(town, shop, {rice: 3}, "wulan")
        snow = _published(town, "清雪", "12-30 09:00", 2, "ning")
        night = _published(town, "跨年夜值守", "12-31 20:00", 6, "pei")
    with winter.at("12-29 11:00"):
        shop_cast.hand_over(town, kept)
        assert winter.told("qin", "points_ending") == [
            ("12-29", "您有 30 积分将在 2026-12-31 之后到期，请在当天结束前使用。")
        ]
    with winter.at("12-30 09:00"):
        _checked(town, snow, "ning", attendance.check_in)
    with winter.at("12-30 11:00"):
        _checked(town, snow, "ning", attendance.check_out)
        _ended(town, snow)
        # 31 December is the first day, 1 January the second as far as anybody knows.
        assert service.activity(snow).record_due_on == date(2027, 1, 13)
        assert YEAR_UNKNOWN in Visitor(town.app, "admin").get("/console/").get_data(as_text=True)
        assert [one for one in doctor.findings() if "2027" in one.sentence]
    return shop, rice, kept, snow, night


def _new_years_eve(winter, shop, rice, night):
    """What ends with the year: the oldest lot is held first, its rest is gone at midnight, and stays gone."""
    town = winter.town
    with winter.at("12-31 20:00"):
        _checked(town, night, "pei", attendance.check_in)
    with winter.at("12-31 23:30"):
        late = shop_cast.asked(town, shop, {rice: 2}, "qin")
        mixed = shop_cast.asked(town, shop, {rice: 3}, "ning")
        assert winter.lots("qin") == [(10, "2026-12-31"), (50, "2027-12-31")]
        assert winter.lots("ning") == [(20, "2027-12-31")]
        assert winter.points("qin") == (60, 60)
        # Friday, Saturday, Monday: the shop says itself when it is closed.
        assert shop_cast.order(late).approve_until == date(2027, 1, 4)
    with winter.at("01-01 00:10"):
        assert winter.points("qin") == (50, 50)
        assert winter.points("ning") == (20, 20)
    with winter.at("01-01 02:00"):
        _checked(town, night, "pei", attendance.check_out)
        assert winter.points("qin") == (50, 50)
    with winter.at("01-01 02:05"):
        _ended(town, night)
    return late, mixed


def _january(winter, late, mixed, snow, night):
    town = winter.town
    with winter.at("01-04 10:00"):
        with transaction():
            approvals.reject(late, "这批先给老人", actor=by(town, "tong"))
        assert winter.points("qin") == (50, 50)
        assert shop_cast.purse(town, "qin") == (50, 0)
        ((_, sentence),) = winter.told("qin", "redemption_rejected")
        assert "这批先给老人。20 积分的有效期已过，没有退回。" in sentence
        _certified(town, night)
        totals = town.phone("pei").data("GET", "/me/service-records")["totals"]
        assert totals["byYear"] == [{"year": 2026, "minutes": 240}, {"year": 2027, "minutes": 120}]
        # At most two points an activity.
        assert winter.points("pei") == (2, 2)
        assert shop_cast.order(mixed).state == "requested"
    with winter.at("01-05 09:30"):
        ((day, sentence),) = winter.told("ning", "redemption_expired")
        assert (day, shop_cast.order(mixed).state) == ("01-05", "expired")
        assert "20 积分已退回，另有 10 积分的有效期已过，没有退回" in sentence
        assert winter.points("ning") == (40, 40)
        _calendar_is_entered(town, snow)
        printed = winter.register(*LAST_QUARTER)
        assert _lines(printed) == [("2026-12-29", "3", "30", "本人")]
    with winter.at("01-13 18:00"):
        assert winter.days_told("tong", "record_overdue") == []
    with winter.at("01-14 14:00"):
        ((day, sentence),) = winter.told("tong", "record_overdue")
        assert (day, "01月14日" in sentence) == ("01-14", True)
        _certified(town, snow)
        assert winter.points("ning") == (42, 42)
    return printed


def _lines(register):
    """Day, units, points, and by whom or that it came back, of each line of the register."""
    return [(row[2], row[6], row[8], row[12]) for row in register if row[0].isdigit()]


def _calendar_is_entered(town, snow):
    answer = town.phone("admin").data("PUT", "/calendar-days", {"days": CALENDAR})
    # The year's first day has become free, so the ten days of 30 December end one day later.
    assert answer == {"changed": 10, "recomputed": 1}
    assert service.activity(snow).record_due_on == date(2027, 1, 14)
    assert YEAR_UNKNOWN not in Visitor(town.app, "admin").get("/console/").get_data(as_text=True)
    assert [one for one in doctor.findings() if "2027" in one.sentence] == []


def _complaints_of_january(winter):
    town = winter.town
    with winter.at("01-16 10:00"):
        worked = complaints.filed(town, "qin")
        assert complaints.complaint(worked).due_on == date(2027, 1, 31)
    with winter.at("01-26 10:00"):
        unanswered = complaints.filed(town, "ning")
        # 10 February is free, and so are all days to the 11th.
        assert complaints.complaint(unanswered).due_on == date(2027, 2, 12)
    with winter.at("01-31 16:00"):
        # A Sunday that is worked.
        assert winter.days_told("tong", "complaint_due") == ["01-27"]
        town.phone("tong").data("POST", f"/complaints/{worked}/answer", {"answer": "已经换好"})
    return unanswered


def _before_the_festival(winter, shop, rice):
    """One order before the closing is entered, two after it; a wish that is promised into the festival."""
    town = winter.town
    with winter.at("02-01 10:00"):
        earlier = shop_cast.approved(town, shop, {rice: 1}, "wulan")
        # The 2nd to the 6th without Sunday, the 8th, the 9th.
        assert shop_cast.order(earlier).pick_up_until == date(2027, 2, 9)
    with winter.at("02-03 09:30"):
        town.phone("tong").data("PUT", f"/shops/{shop}", {"closedDays": CLOSED})
        # The 2nd, the 3rd, then the 18th, 19th, 20th, 22nd, 23rd.
        assert shop_cast.order(earlier).pick_up_until == date(2027, 2, 23)
        ((day, sentence),) = winter.told("wulan", "redemption_deadline_moved")
        assert (day, "改为最晚 02月23日 领取" in sentence) == ("02-03", True)
    with winter.at("02-03 10:00"):
        waiting = shop_cast.asked(town, shop, {rice: 1}, "qin")
        ready = shop_cast.approved(town, shop, {rice: 1}, "ning")
        assert shop_cast.order(waiting).approve_until == date(2027, 2, 20)
        # The 18th, 19th, 20th, 22nd, 23rd, 24th, 25th.
        assert shop_cast.order(ready).pick_up_until == date(2027, 2, 25)
    with winter.at("02-03 11:00"):
        (wish,), _round = wishes.published(town)
        with transaction():
            claims.claim(wish, promised_on=date(2027, 2, 8), actor=by(town, "pei"))
        answered = complaints.filed(town, "wulan")
        assert complaints.complaint(answered).due_on == date(2027, 2, 18)
    return earlier, waiting, ready, wish, answered


def _festival(winter, orders, wish, unanswered):
    """Nobody is hurried, nothing ends; on the first worked days after it promises and answers are asked for."""
    earlier, waiting, ready = orders
    with winter.at("02-09 12:00"):
        for name in ("wulan", "qin", "ning"):
            assert winter.days_told(name, "redemption_last_days") == []
    with winter.at("02-13 20:00"):
        # A Saturday: the promise of the 8th, and the answer, were kept until the end of Friday the 12th.
        assert winter.days_told("pei", "claim_overdue") == []
        assert winter.days_told("tong", "complaint_due") == ["01-27", "02-02"]
        assert complaints.complaint(unanswered).state == "received"
    with winter.at("02-14 10:00"):
        # A Sunday that is worked.
        assert winter.days_told("pei", "claim_overdue") == ["02-14"]
        ((day, sentence),) = winter.told("ning", "complaint_moved")
        assert (day, "2027年03月01日" in sentence) == ("02-14", True)
        assert winter.days_told("jie", "complaint_escalated") == ["02-14"]
    with winter.at("02-16 23:00"):
        assert wishes.wish(wish).state == "claimed"
    with winter.at("02-17 10:00"):
        # The 14th, 15th and 16th were the three days of grace.
        assert wishes.wish(wish).state == "published"
        assert winter.days_told("pei", "claim_overdue", "claim_expired") == ["02-14", "02-17"]
    with winter.at("02-18 10:00"):
        states = [shop_cast.order(one).state for one in (earlier, ready, waiting)]
        assert states == ["approved", "approved", "requested"]


def _after_the_festival(winter, orders, kept, rice, answered, unanswered):
    town, (earlier, waiting, ready) = winter.town, orders
    with winter.at("02-18 16:00"):
        assert winter.days_told("tong", "complaint_due") == ["01-27", "02-02", "02-15"]
        town.phone("tong").data("POST", f"/complaints/{answered}/answer", {"answer": "已经修好"})
    with winter.at("02-20 15:00"):
        with transaction():
            approvals.give_back(kept, "有两袋受潮", [Back(rice, 2)], actor=by(town, "yan"))
        # 120 from the beginning, 30 for three bags, 10 held for the fourth; 20 came back.
        assert winter.points("wulan") == (100, 100)
        assert shop_cast.order(waiting).state == "requested"
    with winter.at("02-21 12:00"):
        ((day, sentence),) = winter.told("qin", "redemption_expired")
        assert (day, "10 积分已退回" in sentence, winter.points("qin")) == ("02-21", True, (50, 50))
        assert winter.days_told("wulan", "redemption_last_days") == []
    with winter.at("02-23 12:00"):
        assert winter.days_told("wulan", "redemption_last_days") == ["02-22"]
        assert winter.days_told("ning", "redemption_last_days") == []
        shop_cast.hand_over(town, earlier)
    with winter.at("02-25 23:50"):
        assert winter.days_told("ning", "redemption_last_days") == ["02-24"]
        assert shop_cast.order(ready).state == "approved"
    with winter.at("02-26 10:00"):
        assert shop_cast.order(ready).state == "expired"
        assert winter.days_told("ning", "redemption_expired") == ["01-05", "02-26"]
        assert winter.points("ning") == (42, 42)
        assert winter.days_told("jie", "complaint_due") == ["02-24"]
        town.phone("jie").data("POST", f"/complaints/{unanswered}/answer", {"answer": "路灯已修"})


def _overdue_days():
    """All days from the new calendar on, on which somebody heard that a day of theirs was past."""
    wanted = sa.select(Notice.created_at).where(
        Notice.kind.in_(OVERDUE), Notice.created_at >= moment("01-05 00:00")
    )
    return sorted({f"{clock.business_day(at):%m-%d}" for at in session.scalars(wanted)})


def test_the_years_end_and_spring_festival_day_by_day(winter):
    _opening_points(winter)
    shop, rice, kept, snow, night = _december(winter)
    late, mixed = _new_years_eve(winter, shop, rice, night)
    printed = _january(winter, late, mixed, snow, night)
    unanswered = _complaints_of_january(winter)
    *orders, wish, answered = _before_the_festival(winter, shop, rice)
    _festival(winter, orders, wish, unanswered)
    _after_the_festival(winter, orders, kept, rice, answered, unanswered)
    with winter.at("03-01 18:00"):
        assert winter.register(*LAST_QUARTER) == printed
        # In the order of the orders.
        assert _lines(winter.register("2027-01-01", "2027-03-31")) == [
            ("2027-02-20", "-2", "-20", "退回"),
            ("2027-02-23", "1", "10", "本人"),
        ]
        assert _overdue_days() == ["01-14", "02-14", "02-17"]
        assert winter.points("wulan") == (100, 100)
        assert service.activity(snow).state == service.activity(night).state == "certified"
        for findings in (ledger.findings, invariants.findings, books.findings):
            assert list(findings()) == []
