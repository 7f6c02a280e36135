"""家人代办 at the console: staff ask somebody without WeChat, and end it when they say so; nobody their own family's."""

from backend.db import session, transaction
from backend.people import proxies
from backend.people.proxy_models import Proxy
from tests.people.proxies_cast import agreed, asked
from tests.wishes.cast import by


def state(proxy_id):
    return session.get(Proxy, proxy_id, populate_existing=True).state


def test_it_waits_by_name_and_is_written_down_with_how_they_agreed(visitor, town):
    made = asked(town)
    clerk = visitor("tong")
    for page in (clerk.page("/console/"), clerk.page("/console/proxies")):
        assert f"/console/proxies/{made}" in page
        assert "宁小舟 想代 鄂桂兰 办事" in page
    page = clerk.page(f"/console/proxies/{made}")
    assert all(told in page for told in ("鄂桂兰", "宁小舟", "子女", "P000001"))
    assert clerk.post(f"/console/proxies/{made}/agree", {}).status_code == 422
    assert clerk.post(f"/console/proxies/{made}/agree", {"method": "call"}).headers["Location"] == "/console/"
    assert session.get(Proxy, made, populate_existing=True).method == "call"
    assert "电话里同意" in clerk.page(f"/console/proxies/{made}")


def test_a_no_is_written_down_too(visitor, town):
    made = asked(town)
    clerk = visitor("tong")
    clerk.page(f"/console/proxies/{made}")
    clerk.post(f"/console/proxies/{made}/decline")
    assert state(made) == "declined"


def test_it_stands_on_both_pages_and_ends_from_there(visitor, town):
    made, clerk = agreed(town, of="e"), visitor("tong")
    for name in ("e", "ning"):
        page = clerk.page(f"/console/people/{town.person(name).id}")
        assert f"/console/proxies/{made}" in page
    clerk.page(f"/console/proxies/{made}")
    assert clerk.post(f"/console/proxies/{made}/end").status_code == 303
    assert state(made) == "ended"
    assert clerk.post(f"/console/proxies/{made}/end").status_code == 409


def test_what_was_asked_and_not_answered_stands_on_no_page_of_whoever_asked(visitor, town):
    made = asked(town)
    assert f"/console/proxies/{made}" not in visitor("tong").page(f"/console/people/{town.person('ning').id}")


def test_who_has_wechat_answers_and_ends_it_themselves(visitor, town):
    made, clerk = asked(town, of="wulan"), visitor("tong")
    page = clerk.page(f"/console/proxies/{made}")
    assert "由本人在小程序里同意或结束" in page
    assert f"/console/proxies/{made}/end" not in page
    assert clerk.post(f"/console/proxies/{made}/end").status_code == 409
    assert state(made) == "asked"


def test_nobody_answers_for_their_own_family_or_elsewhere(visitor, town):
    own = asked(town, "tong")
    clerk = visitor("tong")
    assert f"/console/proxies/{own}" not in clerk.page("/console/")
    clerk.page(f"/console/proxies/{own}")
    assert clerk.post(f"/console/proxies/{own}/agree", {"method": "seen"}).status_code == 403
    assert state(own) == "asked"
    assert visitor("bai").get(f"/console/proxies/{own}").status_code == 404
    assert visitor("shao").get(f"/console/proxies/{own}").status_code == 403


def test_who_came_second_is_told_how_it_stands(visitor, town):
    made, clerk = asked(town), visitor("tong")
    clerk.page(f"/console/proxies/{made}")
    with transaction():
        proxies.decline_for(made, actor=by(town, "lan"))
    assert clerk.post(f"/console/proxies/{made}/agree", {"method": "seen"}).status_code == 409
