"""A town for a crowd: so many people who are signed in, points, wishes, activities and a shop for all of them.

A process of its own, told what to do in lines of JSON. Everything has the past that it would have had by the
verbs, so that the books balance before the crowd comes, and must balance when it has gone.
"""

import json
import pickle
import sys
from collections.abc import Iterable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask_migrate import upgrade

from backend import clock, commands
from backend.app import create_app
from backend.db import db, session, transaction
from backend.journal import JournalLine
from backend.ledger import fill as points
from backend.organisations.models import Organisation
from backend.people import sealed
from backend.people.models import Appointment, PartyRegistration, Person, Residency
from backend.seeds import demo
from backend.supermarket.actions import items, receipts, shops
from backend.volunteering.models import Activity, SignUp
from backend.wechat.simulator.rules import openid_of
from backend.wishes.models import Wish
from scripts.benchmark import fill
from scripts.benchmark.town import Who, signed_in, tell

ITEMS, PIECES, LIVE, LATER = 40, 20_000, 8, 8
# The others are residents alone.
MEMBERS_IN_HUNDRED, PEOPLE_TO_A_CLERK = 25, 100
TRANSFERS_EACH = 24
SEATS = 1000
NAME = "王秀兰"
Steps = tuple[tuple[str, str | None, str], ...]
PUBLISHED: Steps = (
    ("write", None, "draft"),
    ("submit", "draft", "submitted"),
    ("accept", "submitted", "accepted"),
    ("publish", "accepted", "published"),
)


