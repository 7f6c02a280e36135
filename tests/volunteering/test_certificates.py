"""Certificates: what they freeze, what becomes of them, who may take them back."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from backend import clock, config, erasable, journal, periods
from backend.db import session, transaction
from backend.errors import NotAllowed, NotFound
from backend.ledger import queries as balances
from backend.lifecycle import FourEyes
from backend.outbox import queries as outbox
from backend.people import sealed as people
from backend.people.models import Person
from backend.rights import cancellation
from backend.volunteering import certificate_numbers as numbers
from backend.volunteering import certificate_pdf, sealed
from backend.volunteering import certificate_queries as queries
from backend.volunteering.actions import backfills, certificates, corrections
from backend.volunteering.certificate_models import Certificate, CertifiedRecord
from backend.volunteering.record_models import ServiceRecord
from backend.volunteering.states import CertificateMovedOn
from tests.volunteering import cast
from tests.volunteering.cast import STARTS

DAY = date(2027, 3, 6)
LATER = STARTS + timedelta(days=1)


def name_is(person, name="裴长青"):
    with transaction():
        people.keep_real_name(session.get_one(Person, person.id), name)


def issue(person, first=DAY, last=DAY, community_id=None, at=LATER):
    with clock.frozen_at(at), transaction():
        return certificates.issue(first, last, community_id, actor=person)


def revoke(number, actor, reason="名单有误"):
    with clock.frozen_at(LATER), transaction():
        return certificates.revoke(number, reason, actor=actor)


def status(certificate):
    session.expire_all()
    found = queries.numbered(certificate.number)
    return queries.statuses([found])[found.id]


def correct(town, person, record, minutes=90, decide="lan"):
    with clock.frozen_at(LATER), transaction():
        asked = corrections.request(record.id, minutes, "记错了", actor=person)
        corrections.approve(asked.id, actor=cast.by(town, decide))


def served_in(town, community_id, person, staff, days_before=3):
    """Ninety minutes entered afterwards by two clerks of that community."""
    told = {
        "activity_name": "送菜上门",
        "category": "帮扶",
        "started_at": STARTS - timedelta(days=days_before),
        "place": "小区",
        "content": "给三户老人送菜",
        "minutes": 90,
        "reason": "停电",
    }
    with clock.frozen_at(LATER), transaction():
        made = backfills.request(person.id, community_id, told, actor=cast.by(town, staff[0]))
        backfills.approve(made.id, actor=cast.by(town, staff[1]))


@pytest.fixture
def served(town):
    """Someone with a name and one certified record of 120 minutes; tong certified it."""
    (one,) = cast.newcomers(town, 1)
    name_is(one)
    cast.certified(town, one)
    return one


def test_a_certificate_freezes_the_standing_records_of_its_days(town, served):
    (record,) = cast.records(served)
    made = issue(served)
    assert (made.minutes, made.issuer_name, made.first_day, made.last_day) == (120, "松涛社区", DAY, DAY)
    rows = queries.contents([made.id])[made.id]
    assert [(row.record_id, row.minutes, row.organising_body) for row in rows] == [
        (record.id, 120, "骑手先锋队")
    ]
    assert (sealed.name(made), status(made)) == ("裴长青", "valid")
    assert "裴长青" not in made.name_sealed
    (line,) = journal.lines("certificate", made.id)
    assert (line.verb, line.to_state, line.actor_id) == ("issue", "issued", served.id)


@pytest.mark.parametrize(
    ("first", "last", "refusal"),
    [
        (DAY, DAY - timedelta(days=1), periods.PeriodReversed),
        (DAY, DAY + timedelta(days=2), periods.PeriodInFuture),
        (DAY - timedelta(days=certificates.MOST_DAYS), DAY, periods.PeriodTooLong),
        (DAY - timedelta(days=9), DAY - timedelta(days=1), certificates.NoServiceThen),
    ],
)
def test_a_period_is_in_order_past_bounded_and_has_service_in_it(town, served, first, last, refusal):
    with pytest.raises(refusal):
        issue(served, first, last)
    assert queries.of_person(served.id).rows(9) == []


def test_without_a_name_there_is_nothing_to_certify(town, served):
    name_is(served, None)
    with pytest.raises(certificates.NameNeeded):
        issue(served)


def test_asked_for_again_it_is_the_same_until_something_has_changed(town, served):
    made = issue(served)
    assert issue(served).id == made.id
    name_is(served, "裴常青")
    renamed = issue(served)
    assert renamed.id != made.id
    assert (sealed.name(queries.numbered(made.number)), sealed.name(renamed)) == ("裴长青", "裴常青")
    correct(town, served, cast.records(served)[0])
    newest = issue(served)
    assert (newest.minutes, newest.id > renamed.id) == (90, True)


def test_a_correction_afterwards_is_said_and_changes_no_number(town, served):
    made = issue(served)
    correct(town, served, cast.records(served)[0])
    assert status(made) == "corrected"
    assert queries.numbered(made.number).minutes == 120
    with pytest.raises(certificate_pdf.CertificateDoesNotHold):
        certificate_pdf.pdf(made.number)
    assert status(issue(served)) == "valid"


def test_a_record_corrected_to_nothing_leaves_nothing_to_certify(town, served):
    made = issue(served)
    correct(town, served, cast.records(served)[0], minutes=0)
    assert status(made) == "corrected"
    with pytest.raises(certificates.NoServiceThen):
        issue(served)


def test_each_community_certifies_its_own_records(town, served):
    served_in(town, town.baihua, served, ("bai", "jin"))
    first = DAY - timedelta(days=5)
    with pytest.raises(certificates.IssuerToChoose) as refused:
        issue(served, first)
    told = [one["name"] for one in refused.value.facts["communities"]]
    assert told == ["松涛社区", "白桦社区"]
    assert issue(served, first, community_id=town.songtao).minutes == 120
    assert issue(served, first, community_id=town.baihua).issuer_name == "白桦社区"
    with pytest.raises(certificates.NoServiceThen):
        issue(served, first, community_id=town.place("红松社区"))


def test_staff_of_the_issuer_revoke_it_with_a_reason_and_the_person_is_told(town, served):
    made = issue(served)
    revoke(made.number.lower(), cast.by(town, "tong"))
    assert status(made) == "revoked"
    told = queries.view_certificate(queries.numbered(made.number), "revoked", actor=served)
    assert (told.revoke_reason, told.pdf_url) == ("名单有误", None)
    notice = outbox.inbox(served.id, None, 1)[0]
    assert (notice.kind, "名单有误" in notice.body) == ("certificate_revoked", True)
    line = journal.lines("certificate", made.id)[-1]
    assert (line.verb, line.from_state, line.to_state, line.reason) == (
        "revoke",
        "issued",
        "revoked",
        "名单有误",
    )
    with pytest.raises(CertificateMovedOn):
        revoke(made.number, cast.by(town, "lan"))
    # The records stand, so another certificate may be asked for.
    assert issue(served).number != made.number


def test_nobody_else_revokes_and_nobody_their_own(town):
    lan = cast.by(town, "lan")
    cast.certified(town, lan)
    made = issue(lan)
    with pytest.raises(FourEyes):
        revoke(made.number, lan)
    for name, refusal in (("bai", NotFound), ("ning", NotFound), ("yan", NotAllowed), ("admin", NotFound)):
        with pytest.raises(refusal):
            revoke(made.number, cast.by(town, name))
    with pytest.raises(NotFound):
        revoke(numbers.new(), cast.by(town, "tong"))
    assert status(made) == "valid"


def test_numbers_cannot_be_guessed_and_a_slip_is_noticed(town, served):
    made = issue(served).number
    assert numbers.read(f" {made.lower().replace('-', ' ')} ") == made
    assert numbers.read(made.removeprefix("ZM-")) == made
    assert len({numbers.new() for _ in range(500)}) == 500
    for place, sign in enumerate(made):
        for other in numbers.SIGNS if place > 2 and sign != "-" else "":
            assert other == sign or numbers.read(made[:place] + other + made[place + 1 :]) is None
    for nonsense in ("", "ZM", "ＺＭ", "1" * 12, made + "2", "х" * 400, "'; DROP TABLE certificates; --"):
        assert numbers.read(nonsense) is None


def test_a_certificate_holds_when_the_name_of_somebody_who_left_is_taken_out_of_its_record(town, served):
    certificate = issue(served)
    records = ServiceRecord.__table__
    listed = sa.select(CertifiedRecord.record_id).where(CertifiedRecord.certificate_id == certificate.id)
    with transaction():
        row = session.execute(sa.select(records).where(records.c.id.in_(listed))).mappings().first()
        changed = erasable.erased(row, "content", "给（已删除）送菜")
        session.execute(sa.update(records).where(records.c.id == row["id"]).values(changed))
    assert status(certificate) == "valid"


def _past_the_triggers(*statements):
    """What a script with the database's own password might do."""
    dropped = {
        "sqlite": ["DROP TRIGGER certificates_no_update", "DROP TRIGGER certified_records_no_update"],
        "postgresql": [
            "DROP TRIGGER certificates_no_update ON certificates",
            "DROP TRIGGER certified_records_append_only ON certified_records",
        ],
    }
    with transaction():
        for statement in (*dropped[session.get_bind().dialect.name], *statements):
            session.execute(sa.text(statement))


