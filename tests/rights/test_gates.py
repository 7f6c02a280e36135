"""What rests on consent waits for it: every purpose of the register whose basis is consent, tried before and after."""

import pytest
import sqlalchemy as sa

from backend import clock
from backend.db import session, transaction
from backend.journal import JournalLine
from backend.people import consents
from backend.people.models import Consent
from backend.personal import Purpose
from backend.rights import notice, purposes
from backend.supermarket.actions import receipts
from tests.api.test_files import uploaded
from tests.api.test_frame import refusal
from tests.reports import test_party_service_records as unit_feedback
from tests.supermarket import cast as shop
from tests.wishes import cast


def asks(phone, method, path, body):
    """Refused with what is to be agreed to; agreed to, the same call succeeds."""
    told = refusal(phone.call(method, path, body), 403, "CONSENT_REQUIRED")["data"]
    current = notice.current("sensitive_data")
    assert told == {"document": "sensitive_data", "version": current.version, "title": current.title}
    phone.data("POST", "/me/consents", {"document": told["document"], "version": told["version"]})
    phone.data(method, path, body)


def _residency(town):
    body = {"communityId": town.songtao, "address": "雪松家园 1 号楼"}
    asks(town.phone("one"), "PUT", "/me/residency", body)


def _party_registration(town):
    body = {"unitId": town.place("市水务局"), "communityId": town.songtao, "serviceRoles": []}
    asks(town.phone("one"), "PUT", "/me/party-registration", body)


def _unit_feedback(town):
    """The sheet of a unit names nobody who has not agreed."""
    pei = town.phone("pei")
    assert consents.stands(pei.id, "unit_feedback")
    assert [row.name for row in unit_feedback.rows(town)] == ["裴长青"]
    pei.data("DELETE", "/me/consents/unit_feedback")
    assert unit_feedback.rows(town) == []


def _pictures(town):
    """Nobody but its people is shown a picture before the wisher has agreed."""
    ning, qin = town.phone("ning"), town.phone("qin")
    (wish_id,), _round = cast.published(town)
    file_id = uploaded(ning)["id"]
    with transaction():
        session.execute(
            sa.text(
                "UPDATE files SET state = 'passed', subject_kind = 'wish', subject_id = :wish, position = 0,"
                " place_id = :place, consent_of_id = :ning WHERE id = :file"
            ),
            {"wish": wish_id, "place": town.songtao, "ning": ning.id, "file": file_id},
        )
    assert qin.data("GET", f"/wishes/{wish_id}")["files"] == []
    ning.agrees("pictures")
    assert len(qin.data("GET", f"/wishes/{wish_id}")["files"]) == 1


def _donations(town):
    """A donor is named who said so, gift by gift."""
    item_id = shop.goods(town, shop.opened(town))
    for donor, public in (("郝心人", False), ("善心人", True)):
        with transaction():
            given = {"donor": donor, "donor_public": public}
            receipts.receive(item_id, 1, "donation", **given, actor=cast.by(town, "bu"))
    assert town.phone("qin").data("GET", f"/items/{item_id}")["donors"] == ["善心人"]


def _children(town):
    """At the counter the guardian has to agree; in the mini-program filing it is agreeing, in the child's name."""
    body = {"realName": "小朵", "birthYear": clock.today().year - 6, "relation": "mother"}
    child = town.phone("qin").data("POST", "/me/children", body)["list"][0]["childId"]
    assert consents.stands(child, "sensitive_data")


TRIED = {
    Purpose.RESIDENCY: _residency,
    Purpose.PARTY_REGISTRATION: _party_registration,
    Purpose.UNIT_FEEDBACK: _unit_feedback,
    Purpose.PICTURES: _pictures,
    Purpose.DONATIONS: _donations,
    Purpose.CHILDREN: _children,
}


def test_every_purpose_that_rests_on_consent_is_tried():
    """A new one has to say here how it waits for it; and none speaks of consent without being counted."""
    resting = {one.key for one in purposes.PURPOSES if one.on_consent}
    assert resting == set(TRIED)
    assert {one.key for one in purposes.PURPOSES if "同意" in one.basis} == resting


@pytest.mark.parametrize("purpose", TRIED)
def test_what_rests_on_consent_waits_for_it(town, purpose):
    TRIED[purpose](town)


def test_consent_to_an_older_version_is_none_and_withdrawing_closes_the_gate_again(town):
    xiao = town.phone("xiao")
    body = {"communityId": town.songtao}
    # Who may not act is told so before any field is judged.
    refusal(xiao.put("/me/residency", {"communityId": "?"}), 403, "CONSENT_REQUIRED")
    xiao.agrees().data("PUT", "/me/residency", body)
    xiao.data("DELETE", "/me/consents/sensitive_data")
    refusal(xiao.put("/me/residency", body), 403, "CONSENT_REQUIRED")
    with transaction():
        session.add(
            Consent(person_id=xiao.id, document="sensitive_data", version="2020-01", given_at=clock.now())
        )
    refusal(xiao.put("/me/residency", body), 403, "CONSENT_REQUIRED")
    xiao.agrees().data("PUT", "/me/residency", body)


@pytest.mark.parametrize("said", ["paper", "spoken", None])
def test_staff_say_how_somebody_without_a_phone_agreed(town, said):
    tong = town.phone("tong")
    body = {"realName": "高大全", "communityId": town.songtao, "address": "雪松家园 9 号楼"}
    made = tong.data("POST", "/people", body if said is None else {**body, "consent": said})["id"]
    assert consents.stands(made, "sensitive_data") is (said is not None)
    lines = session.scalars(
        sa.select(JournalLine).where(JournalLine.verb == "consent", JournalLine.subject_id == made)
    ).all()
    assert [(one.actor_id, one.facts["said"]) for one in lines] == ([(tong.id, said)] if said else [])
    refusal(tong.post("/people", {**body, "consent": "guessed"}), 422, "INVALID_INPUT")


def test_the_demo_cast_has_agreed(town):
    for name in ("ning", "wulan", "pei", "qin", "tong", "bai"):
        told = {one["document"]: one for one in town.phone(name).data("GET", "/me/consents")["list"]}
        assert told["privacy"]["upToDate"], name
        assert told["sensitive_data"]["upToDate"], name
    assert consents.stands(town.person("e").id, "sensitive_data")
