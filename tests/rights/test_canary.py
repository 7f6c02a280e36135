"""After a cancellation nothing remains, wherever staff typed it.

The words of one person are typed into every text that the API takes, and written into every text that a table has;
then they leave, and every table is read with its seals opened, the files of the database, and a backup made since.
"""

import itertools
import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from backend import clock, crypto, journal
from backend.db import Base, dialect, session, transaction
from backend.ledger import verify
from backend.operations import invariants
from backend.personal import declaration
from backend.rights import cancellation, elsewhere, sealed, texts
from backend.rights.old_pages import clear_old_pages
from tests.attacks import matrix
from tests.attacks.test_canary import LAST, SEALED, _named, _takes_words
from tests.operations.test_backups import tools  # noqa: F401 - a fixture
from tests.rights import canary
from tests.supermarket import cast as supermarket
from tests.tickets import cast as tickets
from tests.wishes import cast

pytestmark = pytest.mark.usefixtures("tools")
# Somebody's own name, telephone or address is theirs: it goes with them, and not with another one.
OWN = (SEALED.keys() | {"nickname"}) - {"proxyName", "donor"}
ACTORS = ("owner", "leader", "member", "staff", "second", "keeper", "supervisor", "parent", "city", "arbiter")
_CODE = "a code or a version, which is compared with what is known and kept nowhere"
_STATE = "asks for a thing in a state that nothing here has; its column is written in the test of all tables"
_NOTE = "refused with its barcode, which is a code; its words go where those of a receipt go"
# Fields of the API into which the words were not typed, each with the reason.
NOT_TAKEN = {
    "POST /api/v1/sessions code": _CODE,
    "POST /api/v1/me/phone code": _CODE,
    "POST /api/v1/console-sign-ins/{code}/approve choice": _CODE,
    "POST /api/v1/me/consents version": _CODE,
    "POST /api/v1/kiosk-sessions cardNumber": _CODE,
    "POST /api/v1/me/proxies cardNumber": "the number of a card, of which a digest alone is kept",
    "POST /api/v1/people/{person_id}/bind code": _CODE,
    "POST /api/v1/activities/{activity_id}/check-in code": _CODE,
    "POST /api/v1/activities/{activity_id}/check-out code": _CODE,
    "POST /api/v1/redemptions/{redemption_id}/hand-over proxyName": _STATE,
    "POST /api/v1/activities/{activity_id}/sign-ups/{person_id}/excuse reason": _STATE,
    "POST /api/v1/activities/{activity_id}/message text": _STATE,
    "POST /api/v1/activities/{activity_id}/series/cancel reason": _STATE,
    "POST /api/v1/activities/{activity_id}/sign-up clashReason": _STATE,
    "POST /api/v1/activities/{activity_id}/sign-ups/{person_id}/allow-clash reason": _STATE,
    "POST /api/v1/items/{item_id}/barcodes code": _CODE,
    "POST /api/v1/items/{item_id}/look reason": _STATE,
    "POST /api/v1/items/{item_id}/receipts/{movement_id}/reverse reason": _STATE,
    "POST /api/v1/people/{person_id}/nickname/take-down reason": _STATE,
    "POST /api/v1/person-merges reason": _STATE,
    "POST /api/v1/person-merges/{merge_id}/propose reason": _STATE,
    "POST /api/v1/redemptions/series purpose": _STATE,
    "POST /api/v1/redemptions/{redemption_id}/extend reason": _STATE,
    "POST /api/v1/shop-transfers/{transfer_id}/receive reason": _STATE,
    "POST /api/v1/shops/{shop_id}/deliveries document": _NOTE,
    "POST /api/v1/shops/{shop_id}/deliveries donor": _NOTE,
    "POST /api/v1/shops/{shop_id}/deliveries lines.barcode": _CODE,
    "POST /api/v1/shops/{shop_id}/deliveries lines.batch": _NOTE,
    "POST /api/v1/wishes/{wish_id}/look reason": _STATE,
    "POST /api/v1/wishes/{wish_id}/merge reason": _STATE,
    "POST /api/v1/wishes/{wish_id}/reopen reason": _STATE,
    "POST /api/v1/wishes/{wish_id}/explain reason": _STATE,
    "POST /api/v1/service-records/{record_id}/corrections reason": _STATE,
    "POST /api/v1/rounds title": _STATE,
    "POST /api/v1/guardianships/{guardianship_id}/verify reason": _STATE,
    "POST /api/v1/party-registrations/{person_id}/verify reason": _STATE,
    "POST /api/v1/residencies/{person_id}/verify reason": _STATE,
}


