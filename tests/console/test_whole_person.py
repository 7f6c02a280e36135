"""The page of a resident is the whole person: what each capability knows, for whoever may read it there."""

from datetime import timedelta

import pytest

from backend.console.frame.person_sections import LATEST, SECTIONS
from backend.console.people import cancellations
from backend.db import session, transaction
from backend.people import actions, guardians
from backend.people.models import Person
from backend.rights import cancellation
from backend.wishes.actions import contacting
from tests.supermarket import cast as shop
from tests.volunteering import cast as volunteering
from tests.wishes import cast
from tests.wishes.cast import by


def page(visitor, name, person_id, path=""):
    return visitor(name).page(f"/console/people/{person_id}{path}")


def section(page, name):
    return page.split(f'id="{name}"')[1].split("</section>")[0]


def history(town, times, since=0):
    """Wishes, orders and sign-ups of ning."""
    ning, shop_id = town.person("ning").id, shop.opened(town)
    item = shop.support(town, shop_id, points=1)
    shop.rich(town, "ning")
    for number in range(since, since + times):
        cast.submitted(town)
        starts = volunteering.STARTS + timedelta(days=number)
        times_of_it = {"starts_at": starts, "ends_at": starts + timedelta(hours=2)}
        volunteering.sign_up(volunteering.published(town, **times_of_it), by(town, "ning"))
        shop.asked(town, shop_id, {item: 1}, "tong", purpose="清雪", on_behalf_of=(ning, "行动不便"))
    return ning


def test_who_has_nothing_has_a_sentence_in_each_section(visitor, town):
    with transaction():
        person_id = actions.create_card_holder("石二", town.songtao, actor=by(town, "tong")).id
    shown = page(visitor, "tong", person_id)
    for one in SECTIONS.values():
        assert one.heading in section(shown, one.name)
    assert "还没有提交过心愿" in section(shown, "wishes")
    assert "没有登记监护关系" in section(shown, "family")
    assert "0 分" in section(shown, "points")
    assert f"/console/people/{person_id}/points" in section(shown, "points")


def test_sections_appear_by_what_one_may_read_where_the_person_lives(visitor, town):
    shown = page(visitor, "shao", town.person("e").id)
    seen = {name for name in SECTIONS if f'id="{name}"' in shown}
    assert seen == {"wishes", "hours"}
    assert visitor("shao").get(f"/console/people/{town.person('e').id}/sections/orders").status_code == 404
    assert visitor("bai").get(f"/console/people/{town.person('e').id}/sections/wishes").status_code == 404


def test_the_latest_of_each_stand_there_and_the_rest_behind_a_link(visitor, town, statements):
    ning = history(town, 1)
    clerk = visitor("tong")

    def costs():
        clerk.page(f"/console/people/{ning}")
        session.remove()
        with statements() as seen:
            shown = clerk.page(f"/console/people/{ning}")
        return len(seen), shown

    few, shown = costs()
    for name in ("orders", "sign-ups"):
        assert "全部" not in section(shown, name)
    history(town, LATEST, since=1)
    many, shown = costs()
    assert many <= few <= 45
    for name in ("wishes", "orders", "sign-ups"):
        assert section(shown, name).count("<li>") == LATEST
        assert f"/console/people/{ning}/sections/{name}" in section(shown, name)
        everything = clerk.page(f"/console/people/{ning}/sections/{name}")
        assert everything.count("<li>") >= LATEST + 1


def test_a_call_back_stands_with_who_called_and_why(visitor, town):
    wish_id = cast.fulfilled(town)
    with transaction():
        contacting.contact(wish_id, "电话回访", actor=by(town, "tong"))
    told = section(page(visitor, "tong", town.person("ning").id), "calls")
    assert all(word in told for word in ("佟雨禾", "电话回访", f"/console/wishes/{wish_id}"))


def test_a_family_is_seen_from_both_sides(visitor, town):
    with transaction():
        link = guardians.declare("宁小满", 2019, "mother", actor=by(town, "ning"))
        child = link.child_id
    assert "宁小满" in section(page(visitor, "tong", town.person("ning").id), "family")
    with transaction():
        guardians.decide(link.id, True, actor=by(town, "tong"))
    shown = page(visitor, "tong", town.person("ning").id)
    assert f"/console/people/{child}" in section(shown, "family")
    assert "宁小舟" in section(page(visitor, "tong", child), "family")


@pytest.mark.parametrize("phone", ["15600000055", None])
def test_whether_there_is_a_phone_is_said_before_it_is_opened(visitor, town, phone):
    with transaction():
        made = actions.create_card_holder(
            "石一", town.songtao, phone=phone, address="林语苑", actor=by(town, "lan")
        )
    shown = page(visitor, "tong", made.id)
    assert ("156******55" if phone else "没有登记") in shown
    assert "已登记，看完整信息时显示" in shown
    assert "林语苑" not in shown


def test_the_page_of_a_call_says_whether_there_is_a_phone(visitor, town):
    wish_id = cast.fulfilled(town)
    page = visitor("tong").page(f"/console/wishes/{wish_id}/call")
    assert "没有登记电话" not in page
    assert "离开本页后不再显示" in page
    with transaction():
        session.execute(Person.__table__.update().values(phone_sealed=None, phone_index=None))
        session.execute(cast.Wish.__table__.update().values(phone_sealed=None))
    assert "没有登记电话" in visitor("tong").page(f"/console/wishes/{wish_id}/call")


def test_a_call_whose_number_cannot_be_opened_is_registered_all_the_same(visitor, town):
    wish_id, clerk = cast.fulfilled(town), visitor("tong")
    with transaction():
        session.execute(cast.Wish.__table__.update().values(phone_sealed="v1|x|y|z|w"))
    path = f"/console/wishes/{wish_id}/call"
    assert "登记的联系方式打不开" in clerk.page(path)
    answer = clerk.post(f"{path}/confirm", {"method": "signature", "solved": "yes", "satisfaction": "5"})
    assert answer.status_code == 303
    assert cast.wish(wish_id).state == "confirmed"


def test_who_has_no_phone_leaves_at_the_counter_and_is_told_first_what_is_lost(visitor, town):
    person_id, clerk = town.person("e").id, visitor("tong")
    assert f"/console/people/{person_id}/cancel" in clerk.page(f"/console/people/{person_id}")
    page = clerk.page(f"/console/people/{person_id}/cancel")
    assert "个没有办完的心愿会撤回" in page
    refused = clerk.post(f"/console/people/{person_id}/cancel", {"reason": "本人持卡申请"})
    assert refused.status_code == 422
    assert "请核对后勾选" in clerk.text(refused)
    done = clerk.post(f"/console/people/{person_id}/cancel", {"reason": "本人持卡申请", "sure": "y"})
    assert done.status_code == 303
    assert clerk.get(f"/console/people/{person_id}").status_code == 404
    own = town.person("ning").id
    assert "由本人在小程序里办" in clerk.page(f"/console/people/{own}/cancel")
    assert clerk.post(f"/console/people/{own}/cancel", {"reason": "试试", "sure": "y"}).status_code == 409
    assert visitor("shao").get(f"/console/people/{own}/cancel").status_code == 403


def test_every_thing_that_may_stand_open_has_words(app):
    names = {step.name for step in cancellation.steps() if step.open_things.__name__ != "nothing"}
    assert names | {"pointsLost", "teamsLed"} == set(cancellations.OPEN_THINGS)
