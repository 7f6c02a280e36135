"""Paper cards handed out by several clerks at once."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from backend.db import session, transaction
from backend.identity import binding
from backend.outbox import actions as outbox
from backend.outbox import queries as messages
from backend.outbox.models import Subscription
from backend.people import actions as people
from backend.wechat.simulator.rules import openid_of
from tests.wishes import cast


def test_two_clerks_at_once_make_one_card_for_one_phone_and_leave_no_gap(town):
    clerks, barrier = [cast.by(town, "tong"), cast.by(town, "lan")] * 3, Barrier(6)

    def register(actor):
        with town.app.app_context():
            barrier.wait(timeout=20)
            try:
                with transaction():
                    made = people.create_card_holder("王一", town.songtao, phone="15600000088", actor=actor)
                    return made.card_number
            except people.AlreadyRegistered as refused:
                return refused.facts
            finally:
                session.remove()

    with ThreadPoolExecutor(len(clerks)) as threads:
        answers = list(threads.map(register, clerks))
    (number,) = [one for one in answers if isinstance(one, str)]
    assert [one for one in answers if one != number] == [{"cardNumber": number}] * 5
    with transaction():
        following = people.create_card_holder("王二", town.songtao, actor=clerks[0]).card_number
    assert int(following[1:]) == int(number[1:]) + 1


def saved_up(person_id):
    session.expire_all()
    return {row.template: row.remaining for row in messages.subscriptions(person_id)}


def test_what_the_phone_allowed_to_be_sent_goes_on_under_the_card(town):
    """Added to what stands there, and nothing is left under the number of the joined account."""
    tong, phone = cast.by(town, "tong"), town.phone("linghu")
    with transaction():
        card = people.create_card_holder("公孙大年", town.songtao, actor=tong)
        outbox.record_subscriptions(cast.By(phone.id), ["wish_progress"], ["claim_progress"])
        outbox.record_subscriptions(cast.By(phone.id), ["wish_progress", "review_result"], [])
        session.add(Subscription(person_id=card.id, template="wish_progress", remaining=1, told=1))
    with transaction():
        binding.bind(card.id, openid_of("linghu"), actor=tong)
    assert saved_up(card.id) == {"claim_progress": 0, "review_result": 1, "wish_progress": 3}
    assert session.get(Subscription, (card.id, "wish_progress")).told == 3
    assert session.get(Subscription, (card.id, "claim_progress")).rejected_at is not None
    assert saved_up(phone.id) == {}