# --- what the API takes --------------------------------------------------------------------------------


def filled(schema, document, value, path=""):
    """The example `value` with the person's words in each text field; and which fields these are."""
    schema = _named(document, schema["$ref"]) if "$ref" in schema else schema
    if isinstance(value, list):
        found = [filled(schema["items"], document, one, path) for one in value]
        return [one for one, _ in found], {name for _, names in found for name in names}
    told, names = dict(value), set()
    for part in schema.get("allOf", []):
        told, more = filled(part, document, told, path)
        names |= more
    for name, inner in schema.get("properties", {}).items():
        while "$ref" in inner or "allOf" in inner:
            inner = inner["allOf"][0] if "allOf" in inner else _named(document, inner["$ref"])
        here = f"{path}{name}"
        several = isinstance(told.get(name), list) and inner.get("items", {}).get("$ref")
        if several or (isinstance(told.get(name), dict) and inner.get("properties")):
            told[name], more = filled(inner, document, told[name], f"{here}.")
            names |= more
        elif name not in OWN and _takes_words(inner):
            told[name] = _typed(name, inner.get("maxLength", 500))
            names.add(here)
    return told, names


_counted = itertools.count(100)


def _typed(name, most):
    """No two things have the same name."""
    if name not in ("name", "title"):
        return canary.typed(most)
    return f"{canary.typed(most - 4)} {next(_counted)}"


class Typist:
    """Types the words into every text field of operations; knows which fields there are, and which were taken."""

    def __init__(self, town, things):
        self.town, self.things = town, things
        self.document, self.told = matrix.documentation.document(town.app), matrix.operations(town.app)
        self.asked, self.taken = set(), set()

    def type(self, operation, actors=ACTORS, **ids):
        method, path = operation.split(" ")
        path = path.format(**{**self.things.ids, **ids}) if ids else self.things.path(operation)
        body, fields = self._filled(operation)
        for one in self.told[operation].get("parameters", []):
            if one["name"] == "reason":
                path, fields = f"{path}?reason={canary.typed(one['schema']['maxLength'])}", {"?reason"}
        self.asked |= {f"{operation} {field}" for field in fields}
        for actor in actors if fields else ():
            # The answer is kept for a repeat of the request, and may say again what was typed.
            key = {"Idempotency_Key": f"canary-{next(_counted)}"} if method == "POST" else {}
            answer = self.things.phones[actor].call(method, path, body, **key)
            if answer.status_code < 300:
                self.taken |= {f"{operation} {field}" for field in fields}
            answer.close()

    def _filled(self, operation):
        content = self.told[operation].get("requestBody", {}).get("content", {}).get("application/json")
        if content is None:
            return None, set()
        return filled(content["schema"], self.document, self.things.body(self.told[operation]))

    def type_everywhere(self):
        # What changes a thing before what moves it on.
        for operation in sorted(self.told, key=lambda one: (not one.startswith("PUT"), one)):
            if operation not in matrix.ENDING | LAST and not operation.endswith("/take-down"):
                self.type(operation)
        self._in_the_states_they_ask_for()
        # What is taken down takes nothing more.
        for operation in sorted(one for one in self.told if one.endswith("/take-down")):
            self.type(operation)

    def _staff(self, actor, path, body):
        self.things.phones[actor].call("POST", path, body).close()

    def _in_the_states_they_ask_for(self):
        """Things in the states that an earlier operation of the alphabet has moved them out of."""
        town, ids, wish = self.town, self.things.ids, "POST /api/v1/wishes/{wish_id}/"
        self.type("POST /api/v1/people/{person_id}/resume", ["staff"])
        for verb in ("send-back", "refer", "decline"):
            self.type(
                wish + verb, ["staff"], wish_id=cast.submitted(town, title=f"为了{verb}", description=verb)
            )
        draft = {**self.things.body(self.told["POST /api/v1/wishes"]), "submit": False}
        made = self.things.phones["owner"].data("POST", "/wishes", draft)["id"]
        self.type("PUT /api/v1/wishes/{wish_id}", ["owner"], wish_id=made)
        self.type(wish + "dispute", ["owner"], wish_id=ids["claimed"])
        self.type(wish + "release", ["member"], wish_id=ids["claimed"])
        self.things.phones["member"].data("POST", f"/wishes/{ids['claimed']}/claim", {"as": "personal"})
        self.type(wish + "fulfil", ["member"], wish_id=ids["claimed"])
        self.type(wish + "confirm", ["owner"], wish_id=ids["claimed"])
        self._staff("supervisor", f"/stocktakes/{ids['stocktake_id']}/reject", {"reason": "再数一遍"})
        self.type("POST /api/v1/shops/{shop_id}/stocktakes", ["keeper"])
        again = session.scalar(sa.text("SELECT max(id) FROM stocktakes"))
        self.type("POST /api/v1/stocktakes/{stocktake_id}/explain", ["keeper"], stocktake_id=again)
        supermarket.rich(town, "ning", 50)
        order = supermarket.asked(town, ids["shop_id"], {ids["item_id"]: 1}, "ning")
        self.type("POST /api/v1/redemptions/{redemption_id}/reject", ["staff"], redemption_id=order)
        order = supermarket.handed_over(town, ids["shop_id"], {ids["item_id"]: 1}, "ning")
        self.type("POST /api/v1/redemptions/{redemption_id}/return", ["staff", "keeper"], redemption_id=order)


