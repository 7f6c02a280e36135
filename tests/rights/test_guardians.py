"""Children under fourteen: a verified guardian or staff speak for them, and their wishes show nobody."""

import pytest
import sqlalchemy as sa

from backend import clock
from backend.db import session, transaction
from backend.errors import NotAllowed, NotFound
from backend.lifecycle import FourEyes
from backend.people import guardians, sealed
from backend.people.models import Person, Residency
from backend.people.states import GuardianshipDecided
from backend.rights import cancellation
from backend.wishes import queries
from backend.wishes.actions import children, claims, contacting, reviewing, rounds, writing
from backend.wishes.models import Wish
from tests.rights.looking import found_in_tables
from tests.wishes import cast

YEAR = clock.today().year
CONTENT = {
    **cast.CONTENT,
    "title": "想要几本科普书",
    "description": "喜欢看恐龙和太空",
    "beneficiary_group": "child",
    "disclosure": "title",
    "salutation": "同学",
}


def by(town, name):
    return cast.by(town, name)


def declared(town, name="ning", child="宁小禾", year=YEAR - 9):
    with transaction():
        return guardians.declare(child, year, "mother", actor=by(town, name))


@pytest.fixture
def link(town):
    """ning is the verified mother of 宁小禾."""
    made = declared(town)
    with transaction():
        return guardians.decide(made.id, True, actor=by(town, "tong"))


def write(town, link, name="ning", **more):
    with transaction():
        return writing.write(
            town.songtao,
            {**CONTENT, **more},
            on_behalf_of=(link.child_id, "孩子的妈妈"),
            actor=by(town, name),
        )


def test_a_declared_child_is_a_person_without_wechat_where_the_guardian_lives(town):
    made = declared(town)
    child = session.get(Person, made.child_id)
    assert (child.openid, child.birth_year) == (None, YEAR - 9)
    assert sealed.real_name(child) == "宁小禾"
    assert session.get(Residency, child.id).state == "declared"
    assert made.state == "declared"


def test_staff_of_the_childs_community_verify_and_the_guardian_never(town):
    made = declared(town)
    for name in ("bai", "jin"):
        with transaction(), pytest.raises(NotFound):
            guardians.decide(made.id, True, actor=by(town, name))
    for name in ("shao", "wulan", "ning"):
        with transaction(), pytest.raises(NotAllowed):
            guardians.decide(made.id, True, actor=by(town, name))
    own = declared(town, "tong", "佟小雨")
    with transaction(), pytest.raises(guardians.OwnWard):
        guardians.decide(own.id, True, actor=by(town, "tong"))
    with transaction():
        guardians.decide(made.id, True, actor=by(town, "tong"))
    assert session.get(Residency, made.child_id, populate_existing=True).state == "verified"
    with transaction(), pytest.raises(GuardianshipDecided):
        guardians.decide(made.id, False, "重复", actor=by(town, "lan"))


def test_only_children_under_fourteen_have_guardians_here(town):
    for year in (YEAR - 15, YEAR - 30):
        with transaction(), pytest.raises(guardians.NotAChild):
            guardians.declare("宁大禾", year, "mother", actor=by(town, "ning"))
    assert guardians.under_14(YEAR - 14), "born that year, perhaps not yet fourteen"
    assert not guardians.under_14(None)


def test_staff_link_two_known_people_and_nobody_twice(town, link):
    with transaction():
        made = guardians.link(town.person("wulan").id, link.child_id, "grandparent", actor=by(town, "tong"))
    assert made.state == "verified"
    with transaction(), pytest.raises(guardians.AlreadyGuardian):
        guardians.link(town.person("wulan").id, link.child_id, "grandparent", actor=by(town, "lan"))
    with transaction(), pytest.raises(guardians.NotAChild):
        guardians.link(town.person("wulan").id, town.person("e").id, "relative", actor=by(town, "lan"))
    with transaction(), pytest.raises(NotFound):
        guardians.link(town.person("wulan").id, link.child_id, "relative", actor=by(town, "bai"))


def test_a_verified_guardian_files_for_the_child_and_it_is_anonymous_whatever_was_asked(town, link):
    wish = write(town, link)
    assert (wish.for_child, wish.guardian_id, wish.wisher_id) == (True, town.person("ning").id, link.child_id)
    assert (wish.disclosure, wish.salutation) == ("anonymous", None)
    (shown,) = queries.view_wishes([wish], actor=by(town, "tong"))
    assert shown.wisher == "匿名居民"
    with transaction():
        writing.edit(wish.id, {"disclosure": "title", "salutation": "同学"}, actor=by(town, "ning"))
    assert cast.wish(wish.id).disclosure == "anonymous"


def test_the_database_keeps_it_anonymous_too(town, link):
    wish = write(town, link)
    with transaction(), pytest.raises(sa.exc.IntegrityError):
        session.execute(sa.update(Wish).where(Wish.id == wish.id).values(disclosure="title"))


def test_nobody_else_files_for_a_child_but_staff(town, link):
    for name in ("wulan", "pei"):
        with pytest.raises(NotAllowed):
            write(town, link, name)
    assert write(town, link, "tong").guardian_id == town.person("ning").id


