"""Sheets that are made to stop everybody: refused where they begin to be too much, in little memory.

What a sheet of the allowed size says is read as Excel shows it.
"""

import io
import subprocess
import sys
import zipfile
from datetime import date, datetime, time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.imports import actions as imports
from backend.imports import reading, workbook
from backend.imports.workbook import SheetTooLarge
from tests.attacks.noise import TEXT, fuzzed
from tests.console.test_imports import RESIDENTS, residents, upload
from tests.console.test_imports import workbook as written
from tests.console.visitor import Visitor

TOP = Path(__file__).resolve().parents[2]
MEMORY = 100 * 1024 * 1024
SHEET = b"<worksheet><sheetData>%b</sheetData></worksheet>"
BOOK = written(["a", "b"], [])
TEXTS = (
    b'<Relationship Id="texts" Target="sharedStrings.xml" '
    b'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings"/></Relationships>'
)


def packed(**parts):
    """A workbook with these parts instead of its own."""
    kept, left = io.BytesIO(), dict(parts)
    with zipfile.ZipFile(io.BytesIO(BOOK)) as old, zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            raw = left.pop(Path(name).stem, None) if name.endswith(".xml") else None
            raw = old.read(name) if raw is None else raw
            if name.endswith("workbook.xml.rels") and "sharedStrings" in parts:
                raw = raw.replace(b"</Relationships>", TEXTS)
            new.writestr(name, raw)
        for name, raw in left.items():
            new.writestr(f"xl/{name}.xml", raw)
    return kept.getvalue()


def numbered(piece, count):
    return b"".join(piece % number for number in range(count))


HOSTILE = {
    "a row of 14 million cells": lambda: packed(sheet1=SHEET % (b"<row>" + b"<c/>" * 14_000_000)),
    "rows of many cells": lambda: packed(sheet1=SHEET % ((b"<row>" + b"<c/>" * 16_000 + b"</row>") * 200)),
    "one cell again and again": lambda: packed(
        sheet1=SHEET % (b"<row>" + b'<c r="A1"><v>1</v></c>' * 2_000_000)
    ),
    "rows and rows": lambda: packed(sheet1=SHEET % (b"<row/>" * 10_000_000)),
    "names": lambda: packed(sheet1=SHEET % numbered(b"<a%x/>", 500_000)),
    "attributes": lambda: packed(sheet1=SHEET % numbered(b'<c a%x=""/>', 500_000)),
    "attributes of one": lambda: packed(sheet1=SHEET % b"<c %b/>" % numbered(b'a%x="" ', 500_000)),
    "a name without an end": lambda: packed(sheet1=SHEET % b'<c r="%b"/>' % (b"A" * 60_000_000)),
    "depth": lambda: packed(sheet1=SHEET % (b"<a>" * 20_000_000)),
    "a text without an end": lambda: packed(sheet1=SHEET % b"<row><c><v>%b" % (b"1" * 60_000_000)),
    "a long text of cells": lambda: packed(
        sharedStrings=b"<sst><si><t>\xf0\x9f\x98\x80%b" % (b"a" * 60_000_000)
    ),
    "texts of cells": lambda: packed(sharedStrings=b"<sst>" + b"<si/>" * 12_000_000),
    "texts and cells": lambda: packed(
        sharedStrings=b"<sst>%b</sst>" % numbered(b"<si><t>%d</t></si>", 500_000),
        sheet1=SHEET % numbered(b"<row><c><v>%d</v></c></row>", 500_000),
    ),
    "formats of cells": lambda: packed(styles=b"<s><cellXfs>" + b"<xf/>" * 12_000_000),
    "formats of numbers": lambda: packed(
        styles=b"<s>" + numbered(b'<numFmt numFmtId="%d" formatCode="y"/>', 500_000)
    ),
    "parts": lambda: b"PK\x03\x04" + b"PK\x01\x02" * 1_000_000,
    "a comma-separated row": lambda: b"a,b\n" + b"," * 8_000_000,
    "a row of many lines": lambda: b"a,b\n" + b'"\n",' * 1_500_000,
}
READING = """
import resource, sys
from pathlib import Path
from backend.errors import Refused
from backend.imports import reading

pages = int(Path("/proc/self/statm").read_text().split()[0])
most = pages * resource.getpagesize() + int(sys.argv[1])
resource.setrlimit(resource.RLIMIT_AS, (most, most))
for name in sys.argv[2:]:
    try:
        if len(reading.read(name, Path(name).read_bytes())) <= reading.MOST_ROWS:
            raise SystemExit(f"{name}: was read")
    except Refused as refusal:
        if isinstance(refusal.__cause__, MemoryError):
            raise SystemExit(f"{name}: too much memory")
"""


