"""A town for measuring: the demo city, filled to a size, with people who are signed in and have work to do.

A process of its own for each database, because it runs the product itself: it writes down what each work
says to the database (scripts/benchmark/tape.py), and hands out the turns of each measurement. It is told what to
do in lines of JSON on standard input, and answers in lines of JSON.
"""

import json
import pickle
import secrets
import sys
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import current_app
from flask_migrate import upgrade

from backend import clock, crypto
from backend.app import create_app
from backend.db import db, session, transaction
from backend.identity.models import Session as SignIn
from backend.ledger import fill as points
from backend.organisations.models import Organisation
from backend.people.models import Appointment, PartyRegistration, Person
from backend.seeds import demo
from backend.supermarket import sealed
from backend.supermarket.actions import items, receipts, shops
from backend.supermarket.models import Redemption
from backend.supermarket.open_days import OpenTimes
from backend.volunteering import codes
from backend.volunteering.models import Activity, SignUp
from backend.wechat.simulator.rules import openid_of
from scripts.benchmark import desk as console
from scripts.benchmark import fill, market, own_tables
from scripts.benchmark.recording import Request, Turn, taped, tapes_of
from scripts.benchmark.tape import Inputs, Step, listen

MEMBERS, RESIDENTS, HOLDERS, KEEPERS, ITEMS, ACTIVITIES = 64, 200, 200, 4, 40, 8
WISH = {
    "title": "想要一盏台灯",
    "description": "晚上看报纸看不清，想要一盏亮一点的台灯。",
    "category": "goods",
    "beneficiaryGroup": "elder",
    "estimatedCost": 80,
    "disclosure": "title",
    "salutation": "女士",
}


class Who:
    """Someone who is signed in."""

    def __init__(self, person_id: int, token: str) -> None:
        self.id, self.token = person_id, token

    def asks(self, method: str, path: str, body: Any = None) -> Request:
        return {"method": method, "path": path, "token": self.token, "body": body}

    def told(self, **more: Any) -> Inputs:
        return {"person": self.id, "digest": crypto.digest(self.token), **more}


def signed_in(ids: Sequence[int]) -> list[Who]:
    now = clock.now()
    made = [Who(one, secrets.token_urlsafe(32)) for one in ids]
    ends = now + timedelta(days=30)
    rows = [
        {"person_id": one.id, "token_digest": crypto.digest(one.token), "created_at": now, "expires_at": ends}
        for one in made
    ]
    session.execute(sa.insert(SignIn), rows)
    return made


