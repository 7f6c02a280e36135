"""Messages that WeChat did not deliver: why and how many, never what they said nor to whom."""

import pytest

from backend import clock
from backend.db import session, transaction
from backend.outbox.models import Delivery, Notice


def lost(town, state="dead", errcode=None, count=1):
    with transaction():
        for _ in range(count):
            notice = Notice(
                person_id=town.person("ning").id,
                kind="wish_claimed",
                title="您的心愿有人认领了",
                body="秘密的话",
                created_at=clock.now(),
            )
            session.add(notice)
            session.flush()
            told = {"template": "wish_progress", "data": {"thing1": "秘密的话"}, "next_at": clock.now()}
            session.add(
                Delivery(
                    notice_id=notice.id,
                    state=state,
                    errcode=errcode,
                    attempts=3,
                    finished_at=clock.now(),
                    **told,
                )
            )


@pytest.mark.parametrize("name", ["admin", "shang"])
def test_they_are_counted_by_reason_and_listed_without_a_word_of_theirs(visitor, town, name):
    lost(town, count=2)
    lost(town, "unknown")
    lost(town, errcode=45168)
    page = visitor(name).page("/console/deliveries")
    assert '<td>微信长时间没有回应，多次重试后放弃</td><td class="number">2</td>' in page
    assert "不知是否送达" in page
    assert "微信错误码 45168" in page
    assert "心愿进展" in page
    for word in ("秘密的话", "有人认领了", "宁"):
        assert word not in page


def test_the_list_goes_on_page_by_page(visitor, town):
    lost(town, count=51)
    admin = visitor("admin")
    page = admin.page("/console/deliveries")
    assert page.count("<td>心愿进展</td>") == 50
    onward = page[page.index("/console/deliveries?before=") :].split('"')[0]
    assert admin.page(onward).count("<td>心愿进展</td>") == 1


def test_where_nothing_was_lost_the_page_says_so(visitor):
    assert "都送到了" in visitor("shang").page("/console/deliveries")


def test_it_is_nobody_elses_business(visitor):
    for name in ("tong", "bu", "jie", "yan", "shao"):
        assert visitor(name).get("/console/deliveries").status_code == 403
