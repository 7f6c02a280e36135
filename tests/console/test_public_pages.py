"""Pages that anyone may open answer their faults as pages: a person stands before them, not a program."""

import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from backend import clock, config
from backend.console.public import pages, wall
from backend.db import session, transaction
from backend.opening_hours import in_words
from backend.people import offices
from backend.volunteering import certificate_numbers as numbers
from backend.wishes import screen_queries
from backend.wishes.actions import claims
from backend.wishes.models import Wish
from tests.wishes import cast


@pytest.fixture
def guest(town):
    return town.app.test_client()


def page_of(answer, status):
    assert (answer.status_code, answer.mimetype) == (status, "text/html")
    return answer.get_data(as_text=True)


def test_who_asks_for_certificates_too_often_reads_so_on_a_page(guest, settings, monkeypatch):
    monkeypatch.setattr(config, "_current", replace(settings, rate_limit_verify="1/hour"))
    path = f"/certificates/{numbers.new()}"
    asked = {"environ_base": {"REMOTE_ADDR": "203.0.113.77"}}
    page_of(guest.get(path, **asked), 404)
    answer = guest.get(path, **asked)
    page = page_of(answer, 429)
    assert "操作太频繁，请稍后再试" in page
    assert f'href="{path}"' in page
    assert int(answer.headers["Retry-After"]) > 0
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_database_that_is_away_is_told_on_a_page(guest, monkeypatch):
    def away(_place):
        raise sa.exc.OperationalError("SELECT", {}, Exception("connection refused at db.internal"))

    monkeypatch.setattr(pages.queries, "figures", away)
    answer = guest.get("/wall?place=1")
    page = page_of(answer, 503)
    assert "系统正忙" in page
    assert 'href="/wall?place=1"' in page
    assert "db.internal" not in page
    assert answer.headers["Retry-After"] == "3"


def test_a_fault_of_ours_is_told_without_its_trace(guest, monkeypatch):
    def broken(*_):
        raise ValueError("a secret of the house")

    monkeypatch.setattr(wall, "pages", broken)
    page = page_of(guest.get("/wall"), 500)
    assert "出了点问题" in page
    assert "secret" not in page


def test_what_is_not_there_offers_the_way_home(guest):
    page = page_of(guest.get("/static/nothing.css"), 404)
    assert "没有找到" in page
    assert 'href="/"' in page
    assert "再试一次" not in page


def test_the_api_keeps_its_json(guest):
    answer = guest.get("/api/v1/certificates/nothing", headers={"Accept": "text/html"})
    assert (answer.status_code, answer.mimetype) == (404, "application/json")


def test_the_code_on_the_wall_leads_where_the_operator_said_whatever_host_was_asked(
    guest, settings, monkeypatch
):
    drawn = []
    make = pages.segno.make
    monkeypatch.setattr(pages.segno, "make", lambda text, **more: drawn.append(text) or make(text, **more))
    page_of(guest.get("/wall", headers={"Host": "somebody.example"}), 200)
    monkeypatch.setattr(config, "_current", replace(settings, public_url="https://dianliang.example/"))
    page_of(guest.get("/wall", headers={"Host": "somebody.example"}), 200)
    assert drawn == ["http://somebody.example/", "https://dianliang.example/"]


@pytest.fixture
def lit(town):
    """A wish of 松涛社区 that waits in its round, and one that was lit."""
    (waiting, done), _round = cast.published(town, 2)
    with transaction():
        claims.claim(done, actor=cast.by(town, "pei"))
        claims.fulfil(done, "送到了", actor=cast.by(town, "pei"))
        claims.confirm(done, True, 5, "call", "谢谢裴师傅", actor=cast.by(town, "tong"))
        session.get(Wish, done).title = "一副老花镜"
    return waiting, done


def scenes(guest, path):
    """The pages of a screen by what stands over each."""
    found, number = {}, 0
    while True:
        number += 1
        page = page_of(guest.get(f"{path}?page={number}"), 200)
        heading, of = re.search(r"<h2>([^<]+?)(?:　<small>\d+ / (\d+)</small>)?</h2>", page).groups()
        found[heading] = found.get(heading, "") + page
        if number >= int(of or 1):
            return found


def test_each_wish_of_the_rounds_that_run_is_a_lamp_that_waits_or_is_lit(guest, town, lit):
    page = page_of(guest.get(f"/wall/{town.songtao}"), 200)
    band = re.search(r'<section class="lamps".+?</section>', page, re.S)[0]
    counted = screen_queries.lamps(town.songtao)
    assert f"本期点亮 <b>{counted.lit}</b> / {counted.number}" in band
    lamps = re.findall(r'class="lamp ?(\w*)"', band)
    assert [lamps.count(one) for one in ("on", "warm", "")] == [
        counted.lit,
        counted.under_way,
        counted.waiting,
    ]
    with transaction():
        claims.claim(lit[0], actor=cast.by(town, "pei"))
    after = screen_queries.lamps(town.songtao)
    assert (after.under_way, after.waiting) == (counted.under_way + 1, counted.waiting - 1)
    assert after.lit == counted.lit >= 1


