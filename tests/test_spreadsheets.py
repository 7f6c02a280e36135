"""No text that somebody typed is calculated by the program in which a file of ours is opened."""

import csv
import io
import zipfile
from datetime import UTC, date, datetime
from types import SimpleNamespace

import pytest

from backend.imports import cells
from backend.imports.workbook import Rounded
from backend.registers import papers
from backend.rights import export
from backend.rights.readers import Topic
from backend.spreadsheets import NotADay, day, harmless, written_end
from backend.volunteering import exchange

BEGINNINGS = ["=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n"]


@pytest.mark.parametrize("begins", BEGINNINGS, ids=map(ascii, BEGINNINGS))
def test_what_could_begin_a_formula_is_marked_as_a_text_in_every_file(begins):
    text = f"{begins}1+1"
    assert harmless(text) == papers._harmless(text) == f"'{text}"
    assert exported(text) == [["title"], [f"'{text}"]]
    assert exchanged(text) == f"'{text}"


def exported(text):
    """The table in the copy of one's data."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as packed:
        export._tabulate(packed, Topic("table", "表", lambda _person_id: iter(())), iter([{"title": text}]))
    rows = read(zipfile.ZipFile(file).read("table.csv"))
    return [["title"], *rows[1:]]


def exchanged(text):
    """The name of an activity in the file for the national exchange."""
    file = io.BytesIO()
    record = dict.fromkeys(exchange.FIELDS.values(), "x") | {"activity_name": text}
    exchange.FilePlatform(file).deliver([SimpleNamespace(**record)])
    headings, row = read(file.getvalue())
    return dict(zip(headings, row, strict=True))["活动名称"]


def read(told):
    return list(csv.reader(io.StringIO(told.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize(
    "value", ["宁小舟", "1=1", "a@b", "", 5, -5, None, datetime(2026, 11, 1, tzinfo=UTC)]
)
def test_what_is_none_stays_as_it_is(value):
    assert harmless(value) is value


@pytest.mark.parametrize(
    "written",
    [
        "2027-05-01",
        "2027-5-1",
        "2027/5/1",
        "2027.5.1",
        "2027年5月1日",
        "2027 年 5 月 1 日",
        "20270501",
        "２０２７０５０１",
        "\u202d20270501\u202c",
        "2027-05-01 00:00:00",
    ],
    ids=ascii,
)
def test_a_day_is_read_however_it_is_written(written):
    assert day(written) == date(2027, 5, 1)


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        ("2027年5月", "没有写是哪一天"),
        ("2027-5", "没有写是哪一天"),
        ("2027", "没有写是哪一天"),
        ("2027-02-30", "没有这一天"),
        ("20271301", "没有这一天"),
        ("明年", "应为日期"),
    ],
)
def test_what_is_no_day_is_told_with_what_is_missing(written, sentence):
    with pytest.raises(NotADay, match=sentence):
        day(written)


@pytest.mark.parametrize("written", ["2028年2月", "2028-2", "２０２８／０２", "2028.02", "2028-02-29"])
def test_the_end_of_a_month_is_its_last_day(written):
    """As packages say until when something is good."""
    assert written_end(written) == "2028-02-29"


def test_the_end_of_what_is_no_month_is_read_as_a_day_is():
    assert (written_end("20270501"), written_end("")) == ("2027-05-01", "")
    assert [written_end(one) for one in ("2027", "2027年13月", "明年")] == ["2027", "2027年13月", "明年"]


def test_a_head_is_known_in_any_width_and_with_unseen_signs():
    columns = ("姓名", "时长（小时）")
    assert cells.heads(["\ufeff姓 名\u200b", "时长(小时) *", "别的"], columns) == [
        "姓名",
        "时长（小时）",
        "别的",
    ]


def test_a_number_that_lost_digits_is_named():
    assert cells.cell(Rounded("1.2345678901234501E+17")) == cells.cell("1.23457E+17") == ("", cells.LOST)
    assert cells.cell("123456789012345678") == ("123456789012345678", None)
    assert cells.cell("A2E5") == ("A2E5", None)
