"""Claims: who may, how many, how they end; confirmation, dispute, points and notices that follow."""

from datetime import date, datetime, timedelta

import pytest
import sqlalchemy as sa

from backend import clock, config, working_days
from backend.db import session, transaction
from backend.errors import NotAllowed, NotFound
from backend.ledger import queries as ledger
from backend.lifecycle import FourEyes
from backend.outbox import queries as outbox
from backend.people import actions as people
from backend.people import teams
from backend.wishes import queries
from backend.wishes.actions import claims, contacting, deadlines
from backend.wishes.models import Claim
from backend.wishes.states import WishMovedOn, WishNotOpen
from tests.wishes import cast


def _inbox(town, name):
    return [row.kind for row in outbox.inbox(town.person(name).id, None, 50)]


def test_the_first_claimer_wins_and_the_second_is_told_kindly(town):
    (wish_id,), _ = cast.published(town)
    with transaction():
        claims.claim(wish_id, actor=cast.by(town, "pei"))
    with pytest.raises(WishNotOpen, match="已被认领"), transaction():
        claims.claim(wish_id, actor=cast.by(town, "qin"))


def test_the_database_alone_forbids_two_standing_claims(town):
    wish_id = cast.claimed(town)
    with pytest.raises(sa.exc.IntegrityError), transaction():
        session.execute(
            sa.insert(Claim).values(
                wish_id=wish_id,
                person_id=town.person("qin").id,
                party="personal",
                claimed_at=clock.now(),
                promised_on=clock.today(),
            )
        )


@pytest.mark.parametrize(
    ("outcome", "current"),
    [
        (None, True),
        ("confirmed", True),
        ("closed_unconfirmed", True),
        ("released", False),
        ("overdue", False),
    ],
)
def test_a_claim_is_the_current_one_while_it_stands_and_when_it_stood_to_the_end(town, outcome, current):
    claim_id = cast.standing(cast.claimed(town)).id
    ended_at = outcome and clock.now()
    with transaction():
        session.execute(
            sa.update(Claim).where(Claim.id == claim_id).values(outcome=outcome, ended_at=ended_at),
            execution_options={"synchronize_session": False},
        )
        claim = session.get(Claim, claim_id, populate_existing=True)
    assert claim.is_current == current
    assert session.scalar(sa.select(Claim.is_current).where(Claim.id == claim_id)) == current


def test_a_third_open_claim_is_refused_until_one_is_fulfilled(town):
    ids, _ = cast.published(town, 3)
    for wish_id in ids[:2]:
        with transaction():
            claims.claim(wish_id, actor=cast.by(town, "pei"))
    with pytest.raises(claims.ClaimLimitReached, match="2 个"), transaction():
        claims.claim(ids[2], actor=cast.by(town, "pei"))
    (shown,) = queries.view_wishes([cast.wish(ids[2])], actor=cast.by(town, "pei"))
    assert "claim" not in shown.actions
    with transaction():
        claims.fulfil(ids[0], "好了", actor=cast.by(town, "pei"))
    with transaction():
        claims.claim(ids[2], actor=cast.by(town, "pei"))


def test_a_party_member_of_another_community_cannot_claim_here(town):
    (wish_id,), _ = cast.published(town)
    with pytest.raises(NotAllowed), transaction():
        claims.claim(wish_id, actor=cast.by(town, "he"))


def test_whoever_reviewed_a_wish_cannot_claim_it(town):
    """Staff may be party members too; the points of a claim shall not reward one's own review."""
    (wish_id,), _ = cast.published(town)
    with transaction():
        lan = cast.by(town, "lan")
        people.register_party_member(town.place("市水务局"), town.songtao, [], actor=lan)
        people.decide_party_registration(lan.id, True, actor=cast.by(town, "tong"))
    with pytest.raises(FourEyes), transaction():
        claims.claim(wish_id, actor=lan)


def test_a_claim_for_a_team_needs_membership_and_shows_the_teams_name(town):
    (first, second), _ = cast.published(town, 2)
    team_id = session.scalar(sa.text("SELECT id FROM teams WHERE name = '骑手先锋队'"))
    with pytest.raises(claims.NotYourTeam), transaction():
        claims.claim(first, "team", team_id=team_id, actor=cast.by(town, "qin"))
    with pytest.raises(claims.TeamMissing), transaction():
        claims.claim(first, "team", actor=cast.by(town, "pei"))
    with transaction():
        claims.claim(first, "team", team_id=team_id, actor=cast.by(town, "pei"))
        claims.claim(second, "unit", actor=cast.by(town, "qin"))
    shown = queries.view_wishes([cast.wish(first), cast.wish(second)], actor=cast.by(town, "ning"))
    assert [one.claim.by_name for one in shown] == ["骑手先锋队", "市水务局"]


