"""The page of a weekly series at the console."""

from datetime import timedelta

from backend import clock
from tests.volunteering import cast
from tests.volunteering.cast import STARTS


def test_staff_repeat_publish_change_and_call_off_a_series(town, visitor):
    first = cast.published(town)
    path = f"/console/activities/{first}"
    with clock.frozen_at(STARTS - timedelta(days=3)):
        tong = visitor("tong")
        assert "每周重复的各次" not in tong.page(path)
        tong.post(f"{path}/repeat", {"weeks": "2"})
        page = tong.page(f"{path}/series")
        assert "发布 2 个草稿" in page
        assert "取消 3 次活动" in page
        assert "每周重复的各次" in tong.page(path)

        tong.post(f"{path}/series/publish")
        assert "个草稿" not in tong.page(f"{path}/series")

        assert "以后各次也一起改" in tong.page(f"{path}/edit")
        tong.post(f"{path}/edit", {**_form(town, first), "title": "清雪和撒盐", "later_too": "1"})
        assert tong.page(f"{path}/series").count("清雪和撒盐") >= 3

        tong.post(f"{path}/series/cancel", {"reason": "这个冬天不再扫雪"})
        assert "这一次和以后没有可以一起办的" in tong.page(f"{path}/series")
        assert cast.activity(first).state == "cancelled"


def _form(town, activity_id):
    found = cast.activity(activity_id)
    times = {
        name: getattr(found, name).astimezone(clock.CHINA).strftime("%Y-%m-%dT%H:%M")
        for name in ("starts_at", "ends_at")
    }
    return {
        "community": town.songtao,
        "team": found.team_id,
        "activity_kind": found.kind,
        "category": found.category,
        "place": found.place,
        "capacity": found.capacity,
        **times,
    }
