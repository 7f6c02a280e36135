"""What the tests of terminals share: a device of 松涛社区, somebody with a card, and the two of them together."""

from backend.db import session, transaction
from backend.identity import card_codes, kiosk_sessions, kiosks
from backend.identity.sessions import Caller
from backend.people.models import Person
from tests.wishes.cast import by

CARD = "P000001"


def device(town, name="大厅", community=None):
    """The token of a new terminal."""
    with transaction():
        return kiosks.add(community or town.songtao, name, actor=by(town, "admin"))[1]


def code_for(town, name="e", giver="tong"):
    """A one-time code for the card of somebody, from a clerk, or (`giver` None) from their own phone."""
    with transaction():
        if giver is None:
            return card_codes.draw_own(actor=by(town, name)).code
        return card_codes.give(town.person(name).id, actor=by(town, giver)).code


def card_of(town, name):
    """The number of somebody's card; whoever has none is given one."""
    person = town.person(name)
    if person.card_number is None:
        with transaction():
            session.get(Person, person.id).card_number = f"P{900000 + person.id}"
    return town.person(name).card_number


def phone_with(town, token):
    """A client whose calls carry this token, each checked against the document."""
    phone = town.phone()
    phone.headers = {"Authorization": f"Bearer {token}"}
    return phone


def holder(town, name="e", giver="tong", token=None):
    """Somebody who is signed in at a terminal, as a client."""
    card, terminal = card_of(town, name), phone_with(town, token or device(town, f"{name}的终端"))
    told = terminal.data("POST", "/kiosk-sessions", {"cardNumber": card, "code": code_for(town, name, giver)})
    phone = phone_with(town, told["token"])
    phone.id, phone.token = told["person"]["id"], told["token"]
    return phone


def caller_of(phone) -> Caller:
    return kiosk_sessions.caller(phone.token)