class Town:
    """The filled city; its works by name."""

    def __init__(self, rows: int, progress: Callable[[str], None]) -> None:
        upgrade()
        demo.seed()
        with transaction():
            self._people()
            self._shop()
            self._activities()
            self.wished = fill.round_of(self.songtao)
        self._fill(rows, progress)
        self.used: set[tuple[str, int]] = set()
        self.console = console.Desk(current_app._get_current_object())
        self.works: dict[str, Callable[[int], list[Turn]]] = {
            "sign_in": self._sign_in,
            "wall": self._wall,
            "statement": self._statement,
            "wish": self._wish,
            "home": self._home,
            "write": self._write,
            "claim": self._claim,
            "check_in": self._check_in,
            "request": self._request,
            "spread": self._spread,
            "approve": self._approve,
            "hand_over": self._hand_over,
            "register_csv": lambda count: self._register(count, "csv"),
            "register_xlsx": lambda count: self._register(count, "xlsx"),
        }

    def _people(self) -> None:
        self.songtao = session.scalars(
            sa.select(Organisation.id).where(Organisation.name == "松涛社区")
        ).one()
        unit = session.scalars(sa.select(Organisation.id).where(Organisation.kind == "unit").limit(1)).one()
        self.clerks = signed_in([_cast("tong"), _cast("lan")])
        self.residents = signed_in(fill.people(RESIDENTS, self.songtao, self.clerks[0].id))
        members = fill.people(MEMBERS, self.songtao, self.clerks[0].id)
        known = {"unit_id": unit, "community_id": self.songtao, "service_roles": [], "state": "verified"}
        known |= {"declared_at": clock.now(), "decided_by_id": self.clerks[0].id}
        session.execute(sa.insert(PartyRegistration), [{"person_id": one, **known} for one in members])
        self.members = signed_in(members)
        keepers = fill.people(KEEPERS, self.songtao, self.clerks[0].id)
        named = {"role": "shop_keeper", "organisation_id": self.songtao, "from_day": clock.today()}
        session.execute(sa.insert(Appointment), [{"person_id": one, **named} for one in keepers])
        self.keepers = signed_in(keepers)

    def _shop(self) -> None:
        hours = [{"weekday": day, "opens": "09:00", "closes": "17:00"} for day in range(1, 8)]
        clerk, keeper = self.clerks[0], self.keepers[0]
        opened = shops.open_shop(self.songtao, "压力测试超市", opening_hours=hours, actor=clerk)
        self.shop = opened.id
        self.items = [
            items.create_item(self.shop, "goods", f"物品 {number}", 1, actor=keeper).id
            for number in range(ITEMS)
        ]
        self.approve_until = OpenTimes.of(opened).after(clock.today(), opened.approve_days).isoformat()
        for item in self.items:
            receipts.receive(item, 5000, "purchase", best_before=None, actor=keeper)

    def _activities(self) -> None:
        now = clock.now()
        facts = {"community_id": self.songtao, "state": "published", "title": "压力测试", "capacity": 1000}
        facts |= {"kind": "volunteer_service", "category": "便民服务", "place": "广场"}
        facts |= {"starts_at": now - timedelta(minutes=5), "ends_at": now + timedelta(hours=12)}
        facts |= {"in_charge_id": self.clerks[0].id, "created_by_id": self.clerks[0].id}
        made = [
            Activity(**facts, description="", created_at=now, published_at=now) for _ in range(ACTIVITIES)
        ]
        session.add_all(made)
        session.flush()
        self.activities = [one.id for one in made]

    def _fill(self, rows: int, progress: Callable[[str], None]) -> None:
        done = 0
        while done < rows:
            with transaction():
                done += fill.wishes(done, rows, [one.id for one in self.residents], self.members[0].id)
            progress(f"{done:,} of {rows:,} wishes")
        with clock.frozen_at(clock.now() - console.LONG_AGO), transaction():
            # All that the register of that day is about: a file is as long at every size.
            done = points.add(min(rows, console.ROWS), 40)
        while done < rows:
            with transaction():
                done += points.add(rows - done, 40)
            progress(f"{done:,} of {rows:,} transfers")
        with transaction():
            mine = sa.select(Person.id).where(Person.nickname == points.TITLE).order_by(Person.id)
            self.holders = signed_in(session.scalars(mine.limit(HOLDERS)).all())
            self.pages = fill.with_a_past(500, self.clerks[0].id, self.songtao)
        self.market = market.opened(self.songtao, self.clerks, self.keepers[0])
        fill.analysed(db.engine)

    def lean(self, inputs: Inputs) -> Inputs:
        """What the SQL by hand is given of a turn: its subject, and what is the same for all."""
        same = {
            "place": self.songtao,
            "today": clock.today().isoformat(),
            "approve_until": self.approve_until,
        }
        return {**inputs, **same, "key": secrets.token_hex(16)}

    # --- the works: so many turns of each ------------------------------------------------------------------

    def _sign_in(self, count: int) -> list[Turn]:
        return [([who.asks("GET", "/me")], who.told()) for who in _around(self.residents, count)]

    def _wall(self, count: int) -> list[Turn]:
        path = f"/wishes?communityId={self.songtao}"
        return [([who.asks("GET", path)], who.told()) for who in _around(self.members, count)]

    def _statement(self, count: int) -> list[Turn]:
        return [
            ([who.asks("GET", "/me/points/statement")], who.told()) for who in _around(self.holders, count)
        ]

    def _wish(self, count: int) -> list[Turn]:
        """The page of one wish: the wish, then what happened to it."""
        pairs = zip(_around(self.members, count), _around(self.pages, count), strict=True)
        return [
            (
                [who.asks("GET", f"/wishes/{wish}"), who.asks("GET", f"/wishes/{wish}/timeline")],
                who.told(wish=wish),
            )
            for who, wish in pairs
        ]

    def _home(self, count: int) -> list[Turn]:
        path = f"/home?communityId={self.songtao}"
        return [([who.asks("GET", path)], who.told()) for who in _around(self.members, count)]

    def _write(self, count: int) -> list[Turn]:
        """A draft: to hand it in asks WeChat about its words, and would measure another machine."""
        body = {**WISH, "communityId": self.songtao}
        return [([who.asks("POST", "/wishes", body)], who.told()) for who in _around(self.residents, count)]

    def _claim(self, count: int) -> list[Turn]:
        with transaction():
            wishes = fill.published(count, self.songtao, self.wished, self.residents, self.clerks[0].id)
        return [
            ([who.asks("POST", f"/wishes/{wish}/claim", {"as": "personal"})], who.told(wish=wish))
            for who, wish in zip(_around(self.members, count), wishes, strict=True)
        ]

    def _check_in(self, count: int) -> list[Turn]:
        now, turns = clock.now(), []
        with transaction():
            people = signed_in(fill.people(count, self.songtao, self.clerks[0].id, sealed_names=False))
            where = _around(self.activities, count)
            facts = {"community_id": self.songtao, "state": "confirmed", "signed_up_at": now}
            rows = [
                {"activity_id": one, "person_id": who.id, **facts}
                for one, who in zip(where, people, strict=True)
            ]
            session.execute(sa.insert(SignUp), rows)
        for who, activity in zip(people, where, strict=True):
            body = {"code": codes.current(activity, now).code}
            asked = who.asks("POST", f"/activities/{activity}/check-in", body)
            turns.append(([asked], who.told(activity=activity)))
        return turns

    def _request(self, count: int) -> list[Turn]:
        """Persons and items in step with the clients, so that the same two seldom meet."""
        return self._requests([(self.shop, item) for item in _around(self.items, count)])

    def _spread(self, count: int) -> list[Turn]:
        return self._requests(_around(self.market, count))

    def _requests(self, wanted: list[tuple[int, int]]) -> list[Turn]:
        turns = []
        for who, (shop, item) in zip(_around(self.holders, len(wanted)), wanted, strict=True):
            body = {"shopId": shop, "lines": [{"itemId": item, "quantity": 1}]}
            turns.append(([who.asks("POST", "/redemptions", body)], who.told(item=item)))
        return turns

    def _approve(self, count: int) -> list[Turn]:
        orders = [one.id for one in self._orders("requested", count)]
        return [
            ([who.asks("POST", f"/redemptions/{order}/approve")], who.told(order=order))
            for who, order in zip(_around(self.clerks, len(orders)), orders, strict=True)
        ]

    def _hand_over(self, count: int) -> list[Turn]:
        turns = []
        for who, order in zip(_around(self.keepers, count), self._orders("approved", count), strict=False):
            body = {"pickUpCode": sealed.code_of(order), "collectedBy": "self"}
            asked = who.asks("POST", f"/redemptions/{order.id}/hand-over", body)
            turns.append(([asked], who.told(order=order.id)))
        return turns

    def _register(self, count: int, kind: str) -> list[Turn]:
        """积分台账 of the day of the first transfers, as a file."""
        self.console.sign_in()
        return [([self.console.register(kind)], {}) for _ in range(count)]

    def _orders(self, state: str, count: int) -> list[Redemption]:
        """Orders of the bench in this state that were not handed out before, and whose code can be read."""
        session.remove()
        wanted = sa.select(Redemption).where(Redemption.shop_id == self.shop, Redemption.state == state)
        found = []
        for order in session.scalars(wanted.order_by(Redemption.id)):
            if len(found) < count and (state, order.id) not in self.used and _readable(order):
                self.used.add((state, order.id))
                found.append(order)
        return found


