"""The machine's clock jumps while everybody works: ahead, far back, and home again."""

from pathlib import Path

import pytest

from tests.faults import work
from tests.faults.checks import lost_or_doubled, replayed_otherwise, wrong_with_the_house
from tests.faults.clients import Load
from tests.served import Served

HOUR, DAY = 3600, 86400
JUMPS = (3 * DAY, -400 * DAY, HOUR, 0)


@pytest.fixture
def clock_off_by(environment):
    file = Path(environment["ALTERED_FOLDER"]) / "clock-off-by"

    def jump(seconds):
        # In one step: a reader never sees half of it.
        (file.parent / "next").write_text(str(seconds))
        (file.parent / "next").rename(file)

    yield jump
    jump(0)


def _worked(city, environment, clock_off_by, *altered):
    told = {**environment, "ALTERED": ",".join(("jumping_clock", *altered))}
    with Served(told, app="tests.faults.altered:create_app()", workers=2, preload=True) as served:
        with Load([served.url], work.people(city, 4), work.mixed(city)) as load:
            for seconds in JUMPS:
                clock_off_by(seconds)
                load.wait_for_more(8)
        return load, lost_or_doubled(load) + replayed_otherwise(served.url, load.kept)


def test_everyone_goes_on_with_their_work_and_nothing_is_lost(city, environment, clock_off_by, house):
    load, wrong = _worked(city, environment, clock_off_by)
    assert wrong == []
    assert load.statuses == []


def test_the_check_sees_moves_that_no_journal_tells_of(city, environment, clock_off_by):
    """Negative control, last in the file: it leaves a broken journal behind."""
    _worked(city, environment, clock_off_by, "moves_without_a_journal")
    assert any("its journal ends with" in one for one in wrong_with_the_house())