class CrowdTown:
    """Made once; `plan` is what the crowd has to know of it."""

    def __init__(self, people: int, wishes: int) -> None:
        upgrade()
        demo.seed()
        self.songtao = session.scalars(
            sa.select(Organisation.id).where(Organisation.name == "松涛社区")
        ).one()
        named = sa.select(Person.id).where(Person.openid == openid_of("tong"))
        self.tong = session.scalars(named).one()
        self._people(people)
        with transaction():
            self._staff(people)
            self._shop()
        with transaction():
            self._activities()
            self._wishes(wishes)
        fill.analysed(db.engine)

    def _people(self, count: int) -> None:
        """They come with points: awards, holds and their ends, as `flask ledger fill` books them."""
        wanted = count * TRANSFERS_EACH
        while wanted > 0:
            with transaction():
                wanted -= points.add(wanted, TRANSFERS_EACH)
            tell({"progress": f"{max(0, wanted):,} transfers to book"})
        filled = sa.select(Person.id).where(Person.nickname == points.TITLE).order_by(Person.id)
        ids = list(session.scalars(filled.limit(count)))
        with transaction():
            for person in session.scalars(sa.select(Person).where(Person.id.in_(ids))):
                person.openid = openid_of(f"crowd-{person.id}")
                sealed.keep_real_name(person, NAME)
            session.flush()
            self._registered(ids)
            self.people = signed_in(ids)

    def _registered(self, ids: list[int]) -> None:
        """All live here; some have also reported to the community as party members."""
        unit = session.scalars(sa.select(Organisation.id).where(Organisation.kind == "unit").limit(1)).one()
        facts = {"community_id": self.songtao, "state": "verified", "declared_at": clock.now()}
        facts["decided_by_id"] = self.tong
        session.execute(sa.insert(Residency), [{"person_id": one, **facts} for one in ids])
        self.members = ids[: max(1, len(ids) * MEMBERS_IN_HUNDRED // 100)]
        registered = {**facts, "unit_id": unit, "service_roles": []}
        session.execute(
            sa.insert(PartyRegistration), [{"person_id": one, **registered} for one in self.members]
        )

    def _staff(self, people: int) -> None:
        """One clerk and one keeper to a hundred people, so that none works quicker than somebody could."""
        count = max(2, people // PEOPLE_TO_A_CLERK)
        self.clerks = self._appointed(count, "community_staff")
        self.keepers = self._appointed(count, "shop_keeper")

    def _appointed(self, count: int, role: str) -> list[Who]:
        ids = fill.people(count, self.songtao, self.tong)
        named = {"role": role, "organisation_id": self.songtao, "from_day": clock.today()}
        session.execute(sa.insert(Appointment), [{"person_id": one, **named} for one in ids])
        return signed_in(ids)

    def _shop(self) -> None:
        hours = [{"weekday": day, "opens": "09:00", "closes": "17:00"} for day in range(1, 8)]
        keeper = self.keepers[0]
        self.shop = shops.open_shop(self.songtao, "人多超市", opening_hours=hours, actor=self.clerks[0]).id
        self.items = [
            items.create_item(self.shop, "goods", f"物品 {number}", 1, actor=keeper).id
            for number in range(ITEMS)
        ]
        for item in self.items:
            receipts.receive(item, PIECES, "purchase", best_before=None, actor=keeper)

    def _activities(self) -> None:
        """Some go on now, and people have signed up for them; the others begin on days to come."""
        now = clock.now()
        self.live = [self._activity(now - timedelta(minutes=5)) for _ in range(LIVE)]
        self.later = [self._activity(now + timedelta(days=1 + day)) for day in range(LATER)]
        facts = {"community_id": self.songtao, "state": "confirmed", "signed_up_at": now}
        # Half of them each, at most as many as have a seat.
        rows = [
            {"activity_id": activity, "person_id": one.id, **facts}
            for at, activity in enumerate(self.live)
            for one in self.people[at % 2 :: 2][:SEATS]
        ]
        ids = session.scalars(sa.insert(SignUp).returning(SignUp.id, sort_by_parameter_order=True), rows)
        self._told("sign_up", ids, (("sign_up", None, "confirmed"),))

    def _activity(self, begins: Any) -> int:
        clerk, now = self.clerks[0].id, clock.now()
        made = Activity(
            community_id=self.songtao,
            state="published",
            title="便民服务",
            kind="volunteer_service",
            category="便民服务",
            description="",
            place="广场",
            capacity=SEATS,
            starts_at=begins,
            ends_at=begins + timedelta(hours=12),
            in_charge_id=clerk,
            created_by_id=clerk,
            created_at=now,
            published_at=now,
        )
        session.add(made)
        session.flush()
        self._told("activity", [made.id], (("draft", None, "draft"), ("publish", "draft", "published")))
        return made.id

    def _wishes(self, count: int) -> None:
        """Published in a round; who wished for one is known, so that they can say whether it came true."""
        found = fill.round_of(self.songtao)
        past = (("open", None, "collecting"), ("review", "collecting", "reviewing"))
        self._told("round", [found], (*past, ("publish", "reviewing", "published")))
        ids = fill.published(count, self.songtao, found, self.people, self.clerks[0].id)
        self._told("wish", ids, PUBLISHED)
        wanted = sa.select(Wish.id, Wish.wisher_id).where(Wish.round_id == found).order_by(Wish.id)
        self.wishes = [tuple(row) for row in session.execute(wanted)]

    def _told(self, kind: str, ids: Iterable[int], steps: Steps) -> None:
        """The journal of how these things came to be what they are."""
        facts = {"at": clock.now(), "actor_id": self.clerks[0].id, "organisation_id": self.songtao}
        rows = [
            {
                **facts,
                "subject_kind": kind,
                "subject_id": one,
                "verb": verb,
                "from_state": since,
                "to_state": to,
            }
            for one in ids
            for verb, since, to in steps
        ]
        session.execute(sa.insert(JournalLine), rows)

    def plan(self) -> dict[str, Any]:
        members = set(self.members)
        return {
            "place": self.songtao,
            "people": [(one.id, one.token, one.id in members) for one in self.people],
            "clerks": _tokens(self.clerks),
            "keepers": _tokens(self.keepers),
            "shop": self.shop,
            "items": self.items,
            "live": self.live,
            "seats": SEATS,
            "later": self.later,
            "wishes": self.wishes,
        }


def _tokens(found: Sequence[Who]) -> list[str]:
    return [one.token for one in found]


def audited() -> dict[str, Any]:
    """All that `flask ledger verify` would name; and what the database itself counted."""
    session.remove()
    told = lambda line: tell({"progress": line})  # noqa: E731
    found = [finding for audit in commands.books.AUDITS for finding in audit(told)]
    counted = {}
    if db.engine.dialect.name == "postgresql":
        wanted = "SELECT deadlocks, xact_rollback AS rollbacks FROM pg_stat_database WHERE datname = current_database()"
        counted = dict(session.execute(sa.text(wanted)).one()._mapping)
    session.remove()
    return {"findings": found[:50], "number": len(found), "database": counted}


def main() -> None:
    folder = Path(sys.argv[1])
    with create_app().app_context():
        for line in sys.stdin:
            told = json.loads(line)
            if "people" in told:
                plan = CrowdTown(told["people"], told["wishes"]).plan()
                (folder / "plan").write_bytes(pickle.dumps(plan))
                session.remove()
                tell({"made": told["people"]})
            else:
                tell(audited())


if __name__ == "__main__":
    main()
