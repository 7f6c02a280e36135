"""The auditor's thread: from one point by links to what it was for, what it paid, and what left the shelf."""

from html.parser import HTMLParser

import pytest
import sqlalchemy as sa

from backend import clock
from backend.console.frame import things
from backend.console.frame.journal_words import BY_KIND
from backend.db import session, transaction
from backend.ledger import corrections
from backend.ledger.models import Transfer
from backend.supermarket.stock_models import Movement
from tests.supermarket import cast as market
from tests.wishes import cast


class Links(HTMLParser):
    """Where the links of the page itself lead, without head and foot."""

    def __init__(self, text):
        super().__init__()
        self.inside, self.found = False, []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        if tag == "main":
            self.inside = True
        if tag == "a" and self.inside:
            self.found.append(dict(attributes).get("href", ""))

    def handle_endtag(self, tag):
        if tag == "main":
            self.inside = False


def click(auditor, page, address):
    """Follows a link that stands on this page, and answers the page behind it."""
    assert address in Links(page).found, (address, Links(page).found)
    answer = auditor.get(address.partition("#")[0], follow_redirects=True)
    assert answer.status_code == 200, address
    return auditor.text(answer)


@pytest.fixture
def spent(town):
    """An order of wulan's that was handed over: a hold, its settlement, and goods that left the shelf."""
    shop_id = market.opened(town)
    item_id = market.goods(town, shop_id)
    return market.handed_over(town, shop_id, {item_id: 1}), item_id


def movements_of(redemption_id):
    wanted = sa.select(Transfer).where(Transfer.reference.like(f"redemption:{redemption_id}%"))
    return session.scalars(wanted.order_by(Transfer.id)).all()


def test_from_one_point_the_auditor_comes_to_award_hold_settlement_movement_and_hand_over(visitor, spent):
    """Five clicks: from an award to its owner's statement, to the hold, to the order with its hand-over, and from there
    to what left the shelf or, as the fifth, to the settlement and back to the order."""
    redemption_id, item_id = spent
    hold, *others = movements_of(redemption_id)
    settled = next(one for one in others if one.kind == "settle")
    earned = sa.select(Transfer.id).where(
        Transfer.person_id == hold.person_id, Transfer.kind.in_(("award", "opening"))
    )
    auditor = visitor("shang")
    start = auditor.page(f"/console/points/transfers/{session.scalars(earned).first()}")
    statement = click(auditor, start, f"/console/people/{hold.person_id}/points")
    held = click(auditor, statement, f"/console/points/transfers/{hold.id}")
    order = click(auditor, held, f"/console/redemptions/{redemption_id}")
    assert "核销" in order
    moved = session.scalars(
        sa.select(Movement.id).where(Movement.redemption_id == redemption_id, Movement.kind == "hand_over")
    ).one()
    shelf = click(auditor, order, f"/console/stock/items/{item_id}#movement-{moved}")
    assert f'id="movement-{moved}"' in shelf
    assert f'href="/console/redemptions/{redemption_id}"' in shelf
    paid = click(auditor, order, f"/console/points/transfers/{settled.id}")
    click(auditor, paid, f"/console/redemptions/{redemption_id}")


def test_the_statement_calls_a_settled_hold_by_what_became_of_it(visitor, spent):
    hold, *_rest = movements_of(spent[0])
    page = visitor("shang").page(f"/console/people/{hold.person_id}/points")
    row = page.split(f'href="/console/points/transfers/{hold.id}"')[1].split("</tr>")[0]
    assert "<td>已扣减</td>" in row
    assert "冻结" not in row


def test_a_statement_is_found_by_card_phone_or_number_and_by_no_name(visitor, town):
    auditor, ning = visitor("shang"), town.person("ning")
    link = f'href="/console/people/{ning.id}/points"'
    assert 'href="/console/points/residents"' in auditor.page("/console/points/adjustments")
    assert link in auditor.page(f"/console/points/residents?asked={ning.id}")
    assert link not in auditor.page("/console/points/residents?asked=宁小舟")
    found = auditor.page(f"/console/points/residents?asked={ning.id}")
    assert "宁小舟" not in found
    assert link not in visitor("bai").page(f"/console/points/residents?asked={ning.id}")


def test_the_journal_leads_to_the_thing_by_its_own_number(visitor, town, spent):
    redemption_id = spent[0]
    wish_id = cast.fulfilled(town)
    number = cast.wish(wish_id).number
    page = visitor("shang").page("/console/journal")
    assert f'<a href="/console/wishes/{wish_id}">心愿 {number}</a>' in page
    assert f'href="/console/redemptions/{redemption_id}"' in page
    assert f'href="/console/journal?kind=wish&amp;subject={wish_id}"' in page


def test_the_filter_of_the_journal_has_each_word_once_below_its_kind(visitor, town):
    wish_id = cast.fulfilled(town)
    assert len(BY_KIND) == len(set(BY_KIND)) > 10
    for kind, deeds in BY_KIND.items():
        words = [word for _value, word in deeds]
        assert len(words) == len(set(words)), kind
    page = visitor("shang").page("/console/journal?verb=wish:fulfil")
    assert '<optgroup label="心愿">' in page
    assert f'href="/console/wishes/{wish_id}"' in page
    assert "<td>送达</td>" in page
    assert "<td>认领</td>" not in page


def test_registers_lead_to_the_thing_by_its_number(visitor, town, spent):
    hold, *_rest = movements_of(spent[0])
    auditor = visitor("shang")
    today = clock.today()
    page = auditor.page(f"/console/registers/points?place={town.songtao}&first={today}&last={today}")
    address = f"/console/points/transfers/named?reference={hold.reference}"
    assert (
        f'<a href="{address}">{things.KINDS["redemption"]} {market.order(spent[0]).number}</a>'
        in page.replace("&amp;", "&")
    )
    assert auditor.get(address).headers["Location"] == f"/console/points/transfers/{hold.id}"
    number = cast.wish(cast.fulfilled(town)).number
    answer = auditor.get("/console/things/wish", query_string={"number": number})
    assert answer.headers["Location"].startswith("/console/wishes/")
    assert auditor.get("/console/things/wish?number=nowhere").status_code == 404


def test_a_correction_of_the_week_stands_on_the_auditors_first_page(visitor, town):
    ning = town.person("ning").id
    award = session.scalars(
        sa.select(Transfer).where(Transfer.person_id == ning, Transfer.kind.in_(("award", "opening")))
    ).first()
    with transaction():
        corrections.reverse(
            award.reference, reference="test:1", reason="录入有误", actor=cast.by(town, "lan")
        )
    undone = session.scalar(sa.select(Transfer.id).where(Transfer.reverses_id == award.id))
    auditor = visitor("shang")
    assert f'href="/console/points/transfers/{undone}"' in auditor.page("/console/")
    assert f'href="/console/points/transfers/{award.id}"' in auditor.page(
        f"/console/points/transfers/{undone}"
    )


def test_a_clerk_of_another_community_follows_no_point_here(visitor, spent):
    hold, *_rest = movements_of(spent[0])
    assert visitor("bai").get(f"/console/points/transfers/{hold.id}").status_code == 404
