"""What time does by itself: a pause ends, what is late goes up once, what nobody was asked about ends apart."""

from datetime import date

import pytest

from backend.db import transaction
from backend.tickets import deadlines
from backend.tickets.actions import handling
from tests.tickets import cast

DEC = {day: date(2026, 12, day) for day in range(1, 32)}


def worked(job, day):
    """The items that a job finds due at nine, each in a transaction of its own."""
    with cast.now_is(day):
        found = job.due()
        for one in found:
            with transaction():
                job.work(one)
        return found


GO_ON, LEVEL_UP, CLOSE = deadlines.JOBS


@pytest.fixture
def rubbish(city):
    """The grid's, of one working day: due on Wed 2 Dec."""
    ticket_id = cast.reported(city, DEC[1], category="environment.rubbish", grid_id=city.place("松涛-03"))
    return cast.assigned(city, ticket_id, DEC[1], lead="松涛-03", by="rao")


def test_what_is_a_working_day_late_goes_up_once(city, rubbish):
    assert worked(LEVEL_UP, DEC[3]) == []
    before = cast.ticket(rubbish).due_at
    assert worked(LEVEL_UP, DEC[4]) == [rubbish]
    found = cast.ticket(rubbish)
    assert (found.level, found.lead_id, found.due_at) == (2, city.place("松涛-03"), before)
    assert worked(LEVEL_UP, DEC[7]) == []


def test_nothing_goes_up_on_a_free_day_or_while_it_is_merged(city, rubbish):
    assert worked(LEVEL_UP, DEC[5]) == []
    other = cast.reported(city, DEC[1], "pei", category="environment.rubbish", hour=8)
    cast.merged_into(city, rubbish, other, day=DEC[2])
    assert cast.ticket(rubbish).state == "merged"
    assert worked(LEVEL_UP, DEC[7]) == []


def test_a_pause_ends_by_itself(city, rubbish):
    with cast.on(DEC[1], 10):
        handling.sign(rubbish, actor=city.person("shao"))
        handling.ask_info(rubbish, "在哪个门口？", actor=city.person("shao"))
    assert worked(GO_ON, DEC[8]) == []
    assert worked(GO_ON, DEC[9]) == [rubbish]
    assert (cast.ticket(rubbish).state, cast.due_on(rubbish)) == ("handling", DEC[9])


def test_silence_is_no_answer(city):
    ticket_id = cast.through(city, DEC[1], category="building.leak")
    assert worked(CLOSE, DEC[16]) == []
    assert worked(CLOSE, DEC[17]) == [ticket_id]
    assert cast.ticket(ticket_id).closed_by == "time"