def _readable(order: Redemption) -> bool:
    """What the driver alone approved has a code that nobody sealed."""
    try:
        sealed.code_of(order)
    except crypto.CannotOpen:
        return False
    return True


def _cast(name: str) -> int:
    return session.scalars(sa.select(Person.id).where(Person.openid == openid_of(name))).one()


def _around(found: Sequence[Any], count: int) -> list[Any]:
    """So many of them, from the beginning again after the last, each time elsewhere."""
    begin = secrets.randbelow(len(found))
    return [found[(begin + number) % len(found)] for number in range(count)]


# --- what the bench asks -----------------------------------------------------------------------------------


def serve(app: Any, folder: Path) -> None:
    told = json.loads(sys.stdin.readline())
    town = Town(told["rows"], lambda text: tell({"progress": text}))
    wanted, orders = told["works"], told.get("orders", 60)
    # The first order that a shop hands over opens its account in the books: no turn of anybody's shall be that one.
    before = (("request", 2 * orders + 2), ("approve", orders + 1), ("hand_over", 1))
    for work, count in before if {"request", "approve", "hand_over"} & set(wanted) else ():
        for turn in town.works[work](count):
            taped(app, turn)
    tapes = {work: tapes_of(app, town, work) for work in told["tapes"]}
    (folder / "tapes").write_bytes(pickle.dumps(tapes))
    lines = {work: town.console.lines() for work in wanted if work.startswith("register")}
    tell({"statements": {work: len(found[0]) for work, found in tapes.items()}, "lines": lines})
    for line in sys.stdin:
        told = json.loads(line)
        if "codes" in told:
            tell({"codes": {one: codes.current(int(one), clock.now()).code for one in told["codes"]}})
        elif "leave" in told:
            # Whoever copies the database wants nobody in it.
            if told.get("peers"):
                own_tables.make(db.engine)
            session.remove()
            db.engine.dispose()
            tell({})
        elif "all" in told:
            turns = town.works[told["work"]](told["all"])
            tell({"turns": [{"http": asked, "lean": town.lean(inputs)} for asked, inputs in turns]})
        else:
            tell(turns_of(town, told, tapes))


def turns_of(town: Town, told: dict[str, Any], tapes: dict[str, list[list[Step]]]) -> dict[str, Any]:
    """Turns of a work for each who plays it: over HTTP, its tapes by the driver, its SQL by hand. Where the work ran
    short, all have less."""
    work, shares = told["work"], [told.get(name, 0) for name in ("http", "raw", "lean")]
    turns = town.works[work](sum(shares))
    ends = [len(turns) * sum(shares[:number]) // sum(shares) for number in (1, 2)]
    session.remove()
    number_of_tapes = len(tapes.get(work, ())) or 1
    return {
        "http": [requests for requests, _ in turns[: ends[0]]],
        "raw": [
            (number % number_of_tapes, {**inputs, "key": secrets.token_hex(16)})
            for number, (_, inputs) in enumerate(turns[ends[0] : ends[1]])
        ],
        "lean": [town.lean(inputs) for _, inputs in turns[ends[1] :]],
    }


def tell(answer: dict[str, Any]) -> None:
    print(json.dumps(answer), flush=True)


def main() -> None:
    app = create_app()
    with app.app_context():
        listen(db.engine)
        serve(app, Path(sys.argv[1]))


if __name__ == "__main__":
    main()