def test_a_screen_turns_through_what_there_is_and_names_nobody(guest, town, lit):
    found = scenes(guest, f"/wall/{town.songtao}")
    assert "一副老花镜" in found["最近点亮的心愿，谢谢每一位接单的人"]
    assert "积分可以兑换" in found
    month = re.search(r'aria-label="十二个月点亮的心愿：(.+?)"', found["十二个月点亮的心愿"])[1]
    assert re.search(r"月 1 个$", month)
    assert len(month.split("，")) == 12
    for private in ("宁小舟", "裴长青", "谢谢裴师傅", "送到了"):
        assert all(private not in page for page in found.values())
    # Where nothing was lit and nothing stands on a shelf, those scenes are left out.
    assert set(scenes(guest, f"/wall/{town.baihua}")) <= {
        "等待点亮和已经点亮的心愿",
        "这一周的志愿活动",
        "积分可以兑换",
    }


def test_a_month_is_chinas_and_the_first_one_says_its_year(town, lit):
    with transaction():
        # Already February in China.
        session.get(Wish, lit[1]).closed_at = datetime(2040, 1, 31, 16, 30, tzinfo=UTC)
    with clock.frozen_at(datetime(2040, 2, 10, 4, tzinfo=UTC)):
        counted = screen_queries.lit_by_month(town.songtao)
    assert list(counted.values()) == [0] * 11 + [1]
    assert [*counted][0::10] == ["2039年3月", "2040年1月"]
    assert [*counted][-1] == "2月"


def test_each_community_has_a_wall_of_its_own_address(guest, town):
    page = page_of(guest.get(f"/wall/{town.songtao}"), 200)
    assert "松涛社区心愿墙" in page
    assert f'data-following="/wall/{town.songtao}?page=' in page
    assert "松涛社区心愿墙" in page_of(guest.get(f"/wall?place={town.songtao}"), 200), "screens set up before"
    assert "没有找到" in page_of(guest.get("/wall/999999"), 404)
    assert f'href="/wall/{town.songtao}"' in page_of(guest.get("/"), 200)


def test_the_front_page_tells_a_resident_where_to_go_and_whom_to_call(guest, town):
    with transaction():
        offices.change_contact(
            town.songtao,
            telephone="0458-5550001",
            address="林语街 1 号",
            opening_hours=[{"weekday": day, "opens": "08:30", "closes": "17:00"} for day in (1, 2, 3, 4, 5)],
            actor=cast.by(town, "tong"),
        )
    page = page_of(guest.get("/"), 200)
    assert 'href="tel:0458-5550001"' in page
    assert "周一至周五 08:30–17:00" in page
    assert "林语街 1 号" in page
    assert "怎么参加" in page
    for technical in ("openapi.json", "/readyz", "接口"):
        assert technical not in page
        assert technical in page_of(guest.get("/developers"), 200)


def test_the_front_page_costs_the_same_however_many_shops_and_communities(guest, town, statements):
    with statements() as seen:
        page_of(guest.get("/"), 200)
    assert len(seen) <= 6


@pytest.mark.parametrize(
    ("hours", "said"),
    [
        ([], ""),
        (
            [(1, "09:00", "12:00"), (1, "13:30", "17:00"), (2, "09:00", "12:00"), (2, "13:30", "17:00")],
            "周一至周二 09:00–12:00、13:30–17:00",
        ),
        (
            [(1, "09:00", "17:00"), (3, "09:00", "17:00"), (6, "10:00", "24:00")],
            "周一 09:00–17:00；周三 09:00–17:00；周六 10:00–24:00",
        ),
    ],
)
def test_opening_hours_are_said_in_words(hours, said):
    assert (
        in_words([{"weekday": day, "opens": opens, "closes": closes} for day, opens, closes in hours]) == said
    )


def test_the_wall_has_a_word_for_every_wish_that_it_shows(guest, town):
    cast.fulfilled(town)
    page = page_of(guest.get(f"/wall?place={town.songtao}"), 200)
    said = re.findall(r'<span class="state [a-z]+">([^<]*)</span>', page)
    assert "已送达" in said
    assert all(said)


def test_a_mistyped_address_is_a_page_for_a_person_and_json_for_a_program(guest):
    page = page_of(guest.get("/wal", headers={"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}), 404)
    assert "没有找到" in page
    for path, accept in (("/wal", "*/*"), ("/wal", "application/json"), ("/api/v1/wal", "text/html")):
        assert guest.get(path, headers={"Accept": accept}).mimetype == "application/json", (path, accept)
