"""Who may make which move: the table is written by hand, and everybody of the demo city tries each."""

from datetime import date

import pytest

from backend.db import savepoint, session, transaction
from backend.errors import FourEyes, NotAllowed, NotFound
from backend.lifecycle import authorize
from backend.tickets import states
from backend.tickets.models import Ticket
from tests.tickets import cast

DAY = date(2026, 12, 1)
# A leak in 松涛-03 that ning reported, tang dispatched to 市住建局, and zong and xiang answer for.
PLACE = {"tong", "lan", "rao"}
TOWN = {"tang", "fang", "kong"}
MAY = {
    "close_on_spot": {"shao"},
    "close_on_spot_unasked": {"shao"},
    "assign": {"rao", *TOWN},
    "sign": {"zong", "xiang"},
    "ask_return": {"zong", "xiang"},
    # tang dispatched it.
    "grant_return": {"fang", "kong", "zhuo"},
    "refuse_return": {"fang", "kong", "zhuo"},
    "refuse_return_signed": {"fang", "kong", "zhuo"},
    "ask_info": {"zong", "xiang"},
    "supply": {"ning"},
    "resolve": {"zong", "xiang"},
    "resolve_unasked": {"zong", "xiang"},
    "answer_child": {"zong", "xiang"},
    "answer_child_unasked": {"zong", "xiang"},
    "merge": TOWN,
    "unmerge": TOWN,
    "confirm": {"ning"},
    "call_back": {*PLACE, *TOWN, "jie"},
    "reopen": {"ning"},
    "reopen_above": {"ning"},
    "reopen_child": {"ning"},
    "close_by_time": set(),
    "refer": TOWN,
    "decline": TOWN,
    "withdraw": {"ning"},
}
EVERYBODY = (
    *(
        "admin",
        "tong",
        "lan",
        "shao",
        "bu",
        "yan",
        "shang",
        "jie",
        "pei",
        "qin",
        "wulan",
        "ning",
        "bai",
        "jin",
    ),
    *("he", "tang", "fang", "kong", "rao", "zong", "xiang", "cen", "meng", "lou", "zhuo"),
)


def test_every_move_is_in_the_table():
    assert set(MAY) == {move.name for move in states.TICKET_MOVES}


@pytest.fixture
def leak(city):
    grid = city.place("松涛-03")
    return cast.assigned(city, cast.reported(city, DAY, category="building.leak", grid_id=grid), DAY)


def test_who_may_make_each_move(city, leak):
    may = {name: set() for name in MAY}
    with cast.now_is(DAY, 10), transaction():
        found = session.get_one(Ticket, leak)
        for name in EVERYBODY:
            person = city.person(name)
            for move in states.TICKET_MOVES:
                try:
                    with savepoint():
                        authorize(move, found, person)
                    may[move.name].add(name)
                except (NotAllowed, NotFound, FourEyes):
                    pass
    assert may == MAY


def test_time_makes_its_own_moves_alone(city, leak):
    with cast.now_is(DAY, 10):
        found = cast.ticket(leak)
        allowed = set()
        for move in states.TICKET_MOVES:
            try:
                authorize(move, found, None)
                allowed.add(move.name)
            except NotAllowed:
                pass
    assert allowed == {"supply", "close_by_time"}
