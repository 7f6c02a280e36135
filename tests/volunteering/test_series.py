"""A weekly series is published, changed and called off as one, from an activity of it on."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from backend import clock
from backend.db import session, transaction
from backend.errors import NotAllowed
from backend.outbox import queries as outbox
from backend.volunteering.actions import activities, series
from backend.volunteering.models import Activity
from backend.volunteering.states import ActivityMovedOn
from tests.volunteering import cast
from tests.volunteering.cast import STARTS

WEEK = timedelta(weeks=1)


@pytest.fixture
def weekly(town):
    """A published activity and the drafts of the three weeks after it."""
    first = cast.published(town, sign_up_until=STARTS - timedelta(hours=1))
    with transaction():
        made = activities.repeat(first, 3, actor=cast.by(town, "wulan"))
        return [first, *(one.id for one in made)]


@pytest.fixture(autouse=True)
def _some_days_before(town):
    with clock.frozen_at(STARTS - timedelta(days=3)):
        yield


def row(activity_id):
    return cast.activity(activity_id)


def states(ids):
    return [row(one).state for one in ids]


def publish(town, activity_id, name="wulan"):
    with transaction():
        return [one.id for one in series.publish(activity_id, actor=cast.by(town, name))]


def test_all_drafts_from_one_on_are_published_together(town, weekly):
    assert publish(town, weekly[2]) == weekly[2:]
    assert states(weekly) == ["published", "draft", "published", "published"]
    assert publish(town, weekly[0]) == [weekly[1]]
    with pytest.raises(ActivityMovedOn):
        publish(town, weekly[0])


def test_one_that_cannot_be_published_keeps_all_from_it(town, weekly):
    with transaction():
        activities.edit(weekly[2], {"risk": "上房除冰"}, actor=cast.by(town, "wulan"))
    with pytest.raises(activities.InsuranceMissing):
        publish(town, weekly[0])
    assert states(weekly) == ["published", "draft", "draft", "draft"]


def test_strangers_touch_no_series(town, weekly):
    with pytest.raises(NotAllowed):
        publish(town, weekly[0], "ning")


def test_a_change_reaches_this_one_and_the_later_ones_each_on_its_own_day(town, weekly):
    publish(town, weekly[0])
    later = timedelta(days=1, hours=1)
    content = {
        "title": "清雪和撒盐",
        "starts_at": STARTS + WEEK + later,
        "ends_at": STARTS + WEEK + later + timedelta(hours=3),
    }
    with transaction():
        changed = series.change(weekly[1], content, actor=cast.by(town, "wulan"))
        assert [one.id for one in changed] == weekly[1:]
    assert [row(one).title for one in weekly] == ["清雪", *["清雪和撒盐"] * 3]
    assert [row(one).starts_at for one in weekly] == [STARTS, *(STARTS + WEEK * n + later for n in (1, 2, 3))]
    assert {row(one).ends_at - row(one).starts_at for one in weekly[1:]} == {timedelta(hours=3)}


@pytest.mark.parametrize("weeks", [1, -1])
def test_a_series_moves_by_a_week_without_running_into_itself(town, weekly, weeks):
    content = {
        "starts_at": STARTS + WEEK * (2 + weeks),
        "ends_at": STARTS + WEEK * (2 + weeks) + timedelta(hours=2),
    }
    if weeks < 0:
        with pytest.raises(series.SeriesInTheWay, match="03月13日 09:00"), transaction():
            series.change(weekly[2], content, actor=cast.by(town, "wulan"))
        assert row(weekly[2]).starts_at == STARTS + WEEK * 2
        return
    with transaction():
        series.change(weekly[2], content, actor=cast.by(town, "wulan"))
    assert [row(one).starts_at for one in weekly[2:]] == [STARTS + WEEK * 3, STARTS + WEEK * 4]


def test_calling_off_the_rest_tells_everybody_once_for_each_day(town, weekly):
    publish(town, weekly[0])
    one = cast.newcomers(town, 1)[0]
    for activity_id in weekly:
        cast.sign_up(activity_id, one)
    with transaction():
        series.cancel(weekly[1], "这个冬天不再扫雪", actor=cast.by(town, "wulan"))
    assert states(weekly) == ["published", "cancelled", "cancelled", "cancelled"]
    told = [note for note in outbox.inbox(one.id, None, 50) if note.kind == "activity_cancelled"]
    assert len(told) == 3
    assert cast.state_of(weekly[0], one) == "confirmed"


def test_what_has_begun_is_left_as_it_is(town, weekly):
    publish(town, weekly[0])
    with clock.frozen_at(STARTS + WEEK + timedelta(minutes=1)), transaction():
        series.cancel(weekly[0], "大风", actor=cast.by(town, "wulan"))
    assert states(weekly) == ["published", "published", "cancelled", "cancelled"]


def test_a_series_ends_somewhere(town, weekly):
    wulan = cast.by(town, "wulan")
    for _ in range(4):
        latest = session.scalars(
            sa.select(Activity.id).where(Activity.repeats_id == weekly[0]).order_by(Activity.starts_at.desc())
        ).first()
        with transaction():
            activities.repeat(latest, activities.MOST_WEEKS, actor=wulan)
    counted = sa.select(sa.func.count()).where(Activity.repeats_id == weekly[0])
    assert session.scalar(counted) == activities.MOST_IN_A_SERIES - 1


def test_a_phone_sees_publishes_changes_and_calls_off_the_series(town, weekly):
    wulan, ning = town.phone("wulan"), town.phone("ning")
    path = f"/activities/{weekly[0]}/series"
    assert [one["id"] for one in wulan.data("GET", path)["list"]] == weekly
    assert [one["id"] for one in ning.data("GET", path)["list"]] == weekly[:1]
    assert ning.post(f"{path}/publish").status_code == 403
    assert [one["id"] for one in wulan.data("POST", f"{path}/publish")["list"]] == weekly[1:]
    changed = wulan.data("PUT", path, {"place": "雪松家园西门"})["list"]
    assert {one["place"] for one in changed} == {"雪松家园西门"}
    assert len(wulan.data("POST", f"{path}/cancel", {"reason": "不再需要"})["list"]) == 4
    assert wulan.post(f"{path}/cancel", {"reason": "不再需要"}).status_code == 409
