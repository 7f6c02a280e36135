"""No text that somebody typed is calculated by the program in which a file of ours is opened."""

import csv
import io
import zipfile
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from backend.registers import papers
from backend.rights import export
from backend.rights.readers import Topic
from backend.spreadsheets import harmless
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
