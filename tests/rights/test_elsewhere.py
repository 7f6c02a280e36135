"""A leaver's words are taken out of everybody's records, and no words of the city's own with them."""

import pytest
import sqlalchemy as sa

from backend import erasable, journal
from backend.db import session, transaction
from backend.ledger import actions as ledger
from backend.people import actions as people
from backend.people import sealed
from backend.people.models import Person
from backend.rights import cancellation, elsewhere
from backend.supermarket.models import Item
from backend.wishes.models import Wish
from tests.supermarket import cast as supermarket
from tests.wishes import cast


def leave(town, name, **known):
    """Somebody known by these words signs in, and leaves."""
    phone = town.phone(name)
    with transaction():
        person = session.get(Person, phone.id)
        if real := known.pop("real_name", None):
            sealed.keep_real_name(person, real)
        for column, value in known.items():
            setattr(person, column, value)
    return phone


def cancel(phone):
    with transaction():
        cancellation.cancel(phone.id, confirmed=True, actor=cast.By(phone.id))


def sent_back(town, reason):
    """Another one's wish, with a reason that names somebody."""
    wish_id = cast.submitted(town)
    with transaction():
        cast.reviewing.send_back(wish_id, reason, actor=cast.by(town, "lan"))
    return wish_id


def renamed(table, row_id, name):
    with transaction():
        told = {"name": name, "id": row_id}
        session.execute(sa.text(f"UPDATE {table} SET name = :name WHERE id = :id"), told)


def reasons(wish_id):
    line = [one for one in journal.lines("wish", wish_id) if one.verb == "send_back"][-1]
    session.refresh(line)
    return session.get(Wish, wish_id, populate_existing=True).review_reason, line.reason


def test_a_name_in_the_reason_of_somebody_elses_wish_goes_and_the_rest_stays(town):
    phone = leave(town, "linghu", real_name="令狐小寒")
    wish_id = sent_back(town, "邻居令狐小寒来问过，请补充")
    cancel(phone)
    assert reasons(wish_id) == ("邻居（已删除）来问过，请补充",) * 2


def test_the_reason_of_ones_own_wish_goes_whole(town):
    phone = leave(town, "linghu", real_name="令狐小寒")
    with transaction():
        people.declare_residency(town.songtao, None, "雪松家园九号楼", actor=cast.By(phone.id))
    wish_id = cast.submitted(town, "linghu")
    with transaction():
        cast.reviewing.send_back(wish_id, "老令狐家后院那户，请补充", actor=cast.by(town, "lan"))
    cancel(phone)
    line = [one for one in journal.lines("wish", wish_id) if one.verb == "send_back"][-1]
    session.refresh(line)
    assert line.reason == erasable.ERASED


@pytest.mark.parametrize("nickname", ["五常大米", "微心愿", "松涛社区", "请补充"])
def test_nobody_takes_the_citys_own_words_out_of_it_by_calling_themselves_so(town, nickname, monkeypatch):
    monkeypatch.setattr(elsewhere, "MOST_TEXTS", 2)
    shop_id = supermarket.opened(town)
    item_id = supermarket.goods(town, shop_id)
    renamed("items", item_id, "五常大米十斤")
    wishes = [sent_back(town, f"五常大米、微心愿和松涛社区，请补充{number}") for number in range(3)]
    phone = leave(town, "linghu", nickname=nickname)
    cancel(phone)
    assert session.get(Item, item_id, populate_existing=True).name == "五常大米十斤"
    assert all("已删除" not in reasons(wish_id)[1] for wish_id in wishes)


def test_a_name_that_three_others_bear_stays_in_other_peoples_records(town):
    phone = leave(town, "linghu", real_name="王小芳")
    for number in range(elsewhere.BEARERS):
        leave(town, f"other-{number}", real_name="王小芳")
    wish_id = sent_back(town, "王小芳来问过")
    cancel(phone)
    assert reasons(wish_id)[1] == "王小芳来问过"


def test_a_full_field_is_not_overfilled_and_two_shops_keep_different_names(town):
    phone = leave(town, "linghu", real_name="令狐")
    first, second = supermarket.opened(town), supermarket.opened(town)
    renamed("shops", first, f"{'小超' * 28}甲令狐")
    renamed("shops", second, "令狐")
    renamed("shops", supermarket.opened(town), "（已删除）")
    cancel(phone)
    names = session.scalars(
        sa.text(f"SELECT name FROM shops WHERE id IN ({first}, {second}) ORDER BY id")
    ).all()
    assert len(set(names)) == 2
    assert all("令狐" not in name and len(name) <= 60 for name in names)


def test_a_number_in_the_title_of_ones_own_points_does_not_hold_up_the_cancellation(town):
    phone = leave(town, "linghu", real_name="令狐小寒")
    with transaction():
        told = {"title": "结转 11122223333", "community_id": town.songtao, "actor": cast.by(town, "tong")}
        ledger.grant(phone.id, 5, reference="opening:number", **told)
    cancel(phone)
    title = sa.text("SELECT title FROM transfers WHERE reference = 'opening:number'")
    assert session.scalar(title) == erasable.ERASED


def test_what_is_written_about_somebody_who_has_left_is_erased_by_the_hour(town):
    phone = leave(town, "linghu", real_name="令狐小寒")
    cancel(phone)
    assert phone.id not in cancellation.returned()
    with transaction():
        journal.write(
            "open_person", "person", phone.id, actor=cast.by(town, "tong"), reason="令狐小寒的儿子来问"
        )
    assert phone.id in cancellation.returned()
    with transaction():
        cancellation.leave_again(phone.id)
    assert phone.id not in cancellation.returned()
    assert all(line.reason in (None, erasable.ERASED) for line in journal.lines("person", phone.id))
