"""The largest sheet on its way in while everybody else goes on writing: short in the suite, long in scripts/faults."""

import io
import re
import time

import openpyxl
import requests
import sqlalchemy as sa

from backend.db import session
from backend.people.models import Person
from backend.seeds import demo
from tests.faults import work
from tests.faults.checks import lost_or_doubled
from tests.faults.clients import PATIENCE, Load

HEAD = ("姓名", "社区", "网格", "手机号", "住址", "出生年份")
_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


def sheet(rows):
    """Residents whom nobody knows yet, as a clerk has them in Excel."""
    book, kept = openpyxl.Workbook(write_only=True), io.BytesIO()
    page = book.create_sheet()
    page.append(HEAD)
    for at in range(rows):
        page.append([f"居民{at}", "松涛社区", "松涛-01", f"114{at:08d}", f"林语苑 {at} 号", 1940 + at % 60])
    book.save(kept)
    return kept.getvalue()


class Clerk:
    """Somebody at the console over the wire."""

    def __init__(self, url, name):
        self.url, self.line = url, requests.Session()
        self.get("/console/sign-in")
        self.post("/console/sign-in", {"name": name, "password": demo.password()})

    def get(self, path):
        answer = self.line.get(self.url + path, timeout=PATIENCE)
        assert answer.status_code == 200, (path, answer.status_code)
        self.token = _TOKEN.search(answer.text)[1]
        return answer.text

    def post(self, path, told=None, **files):
        """Where the answer leads to."""
        form = {"csrf_token": self.token, **(told or {})}
        answer = self.line.post(self.url + path, form, files=files, timeout=PATIENCE, allow_redirects=False)
        assert answer.status_code == 303, (path, answer.status_code, answer.text[-2000:])
        return answer.headers["Location"]


def largest_sheet(town, served, rows, people=4, most_seconds=None, tell=lambda _line: None):
    """So many residents are brought in while others report wishes without a pause; answers what went wrong.

    Nobody else may be sent away meanwhile or, where that is asked, wait longer than so many seconds.
    """
    raw, clerk, before = sheet(rows), Clerk(served.url, "tong"), _residents()
    waits, step = [], work.wishes_only(town)

    def timed(client, number):
        began = time.monotonic()
        kept = step(client, number)
        waits.append(time.monotonic() - began)
        return kept

    clerk.get("/console/imports/residents")
    with clerk.line, Load([served.url], work.people(town, people), timed) as load:
        load.wait_for_more(people)
        began = time.monotonic()
        path = clerk.post("/console/imports/residents", sheet=("居民.xlsx", raw))
        read, meanwhile = time.monotonic() - began, len(load.kept)
        tell(f"{rows} rows read in {read:.1f} s, {meanwhile} changes of others meanwhile")
        page = clerk.get(path)
        while "导入完成" not in page:
            clerk.post(f"{path}/step")
            page = clerk.get(path)
            tell(re.search(r"(已处理[^<]*|导入完成[^<]*)", page)[0].strip())
        took = time.monotonic() - began
    # Also where progress is shown on one line.
    print(
        f"{rows} rows: read in {read:.1f} s, in after {took:.1f} s; others waited at most {max(waits):.2f} s"
    )
    return [
        *lost_or_doubled(load),
        *[f"somebody was told {status} while a sheet was taken in" for status in load.statuses],
        *([] if _residents() == before + rows else [f"{_residents() - before} residents came of {rows}"]),
        *(
            []
            if most_seconds is None or max(waits) < most_seconds
            else [f"somebody waited {max(waits):.1f} s"]
        ),
    ]


def _residents():
    session.rollback()
    count = session.scalar(sa.select(sa.func.count()).where(Person.card_number.is_not(None)))
    session.rollback()
    return count