def test_an_unverified_or_ended_guardian_is_a_stranger(town):
    made = declared(town)
    with pytest.raises(NotAllowed):
        write(town, made)
    with transaction():
        guardians.decide(made.id, True, actor=by(town, "tong"))
        guardians.end(made.id, actor=by(town, "ning"))
    with pytest.raises(NotAllowed):
        write(town, made)
    with transaction(), pytest.raises(NotFound):
        guardians.end(made.id, actor=by(town, "ning"))


def test_a_child_alone_is_sent_to_its_guardian(town):
    phone = town.phone("kid")
    with transaction():
        session.get(Person, phone.id).birth_year = YEAR - 10
    with transaction(), pytest.raises(children.ChildNeedsGuardian):
        writing.write(town.songtao, CONTENT, actor=cast.By(phone.id))


@pytest.mark.parametrize(
    "words", ["宁小禾想要书", "松涛小学的孩子", "在第三中学读书", "三年级2班的孩子", "育才幼儿园大班"]
)
def test_neither_name_nor_school_stands_in_it(town, link, words):
    with pytest.raises(children.ChildRecognisable):
        write(town, link, description=words)
    wish = write(town, link)
    with transaction(), pytest.raises(children.ChildRecognisable):
        writing.edit(wish.id, {"title": words}, actor=by(town, "ning"))


@pytest.mark.parametrize(
    "words", ["小学生课外书", "想要小学课本", "孩子上小学，喜欢画画", "上四年级，想学算术"]
)
def test_what_names_no_school_is_let_through(town, link, words):
    assert write(town, link, description=words).description == words


def test_a_childs_wish_has_no_picture(town, link):
    with pytest.raises(children.ChildPictured):
        write(town, link, file_ids=[1])
    with transaction(), pytest.raises(children.ChildPictured):
        writing.write(town.songtao, {**CONTENT, "file_ids": [1]}, actor=by(town, "ning"))


def test_the_guardian_is_asked_and_told_instead_of_the_child(town, link):
    round_id = cast.open_round(town)
    wish = write(town, link, "tong", contact_phone=None)
    with transaction():
        writing.submit(wish.id, actor=by(town, "tong"))
        reviewing.accept(wish.id, actor=by(town, "lan"))
        rounds.review(round_id, actor=by(town, "tong"))
        rounds.publish(round_id, actor=by(town, "tong"))
        claims.claim(wish.id, actor=by(town, "pei"))
        told = contacting.contact(wish.id, None, actor=by(town, "pei"))
        assert told["name"] == "宁小舟"
        assert told["phone"] == sealed.phone(town.person("ning"))
        claims.fulfil(wish.id, "送到了", actor=by(town, "pei"))
    titles = [one["title"] for one in town.phone("ning").data("GET", "/me/notices")["list"]]
    assert "心愿已送达，请您确认" in titles
    with transaction():
        claims.confirm(wish.id, True, 5, "app", actor=by(town, "ning"))
    assert cast.wish(wish.id).state == "confirmed"
    assert wish.id in {one.id for one in queries.written_by(town.person("ning").id).rows(50)}


def test_a_guardian_neither_reviews_nor_claims_the_wish_of_their_child(town):
    made = declared(town, "tong", "佟小雨")
    with transaction():
        guardians.decide(made.id, True, actor=by(town, "lan"))
    cast.open_round(town)
    wish = write(town, made, "lan")
    with transaction():
        writing.submit(wish.id, actor=by(town, "lan"))
    with transaction(), pytest.raises(FourEyes):
        reviewing.accept(wish.id, actor=by(town, "tong"))


def test_the_phone_of_a_guardian_goes_with_them_from_the_wishes_of_their_child(town, link):
    """Also from those that staff wrote; the child, its home and its wish stay."""
    own = write(town, link, contact_phone="11155556666", address="雪松家园九十九号楼")
    by_staff = write(town, link, "tong", contact_phone="11155556666")
    with transaction():
        cancellation.cancel(town.person("ning").id, confirmed=True, actor=by(town, "ning"))
    assert found_in_tables("11155556666") == []
    kept = cast.wish(own.id)
    assert (kept.title, kept.wisher_id, kept.state) == (CONTENT["title"], link.child_id, "draft")
    assert kept.address_sealed is not None
    assert cast.wish(by_staff.id).phone_sealed is None


def test_the_words_of_a_childs_wish_name_and_call_a_guardian_who_left_no_more(town, link):
    with transaction():
        sealed.keep_phone(session.get(Person, town.person("ning").id), "11155556666")
    wish = write(town, link, description="喜欢恐龙，请打 111-5555-6666 找妈妈宁小舟")
    with transaction():
        cancellation.cancel(town.person("ning").id, confirmed=True, actor=by(town, "ning"))
    assert cast.wish(wish.id).description == "喜欢恐龙，请打 （已删除） 找妈妈（已删除）"
    assert found_in_tables("宁小舟", "11155556666", "111-5555-6666") == []


def test_who_leaves_is_nobodys_guardian_any_more(town, link):
    with transaction():
        cancellation.cancel(town.person("ning").id, confirmed=True, actor=by(town, "ning"))
    assert guardians.guardians_of(link.child_id) == []
