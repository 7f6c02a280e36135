"""The notice in its versions, consent to each of them, and what withdrawing takes with it at once."""

import pytest
import sqlalchemy as sa

from backend.db import session, transaction
from backend.errors import NotFound
from backend.people import actions as people
from backend.people import consents, sealed
from backend.people.models import PartyRegistration, Person, Residency
from backend.rights import consent, notice
from tests.wishes import cast


def test_every_document_has_a_current_version_in_plain_chinese():
    for document in notice.everything():
        assert document.text
        assert len(document.title) < 30
        assert "http" not in document.text
    assert [one.document for one in notice.everything() if one.required] == ["privacy"]


def test_a_past_version_stays_readable_and_an_invented_one_is_not_found(monkeypatch, tmp_path):
    for version in ("2026-11", "2027-02"):
        (tmp_path / "privacy").mkdir(exist_ok=True)
        (tmp_path / "privacy" / f"{version}.md").write_text(f"# 隐私说明\n\n{version}\n", encoding="utf-8")
    monkeypatch.setattr(notice, "FOLDER", tmp_path)
    notice._read.cache_clear()
    assert notice.current("privacy").version == "2027-02"
    assert notice.one("privacy", "2026-11").text == "2026-11"
    for name, version in (("privacy", "1999-01"), ("..", "2026-11"), ("privacy", "../../2026-11")):
        with pytest.raises(NotFound):
            notice.one(name, version)
    notice._read.cache_clear()


def test_consent_is_held_against_the_version_in_force(town):
    ning = cast.by(town, "ning")
    with transaction():
        people.give_consent("privacy", "2020-01", actor=ning)
        people.give_consent("pictures", notice.current("pictures").version, actor=ning)
    told = {row["document"]: row for row in consent.documents_with_consent(ning.id)}
    assert not told["privacy"]["up_to_date"]
    assert told["pictures"]["up_to_date"]
    assert told["unit_feedback"]["version"] is None


def test_withdrawing_takes_effect_at_once(town):
    ning = cast.by(town, "ning")
    with transaction():
        people.give_consent("unit_feedback", "2026-11", actor=ning)
    assert consents.stands(ning.id, "unit_feedback")
    with transaction():
        consent.withdraw("unit_feedback", actor=ning)
    assert not consents.stands(ning.id, "unit_feedback")
    with transaction(), pytest.raises(people.ConsentMissing):
        consent.withdraw("unit_feedback", actor=ning)


def test_without_consent_to_sensitive_data_addresses_and_the_party_registration_go(town):
    (wish_id,), _ = cast.published(town)
    ning, pei = cast.by(town, "ning"), cast.by(town, "pei")
    with transaction():
        for one in (ning, pei):
            people.give_consent("sensitive_data", "2026-11", actor=one)
            consent.withdraw("sensitive_data", actor=one)
    home = session.get(Residency, ning.id, populate_existing=True)
    assert home.address_sealed is None
    assert home.state == "verified"
    assert cast.wish(wish_id).address_sealed is None
    assert cast.wish(wish_id).phone_sealed is not None
    assert session.scalar(sa.select(PartyRegistration).where(PartyRegistration.person_id == pei.id)) is None
    assert sealed.real_name(session.get(Person, pei.id))
