"""My sign-ins: where they are, how they end, and that the oldest end in any case."""

from datetime import timedelta

from backend import clock
from tests.api.test_frame import refusal
from tests.console.visitor import Visitor


def test_all_other_sign_ins_end_and_this_one_stays(town):
    here, *others = (town.phone("ning") for _ in range(3))
    stranger = town.phone("wulan")
    assert here.data("POST", "/me/sessions/end-others", {}) == {"ended": 2}
    for one in others:
        refusal(one.get("/me"), 401, "SESSION_ENDED")
    assert here.get("/me").status_code == 200
    assert stranger.get("/me").status_code == 200
    assert here.data("POST", "/me/sessions/end-others", {}) == {"ended": 0}


def test_open_consoles_end_with_them(town):
    phone, console = town.phone("tong"), Visitor(town.app, "tong")
    assert phone.data("POST", "/me/sessions/end-others", {}) == {"ended": 1}
    assert console.get("/console/").status_code == 303


def test_it_stands_in_the_journal(town):
    phone = town.phone("ning")
    phone.data("POST", "/me/sessions/end-others", {})
    assert "退出其他登录" in Visitor(town.app, "shang").page("/console/journal?verb=end_sessions")


def test_my_sign_ins_are_listed_newest_first_without_what_opens_them(town):
    older, newer = town.phone("ning"), town.phone("ning")
    shown = older.data("GET", "/me/sessions")["list"]
    assert [one["current"] for one in shown] == [False, True]
    assert set(shown[0]) == {"id", "createdAt", "expiresAt", "current"}
    newer.data("DELETE", "/sessions/current")
    assert len(older.data("GET", "/me/sessions")["list"]) == 1


def test_a_sign_in_ends_in_any_case_however_much_it_is_used(town, settings):
    phone, begins = town.phone("ning"), clock.now()
    step = timedelta(days=settings.session_days - 1)
    last = begins + timedelta(days=settings.session_most_days)
    moment = begins + step
    while moment < last:
        with clock.frozen_at(moment):
            phone.data("GET", "/me")
        moment += step
    with clock.frozen_at(last - timedelta(minutes=1)):
        phone.data("GET", "/me")
    with clock.frozen_at(last):
        refusal(phone.get("/me"), 401, "SESSION_ENDED")


def test_near_its_last_day_a_use_writes_nothing(town, settings, statements):
    phone = town.phone("ning")
    step = timedelta(days=settings.session_days - 1)
    moment, last = clock.now() + step, clock.now() + timedelta(days=settings.session_most_days)
    while moment < last:
        with clock.frozen_at(moment):
            phone.data("GET", "/me")
        moment += step
    with clock.frozen_at(last - timedelta(minutes=5)):
        phone.data("GET", "/me")
        with statements() as seen:
            phone.data("GET", "/me")
    assert not [one for one in seen if one.startswith(("UPDATE", "INSERT"))]
