"""On the page of an activity: a message to who comes, an invitation for empty places, another person in charge."""

from datetime import timedelta

import sqlalchemy as sa

from backend import clock
from backend.db import session, transaction
from backend.outbox.models import Notice
from backend.volunteering.actions import activities, sign_ups
from tests.volunteering import cast
from tests.volunteering.test_charge import neighbours


def published(town):
    starts = clock.now() + timedelta(days=3)
    activity_id = cast.planned(town, starts_at=starts, ends_at=starts + timedelta(hours=2))
    with transaction():
        activities.publish(activity_id, actor=cast.by(town, "wulan"))
    return activity_id


def told(person_id, kind):
    wanted = sa.select(Notice.body).where(Notice.person_id == person_id, Notice.kind == kind)
    return session.scalars(wanted).all()


def test_staff_write_to_who_comes_invite_for_empty_places_and_name_who_is_in_charge(visitor, town):
    fit, comes = neighbours(town, 2)
    activity_id, tong = published(town), visitor("tong")
    with transaction():
        sign_ups.sign_up(activity_id, actor=comes)
    address = f"/console/activities/{activity_id}"
    page = tong.page(address)
    assert "邀请合适的志愿者" in page
    assert "蓝思源" in page
    assert tong.post(f"{address}/message", {"text": "请带手套"}).status_code == 303
    assert "请带手套" in told(comes.id, "activity_message")[0]
    assert tong.post(f"{address}/message", {"text": ""}).status_code == 422
    assert tong.post(f"{address}/invite").status_code == 303
    assert (len(told(fit.id, "activity_invitation")), told(comes.id, "activity_invitation")) == (1, [])
    lan = town.person("lan").id
    assert tong.post(f"{address}/organiser", {"person": str(lan)}).status_code == 303
    assert cast.activity(activity_id).in_charge_id == lan
    assert tong.post(f"{address}/organiser", {"person": "1"}).status_code == 422


def test_staff_of_another_place_and_who_only_reads_do_none_of_it(visitor, town):
    activity_id = published(town)
    for name, status in (("bai", 404), ("yan", 403)):
        reader = visitor(name)
        reader.get("/console/account")
        for step in ("message", "invite", "organiser"):
            answer = reader.post(f"/console/activities/{activity_id}/{step}", {"text": "您好"})
            assert answer.status_code == status, step
