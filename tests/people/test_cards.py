"""Paper cards handed out by several clerks at once."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from backend.db import session, transaction
from backend.people import actions as people
from tests.wishes import cast


def test_two_clerks_at_once_make_one_card_for_one_phone_and_leave_no_gap(town):
    clerks, barrier = [cast.by(town, "tong"), cast.by(town, "lan")] * 3, Barrier(6)

    def register(by):
        with town.app.app_context():
            barrier.wait(timeout=20)
            try:
                with transaction():
                    made = people.create_card_holder("王一", town.songtao, phone="15600000088", by=by)
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
        following = people.create_card_holder("王二", town.songtao, by=clerks[0]).card_number
    assert int(following[1:]) == int(number[1:]) + 1