def test_the_name_of_a_team_that_was_taken_down_stands_in_none_of_its_claims_for_others(town):
    (wish_id,), _ = cast.published(town)
    team_id = session.scalar(sa.text("SELECT id FROM teams WHERE name = '骑手先锋队'"))
    with transaction():
        claims.claim(wish_id, "team", team_id=team_id, actor=cast.by(town, "pei"))
        teams.take_down(team_id, "名称不合适", actor=cast.by(town, "tong"))
    for name, told in (("ning", "（已撤下的志愿队）"), ("pei", "骑手先锋队"), ("lan", "骑手先锋队")):
        (shown,) = queries.view_wishes([cast.wish(wish_id)], actor=cast.by(town, name))
        assert shown.claim.by_name == told


@pytest.mark.parametrize("days", [0, 30])
def test_a_promise_for_today_or_for_the_last_day_is_taken(town, days):
    (wish_id,), _ = cast.published(town)
    promised = clock.today() + timedelta(days=days)
    with transaction():
        claims.claim(wish_id, promised_on=promised, actor=cast.by(town, "pei"))
    assert cast.standing(wish_id).promised_on == promised


def test_a_promise_lies_between_today_and_the_configured_days(town):
    (wish_id,), _ = cast.published(town)
    for day in (clock.today() - timedelta(days=1), clock.today() + timedelta(days=31)):
        with pytest.raises(claims.PromiseOutOfRange), transaction():
            claims.claim(wish_id, promised_on=day, actor=cast.by(town, "pei"))


def test_confirming_awards_the_claimer_once_and_tells_them(town):
    wish_id = cast.fulfilled(town)
    with transaction():
        claims.confirm(wish_id, True, 5, "app", "谢谢", actor=cast.by(town, "ning"))
    balance = ledger.balance(town.person("pei").id)
    row = ledger.statement(town.person("pei").id, None, 1)[0]
    assert (row.points, row.reference, row.balance) == (5, f"wish:{wish_id}:confirmed", balance["available"])
    assert "claim_confirmed" in _inbox(town, "pei")
    with pytest.raises(WishMovedOn), transaction():
        claims.confirm(wish_id, True, 5, "app", actor=cast.by(town, "ning"))
    assert ledger.balance(town.person("pei").id) == balance


def test_an_unsolved_wish_can_be_confirmed_without_pressure(town):
    wish_id = cast.fulfilled(town)
    with transaction():
        found = claims.confirm(wish_id, False, 2, "app", actor=cast.by(town, "ning"))
    assert (found.state, found.solved, found.satisfaction) == ("confirmed", False, 2)


def test_staff_confirm_after_a_call_but_not_the_reviewer_and_not_as_the_wisher(town):
    wish_id = cast.fulfilled(town)
    with pytest.raises(FourEyes), transaction():
        claims.confirm(wish_id, True, 5, "call", actor=cast.by(town, "lan"))
    with pytest.raises(claims.MethodNotYours), transaction():
        claims.confirm(wish_id, True, 5, "app", actor=cast.by(town, "tong"))
    with transaction():
        claims.confirm(wish_id, True, 5, "call", actor=cast.by(town, "tong"))
    assert "wish_confirmed" in _inbox(town, "ning")


def test_a_dispute_gives_the_wish_back_to_the_same_claimer_with_new_time(town):
    wish_id = cast.fulfilled(town)
    with transaction():
        claims.dispute(wish_id, "灯不亮", actor=cast.by(town, "ning"))
    claim = cast.standing(wish_id)
    assert cast.wish(wish_id).state == "claimed"
    assert (claim.person_id, claim.fulfilled_at) == (town.person("pei").id, None)
    assert "claim_disputed" in _inbox(town, "pei")


def test_releasing_puts_the_wish_back_on_the_wall_for_others(town):
    wish_id = cast.claimed(town)
    with transaction():
        claims.release(wish_id, "要出差", actor=cast.by(town, "pei"))
    with transaction():
        claims.claim(wish_id, actor=cast.by(town, "qin"))
    assert cast.standing(wish_id).person_id == town.person("qin").id
    assert _inbox(town, "ning").count("wish_claimed") == 2


def _run(job_name):
    from backend import jobs

    (job,) = [job for job in deadlines.JOBS if job.name == job_name]
    return jobs.run(job)


def test_an_overdue_promise_is_reminded_first_and_released_later_without_a_penalty(town):
    wish_id = cast.claimed(town)
    settings = config.settings()
    # The first working day after the one on which it is kept at the latest.
    promised = cast.standing(wish_id).promised_on
    late = clock.day_starts(working_days.after(working_days.on_or_after(promised), 1))
    with clock.frozen_at(late):
        assert _run("wishes.release_overdue") >= 0
        assert cast.wish(wish_id).state == "claimed"
        _run("wishes.remind_overdue")
        assert _inbox(town, "pei").count("claim_overdue") == 1
        _run("wishes.remind_overdue")
        assert _inbox(town, "pei").count("claim_overdue") == 1
        _run("wishes.release_overdue")
        assert cast.wish(wish_id).state == "claimed"
    over = clock.day_starts(working_days.after(clock.business_day(late), settings.promise_grace_days))
    with clock.frozen_at(over):
        _run("wishes.release_overdue")
        assert cast.wish(wish_id).state in ("published", "carried_over")
        assert "claim_expired" in _inbox(town, "pei")
        _run("wishes.release_overdue")
        assert _inbox(town, "pei").count("claim_expired") == 1


