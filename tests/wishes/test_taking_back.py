"""Until it is claimed a wish may be taken back; from its publication on it may be taken down, or blacked out in part."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from backend import clock, crypto, jobs
from backend.db import session, transaction
from backend.errors import InvalidInput, NotFound, StateConflict
from backend.journal import JournalLine
from backend.ledger.models import Transfer
from backend.lifecycle import FourEyes
from backend.operations import invariants
from backend.outbox.models import Delivery, Notice
from backend.rights import retention
from backend.wishes import queries, ready_answers, timeline_queries
from backend.wishes.actions import claims, reopening, reviewing, rounds, taking_down, writing
from backend.wishes.models import Claim
from backend.wishes.redaction_models import Redaction
from tests.wishes import cast


def told(name_or_id, kind):
    wanted = sa.select(Notice.body).where(Notice.person_id == name_or_id, Notice.kind == kind)
    return session.scalars(wanted.order_by(Notice.id)).all()


def test_a_published_wish_sent_back_is_off_the_wall_and_has_to_be_accepted_and_published_anew(town):
    (wish_id,), round_id = cast.published(town)
    number = cast.wish(wish_id).number
    with transaction():
        reviewing.send_back(wish_id, "请去掉电话号码", actor=cast.by(town, "tong"))
    assert cast.wish(wish_id).reviewer_id is None
    assert queries.count_on_the_wall(town.songtao) == _on_the_wall_without(town, wish_id)
    with transaction():
        writing.edit(wish_id, {"description": "想要一盏台灯"}, actor=cast.by(town, "ning"))
        writing.submit(wish_id, actor=cast.by(town, "ning"))
    assert cast.wish(wish_id).state == "submitted"
    with transaction():
        rounds.close(round_id, actor=cast.by(town, "tong"))
    following = cast.open_round(town)
    with transaction():
        reviewing.accept(wish_id, actor=cast.by(town, "tong"))
    assert (cast.wish(wish_id).number, cast.wish(wish_id).round_id) == (number, following)
    assert list(invariants.findings()) == []


def _on_the_wall_without(town, wish_id):
    shown = queries.public_wall(town.songtao, 0, 500)
    assert cast.wish(wish_id).number not in {row.number for row in shown}
    return len(shown)


def test_a_claimed_wish_is_taken_back_no_more(town):
    wish_id = cast.claimed(town)
    for verb in (reviewing.send_back, reviewing.decline):
        with pytest.raises(reviewing.states.WishMovedOn), transaction():
            verb(wish_id, "太晚了", actor=cast.by(town, "tong"))


def test_a_wish_is_merged_into_an_open_one_of_its_community_and_its_wisher_is_told(town):
    (wish_id, other), _ = cast.published(town, count=2)
    with transaction():
        merged = reviewing.merge(wish_id, other, "同一件事报了两次", actor=cast.by(town, "tong"))
        assert (merged.state, merged.merged_into_id) == ("merged", other)
    (body,) = told(town.person("ning").id, "wish_merged")
    assert cast.wish(other).number in body
    shown = queries.view_wish(wish_id, actor=cast.by(town, "ning"))
    assert shown.merged_into_id == other
    with pytest.raises(NotFound):
        queries.view_wish(wish_id, actor=cast.by(town, "wulan"))
    assert list(invariants.findings()) == []


def test_whose_wish_was_merged_hears_when_the_other_one_is_fulfilled(town):
    (other,), _ = cast.published(town)
    mine = cast.submitted(town, wisher="wulan")
    with transaction():
        reviewing.merge(mine, other, "同一栋楼的同一件事", actor=cast.by(town, "tong"))
        claims.claim(other, actor=cast.by(town, "pei"))
        claims.fulfil(other, "送到了", actor=cast.by(town, "pei"))
    (body,) = told(town.person("wulan").id, "wish_followed")
    assert cast.wish(other).number in body
    assert told(town.person("ning").id, "wish_followed") == []


def test_a_wish_is_merged_into_none_that_ended_lies_elsewhere_or_is_itself(town):
    (wish_id, other), _ = cast.published(town, count=2)
    with transaction():
        reviewing.decline(other, "不属于微心愿", actor=cast.by(town, "tong"))
    with pytest.raises(reviewing.MergedIntoClosed), transaction():
        reviewing.merge(wish_id, other, "同一件事", actor=cast.by(town, "tong"))
    for into in (wish_id, 10**9):
        with pytest.raises(InvalidInput), transaction():
            reviewing.merge(wish_id, into, "同一件事", actor=cast.by(town, "tong"))


def test_a_wish_taken_down_ends_its_claim_without_points_and_is_gone_for_everybody_else(town):
    wish_id = cast.fulfilled(town)
    before = session.scalar(sa.select(sa.func.count()).select_from(Transfer))
    with transaction():
        taking_down.take_down(wish_id, "内容里有身份证号", actor=cast.by(town, "tong"))
    found = cast.wish(wish_id)
    assert (found.state, found.closed_at is not None) == ("taken_down", True)
    assert session.scalars(sa.select(Claim.outcome).where(Claim.wish_id == wish_id)).all() == ["taken_down"]
    assert session.scalar(sa.select(sa.func.count()).select_from(Transfer)) == before
    for name in ("pei", "qin", "wulan", "bai"):
        with pytest.raises(NotFound):
            queries.view_wish(wish_id, actor=cast.by(town, name))
        with pytest.raises(NotFound):
            queries.one(wish_id, actor=cast.by(town, name))
    for name in ("ning", "tong"):
        assert queries.view_wish(wish_id, actor=cast.by(town, name)).claim.outcome == "taken_down"
    assert "身份证号" in told(town.person("ning").id, "wish_taken_down")[0]
    assert list(invariants.findings()) == []


def test_what_others_were_told_of_a_wish_goes_on_without_its_title_once_it_is_taken_down(town):
    wish_id = cast.fulfilled(town)
    with transaction():
        claims.dispute(wish_id, "还没有收到", actor=cast.by(town, "ning"))
        taking_down.take_down(wish_id, "内容里有身份证号", actor=cast.by(town, "tong"))
    pei, ning = town.person("pei").id, town.person("ning").id
    of_pei = session.scalars(
        sa.select(Notice.body).where(Notice.person_id == pei, Notice.subject_id == wish_id)
    )
    assert [body for body in of_pei if "“台灯”" in body] == []
    data = sa.select(Delivery.data).join(Notice, Notice.id == Delivery.notice_id)
    sent = session.scalars(data.where(Notice.person_id == pei, Notice.subject_id == wish_id)).all()
    assert [one["thing1"] for one in sent if "台灯" in one["thing1"]] == []
    assert sent
    assert "“台灯”" in told(ning, "wish_claimed")[0]
    assert told(pei, "claim_taken_down")


def test_a_confirmed_wish_taken_down_stays_what_it_was_in_the_books(town):
    wish_id = cast.fulfilled(town)
    with transaction():
        claims.confirm(wish_id, True, 5, "app", actor=cast.by(town, "ning"))
        closed = cast.wish(wish_id).closed_at
        taking_down.take_down(wish_id, "图片里有人脸", actor=cast.by(town, "tong"))
    found = cast.wish(wish_id)
    assert (found.solved, found.closed_at) == (True, closed)
    assert session.scalars(sa.select(Claim.outcome).where(Claim.wish_id == wish_id)).all() == ["confirmed"]
    assert "积分不变" in told(town.person("pei").id, "claim_taken_down")[0]
    assert list(invariants.findings()) == []


def test_what_is_blacked_out_is_sealed_told_and_opened_only_with_a_reason_in_the_journal(town):
    (wish_id,), _ = cast.published(town, description="请打 13800138000")
    with transaction():
        changed = taking_down.redact(
            wish_id, {"description": "（联系方式已遮盖）"}, "内容里有电话", actor=cast.by(town, "tong")
        )
        assert (changed.state, changed.description) == ("published", "（联系方式已遮盖）")
    row = session.scalars(sa.select(Redaction)).one()
    assert "13800138000" not in row.description_sealed
    assert row.title_sealed is None
    assert crypto.unseal(row.description_sealed, f"wish_redactions.description:{row.id}").endswith(
        "13800138000"
    )
    assert "内容里有电话" in told(town.person("ning").id, "wish_redacted")[0]
    with transaction():
        (mine,) = taking_down.former_texts(wish_id, None, actor=cast.by(town, "ning"))
        assert mine.description == "请打 13800138000"
    with pytest.raises(InvalidInput), transaction():
        taking_down.former_texts(wish_id, None, actor=cast.by(town, "tong"))
    with transaction():
        taking_down.former_texts(wish_id, "核对投诉", actor=cast.by(town, "tong"))
    opened = sa.select(JournalLine.reason).where(JournalLine.verb == "open_former_text")
    assert session.scalars(opened).all() == ["核对投诉"]
    steps = [one.label for one in timeline_queries.timeline(cast.wish(wish_id), actor=cast.by(town, "ning"))]
    assert "遮盖部分内容" in steps


def test_what_was_blacked_out_is_forgotten_with_the_contact_of_a_wish_that_ended(town, settings):
    (wish_id,), _ = cast.published(town, description="请打 13800138000")
    with transaction():
        taking_down.redact(wish_id, {"description": "台灯"}, "内容里有电话", actor=cast.by(town, "tong"))
        reviewing.decline(wish_id, "已有政策覆盖", actor=cast.by(town, "tong"))
    (job,) = [one for one in retention.JOBS if one.name == "retention.redactions"]
    assert jobs.run(job) == 0
    with clock.frozen_at(clock.now() + timedelta(days=settings.keep_contact_days + 1)):
        assert jobs.run(job) == 1
    assert session.scalars(sa.select(Redaction.id)).all() == []


def test_nobody_blacks_out_their_own_wish_and_no_change_is_no_redaction(town):
    wish_id = cast.submitted(town, wisher="tong")
    with pytest.raises(FourEyes), transaction():
        taking_down.redact(wish_id, {"title": "别的"}, "换一个说法", actor=cast.by(town, "tong"))
    with pytest.raises(taking_down.NothingToRedact), transaction():
        taking_down.redact(wish_id, {"title": "台灯"}, "换一个说法", actor=cast.by(town, "lan"))


def test_the_wisher_may_be_shown_without_a_name_at_any_time_and_in_no_other_way_be_changed(town):
    (wish_id,), _ = cast.published(town, disclosure="title", salutation="女士")
    assert queries.view_wish(wish_id, actor=cast.by(town, "wulan")).wisher.endswith("女士")
    with transaction():
        writing.edit(wish_id, {"disclosure": "anonymous"}, actor=cast.by(town, "ning"))
    assert queries.view_wish(wish_id, actor=cast.by(town, "wulan")).wisher == "匿名居民"
    for content in ({"disclosure": "title"}, {"disclosure": "anonymous", "title": "别的"}):
        with pytest.raises(writing.WishNotEditable), transaction():
            writing.edit(wish_id, content, actor=cast.by(town, "ning"))


def test_what_was_not_solved_is_taken_up_again_once_at_a_time(town):
    wish_id = cast.fulfilled(town)
    with transaction():
        claims.confirm(wish_id, False, 2, "app", actor=cast.by(town, "ning"))
    with transaction():
        draft = reopening.reopen(wish_id, "灯又坏了", actor=cast.by(town, "ning"))
        made, title = draft.id, draft.title
    assert (title, cast.wish(made).reopens_id, cast.wish(wish_id).reopened_as_id) == ("台灯", wish_id, made)
    assert crypto.unseal(cast.wish(made).address_sealed, f"wishes.address:{made}") == "雪松家园 7 号楼"
    with pytest.raises(reopening.ReopenedAlready), transaction():
        reopening.reopen(wish_id, "再来一次", actor=cast.by(town, "ning"))
    assert "reopen" not in queries.view_wish(wish_id, actor=cast.by(town, "ning")).actions
    with transaction():
        writing.withdraw(made, actor=cast.by(town, "ning"))
    assert "reopen" in queries.view_wish(wish_id, actor=cast.by(town, "ning")).actions
    with transaction():
        assert reopening.reopen(wish_id, "还是坏的", actor=cast.by(town, "ning")).id != made


def test_what_was_solved_or_is_not_confirmed_is_not_taken_up_again(town):
    wish_id = cast.fulfilled(town)
    with pytest.raises(reopening.NothingUnsolved), transaction():
        reopening.reopen(wish_id, "灯又坏了", actor=cast.by(town, "ning"))
    with transaction():
        claims.confirm(wish_id, True, 5, "app", actor=cast.by(town, "ning"))
    with pytest.raises(StateConflict), transaction():
        reopening.reopen(wish_id, "灯又坏了", actor=cast.by(town, "ning"))


def test_a_community_writes_its_own_answers_in_order_and_none_brings_back_those_of_the_product(town):
    tong = cast.by(town, "tong")
    with transaction():
        ready_answers.change(town.songtao, "decline", ["请到窗口办理", "已有政策覆盖"], actor=tong)
    of_the_product = ready_answers.OF_THE_PRODUCT["decline"]
    assert ready_answers.sentences_of(town.songtao)["decline"] == ("请到窗口办理", "已有政策覆盖")
    assert ready_answers.sentences_of(town.baihua)["decline"] == of_the_product
    with transaction():
        ready_answers.change(town.songtao, "decline", [], actor=tong)
    assert ready_answers.sentences_of(town.songtao)["decline"] == of_the_product
    with pytest.raises(NotFound), transaction():
        ready_answers.change(town.baihua, "decline", ["别处的话"], actor=tong)
    with pytest.raises(InvalidInput), transaction():
        ready_answers.change(town.songtao, "decline", ["一"], actor=tong)
