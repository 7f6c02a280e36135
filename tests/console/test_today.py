"""今日待办: what is due first, marked by more than colour; and what there is to know for those who decide little."""

from datetime import date, timedelta

import sqlalchemy as sa

from backend import clock
from backend.console.frame.todo import Waiting
from backend.db import session, transaction
from backend.ledger import seals
from backend.points import actions as points_verbs
from backend.wishes.actions import rounds
from backend.wishes.models import Round
from tests.points import cast as points
from tests.wishes import cast


def waits(since_days, due_days=None):
    today = clock.today()
    due = None if due_days is None else today + timedelta(days=due_days)
    return Waiting("事", str(due_days), "松涛社区", clock.now() - timedelta(days=since_days), "/", due)


def test_what_is_due_soon_comes_first_and_what_has_time_comes_last():
    found = [waits(9, 30), waits(300), waits(1, 0), waits(2, 9), waits(5), waits(1, -3)]
    assert [one.title for one in sorted(found, key=lambda one: one.order)] == [
        "-3",
        "0",
        "None",
        "None",
        "9",
        "30",
    ]
    assert [waits(1, days).pressing for days in (-1, 0, 1, None)] == ["late", "today", "", ""]


def test_the_page_names_what_is_overdue_and_marks_it_beside_its_colour(visitor, town):
    cast.fulfilled(town)
    with clock.frozen_at(clock.now() + timedelta(days=60)):
        page = visitor("tong").page("/console/")
    first = page.split('<ol class="inbox">')[1].split("</li>")[0]
    assert '<li class="late">' in first
    assert "超期" in first
    assert "</b> 已超期" in page


def test_the_menu_says_how_many_wait_where_the_numbers_are_known(visitor, town):
    cast.submitted(town)
    clerk = visitor("tong")
    page = clerk.page("/console/")
    told = page.split('<p class="counts">')[1].split("</p>")[0]
    number = told.split("</b> 审核心愿")[0].rsplit("<b>", 1)[1]
    line = page.split('href="/console/review"')[1].split("</li>")[0]
    assert f'<span class="waits">{number}<span' in line


def no_round_collects(town):
    with transaction():
        session.execute(sa.update(Round).where(Round.community_id == town.songtao).values(state="closed"))


def test_a_clerk_is_told_that_no_round_collects_and_opens_one_from_there(visitor, town):
    no_round_collects(town)
    page = visitor("tong").page("/console/")
    assert f'<a href="/console/rounds/open?community={town.songtao}">松涛社区：开启新一期</a>' in page
    cast.open_round(town)
    assert "现在没有在征集的一期" not in visitor("tong").page("/console/")


def test_after_publishing_it_is_said_that_none_collects_now(visitor, town):
    no_round_collects(town)
    round_id = cast.open_round(town)
    with transaction():
        rounds.review(round_id, actor=cast.by(town, "tong"))
    clerk = visitor("tong")
    clerk.page(f"/console/rounds/{round_id}/publish")
    assert clerk.post(f"/console/rounds/{round_id}/publish").status_code == 303
    assert "现在没有在征集的一期，可以开启新一期" in clerk.page("/console/rounds")


def test_the_last_round_is_closed_from_the_page_that_would_publish_the_next(visitor, town):
    no_round_collects(town)
    _wishes, last = cast.published(town)
    following = cast.open_round(town)
    with transaction():
        rounds.review(following, actor=cast.by(town, "tong"))
    clerk = visitor("tong")
    page = clerk.page(f"/console/rounds/{following}/publish")
    address = f"/console/rounds/{last}/close?then={following}"
    assert f'href="{address}"' in page
    assert "发布这一期 <kbd>1</kbd></button>" not in page
    clerk.page(address)
    onward = clerk.post(address).headers["Location"]
    assert onward == f"/console/rounds/{following}/publish"
    assert "发布这一期 <kbd>1</kbd></button>" in clerk.page(onward)


def test_a_round_is_called_by_the_month_in_which_it_ends_collecting(visitor):
    with clock.frozen_at(clock.day_starts(date(2026, 11, 30)) + timedelta(hours=9)):
        assert 'value="2026年12月微心愿"' in visitor("tong").page("/console/rounds/open")


def test_the_city_sees_by_name_where_no_round_was_opened_for_long(visitor, town):
    def panel():
        return visitor("admin").page("/console/").split("60 天没有开启新一期的社区")[1].split("</section>")[0]

    no_round_collects(town)
    with transaction():
        long_ago = clock.now() - timedelta(days=61)
        session.execute(sa.update(Round).where(Round.community_id == town.songtao).values(opened_at=long_ago))
    assert "<li>松涛社区</li>" in panel()
    cast.open_round(town)
    assert "松涛社区" not in panel()


def test_the_auditor_sees_the_last_seal_and_the_weeks_adjustments_each_with_its_page(visitor, town):
    made = points.proposed(town)
    with transaction():
        points_verbs.approve(made, actor=cast.by(town, "lan"))
    for ordinal in dict.fromkeys(seals.days_to_seal()):
        with transaction():
            seals.seal(ordinal)
    page = visitor("shang").page("/console/")
    assert f'<a href="/console/points/adjustments/{made}">积分调整 {made}' in page
    assert f'<a href="/console/seals/{seals.latest().day}">' in page
    assert "核对无误" in page
    assert "近七天的积分调整" not in visitor("tong").page("/console/")
