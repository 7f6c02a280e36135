"""Pages that anyone may open answer their faults as pages: a person stands before them, not a program."""

import re
from dataclasses import replace

import pytest
import sqlalchemy as sa

from backend import config
from backend.console.public import pages, wall
from backend.volunteering import certificate_numbers as numbers
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


def test_the_wall_has_a_word_for_every_wish_that_it_shows(guest, town):
    cast.fulfilled(town)
    page = page_of(guest.get(f"/wall?place={town.songtao}"), 200)
    said = re.findall(r'<span class="state [a-z]+">([^<]*)</span>', page)
    assert "已送达" in said
    assert all(said)
