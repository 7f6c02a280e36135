"""Web workers are killed with -9 while everybody works. Nothing acknowledged is lost, nothing is doubled."""

import re

from tests.faults import drills, work
from tests.faults.checks import lost_or_doubled
from tests.faults.clients import Load
from tests.served import Served

KILLS = 5


def test_after_each_kill_work_goes_on_and_what_was_told_stays_true(city, environment, house):
    with Served(environment, workers=2, preload=True) as served:
        assert drills.web_workers_killed(city, served, KILLS) == []


def test_the_check_sees_what_is_lost_and_what_is_doubled(city, environment):
    """Negative control: the same load on a product with the guards taken out."""
    mistakes = {**environment, "ALTERED": "forgets_keys,dies_after_commit,answers_before_it_commits"}
    with Served(mistakes, app="tests.faults.altered:create_app()", workers=1, preload=True) as served:
        with Load([served.url], work.people(city, 3), work.wishes_only(city)) as load:
            load.wait_for_more(14)
        found = "\n".join(lost_or_doubled(load))
    assert "is there twice" in found
    # SQLite gives the number of a row that is not there to the next one.
    assert re.search(r"acknowledged and is not there|answered \d keys", found), found
