"""A page of the console tells nobody what the API does not tell the same person (ASVS 8.2.3, 15.3.1).

Into each personal field of a thing goes a word that stands nowhere else. Then everyone of the staff opens the
thing's pages, and asks the API for the same thing: what stands on a page stands in the API's answer too.
"""

import json

import pytest
import sqlalchemy as sa

from backend.db import session, transaction
from backend.organisations.models import Organisation
from backend.people.models import Residency
from backend.wishes.actions import claims, reviewing
from tests.console.visitor import Visitor
from tests.wishes import cast

STAFF = ("tong", "lan", "shao", "bu", "yan", "jie", "admin", "shang", "bai")
# What a wish holds that is not for everyone, and a word for each.
WORDS = {
    "reason of acting for them": "独居透析",
    "grid": "第九百网格",
    "address": "杉树街七十七号",
    "phone": "11100000077",
    "closing words": "灯下又能看报了",
    "why it came back": "请写明灯泡型号",
    "claimer's note": "周六上门装好了",
    "name": "鄂桂兰",
}
# Who may know the reason, the grid and the closing words: staff who read wishes in this place.
OWN_STAFF = {"tong", "lan", "shao", "yan", "jie", "shang"}


def reported(town):
    """A wish of the card holder 鄂桂兰, who lives in a grid of her own name, written by shao."""
    home = session.get(Residency, town.person("e").id)
    with transaction():
        session.execute(
            sa.update(Organisation).where(Organisation.id == home.grid_id).values(name=WORDS["grid"])
        )
    wish_id = cast.submitted(
        town, "e", "shao", address=WORDS["address"], contact_phone=WORDS["phone"], disclosure="anonymous"
    )
    with transaction():
        cast.wish(wish_id).on_behalf_reason = WORDS["reason of acting for them"]
    return wish_id


def sent_back(town):
    wish_id = reported(town)
    with transaction():
        reviewing.send_back(wish_id, WORDS["why it came back"], actor=cast.by(town, "lan"))
    return wish_id


def published(town):
    round_id, wish_id = cast.open_round(town), reported(town)
    with transaction():
        reviewing.accept(wish_id, actor=cast.by(town, "lan"))
        cast.rounds.review(round_id, actor=cast.by(town, "tong"))
        cast.rounds.publish(round_id, actor=cast.by(town, "tong"))
    return wish_id


def fulfilled(town):
    wish_id = published(town)
    with transaction():
        claims.claim(wish_id, actor=cast.by(town, "pei"))
    with transaction():
        claims.fulfil(wish_id, WORDS["claimer's note"], actor=cast.by(town, "pei"))
    return wish_id


def confirmed(town):
    wish_id = fulfilled(town)
    with transaction():
        claims.confirm(wish_id, True, 5, "call", WORDS["closing words"], actor=cast.by(town, "tong"))
    return wish_id


STATES = (reported, sent_back, published, fulfilled, confirmed)


def on_pages(town, name, *paths):
    """Which of the words stand on these pages for this person, and which pages there are."""
    one = Visitor(town.app, name)
    answers = [one.get(path) for path in paths]
    text = "".join(Visitor.text(answer) for answer in answers if answer.status_code == 200)
    return {what for what, word in WORDS.items() if word in text}, answers[0].status_code


def in_the_api(town, name, *paths):
    """The same of the API's answers."""
    phone = town.phone(name)
    answers = [phone.get(path) for path in paths]
    text = json.dumps([one.json["data"] for one in answers if one.status_code == 200], ensure_ascii=False)
    return {what for what, word in WORDS.items() if word in text}, answers[0].status_code


@pytest.mark.parametrize("state", STATES)
def test_the_page_of_a_wish_tells_each_of_the_staff_what_the_api_tells_them(town, state):
    wish_id = state(town)
    pages = [f"/console/wishes/{wish_id}{step}" for step in ("", "/slip", "/call", "/edit")]
    asked = f"/wishes/{wish_id}", f"/wishes/{wish_id}/timeline"
    for name in STAFF:
        seen, page = on_pages(town, name, *pages, f"/console/review/{wish_id}")
        told, answer = in_the_api(town, name, *asked)
        assert page == answer, name
        assert seen == told, name
        assert not seen & {"address", "phone", "name"}, name
        if name in OWN_STAFF and page == 200:
            assert {"reason of acting for them", "grid"} <= seen, name
        if name not in OWN_STAFF:
            assert seen == set(), name


def test_there_is_no_link_to_a_page_that_answers_404(town):
    """打印签字单, 许愿人的页面, 登记回访 stand only where they open."""
    for state in STATES:
        wish_id = state(town)
        for name in STAFF:
            one = Visitor(town.app, name)
            answer = one.get(f"/console/wishes/{wish_id}")
            if answer.status_code == 200:
                for path in links_of(Visitor.text(answer)):
                    assert one.get(path).status_code in (200, 303), (name, state.__name__, path)
        session.rollback()


def links_of(text):
    main = text.split("<main", 1)[1].split("</main>", 1)[0]
    return {part.split('"', 1)[0] for part in main.split('href="')[1:] if part.startswith("/console/")}


def test_lists_of_wishes_name_none_that_cannot_be_opened(town):
    """The board and the list: whoever may not read a wish that is not public does not read its title there."""
    wish_id = reported(town)
    with transaction():
        cast.wish(wish_id).title = "没有发布的一盏灯"
        session.execute(
            sa.text("UPDATE wishes SET state = 'carried_over', carried = 1 WHERE id = :id"), {"id": wish_id}
        )
    for name in STAFF:
        one = Visitor(town.app, name)
        may = one.get(f"/console/wishes/{wish_id}").status_code == 200
        for path in ("/console/wishes", "/console/rounds", "/console/"):
            answer = one.get(path)
            if answer.status_code == 200:
                assert may or "没有发布的一盏灯" not in Visitor.text(answer), (name, path)
