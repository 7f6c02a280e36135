"""Rounds: numbers without gaps, publishing, carrying over once, then up to the street."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa

from backend import clock
from backend.db import session, transaction
from backend.errors import NotAllowed, NotFound
from backend.wishes.actions import claims, deadlines, reviewing, rounds, writing
from backend.wishes.models import Round, Wish
from tests.databases import until_so_many_wait
from tests.wishes import cast


def test_numbers_are_community_round_and_sequence_without_gaps(town):
    cast.open_round(town)
    numbers = [cast.wish(cast.submitted(town)).number for _ in range(3)]
    assert numbers == ["松涛-02-001", "松涛-02-002", "松涛-02-003"]


def test_a_refused_submission_leaves_no_gap(town):
    cast.open_round(town)
    cast.submitted(town)
    with pytest.raises(writing.CostAboveCap):
        cast.submitted(town, estimated_cost=301)
    assert cast.wish(cast.submitted(town)).number == "松涛-02-002"


def test_a_wish_submitted_between_rounds_gets_its_number_when_it_is_accepted(town):
    wish_id = cast.submitted(town)
    assert cast.wish(wish_id).number is None
    with pytest.raises(reviewing.NoRoundOpen), transaction():
        reviewing.accept(wish_id, actor=cast.by(town, "lan"))
    cast.open_round(town)
    with transaction():
        reviewing.accept(wish_id, actor=cast.by(town, "lan"))
    assert cast.wish(wish_id).number == "松涛-02-001"


def test_a_wish_sent_back_keeps_its_number(town):
    cast.open_round(town)
    wish_id = cast.submitted(town)
    with transaction():
        reviewing.send_back(wish_id, "请写明尺寸", actor=cast.by(town, "lan"))
    with transaction():
        writing.edit(wish_id, {"description": "高 30 厘米"}, actor=cast.by(town, "ning"))
        writing.submit(wish_id, actor=cast.by(town, "ning"))
    assert cast.wish(wish_id).number == "松涛-02-001"
    assert cast.wish(cast.submitted(town)).number == "松涛-02-002"


def test_only_one_round_collects_and_only_one_is_published(town):
    first = cast.open_round(town)
    with pytest.raises(rounds.RoundAlreadyCollecting):
        cast.open_round(town, "lan")
    with transaction():
        rounds.review(first, actor=cast.by(town, "tong"))
        rounds.publish(first, actor=cast.by(town, "tong"))
    second = cast.open_round(town)
    with transaction():
        rounds.review(second, actor=cast.by(town, "tong"))
    with pytest.raises(rounds.RoundAlreadyPublished), transaction():
        rounds.publish(second, actor=cast.by(town, "tong"))
    assert cast.round_(second).state == "reviewing"


def test_the_database_alone_forbids_a_second_collecting_round(town):
    cast.open_round(town)
    with pytest.raises(sa.exc.IntegrityError), transaction():
        session.execute(
            sa.insert(Round).values(
                community_id=town.songtao,
                number=99,
                title="x",
                state="reviewing",
                collect_until=clock.today(),
                publish_until=clock.today(),
                last_sequence=0,
                opened_at=clock.now(),
            )
        )


def test_publishing_takes_the_accepted_wishes_and_leaves_the_others(town):
    round_id = cast.open_round(town)
    accepted, waiting = cast.submitted(town), cast.submitted(town)
    with transaction():
        reviewing.accept(accepted, actor=cast.by(town, "lan"))
        rounds.review(round_id, actor=cast.by(town, "tong"))
        rounds.publish(round_id, actor=cast.by(town, "tong"))
    assert cast.wish(accepted).state == "published"
    assert cast.wish(waiting).state == "submitted"


def test_while_one_round_is_published_the_next_one_collects(town):
    cast.published(town)
    cast.open_round(town)
    assert cast.wish(cast.submitted(town)).number == "松涛-03-001"


def test_an_unclaimed_wish_is_carried_over_once_and_then_goes_up_to_the_street(town):
    (wish_id,), first = cast.published(town)
    with transaction():
        rounds.close(first, actor=cast.by(town, "tong"))
    assert (cast.wish(wish_id).state, cast.wish(wish_id).carried) == ("carried_over", 1)
    second = cast.open_round(town)
    with transaction():
        rounds.review(second, actor=cast.by(town, "tong"))
        rounds.publish(second, actor=cast.by(town, "tong"))
    again = cast.wish(wish_id)
    assert (again.state, again.round_id, again.number) == ("published", second, "松涛-02-001")
    with transaction():
        rounds.close(second, actor=cast.by(town, "tong"))
    assert cast.wish(wish_id).state == "escalated"


def test_a_claimed_wish_stays_claimed_when_its_round_closes(town):
    (wish_id,), round_id = cast.published(town)
    with transaction():
        claims.claim(wish_id, actor=cast.by(town, "pei"))
    with transaction():
        rounds.close(round_id, actor=cast.by(town, "tong"))
    assert cast.wish(wish_id).state == "claimed"


def test_a_claim_given_back_after_the_round_closed_goes_the_way_of_the_unclaimed(town):
    (wish_id,), round_id = cast.published(town)
    with transaction():
        claims.claim(wish_id, actor=cast.by(town, "pei"))
    with transaction():
        rounds.close(round_id, actor=cast.by(town, "tong"))
    with transaction():
        claims.release(wish_id, "要出差", actor=cast.by(town, "pei"))
    assert cast.wish(wish_id).state == "carried_over"


def _release(town, wish_id):
    with town.app.app_context():
        try:
            with transaction():
                claims.release(wish_id, "要出差", actor=cast.by(town, "pei"))
        finally:
            session.remove()


def test_a_claim_given_back_while_its_round_closes_is_not_left_behind_on_the_wall(town):
    (wish_id,), round_id = cast.published(town)
    with transaction():
        claims.claim(wish_id, actor=cast.by(town, "pei"))
    with ThreadPoolExecutor(1) as other:
        with transaction():
            rounds.close(round_id, actor=cast.by(town, "tong"))
            given_back = other.submit(_release, town, wish_id)
            until_so_many_wait(1)
        given_back.result(timeout=10)
    assert cast.wish(wish_id).state == "carried_over"


def test_a_round_whose_review_took_too_long_is_published_for_as_long_as_was_planned(town):
    round_id = cast.open_round(town)
    planned = cast.round_(round_id).publish_until
    wish_id = cast.submitted(town)
    with clock.frozen_at(clock.day_ends(planned)):
        with transaction():
            reviewing.accept(wish_id, actor=cast.by(town, "lan"))
            rounds.review(round_id, actor=cast.by(town, "tong"))
            rounds.publish(round_id, actor=cast.by(town, "tong"))
        assert cast.round_(round_id).publish_until == clock.today() + timedelta(days=10)
        assert round_id not in deadlines.rounds_over()
    assert cast.wish(wish_id).state == "published"


def test_a_round_published_on_its_last_day_ends_as_planned(town):
    round_id = cast.open_round(town)
    planned = cast.round_(round_id).publish_until
    with clock.frozen_at(clock.day_starts(planned)), transaction():
        rounds.review(round_id, actor=cast.by(town, "tong"))
        rounds.publish(round_id, actor=cast.by(town, "tong"))
    assert cast.round_(round_id).publish_until == planned


def test_the_street_can_offer_an_escalated_wish_again_or_explain(town):
    (first, second), round_id = cast.published(town, 2)
    with transaction():
        session.execute(sa.update(Wish).where(Wish.id.in_([first, second])).values(carried=1))
        rounds.close(round_id, actor=cast.by(town, "tong"))
    with pytest.raises(reviewing.NoRoundPublished), transaction():
        reviewing.republish(first, actor=cast.by(town, "jie"))
    other = cast.open_round(town)
    with transaction():
        rounds.review(other, actor=cast.by(town, "tong"))
        rounds.publish(other, actor=cast.by(town, "tong"))
    with transaction():
        reviewing.republish(first, actor=cast.by(town, "jie"))
        reviewing.explain(second, "暂无人手，已登记", actor=cast.by(town, "jie"))
    assert cast.wish(first).state == "published"
    assert cast.wish(second).state == "declined"


def test_the_city_opens_a_round_everywhere_and_skips_those_that_have_one(town):
    cast.open_round(town)
    today = clock.today()
    with transaction():
        opened, skipped = rounds.open_everywhere(
            town.place("青松市"), "全市第二期", today, today + timedelta(days=9), actor=cast.by(town, "admin")
        )
    assert town.songtao in skipped
    assert town.baihua in skipped
    assert len(opened) == 15


def test_closing_forty_wishes_costs_no_more_statements_than_closing_two(town, statements):
    _, small = cast.published(town, 2)
    with statements() as few, transaction():
        rounds.close(small, actor=cast.by(town, "tong"))
    with transaction():
        session.execute(sa.update(Wish).where(Wish.state == "carried_over").values(state="withdrawn"))
    _, large = cast.published(town, 40)
    with statements() as many, transaction():
        rounds.close(large, actor=cast.by(town, "tong"))
    assert len(many) <= len(few)


def test_another_communitys_staff_cannot_touch_the_round(town):
    round_id = cast.open_round(town)
    with pytest.raises(NotFound), transaction():
        rounds.review(round_id, actor=cast.by(town, "bai"))


def test_days_out_of_order_are_refused(town):
    with pytest.raises(rounds.DaysOutOfOrder):
        cast.open_round(town, days=-1)


def test_without_a_round_strangers_learn_no_more_than_with_one(town):
    """Permission comes before the round: another community's staff, the reporter, a resident."""
    wish_id = cast.submitted(town, reporter="shao")
    for name, refusal in (("bai", NotFound), ("wulan", NotFound), ("shao", NotAllowed)):
        with pytest.raises(refusal), transaction():
            reviewing.accept(wish_id, actor=cast.by(town, name))
    with transaction():
        draft = writing.write(town.songtao, dict(cast.CONTENT), actor=cast.by(town, "jin")).id
    with pytest.raises(NotFound), transaction():
        writing.submit(draft, actor=cast.by(town, "wulan"))
