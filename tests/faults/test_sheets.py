"""Others go on writing while a clerk brings in a sheet; scripts/faults does it with the largest one."""

from tests.faults import sheets
from tests.served import Served


def test_nobody_is_sent_away_while_a_sheet_is_read_and_taken_in(city, environment, house):
    with Served(environment, workers=2, preload=True) as served:
        assert sheets.largest_sheet(city, served, rows=300) == []
