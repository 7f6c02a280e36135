"""What a clerk reads beside a wish on the phone: others like it, and the ready-made sentences of the community."""

import sqlalchemy as sa

from backend.db import session, transaction
from backend.journal import JournalLine
from backend.people.openings import SEE_NAMES
from backend.wishes import ready_answers
from tests.wishes import cast


def test_the_clerk_reads_what_is_alike_and_the_communitys_own_sentences(town):
    first = cast.submitted(town)
    second = cast.submitted(town)
    with transaction():
        ready_answers.change(town.songtao, "decline", ["请到窗口办理"], actor=cast.by(town, "tong"))
    told = town.phone("lan").data("GET", f"/wishes/{second}/review")
    alike = {one["id"]: one for one in told["alike"]}
    assert (alike[first]["why"], alike[first]["sameWords"]) == ("同一位居民、内容相近", True)
    assert alike[first]["state"] == "submitted"
    answers = {one["action"]: one["sentences"] for one in told["answers"]}
    assert answers["decline"] == ["请到窗口办理"]
    assert answers["send_back"] == list(ready_answers.OF_THE_PRODUCT["send_back"])


def test_nobody_else_reads_it(town):
    wish_id = cast.submitted(town)
    assert town.phone("ning").get(f"/wishes/{wish_id}/review").status_code == 403
    assert town.phone("bai").get(f"/wishes/{wish_id}/review").status_code == 404
    (on_the_wall,), _round = cast.published(town)
    assert town.phone("bai").get(f"/wishes/{on_the_wall}/review").status_code == 404


def test_that_a_clerk_read_the_wishers_name_on_the_phone_is_noted_once_a_day(town):
    wish_id = cast.submitted(town)
    lan = town.phone("lan")
    for _ in range(2):
        lan.data("GET", f"/wishes/{wish_id}/review")
    noted = sa.select(JournalLine.subject_id, JournalLine.actor_id).where(JournalLine.verb == SEE_NAMES)
    assert session.execute(noted).all() == [(wish_id, lan.id)]
