"""No page of the console asks the database once for each of its rows: neither a list nor anything beside it."""

import contextlib

import pytest
import sqlalchemy as sa

from backend.db import session
from backend.errors import Refused
from tests.console import linked_pages
from tests.house.test_queues import CASES

# So many wait in each queue: whoever asks once for each row is far above what any page may cost.
WAITING = 60
STAFF = ("tong", "bu", "jie", "admin", "shang")
# Of each kind of page so many are opened.
OF_EACH_KIND = 1
# Beside it what 今日待办 may cost, which looks into some twenty queues of a clerk, each for its first rows and its number.
MOST, TODAY = 50, 110


def written(town):
    """So many in each queue, as its own test writes them. Where two of them give the same numbers, or publish the one round
    of a community, the second is left out; answers how many came."""
    writers = {getattr(case.write, "func", case.write).__name__: case.write for case in CASES.values()}
    came = 0
    for write in writers.values():
        with contextlib.suppress(Refused, sa.exc.IntegrityError):
            write(town, WAITING)
            came += 1
        session.rollback()
    session.remove()
    return came


def counted(visitor, address, statements):
    with statements() as seen:
        assert visitor.get(address).status_code == 200, address
    return len([one for one in seen if not one.startswith("BEGIN")])


@pytest.mark.slow
def test_no_page_asks_once_for_each_of_its_rows(town, visitor, statements, monkeypatch):
    monkeypatch.setattr(linked_pages, "OF_EACH_KIND", OF_EACH_KIND)
    assert written(town) > 20
    dear, opened = {}, 0
    for name in STAFF:
        staff = visitor(name)
        pages = [(kind, address) for kind, address, _page in linked_pages.pages_of(staff, town.app)]
        opened += len(pages)
        for kind, address in pages:
            number = counted(staff, address, statements)
            if number > (TODAY if kind == "console.today" else MOST):
                dear[name, address] = number
    assert opened > 150
    assert dear == {}