def test_no_promise_and_no_silence_ends_on_a_free_day_or_in_its_first_hour(town):
    """PO1: promised for a Saturday, fulfilled fifteen days before a Sunday; Tuesday is the first day after."""
    with clock.frozen_at(datetime(2027, 2, 24, 10, tzinfo=clock.CHINA)):
        promised, fulfilled = cast.published(town, 2)[0]
        with transaction():
            claims.claim(promised, promised_on=date(2027, 3, 13), actor=cast.by(town, "pei"))
            claims.claim(fulfilled, actor=cast.by(town, "qin"))
    with clock.frozen_at(datetime(2027, 2, 27, 10, tzinfo=clock.CHINA)), transaction():
        claims.fulfil(fulfilled, "送到了", actor=cast.by(town, "qin"))
    for day, reminded, state in ((14, 0, "fulfilled"), (15, 0, "fulfilled"), (16, 1, "closed_unconfirmed")):
        with clock.frozen_at(datetime(2027, 3, day, 12, tzinfo=clock.CHINA)):
            _run("wishes.remind_overdue")
            _run("wishes.close_silent")
            assert _inbox(town, "pei").count("claim_overdue") == reminded, day
            assert cast.wish(fulfilled).state == state, day
    # Reminded on a Tuesday: Wednesday to Friday are the three days of grace, Friday's noon ends them, and Monday is the
    # first working day after it.
    for day, claimed in ((19, True), (20, True), (21, True), (22, False)):
        with clock.frozen_at(datetime(2027, 3, day, 11, tzinfo=clock.CHINA)):
            _run("wishes.release_overdue")
            assert (cast.wish(promised).state == "claimed") == claimed, day


def test_silence_closes_a_wish_without_points_and_is_not_satisfaction(town):
    wish_id = cast.fulfilled(town)
    before = ledger.balance(town.person("pei").id)
    _run("wishes.close_silent")
    assert cast.wish(wish_id).state == "fulfilled"
    silent = clock.today() + timedelta(days=config.settings().silence_days)
    with clock.frozen_at(clock.day_ends(working_days.on_or_after(silent + timedelta(days=1)))):
        _run("wishes.close_silent")
        found = cast.wish(wish_id)
        assert (found.state, found.satisfaction, found.solved) == ("closed_unconfirmed", None, None)
        assert ledger.balance(town.person("pei").id) == before


def test_rounds_end_by_themselves_on_the_day_after_their_last(town):
    (wish_id,), round_id = cast.published(town)
    last = cast.round_(round_id).publish_until
    with clock.frozen_at(clock.day_ends(last) - timedelta(minutes=1)):
        _run("wishes.end_round")
        assert cast.round_(round_id).state == "published"
    with clock.frozen_at(clock.day_ends(last)):
        _run("wishes.end_round")
        session.expire_all()
        assert cast.round_(round_id).state == "closed"
        assert cast.wish(wish_id).state == "carried_over"


def test_the_contact_is_seen_by_the_claimer_until_some_days_after_closing_and_each_look_is_journaled(town):
    wish_id = cast.claimed(town)

    def look(name, reason=None):
        with transaction():
            return contacting.contact(wish_id, reason, actor=cast.by(town, name))

    assert look("pei") == {"name": "宁小舟", "phone": "11100000001", "address": "雪松家园 7 号楼"}
    for name in ("qin", "wulan", "shang", "yan", "bai"):
        with pytest.raises((NotAllowed, NotFound)):
            look(name, "好奇")
    with pytest.raises(NotAllowed, match="理由"):
        look("tong")
    assert look("tong", "核对地址")["phone"] == "11100000001"
    seen = session.execute(
        sa.text("SELECT reason FROM journal WHERE verb = 'open_contact' AND subject_id = :id ORDER BY id"),
        {"id": wish_id},
    ).all()
    assert [row.reason for row in seen] == ["认领人联系许愿人", "核对地址"]
    with transaction():
        claims.fulfil(wish_id, "好", actor=cast.by(town, "pei"))
        claims.confirm(wish_id, True, 5, "app", actor=cast.by(town, "ning"))
    assert look("pei")["name"] == "宁小舟"
    with (
        clock.frozen_at(clock.now() + timedelta(days=config.settings().contact_days, minutes=1)),
        pytest.raises(NotAllowed),
    ):
        look("pei")


def test_after_a_release_the_former_claimer_sees_no_contact_any_more(town):
    wish_id = cast.claimed(town)
    with transaction():
        claims.release(wish_id, "要出差", actor=cast.by(town, "pei"))
    with pytest.raises(NotAllowed), transaction():
        contacting.contact(wish_id, None, actor=cast.by(town, "pei"))
