"""The examples of docs/ledger.md, replayed."""

import re
from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest
import sqlalchemy as sa

from backend import clock
from backend.db import session, transaction
from backend.errors import Refused
from backend.ledger import actions, queries, seal_checks, seals
from backend.ledger.verify import findings
from tests.ledger.test_seals import tamper

PAGE = Path(__file__).parents[2] / "docs" / "ledger.md"
EXAMPLES = re.findall(r"^### (.+?)$.*?^```ledger\n(.*?)^```$", PAGE.read_text("utf-8"), re.M | re.S)
NEW = sa.text("""
    SELECT transfers.id, amount, source.address, target.address
    FROM transfers
    JOIN accounts AS source ON source.id = source_id JOIN accounts AS target ON target.id = target_id
    WHERE transfers.id > :after ORDER BY transfers.id
""")


class Reader:
    """Does what a line of an example says, and gives back the indented lines that should follow it."""

    def __init__(self, people):
        self.people = people
        self.facts = {"title": "示例", "community_id": people.here, "actor": people.staff}
        self.seen = 0

    def told(self, line):
        verb, _, rest = line.partition(" ")
        try:
            with transaction():
                getattr(self, verb)(*rest.replace(" as ", " ").split())
        except Refused as refusal:
            return [f"refused {refusal.name()}"]
        return self.transfers()

    def transfers(self):
        rows = session.execute(NEW, {"after": self.seen}).all()
        self.seen = rows[-1][0] if rows else self.seen
        return [f"{row[1]} from {self.short(row[2])} to {self.short(row[3])}" for row in rows]

    def short(self, address):
        return re.sub(r"^(\w+):\d+", r"\1", address)

    def award(self, event, units, reference):
        actions.award(self.people.resident, event, reference=reference, units=int(units), **self.facts)

    def grant(self, points, reference):
        actions.grant(self.people.resident, int(points), reference=reference, **self.facts)

    def hold(self, points, reference):
        actions.hold(self.people.resident, int(points), reference=reference, **self.facts)

    def settle(self, reference):
        actions.settle(reference, shop_id=7, actor=self.people.staff)

    def release(self, reference):
        actions.release(reference, actor=self.people.staff)

    def adjust(self, points, reference):
        actions.adjust(self.people.resident, int(points), reference=reference, **self.facts)

    def reverse(self, original, reference):
        actions.reverse(original, reference=reference, reason="示例", actor=self.people.staff)

    def seal(self):
        """Every past day; says how many rows each of them has."""
        for day in seals.days_to_seal():
            seals.seal(day)

    def seals(self):
        rows = session.execute(sa.select(seals.seals).order_by(seals.seals.c.day))
        told = [f"{row.day} over {row.transfers} transfers" for row in rows]
        return f"seals {', '.join(told)}"

    def change(self, reference):
        """Someone with the database's password adds a point to a transfer."""
        tamper(f"UPDATE transfers SET amount = amount + 1 WHERE reference = '{reference}'")

    def verify(self):
        return [re.sub(r"transfer \d+", "transfer", one) for one in seal_checks.findings()]

    def expire(self):
        for lot in actions.lots_to_expire():
            actions.expire(lot)

    def balance(self):
        found = queries.balance(self.people.resident)
        lots = [f"{lot['points']} until {lot['expires_on']}" for lot in found["lots"]]
        have = f"{found['available']} available, {found['held']} held"
        return f"balance {have}: {', '.join(lots) or 'nothing'}"


def steps(text):
    """Each line of an example with the indented lines below it."""
    found = []
    for line in text.splitlines():
        if line.startswith(" "):
            found[-1][1].append(line.strip())
        else:
            found.append((line, []))
    return found


def test_the_page_has_its_seven_examples():
    assert len(EXAMPLES) == 7


@pytest.mark.parametrize("text", [text for _, text in EXAMPLES], ids=[title for title, _ in EXAMPLES])
def test_the_example_is_true(people, text):
    reader, day = Reader(people), date(2026, 1, 1)
    for line, expected in steps(text):
        if line.startswith("on "):
            day = date.fromisoformat(line.removeprefix("on "))
            continue
        with clock.frozen_at(datetime.combine(day, time(1), UTC)):
            if line.startswith("balance "):
                assert reader.balance() == line
            elif line.startswith("seals "):
                assert reader.seals() == line
            elif line == "verify":
                assert reader.verify() == expected
                return
            elif line.startswith("change "):
                reader.change(line.removeprefix("change "))
            else:
                assert reader.told(line) == expected, line
    assert list(findings()) == []
