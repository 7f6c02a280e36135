"""Sheets, forms and pictures, noise and damaged ones too: taken or refused.

The application runs as in tests, where a fault of ours is no 500 but a traceback that ends the test.
"""

import io
import zipfile

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from backend.imports import reading
from backend.imports import workbook as reader
from tests.api.conftest import shared_town  # noqa: F401 - a fixture
from tests.attacks.noise import TEXT, fuzzed
from tests.console.test_imports import RESIDENTS, upload, workbook
from tests.console.visitor import Visitor
from tests.files.pictures import jpeg
from tests.town import API


@pytest.fixture(scope="module")
def town(shared_town):  # noqa: F811
    return shared_town


def read(name, raw):
    """What a sheet is read as: bounded rows of text; None where it is refused."""
    try:
        rows = reading.read(name, raw)
    except (reading.NotASheet, reader.SheetTooLarge):
        return None
    assert len(rows) <= reading.MOST_ROWS + 1
    assert all(len(row) <= reading.MOST_COLUMNS for row in rows)
    assert all(isinstance(cell, str) for row in rows for cell in row)
    return rows


BOOK = workbook(RESIDENTS, [["李某某", "松涛社区", "", "", "", "1941"]])


@fuzzed(150)
@example(b"PK")
@example(b"PK\x05\x06" + b"\0" * 18)
@given(st.binary(max_size=300) | st.binary(max_size=100).map(lambda raw: b"PK\x03\x04" + raw))
def test_noise_is_no_sheet_or_rows_of_text(raw):
    read("表.xlsx", raw)


@fuzzed(100)
@given(st.lists(st.tuples(st.integers(0, len(BOOK) - 1), st.integers(0, 255)), min_size=1, max_size=4))
def test_a_workbook_that_was_damaged_is_refused_or_read(changes):
    damaged = bytearray(BOOK)
    for at, value in changes:
        damaged[at] = value
    read("表.xlsx", bytes(damaged))


def packed(**parts):
    """A workbook with some of its parts replaced."""
    kept = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(BOOK)) as old, zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            found = next((raw for part, raw in parts.items() if name.endswith(f"{part}.xml")), None)
            new.writestr(name, old.read(name) if found is None else found)
    return kept.getvalue()


SHEET = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>%b</sheetData></worksheet>'
LOLS = b"".join(b'<!ENTITY l%d "%b">' % (n + 1, b"&l%d;" % n * 10) for n in range(1, 9))
BILLION = b'<!DOCTYPE x [<!ENTITY l1 "lolololololol">%b]>' % LOLS


@pytest.mark.parametrize(
    "parts",
    [
        {"sheet1": b""},
        {"sheet1": b"<"},
        {"sheet1": b"<a>" * 50_000},
        {"sheet1": BILLION + SHEET % b'<row><c t="inlineStr"><is><t>&l9;</t></is></c></row>'},
        {"sheet1": SHEET % b'<row r="99999999999"><c r="ZZZZZ99999999999"><v>1</v></c></row>'},
        {"sheet1": SHEET % b'<row><c t="s"><v>7</v></c></row>'},
        {"sheet1": SHEET % b'<row><c t="s"><v>x</v></c></row>'},
        {"sheet1": SHEET % b'<row><c t="d"><v>x</v></c></row>'},
        {"sheet1": SHEET % b'<row><c t="n"><v>1e999</v></c></row>'},
        {"sheet1": SHEET % b'<row r="x"><c r="1A"/></row>'},
        {"sheet1": b"\0" * (reader.MOST_UNPACKED + 1)},
        {"workbook": b"<workbook/>"},
        {"workbook": BILLION + b"<workbook>&l9;</workbook>"},
        {"styles": b"<styleSheet/>"},
        {"styles": b"nonsense"},
    ],
    ids=lambda parts: " ".join(f"{name} {raw[:12]!r} {len(raw)}" for name, raw in parts.items()),
)
def test_a_workbook_with_a_wicked_part_is_refused_or_read(parts):
    rows = read("表.xlsx", packed(**parts))
    assert sum(len(cell) for row in rows or [] for cell in row) < 1_000_000


def test_a_sheet_of_anything_is_checked_and_never_breaks_the_page(town):
    clerk = Visitor(town.app, "tong")

    @fuzzed(40)
    @example([["李\0某"], ["=1+1"], ["x" * 40_000]])
    @given(st.lists(st.lists(TEXT, max_size=8), max_size=4))
    def check(rows):
        text = "\r\n".join(",".join(f'"{cell}"' for cell in row) for row in [RESIDENTS, *rows])
        assert upload(clerk, "residents", text.encode("utf-8-sig"), "表.csv").status_code in (200, 303, 422)

    check()


PICTURE = jpeg()


def test_forms_and_pictures_of_any_kind_are_taken_or_refused(town):
    phone = town.phone("ning")

    def send(raw, kind="multipart/form-data; boundary=x"):
        headers = {**phone.headers, "Content-Type": kind}
        answer = phone.client.post(f"{API}/files", data=raw, headers=headers)
        assert answer.status_code in (201, 400, 413, 415, 422, 429), answer.status_code

    def form(content, disposition='name="file"; filename="a.jpg"'):
        head = b"--x\r\nContent-Disposition: form-data; " + disposition.encode() + b"\r\n\r\n"
        purpose = b'--x\r\nContent-Disposition: form-data; name="purpose"\r\n\r\nwish\r\n'
        return purpose + head + content + b"\r\n--x--\r\n"

    @fuzzed(40)
    @example(b"--x\r\n" * 2_000)
    @example(b"--x\r\nContent-Disposition: form-data; name*=utf-8''%FF%FE\r\n\r\n\r\n--x--")
    @given(st.binary(max_size=200) | st.binary(max_size=200).map(lambda raw: b"--x\r\n" + raw + b"\r\n--x--"))
    def noise(raw):
        send(raw)

    @fuzzed(30)
    @given(st.text(st.characters(codec="ascii", exclude_characters="\r\n"), max_size=30))
    def kinds(boundary):
        send(form(PICTURE), f"multipart/form-data; boundary={boundary}")

    @fuzzed(30)
    @given(st.integers(0, len(PICTURE) - 1), st.binary(min_size=1, max_size=6))
    def pictures(at, noise):
        send(form(PICTURE[:at] + noise + PICTURE[at + len(noise) :]))

    @fuzzed(20)
    @example("../../etc/passwd\0.jpg")
    @given(st.text(st.characters(codec="utf-8", exclude_characters='"\r\n\\\\'), max_size=40))
    def names(name):
        send(form(PICTURE, f'name="file"; filename="{name}"'))

    noise()
    kinds()
    pictures()
    names()
