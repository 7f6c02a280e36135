"""What waits for whom, and deciding it one after the other."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from backend import clock
from backend.console.frame import todo
from backend.console.people import verification
from backend.console.wishes import review
from backend.db import session, transaction
from backend.wishes import similar
from backend.wishes.actions import reviewing
from backend.wishes.models import Wish
from tests.wishes import cast


def kinds(page):
    return [part.split("<")[0] for part in page.split('<span class="kind">')[1:]]


def test_a_clerk_sees_wishes_rounds_calls_and_registrations_what_is_due_first_first(visitor, town):
    cast.fulfilled(town)
    town.phone("newcomer").agrees().data("PUT", "/me/residency", {"communityId": town.songtao})
    page = visitor("tong").page("/console/")
    assert {"审核心愿", "回访许愿人", "核实居住"} <= set(kinds(page))
    # Due in this order, however long each has waited: the wishes of three days ago, the registration of this moment, the
    # hours proposed four days ago.
    found = kinds(page)
    assert found.index("审核心愿") < found.index("核实居住") < found.index("认定时长")


def test_the_other_community_sees_its_own_things_only(visitor, town):
    cast.submitted(town, title="松涛的心愿")
    assert "松涛的心愿" not in visitor("bai").page("/console/")


def test_what_i_reported_waits_for_a_colleague(visitor, town):
    cast.open_round(town)
    made = cast.submitted(town, wisher="e", reporter="tong", title="代办的心愿")
    mine = visitor("tong")
    assert "代办的心愿" not in mine.page("/console/")
    assert "另有 1 个是您自己填报的" in mine.page("/console/review")
    answer = mine.post(f"/console/review/{made}/accept")
    assert answer.status_code == 403
    assert "经手人不能自己复核" in mine.text(answer)
    assert "代办的心愿" in visitor("lan").page("/console/")


def test_nobody_is_asked_to_call_about_what_they_reviewed_or_claimed(visitor, town):
    cast.fulfilled(town)  # reviewed by lan
    assert "回访许愿人" not in kinds(visitor("lan").page("/console/"))
    assert "回访许愿人" in kinds(visitor("tong").page("/console/"))


def test_a_late_thing_says_so(visitor, town):
    with clock.frozen_at(clock.now() + timedelta(days=9)):
        assert "超期" in visitor("tong").page("/console/")


def test_the_list_costs_the_same_however_long_it_is(visitor, town, statements):
    clerk = visitor("tong")
    clerk.page("/console/")
    with statements() as few:
        clerk.page("/console/")
    for number in range(12):
        cast.submitted(town, title=f"心愿 {number}")
    with statements() as many:
        clerk.page("/console/")
    assert len(many) <= len(few)


def test_the_review_page_costs_the_same_however_many_wishes_are_alike(visitor, town, statements):
    first = cast.submitted(town)
    clerk = visitor("tong")
    clerk.page(f"/console/review/{first}")
    with statements() as few:
        clerk.page(f"/console/review/{first}")
    for _number in range(8):
        cast.submitted(town)
    with statements() as many:
        clerk.page(f"/console/review/{first}")
    assert len(many) <= len(few)


@pytest.mark.parametrize(
    ("name", "form", "state"),
    [
        ("accept", {}, "accepted"),
        ("send_back", {"reason": "请补充"}, "sent_back"),
        ("decline", {"ready": "不属于微心愿的范围：微心愿是 300 元以内的物品或服务"}, "declined"),
        ("refer", {"to": "relief", "reason": "需要救助"}, "referred"),
    ],
)
def test_each_way_to_decide_brings_up_the_next_wish(visitor, town, name, form, state):
    cast.open_round(town)
    waiting = list(
        session.scalars(
            sa.select(Wish.id)
            .where(Wish.state == "submitted", Wish.community_id == town.songtao)
            .order_by(Wish.id)
        )
    )
    clerk = visitor("tong")
    clerk.page(f"/console/review/{waiting[0]}")
    answer = clerk.post(f"/console/review/{waiting[0]}/{name}", form)
    assert answer.headers["Location"] == f"/console/review/{waiting[1]}"
    assert cast.wish(waiting[0]).state == state


def test_without_an_open_round_the_refusal_says_what_to_do(visitor, town):
    waiting = cast.submitted(town)
    clerk = visitor("tong")
    clerk.page(f"/console/review/{waiting}")
    answer = clerk.post(f"/console/review/{waiting}/accept")
    assert answer.status_code == 409
    assert "请先开启新一期" in clerk.text(answer)


def test_a_reason_is_asked_for_and_what_was_typed_stays(visitor, town):
    waiting = cast.submitted(town)
    clerk = visitor("tong")
    clerk.page(f"/console/review/{waiting}")
    answer = clerk.post(f"/console/review/{waiting}/refer", {"reason": "需要救助"})
    assert answer.status_code == 422
    assert "需要救助</textarea>" in clerk.text(answer)


def test_a_colleague_was_quicker(visitor, town):
    cast.open_round(town)
    waiting = cast.submitted(town)
    one, other = visitor("tong"), visitor("lan")
    one.page(f"/console/review/{waiting}")
    other.page(f"/console/review/{waiting}")
    other.post(f"/console/review/{waiting}/accept")
    answer = one.post(f"/console/review/{waiting}/decline", {"reason": "不合适"})
    assert answer.status_code == 409
    assert one.get(f"/console/review/{waiting}").headers["Location"] == f"/console/wishes/{waiting}"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("想要一盏亮一点的台灯", "想要一盏亮一点的台灯。", True),
        ("晚上看报纸看不清，想要台灯", "想要台灯，晚上看报纸看不清楚", True),
        ("想要一盏台灯", "轮椅的刹车松了", False),
        ("", "", False),
    ],
)
def test_similar_words_share_half_of_their_neighbouring_pairs(one, other, same):
    pairs = [similar._pairs(Wish(title="", description=text)) for text in (one, other)]
    assert (similar._share(*pairs) >= similar.ALIKE) is same


@pytest.mark.parametrize("address", ["雪松家园7号楼2单元301", "雪松家园 ７ 栋 2 单元 301 室"])
def test_the_same_household_is_noticed_without_showing_the_address(visitor, town, address):
    town.phone("newcomer").agrees().data(
        "PUT", "/me/residency", {"communityId": town.songtao, "address": address}
    )
    with_neighbour = cast.submitted(town, wisher="newcomer", title="换纱窗", description="蚊子多")
    page = visitor("tong").page(f"/console/review/{with_neighbour}")
    assert "同一个住址" in page
    assert "雪松家园" not in page


def test_a_provider_is_asked_only_for_whoever_has_its_word(visitor, monkeypatch):
    def boom(*_):
        raise AssertionError("asked without the word")

    monkeypatch.setattr(todo, "PROVIDERS", [todo.Provider("appointment:grant", boom, boom)])
    assert "现在没有等您办的事" in visitor("tong").page("/console/")


def test_a_note_that_nobody_checked_is_looked_at_before_the_wisher_reads_it(visitor, town):
    wish_id = cast.fulfilled(town)
    clerk = visitor("tong")
    assert "查看图片、留言" in kinds(clerk.page("/console/"))
    assert "送到了" in clerk.page(f"/console/wishes/{wish_id}")
    assert clerk.post(f"/console/wishes/{wish_id}/look", {"verdict": "hide"}).status_code == 422
    assert clerk.post(f"/console/wishes/{wish_id}/look", {"verdict": "show"}).status_code == 303
    assert not cast.standing(wish_id).needs_look
    assert "请先看一看" not in clerk.page(f"/console/wishes/{wish_id}")
    clerk.page(f"/console/wishes/{wish_id}")
    assert clerk.post(f"/console/wishes/{wish_id}/look", {"verdict": "show"}).status_code == 409


def test_what_a_clerk_writes_for_others_is_shown_to_wechat_first(visitor, town, wechat):
    one, card_holder = visitor("shao"), town.person("e").id
    form = {
        "title": "换一副老花镜",
        "description": "看药瓶上的字看不清，打 13800138000",
        "category": "goods",
        "beneficiary_group": "elder",
        "estimated_cost": "60",
        "disclosure": "anonymous",
        "reason": "老人没有手机",
    }
    town.phone("shao")
    one.page(f"/console/people/{card_holder}/wishes/new")
    answer = one.post(f"/console/people/{card_holder}/wishes/new", form)
    assert answer.status_code == 303
    assert "请注意：文字里可能有电话号码，大家都看得到" in one.page(answer.headers["Location"])
    assert wechat.calls("/wxa/msg_sec_check")
    newest = session.scalar(sa.select(Wish).order_by(Wish.id.desc()).limit(1))
    assert newest.needs_look is False


def test_who_completes_a_wish_is_told_that_an_empty_field_keeps_what_was_given(visitor, town):
    made = cast.submitted(town, wisher="e", reporter="shao", address="松涛小区 3 号楼")
    with transaction():
        reviewing.send_back(made, "请写明尺寸", actor=cast.by(town, "lan"))
    clerk = visitor("shao")
    new = clerk.page(f"/console/people/{town.person('e').id}/wishes/new")
    page = clerk.page(f"/console/wishes/{made}/edit")
    assert "不填就用登记的住址" in new
    assert "不填就用登记的住址" not in page
    assert "不填就用之前填的，之前没填的用登记的住址" in page
    assert "可以填家人的；不填就用之前填的" in page


def test_a_queue_longer_than_its_list_says_that_there_is_more(visitor, town, monkeypatch):
    cast.submitted(town)
    cast.submitted(town)
    clerk = visitor("lan")
    there = len(kinds(clerk.page("/console/review")))
    monkeypatch.setattr(review.QUEUE, "most", there)
    assert "这里只列出" not in clerk.page("/console/review")
    monkeypatch.setattr(review.QUEUE, "most", there - 1)
    page = clerk.page("/console/review")
    assert len(kinds(page)) == there - 1
    assert f"这里只列出 {there - 1} 件，办完后刷新会看到其余的" in page


def test_one_list_of_two_queues_shows_the_oldest_of_both(visitor, town, monkeypatch):
    clerk, unit = visitor("tong"), town.place("市水务局")
    for name in ("first", "second"):
        town.phone(name).agrees().data("PUT", "/me/residency", {"communityId": town.songtao})
        told = {"unitId": unit, "communityId": town.songtao, "serviceRoles": []}
        town.phone(name).data("PUT", "/me/party-registration", told)
    there = kinds(clerk.page("/console/verifying"))
    assert there[-4:] == ["核实居住", "核实双报到", "核实居住", "核实双报到"]
    monkeypatch.setattr(verification.RESIDENCIES, "most", len(there) - 1)
    page = clerk.page("/console/verifying")
    assert kinds(page) == there[:-1]
    assert f"这里只列出 {len(there) - 1} 件" in page