@pytest.fixture
def things(town, wechat):
    return matrix.Things(town)


@pytest.mark.slow
def test_what_was_typed_into_any_field_of_the_api_goes_with_the_person(town, things, tmp_path):
    owner = things.phones["owner"]
    canary.known(town, owner.id)
    typist = Typist(town, things)
    typist.type_everywhere()
    assert canary.left_of_them(tmp_path, *canary.WORDS), "the test finds what is there"
    assert owner.call("DELETE", "/me", {"confirm": True}).status_code == 200
    left = canary.left_of_them(tmp_path, *canary.WORDS)
    assert not left, "\n".join(left)
    assert [*verify.findings(), *invariants.findings()] == []
    silent = typist.asked - typist.taken - NOT_TAKEN.keys()
    assert not silent, "\n".join(sorted(silent))
    assert NOT_TAKEN.keys() <= typist.asked - typist.taken


@pytest.mark.slow
def test_what_was_typed_goes_with_a_card_holder_for_whom_staff_cancel(town, things, tmp_path):
    staff, holder = things.phones["staff"], town.person("e").id
    canary.known(town, holder)
    Typist(town, things).type_everywhere()
    answer = staff.call("POST", f"/people/{holder}/cancel", {"reason": canary.typed(200), "confirm": True})
    assert answer.status_code == 200
    left = canary.left_of_them(tmp_path, *canary.WORDS)
    assert not left, "\n".join(left)


# --- what the tables hold ------------------------------------------------------------------------------

# Texts that are not searched because nobody types them: numbers that the product gives, names of its own.
GIVEN = re.compile(
    r"(^|_)(number|reference|key|url|kind|verb|event|lot|address|method|browser|template|page|lease|nonce|request"
    r"|cap_group|platform|role|scene|query|version|key_id|hash|root|short|signature|digest|index|state|status|trace"
    r"|code|suggest|referred_to)$"
)


def chosen(column):
    """Whether a CHECK lets the column hold a few words only."""
    checks = (one for one in column.table.constraints if isinstance(one, sa.CheckConstraint))
    return any(re.search(rf"\b{column.name} IN \(", str(one.sqltext)) for one in checks)


def test_every_text_of_every_table_is_searched_or_says_why_not(app):
    silent = []
    for column in (column for table in Base.metadata.sorted_tables for column in table.columns):
        said = declaration(column)
        known = said.code or said.identifies or said.not_exported or said.on_erasure in ("clear", "keep")
        if not isinstance(column.type, sa.String | sa.JSON) or texts.is_text(column) or known:
            continue
        if not (chosen(column) or GIVEN.search(column.name) or column.primary_key or column.unique):
            silent.append(f"{column.table.name}.{column.name}")
    assert not silent, (
        f"{silent}: somebody may type a name there: say personal() or not_personal(), or code=True"
    )


