"""Points of a paper book: a sheet that one brings in, another confirms, and time books part by part."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from backend import clock, jobs
from backend.db import session, transaction
from backend.errors import NotAllowed, NotFound
from backend.ledger import queries as points
from backend.ledger.verify import findings
from backend.lifecycle import FourEyes
from backend.people import accounts, sealed
from backend.people.models import Person
from backend.points import opening_balances, opening_queries, opening_sheets, states
from backend.points.deadlines import JOBS
from backend.points.opening_models import OpeningRow
from tests.points import cast

HEAD = ["卡号", "手机号", "姓名", "积分", "到期年份"]
(BOOKING,) = (job for job in JOBS if job.name == "book_opening_balances")


@pytest.fixture
def year():
    return clock.today().year + 2


def line(town, name, amount, year, **more):
    """A row as the book has it: who has a card by that, else by phone."""
    person = session.get(Person, town.person(name).id)
    told = {
        "卡号": person.card_number or "",
        "姓名": sealed.real_name(person),
        "积分": amount,
        "到期年份": year,
    }
    return [str((told | more).get(column, "")) for column in HEAD]


def brought(town, rows, maker="tong"):
    """A sheet that waits for its confirmation; answers its id."""
    maker = cast.by(town, maker)
    read = opening_sheets.read([HEAD, *rows], town.songtao, actor=maker)
    with transaction():
        return opening_balances.propose(town.songtao, "账本.xlsx", read, actor=maker).id


def confirm(town, sheet_id, actor="lan"):
    with transaction():
        return opening_balances.confirm(sheet_id, actor=cast.by(town, actor))


def seen(town, sheet_id):
    actor = cast.by(town, "tong")
    (view,) = opening_queries.view_sheets([opening_queries.sheet(sheet_id, actor=actor)], actor=actor)
    return view


def kinds(sheet_id):
    wanted = sa.select(OpeningRow.line, OpeningRow.kind, OpeningRow.problem).where(
        OpeningRow.sheet_id == sheet_id
    )
    return [tuple(row) for row in session.execute(wanted.order_by(OpeningRow.line))]


def test_what_another_one_confirms_goes_into_the_lot_of_the_year_given(town, year):
    before = points.balance(town.person("e").id)["available"]
    sheet = brought(town, [line(town, "e", 120, year), line(town, "e", 30, year - 1)])
    assert (seen(town, sheet).counts, seen(town, sheet).points) == (
        {"new": 2, "same": 0, "unreadable": 0},
        150,
    )
    assert points.balance(town.person("e").id)["available"] == before
    confirm(town, sheet)
    assert jobs.run(BOOKING) == 1
    lots = {lot["expires_on"].year: lot["points"] for lot in points.balance(town.person("e").id)["lots"]}
    assert lots[year] == 120
    assert points.statement(town.person("e").id)[0].kind == "opening"
    assert (seen(town, sheet).state, seen(town, sheet).booked, seen(town, sheet).waiting) == (
        "confirmed",
        2,
        0,
    )
    told = cast.notices(town.person("e").id, "points_opened")
    assert [one.title for one in told] == ["期初积分：增加 120 分", "期初积分：增加 30 分"]
    assert list(findings()) == []


def test_a_name_and_a_year_are_known_in_whatever_width_they_are_typed(town, year):
    with transaction():
        sealed.keep_real_name(session.get(Person, town.person("e").id), "阿依古丽·买买提")
    wide = "".join(chr(ord(sign) + 0xFEE0) for sign in f"{year}")
    sheet = brought(town, [line(town, "e", 120, f"{wide}年", 姓名="阿依古丽．买买提", 卡号="Ｐ－１")])
    assert kinds(sheet) == [(2, "new", None)]


def test_a_person_and_year_come_in_once_for_ever_whatever_sheets_there_are(town, year):
    row = line(town, "e", 120, year)
    first, second, other = (
        brought(town, [row]),
        brought(town, [row]),
        brought(town, [line(town, "e", 7, year)]),
    )
    for sheet in (first, second, other):
        confirm(town, sheet)
        jobs.run(BOOKING)
    assert [seen(town, one).counts["new"] for one in (first, second, other)] == [1, 0, 0]
    assert seen(town, second).counts["same"] == 1
    assert "以前导入过，是 120 分" in kinds(other)[0][2]
    again = brought(town, [row, line(town, "e", 8, year)])
    assert [kind for _line, kind, _problem in kinds(again)] == ["same", "unreadable"]
    assert seen(town, again).points == 0
    with pytest.raises(opening_balances.NothingToBook):
        confirm(town, again)
    with pytest.raises(sa.exc.IntegrityError), transaction():
        session.execute(
            sa.update(OpeningRow)
            .where(OpeningRow.sheet_id == second)
            .values(kind="new", booked_at=clock.now(), booked_by_id=town.person("lan").id)
        )


def test_a_row_that_means_nobody_or_no_number_says_so_with_its_column(town, year):
    card = town.person("e").card_number
    rows = [
        line(town, "e", "1_0", year),
        line(town, "e", 10, clock.today().year - 1),
        line(town, "e", 10, year, 姓名="别人"),
        line(town, "e", 10, year, 卡号=""),
        line(town, "e", "", year),
        line(town, "he", 10, year, 手机号="19900000008"),
        line(town, "tong", 10, year, 手机号="19900000009"),
        line(town, "e", "１０", f"{year}年", 卡号=f" {card.lower()} "),
        line(town, "e", 10, year),
    ]
    found = kinds(brought(town, rows))
    assert [kind for _line, kind, _problem in found] == [*["unreadable"] * 7, "new", "unreadable"]
    problems = [problem for _line, _kind, problem in found]
    assert problems[0] == "积分：应为 1 到 100000 的整数"
    assert problems[1].startswith("到期年份：应为 ")
    assert problems[2] == problems[5] == "本社区没有这位已核实的居民，请核对卡号（或手机号）和姓名"
    assert problems[3] == "卡号：卡号和手机号至少填一项"
    assert problems[4] == "积分：请填写"
    assert problems[8] == "和第 9 行是同一位居民、同一年，请合并成一行"


def with_phone(town, name, number):
    with transaction():
        accounts.keep_phone(number, actor=cast.by(town, name))
    return number


def test_nobody_brings_in_or_confirms_their_own(town, year):
    own = {name: with_phone(town, name, f"1990000000{n}") for n, name in enumerate(("tong", "lan"))}
    rows = [line(town, name, 10, year, 手机号=number) for name, number in own.items()]
    sheet = brought(town, rows)
    assert kinds(sheet) == [(2, "unreadable", "不能为自己导入积分，请别人来办"), (3, "new", None)]
    for actor in ("tong", "lan"):
        with pytest.raises(FourEyes):
            confirm(town, sheet, actor)
    confirm(town, sheet, "yan")


@pytest.mark.parametrize(("maker", "refusal"), [("bai", NotFound), ("yan", NotAllowed), ("ning", NotAllowed)])
def test_only_staff_of_the_community_bring_a_sheet_in(town, year, maker, refusal):
    with pytest.raises(refusal):
        brought(town, [line(town, "e", 5, year)], maker)


def test_booking_goes_on_where_it_stopped_and_books_nothing_twice(town, year, monkeypatch):
    monkeypatch.setattr(opening_balances, "PART", 1)
    number = with_phone(town, "ning", "19900000003")
    sheet = brought(town, [line(town, "e", 5, year), line(town, "ning", 6, year, 手机号=number)])
    assert opening_balances.waiting_parts() == []
    confirm(town, sheet)
    first, _second = opening_balances.waiting_parts()
    with transaction():
        opening_balances.book_part(first)
    assert (seen(town, sheet).booked, seen(town, sheet).waiting) == (1, 1)
    assert [jobs.run(BOOKING), jobs.run(BOOKING)] == [1, 0]
    with transaction():
        opening_balances.book_part(first)
    assert (seen(town, sheet).booked, points.balance(town.person("e").id)["lots"][-1]["points"]) == (2, 5)
    assert list(findings()) == []


def test_points_that_ended_before_they_were_confirmed_are_not_booked(town):
    sheet = brought(town, [line(town, "e", 5, clock.today().year)])
    with clock.frozen_at(clock.now() + timedelta(days=400)):
        confirm(town, sheet)
        jobs.run(BOOKING)
    assert kinds(sheet) == [(2, "unreadable", "入账时已经到期，没有入账")]


def test_a_rejection_books_nothing_and_tells_who_brought_it(town, year):
    sheet = brought(town, [line(town, "e", 5, year)])
    with transaction():
        opening_balances.reject(sheet, "和账本对不上", actor=cast.by(town, "yan"))
    assert jobs.run(BOOKING) == 0
    (told,) = cast.notices(town.person("tong").id, "opening_rejected")
    assert told.body == "您上传的期初积分表“账本.xlsx”未获确认：和账本对不上。改好后可以重新上传。"
    with pytest.raises(states.OpeningBalancesDecided):
        confirm(town, sheet)
