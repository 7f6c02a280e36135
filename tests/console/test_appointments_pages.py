"""任职: the list of who has which role where."""

import re

from backend.console.people import appointments


def rows(page):
    return page.count("<tr><td>")


def test_a_last_page_that_is_full_leads_to_no_empty_one(visitor, monkeypatch):
    admin = visitor("admin")
    all_of_them = rows(admin.page("/console/appointments"))
    assert all_of_them > 1
    monkeypatch.setattr(appointments, "PAGE", all_of_them)
    page = admin.page("/console/appointments")
    assert (rows(page), "下一页" in page) == (all_of_them, False)
    monkeypatch.setattr(appointments, "PAGE", all_of_them - 1)
    page = admin.page("/console/appointments")
    assert rows(page) == all_of_them - 1
    (before,) = re.findall(r"/console/appointments[?]before=([0-9]+)", page)
    page = admin.page(f"/console/appointments?before={before}")
    assert (rows(page), "下一页" in page) == (1, False)