@pytest.mark.slow
def test_they_are_refused_in_a_hundred_mib(tmp_path):
    """Or are more rows than may be, which is refused with the number that may."""
    names = []
    for name, make in HOSTILE.items():
        (tmp_path / name).write_bytes(make())
        names.append(str(tmp_path / name))
    command = [sys.executable, "-c", READING, str(MEMORY), *names]
    done = subprocess.run(command, cwd=TOP, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]


@pytest.mark.parametrize("name", ["a row of 14 million cells", "names", "depth", "a text without an end"])
def test_what_is_too_much_is_refused_where_it_begins(name):
    """Of 50 MiB and more not the twentieth part is unpacked."""
    with zipfile.ZipFile(io.BytesIO(HOSTILE[name]())) as file:
        book = workbook._Workbook(file)
        with pytest.raises((SheetTooLarge, workbook.Broken)):
            book.rows()
        assert book._unpacked < file.getinfo("xl/worksheets/sheet1.xml").file_size / 5


@pytest.mark.parametrize(
    "row",
    [
        b"<row>%b</row>" % (b"<c><v>1</v></c>" * 31),
        b'<row r="3"><c r="AE3" t="inlineStr"><is><t>x</t></is></c></row>',
        b'<row r="1"><c r="XFE1"/></row>',
    ],
)
def test_a_cell_that_says_something_beyond_the_columns_is_refused(row):
    with pytest.raises(SheetTooLarge):
        reading.read("a.xlsx", packed(sheet1=SHEET % row))
    with pytest.raises(SheetTooLarge):
        reading.read("a.csv", b"," * 30 + b"x")


def test_empty_cells_and_rows_beyond_what_is_filled_in_are_no_trouble():
    """Somebody drew a frame around far more than they need."""
    framed = numbered(b'<row r="%d"><c r="A1"/><c r="CV1"/></row>', 200_000)
    rows = reading.read("a.xlsx", packed(sheet1=SHEET % (b"<row><c><v>1</v></c></row>" + framed)))
    assert rows == [["1"]]
    assert reading.read("a.csv", b"1" + b"," * 100) == [["1", *[""] * 29]]


def test_a_lying_size_and_a_far_row_make_nothing():
    lies = SHEET.replace(b"<sheetData>", b'<dimension ref="A1:XFD1048576"/><sheetData>')
    far = (
        b'<row><c><v>1</v></c></row><row r="4"><c r="B4"><v>2</v></c></row><row r="%d"><c><v>3</v></c></row>'
    )
    assert reading.read("a.xlsx", packed(sheet1=lies % b"<row><c><v>1</v></c></row>")) == [["1"]]
    rows = reading.read("a.xlsx", packed(sheet1=SHEET % far % 10**30))
    assert rows[:4] == [["1"], [], [], ["", "2"]]
    assert len(rows) == reading.MOST_ROWS + 1
    with pytest.raises(imports.TooManyRows):
        imports.check("residents", [RESIDENTS, *rows])


def shown(value):
    if isinstance(value, datetime | date):
        return value.isoformat()[:10]
    if value is None:
        return ""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**14), 10**14),
    st.floats(-1e6, 1e6, allow_nan=False).map(lambda value: round(value, 3)),
    st.builds(
        datetime.combine,
        st.dates(date(1950, 1, 1), date(2100, 1, 1)),
        st.sampled_from([time(0), time(9, 30)]),
    ),
    st.dates(date(1950, 1, 1), date(2100, 1, 1)),
    TEXT.filter(lambda text: text.isprintable() and not text.startswith("=") and text == text.strip()),
)


@fuzzed(100)
@given(st.lists(st.lists(VALUES, min_size=1, max_size=6), min_size=1, max_size=6))
def test_every_kind_of_cell_is_read_as_it_was_written(table):
    read = reading.read("a.xlsx", written(table[0], table[1:]))
    wanted = [[shown(value) for value in row] for row in table]
    assert [without_end(row) for row in read] == without_end([without_end(row) for row in wanted])


