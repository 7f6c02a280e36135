"""办公室: the page on which staff say how their office is reached."""

from backend.db import session
from backend.organisations.models import Organisation
from tests.organisations.test_offices import HOURS


def test_a_clerk_writes_down_the_office_of_the_community(town, visitor):
    tong = visitor("tong")
    listed = tong.page("/console/offices")
    assert "松涛社区" in listed
    assert "白桦社区" not in listed
    path = f"/console/offices/{town.songtao}"
    tong.page(path)
    typed = {"telephone": "0458 2288123", "address": "松涛路 8 号", "hours_1": "8:30-11:30 13:30至17:00"}
    half = tong.post(path, {**typed, "latitude": "47.0123"})
    assert half.status_code == 422
    assert "纬度和经度要一起填写" in half.get_data(as_text=True)
    assert tong.post(path, {**typed, "latitude": "47.0123", "longitude": "128.0345"}).status_code == 303
    session.expire_all()
    office = session.get_one(Organisation, town.songtao)
    assert (office.telephone, office.latitude, office.opening_hours) == ("0458-2288123", 47.0123, HOURS)
    page = tong.page(path)
    assert 'value="08:30-11:30 13:30-17:00"' in page
    assert tong.post(path, {"hours_1": "25:00-26:00"}).status_code == 422


def test_nobody_writes_down_anothers_office(town, visitor):
    assert visitor("tong").get(f"/console/offices/{town.baihua}").status_code == 404
    assert visitor("shao").get("/console/offices").status_code == 403
