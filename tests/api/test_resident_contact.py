"""Name, phone and address of a resident, opened on the phone with a reason, as at the console."""

import pytest

from tests.api.test_frame import refusal


@pytest.mark.parametrize("query", ["", "?reason=", "?reason=x", "?reason=%E2%80%8B%E2%80%8B"])
def test_without_a_reason_that_says_something_nothing_is_opened(town, query):
    told = town.phone("tong").call("GET", f"/people/{town.person('e').id}/contact{query}")
    assert "reason" in refusal(told, 422, "INVALID_INPUT")["data"]


def test_who_may_not_open_it_is_told_so_before_any_reason_is_judged(town):
    for name in ("ning", "pei", "bai"):
        told = town.phone(name).call("GET", f"/people/{town.person('e').id}/contact")
        assert told.status_code in (403, 404), name


def test_staff_of_the_community_read_it_and_the_resident_learns_of_it(town):
    path = f"/people/{town.person('ning').id}/contact?reason=核实居住登记"
    assert set(town.phone("tong").data("GET", path)) == {"name", "phone", "address"}
    events = town.phone("ning").data("GET", "/me/security-events")["list"]
    assert "data_opened" in {one["kind"] for one in events}