def without_end(row):
    """Without the empty ones behind the last that says something."""
    while row and not row[-1]:
        row = row[:-1]
    return row


def test_the_days_that_excel_knows_by_number_in_chinese_are_days():
    styles = b'<s><cellXfs><xf/><xf numFmtId="31"/><xf numFmtId="57"/><xf numFmtId="200"/></cellXfs></s>'
    styles = styles.replace(
        b"<cellXfs>", b'<numFmt numFmtId="200" formatCode="yyyy&quot;&#24180;&quot;m"/><cellXfs>'
    )
    cells = b'<c s="0"><v>46508</v></c><c s="1"><v>46508</v></c><c s="2"><v>46508.5</v></c><c s="3"><v>46508</v></c>'
    rows = reading.read("a.xlsx", packed(styles=styles, sheet1=SHEET % (b"<row>%b</row>" % cells)))
    assert rows == [["46508", "2027-05-01", "2027-05-01", "2027-05-01"]]


def test_texts_are_found_by_number_without_how_they_are_read_aloud():
    texts = b"<x:sst><x:si><x:r><x:t>\xe5\xae\x81</x:t></x:r><x:r><x:t>x</x:t></x:r><x:rPh><x:t>n</x:t></x:rPh></x:si></x:sst>"
    cells = b'<x:row><x:c t="s"><x:v>0</x:v></x:c><x:c t="str"><x:f>A1</x:f><x:v>y</x:v></x:c></x:row>'
    sheet = b"<x:worksheet><x:sheetData>%b</x:sheetData></x:worksheet>" % cells
    assert reading.read("a.xlsx", packed(sharedStrings=texts, sheet1=sheet)) == [["宁x", "y"]]


@pytest.mark.parametrize("year", ["1" * 5000, "1" * 4299, "٣" * 5000, "1e400", "19-40"])
def test_a_year_of_thousands_of_digits_is_a_bad_cell_with_its_name(town, year):
    cells = [b'<c t="inlineStr"><is><t>%b</t></is></c>' % one.encode() for one in RESIDENTS]
    row = residents(1)[0][:5]
    cells_of_row = [b'<c t="inlineStr"><is><t>%b</t></is></c>' % str(one).encode() for one in row]
    rows = b'<row>%b</row><row>%b<c t="%b"><v>%b</v></c></row>'
    kind = b"n" if year.isascii() else b"str"
    raw = packed(sheet1=SHEET % (rows % (b"".join(cells), b"".join(cells_of_row), kind, year.encode())))
    clerk = Visitor(town.app, "tong")
    answer = upload(clerk, "residents", raw)
    assert answer.status_code == 303
    assert "<td>2</td><td>出生年份</td><td>应为四位年份</td>" in clerk.page(answer.headers["Location"])


def sent(visitor, path, raw):
    """As a browser sends it. What the test client makes of so large a file it leaves open."""
    head = b'--x\r\nContent-Disposition: form-data; name="%b"%b\r\n\r\n'
    token = head % (b"csrf_token", b"") + getattr(visitor, "token", "").encode() + b"\r\n"
    body = token + head % (b"sheet", b'; filename="a.csv"') + raw + b"\r\n--x--\r\n"
    return visitor.client.post(path, data=body, content_type="multipart/form-data; boundary=x")


def test_an_unpacked_sheet_of_the_largest_size_fits_in_and_more_does_not(town):
    """20,000 rows of text are more than other pages take."""
    clerk, path = Visitor(town.app, "tong"), "/console/imports/residents"
    lines = [",".join(RESIDENTS), *(",".join(map(str, row)) for row in residents(20_000))]
    raw = "\r\n".join(lines).encode("gb18030")
    assert len(raw) > town.app.config["MAX_CONTENT_LENGTH"]
    clerk.page(path)
    answer = sent(clerk, path, raw)
    assert answer.status_code == 303
    assert "20000 行可以导入" in clerk.page(answer.headers["Location"])
    refused = sent(clerk, path, b"x" * reading.MOST_BYTES)
    assert refused.status_code == 413
    assert "提交的内容太大" in refused.get_data(as_text=True)
    assert sent(Visitor(town.app), path, raw).status_code == 413
