"""The demo city as tests meet it: people by name, acting through the verbs or over HTTP."""

import itertools
from datetime import timedelta

import sqlalchemy as sa

from backend import clock
from backend.db import session, transaction
from backend.organisations.models import Organisation
from backend.people.models import Appointment, Person
from backend.rights import notice
from backend.wechat.simulator.rules import openid_of
from tests.conformance import checked

API = "/api/v1"
_codes = itertools.count()

WISH = {
    "title": "想要一盏亮一点的台灯",
    "description": "晚上看报纸看不清。",
    "category": "goods",
    "beneficiary_group": "elder",
    "estimated_cost": 80,
    "disclosure": "title",
    "salutation": "女士",
}


class Phone:
    """One signed-in person's mini-program. Every answer is checked against the OpenAPI document."""

    def __init__(self, app, name=None):
        self.client = app.test_client()
        self.app = app
        self.headers = {}
        if name is not None:
            self.sign_in(name)

    def sign_in(self, name):
        answer = self.post("/sessions", {"code": f"sim:{name}:{next(_codes)}"})
        assert answer.status_code == 201, answer.get_data(as_text=True)
        data = answer.json["data"]
        self.id, self.token = data["person"]["id"], data["token"]
        self.headers = {"Authorization": f"Bearer {self.token}"}

    def agrees(self, document="sensitive_data"):
        """They have read a document as it is in force, and agree; answers the phone itself."""
        self.data("POST", "/me/consents", {"document": document, "version": notice.current(document).version})
        return self

    def call(self, method, path, body=None, **headers):
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        kwargs = {} if body is None else {"json": body}
        url = path if path.startswith(("/api", "/healthz", "/readyz")) else API + path
        answer = self.client.open(url, method=method, headers={**self.headers, **named}, **kwargs)
        return checked(self.app, answer)

    def get(self, path, **headers):
        return self.call("GET", path, **headers)

    def post(self, path, body=None, **headers):
        return self.call("POST", path, {} if body is None else body, **headers)

    def put(self, path, body, **headers):
        return self.call("PUT", path, body, **headers)

    def delete(self, path, **headers):
        return self.call("DELETE", path, **headers)

    def data(self, method, path, body=None, **headers):
        """The data of a call that must succeed."""
        answer = self.call(method, path, body, **headers)
        assert answer.status_code in (200, 201), answer.get_data(as_text=True)
        return answer.json["data"]


class Town:
    def __init__(self, app):
        self.app = app
        self.songtao = self.place("松涛社区")
        self.baihua = self.place("白桦社区")

    def place(self, name):
        return session.scalars(sa.select(Organisation.id).where(Organisation.name == name)).one()

    def person(self, name):
        """The person row of a cast name; `e` is the card holder 鄂桂兰."""
        if name == "e":
            return session.scalars(sa.select(Person).where(Person.card_number == "P000001")).one()
        return session.scalars(sa.select(Person).where(Person.openid == openid_of(name))).one()

    def out_of_office(self, name):
        """Their appointments end with yesterday."""
        yesterday = clock.today() - timedelta(days=1)
        theirs = sa.update(Appointment).where(Appointment.person_id == self.person(name).id)
        with transaction():
            session.execute(theirs.values(from_day=yesterday, to_day=yesterday))

    def phone(self, name=None):
        return Phone(self.app, name)