@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE certificates SET minutes = 6000",
        "UPDATE certificates SET minutes = 6000; UPDATE certified_records SET minutes = 6000",
        "UPDATE certificates SET issuer_name = '红松社区'",
        "UPDATE certificates SET last_day = '2027-04-06'",
        "UPDATE certificates SET person_id = (SELECT min(id) FROM persons)",
    ],
)
def test_what_was_altered_in_the_database_no_longer_holds(town, served, attack):
    made = issue(served)
    _past_the_triggers(*attack.split("; "))
    assert status(made) == "altered"
    with pytest.raises(certificate_pdf.CertificateDoesNotHold):
        certificate_pdf.pdf(made.number)


def test_under_another_secret_key_its_sums_are_still_compared(town, served, monkeypatch):
    made = issue(served)
    monkeypatch.setattr(config, "_current", replace(config.settings(), secret_key="another" * 8))
    assert status(made) == "valid"
    _past_the_triggers("UPDATE certificates SET minutes = 6000")
    assert status(made) == "altered"


ATTACKS = {
    "delete a certificate": "DELETE FROM certificates",
    "change its hours": "UPDATE certificates SET minutes = minutes + 60",
    "change its number": "UPDATE certificates SET number = 'ZM-2'",
    "revoke without saying who": "UPDATE certificates SET state = 'revoked' WHERE state = 'issued'",
    "revoke one's own": "UPDATE certificates SET state = 'revoked', revoked_by_id = person_id,"
    " revoked_at = issued_at, revoke_reason = 'x' WHERE state = 'issued'",
    "undo a revocation": "UPDATE certificates SET state = 'issued', revoked_by_id = NULL, revoked_at = NULL,"
    " revoke_reason = NULL WHERE state = 'revoked'",
    "drop a record of it": "DELETE FROM certified_records",
    "change a record of it": "UPDATE certified_records SET minutes = minutes + 60",
    "list a record twice": "INSERT INTO certified_records (certificate_id, record_id, minutes)"
    " SELECT certificate_id, record_id, minutes FROM certified_records",
    "a state nobody knows": "UPDATE certificates SET state = 'lost'",
    "a star for nothing": "INSERT INTO stars (person_id, stars, minutes, granted_at)"
    " SELECT id, 1, 5999, created_at FROM persons",
    "six stars": "INSERT INTO stars (person_id, stars, minutes, granted_at)"
    " SELECT id, 6, 999999, created_at FROM persons",
}


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS.keys())
def test_the_database_refuses(town, served, attack):
    made = issue(served)
    revoke(made.number, cast.by(town, "tong"))
    issue(served)
    with pytest.raises(sa.exc.DBAPIError), transaction():
        session.execute(sa.text(attack))


def test_who_left_stands_on_no_paper_and_the_number_still_answers(town, served):
    served_in(town, town.songtao, served, ("tong", "lan"))
    made = issue(served)
    with clock.frozen_at(LATER), transaction():
        cancellation.cancel(served.id, confirmed=True, actor=served)
    assert status(made) == "valid"
    assert sealed.name(queries.numbered(made.number)) is None
    with pytest.raises(certificate_pdf.CertificateWithoutName):
        certificate_pdf.pdf(made.number)


def test_certificates_cost_no_point_and_change_no_hour(town, served):
    before = balances.balance(served.id)["available"], len(cast.records(served))
    revoke(issue(served).number, cast.by(town, "tong"))
    assert (balances.balance(served.id)["available"], len(cast.records(served))) == before


def test_the_demo_city_has_certificates_and_one_is_revoked(town):
    found = session.scalars(sa.select(Certificate).order_by(Certificate.id)).all()
    assert sorted(queries.statuses(found).values()) == ["revoked", "valid", "valid", "valid"]
    listed = session.scalar(sa.select(sa.func.count()).select_from(CertifiedRecord))
    assert listed > len(found)
