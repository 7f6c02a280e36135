"""Who acts for whom, brought into its state through the actions."""

from backend import clock
from backend.db import session, transaction
from backend.people import proxies, sealed
from backend.people.models import Person
from tests.wishes.cast import by

YEAR = clock.today().year


def born(town, **years):
    """When these people were born, by their names."""
    with transaction():
        for name, year in years.items():
            session.get(Person, town.person(name).id).birth_year = year


def of_age(town, *names):
    born(town, **dict.fromkeys(names, YEAR - 40))


def asked(town, name="ning", of="e", relation="child"):
    """`name` asks to act for the card holder, or for somebody with WeChat by their phone."""
    of_age(town, name)
    person = town.person(of)
    number = {"card_number": person.card_number} if of == "e" else {"phone": phone_of(town, of)}
    with transaction():
        return proxies.ask(relation, **number, actor=by(town, name)).id


def phone_of(town, name):
    return sealed.phone(town.person(name))


def agreed(town, name="ning", of="wulan", relation="child"):
    """The same, and the other one has agreed; before tong, where they have no WeChat."""
    proxy_id = asked(town, name, of, relation)
    with transaction():
        if of == "e":
            proxies.agree_for(proxy_id, "seen", actor=by(town, "tong"))
    if of != "e":
        of_age(town, of)
        with transaction():
            proxies.agree(proxy_id, actor=by(town, of))
    return proxy_id


def ended(town, proxy_id, name="wulan"):
    with transaction():
        proxies.end(proxy_id, actor=by(town, name))