def written_everywhere():
    """Writes the words into each text of each table, past the code and the triggers; answers the texts (as
    `table.column`) that nothing stands in here, and that were therefore not written."""
    empty = set()
    for where in texts.tables():
        for name in (*where.plain, *where.sealed):
            column = where.table.c[name]
            wanted = sa.select(where.table).where(column.is_not(None)).order_by(where.keys[0].desc()).limit(1)
            row = session.execute(wanted).mappings().one_or_none()
            if row is None:
                empty.add(f"{where.table.name}.{name}")
                continue
            with transaction():
                here, told = where.place_of(dict(row)), {name: _as_kept(column, dict(row))}
                session.execute(sa.update(where.table).where(here).values(told))
                if name in ("name", "short", "title") and where.table.name in elsewhere._NAMED:
                    # As whoever renames a thing is journaled.
                    kind, _ = elsewhere._NAMED[where.table.name]
                    journal.write("change", kind, row["id"], actor=None, facts={"fields": ["name"]})
    return empty


def _as_kept(column, row):
    told = canary.typed(getattr(column.type, "length", None) or 500)
    seal = sealed.of(column.table.name).get(column.name)
    if seal is not None:
        return crypto.seal(told, seal.place_of(row))
    return {"told": told} if isinstance(column.type, sa.JSON) else told


@pytest.fixture
def without_triggers():
    """While this stands, a row of the books can be written into; afterwards the triggers are as before."""
    if dialect() == "postgresql":
        tables = [where.table.name for where in texts.tables()]
        _run(*(f"ALTER TABLE {name} DISABLE TRIGGER USER" for name in tables))
        yield lambda: _run(*(f"ALTER TABLE {name} ENABLE TRIGGER USER" for name in tables))
        return
    kept = session.execute(sa.text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")).all()
    _run(*(f"DROP TRIGGER {one.name}" for one in kept))
    yield lambda: _run(*(one.sql for one in kept))


def _run(*statements):
    with transaction():
        for statement in statements:
            session.connection().exec_driver_sql(statement)


# Texts that nothing stands in here. Into these the test of the API types; sheets, and what came in by them, stand like
# their neighbours.
EMPTY = {
    "adjustments.decision_reason",
    "backfills.decision_reason",
    "calendar_days.name",
    "claims.reason",
    "clash_leaves.reason",
    "complaints.answer_sealed",
    "duty_item_changes.reason",
    "first_password_requests.name",
    "former_names.name",
    "guardianships.reason",
    "hours_elsewhere.activity_name",
    "hours_elsewhere.organising_body",
    "idempotency_keys.answer_sealed",
    "import_doubts.key",
    "import_doubts.row_sealed",
    "import_parts.key",
    "import_parts.rows_sealed",
    "imports.file_name",
    "imports.rows_sealed",
    "opening_requests.reason",
    "organisations.address",
    "party_registrations.reason",
    "person_merges.decision_reason",
    "ready_answers.text",
    "record_corrections.decision_reason",
    "residencies.reason",
    "shop_transfers.closing_reason",
    "sign_ups.on_behalf_reason",
    "suspensions.reason",
    "suspensions.resume_reason",
    "stocktakes.review_reason",
    "taken_down_nicknames.nickname_sealed",
    "wish_redactions.description_sealed",
    "wish_redactions.title_sealed",
    "wishes.review_reason",
}


def test_what_stands_in_any_text_of_any_table_goes_with_the_person(town, things, without_triggers, tmp_path):
    ning = town.person("ning").id
    canary.known(town, ning)
    put_back = without_triggers
    # No page takes tickets in yet.
    again = tickets.through(tickets.settle(town), clock.today(), category="building.leak")
    tickets.reopened(town, again, clock.today() + timedelta(days=1))
    empty = written_everywhere()
    put_back()
    with transaction():
        cancellation.cancel(ning, confirmed=True, actor=cast.By(ning))
    clear_old_pages()
    left = canary.left_of_them(tmp_path, *canary.WORDS)
    assert not left, "\n".join(left)
    assert empty <= EMPTY, "\n".join(sorted(empty - EMPTY))
