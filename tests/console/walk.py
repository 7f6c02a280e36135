"""Through every page of the console, of a terminal and every open page: each with one thing of each state, as each of
the staff."""

import re

import sqlalchemy as sa

from backend.db import session

STAFF = ("tong", "shao", "bu", "yan", "jie", "admin", "shang", "bai")
# Where the id in an address is one of: one row of each kind that the second column knows.
THINGS = {
    "wish_id": ("wishes", "state"),
    "round_id": ("rounds", "state"),
    "activity_id": ("activities", "state, proposed_at IS NULL, certified_at IS NULL"),
    "backfill_id": ("backfills", "state"),
    "correction_id": ("record_corrections", "state"),
    "team_id": ("teams", "community_id"),
    "redemption_id": ("redemptions", "state"),
    "item_id": ("items", "kind"),
    "shop_id": ("shops", "community_id"),
    "stocktake_id": ("stocktakes", "state"),
    "adjustment_id": ("adjustments", "state"),
    "guardianship_id": ("guardianships", "status"),
    "complaint_id": ("complaints", "state"),
    "import_id": ("imports", "kind"),
    "appointment_id": ("appointments", "role"),
    "session_id": ("console_sessions", "person_id"),
    "transfer_id": ("shop_transfers", "state"),
    "sheet_id": ("opening_sheets", "state"),
    "merge_id": ("person_merges", "state"),
    "kiosk_id": ("kiosks", "community_id"),
    "barcode_id": ("item_barcodes", "item_id"),
    "batch_id": ("batches", "quarantined"),
    "place_id": ("organisations", "kind"),
    "community_id": ("organisations WHERE kind = 'community'", "kind"),
}
# Leaving ends the walk.
LEFT_OUT = {
    "console.sign_out",
    "console.nowhere",
    "console.end_session",
    "console.end_other_sessions",
    "kiosk.leave",
    "kiosk.nowhere",
    "kiosk.worker",
}
_ARGUMENT = re.compile(r"<(?:(\w+)(?:\(([^)]*)\))?:)?(\w+)>")


def rows_of(table, column):
    """The newest row of each kind: ids."""
    return list(session.scalars(sa.text(f"SELECT max(id) FROM {table} GROUP BY {column} ORDER BY 1")))


def people(town):
    """Ids of persons of every kind: a card holder, residents, a party member, staff, somebody who waits."""
    named = [town.person(name).id for name in ("e", "ning", "wulan", "pei", "tong", "bai")]
    waiting = session.scalars(
        sa.text("SELECT max(person_id) FROM residencies WHERE status = 'declared' GROUP BY community_id")
    )
    joining = session.scalars(
        sa.text(
            "SELECT max(person_id) FROM party_registrations WHERE status = 'pending' GROUP BY community_id"
        )
    )
    signed_up = session.scalars(sa.text("SELECT max(person_id) FROM sign_ups GROUP BY state"))
    return list(dict.fromkeys([*named, *waiting, *joining, *signed_up]))


class Addresses:
    """Every address of the pages, with the ids that stand in the database now."""

    def __init__(self, town):
        self.app = town.app
        self.known = {name: rows_of(*where) for name, where in THINGS.items()}
        self.known["person_id"] = people(town)
        self.known["number"] = list(session.scalars(sa.text("SELECT number FROM certificates LIMIT 2")))
        self.known["day"] = [str(one) for one in session.scalars(sa.text("SELECT day FROM seals LIMIT 1"))]
        self.known["event"] = ["service_hour", "wish_confirmed"]
        self.known["section"] = ["wishes"]
        self.known["key"] = ["wishes", "points", "stock", "service_records", "quarterly"]

    def of(self, method):
        """The path of every page that answers this method."""
        for rule in self.app.url_map.iter_rules():
            open_page = rule.endpoint.startswith(("public.", "kiosk.")) and "static" not in rule.rule
            ours = rule.endpoint.startswith("console.") or open_page
            if ours and method in rule.methods and rule.endpoint not in LEFT_OUT:
                yield from self._filled(rule.rule)

    def _filled(self, rule):
        """The rule once for each thing it may be about."""
        found = _ARGUMENT.search(rule)
        if found is None:
            return [rule]
        kind, choices, name = found.groups()
        values = choices.replace(" ", "").split(",") if kind == "any" else self.known.get(name, [])
        return [
            path
            for value in values
            for path in self._filled(rule[: found.start()] + str(value) + rule[found.end() :])
        ]
