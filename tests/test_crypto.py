"""Sealed data opens only where it was sealed, unchanged, and with its key."""

import base64
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend import config, crypto
from backend.config import Settings

PLACE = "persons.phone:42"
OLD = "old:" + base64.b64encode(b"o" * 32).decode()
NEW = "new:" + base64.b64encode(b"n" * 32).decode()


def use(**changes):
    config.use(replace(Settings(), **changes))


@pytest.fixture(autouse=True)
def _own_settings(monkeypatch):
    monkeypatch.setattr(config, "_current", Settings())


@pytest.mark.parametrize("algorithm", ["aes-gcm", "sm4-gcm"])
@pytest.mark.parametrize("text", ["", "15612345677", "乌兰察布·巴特尔", "👩‍👩‍👧 家", "a|b|c", "x" * 10_000])
def test_what_was_sealed_opens_again(algorithm, text):
    use(seal_algorithm=algorithm)
    sealed = crypto.seal(text, PLACE)
    assert sealed.startswith(f"v1|{algorithm}|demo|")
    assert crypto.unseal(sealed, PLACE) == text


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=("Cs",))))
def test_any_text_comes_back_and_does_not_stand_in_its_seal(text):
    sealed = crypto.seal(text, PLACE)
    assert crypto.unseal(sealed, PLACE) == text
    assert len(text) < 8 or text not in sealed


def test_the_same_text_is_sealed_differently_each_time():
    assert len({crypto.seal("15612345677", PLACE) for _ in range(50)}) == 50


@pytest.mark.parametrize("place", ["persons.phone:43", "persons.real_name:42", "wishes.phone:42", ""])
def test_a_value_moved_to_another_row_column_or_table_does_not_open(place):
    with pytest.raises(crypto.CannotOpen):
        crypto.unseal(crypto.seal("15612345677", PLACE), place)


def test_a_value_changed_anywhere_does_not_open():
    parts = crypto.seal("15612345677", PLACE).split("|")
    for number in (3, 4):
        raw = bytearray(base64.urlsafe_b64decode(parts[number] + "=="))
        for place in range(len(raw)):
            changed = bytearray(raw)
            changed[place] ^= 1
            told = [*parts]
            told[number] = base64.urlsafe_b64encode(bytes(changed)).decode().rstrip("=")
            with pytest.raises(crypto.CannotOpen):
                crypto.unseal("|".join(told), PLACE)


@pytest.mark.parametrize(
    "nonsense",
    [
        "",
        "plain text",
        "v1|aes-gcm|demo",
        "v1|rot13|demo|AAAA|AAAA",
        "v1|aes-gcm|lost|AAAA|AAAA",
        "v1|aes-gcm|demo|####|####",
        "v1|aes-gcm|demo||",
        "|||||",
        "v1|aes-gcm|demo|AAAAAAAAAAAAAAAA|AA",
    ],
)
def test_what_is_no_seal_does_not_open_and_does_not_crash(nonsense):
    with pytest.raises(crypto.CannotOpen):
        crypto.unseal(nonsense, PLACE)


def test_a_new_key_seals_while_the_old_one_still_opens_until_it_is_taken_away():
    use(seal_keys=OLD)
    before = crypto.seal("从前", PLACE)
    use(seal_keys=f"{NEW},{OLD}")
    after = crypto.seal("现在", PLACE)
    assert (before.split("|")[2], after.split("|")[2]) == ("old", "new")
    assert (crypto.unseal(before, PLACE), crypto.unseal(after, PLACE)) == ("从前", "现在")
    use(seal_keys=NEW)
    assert crypto.unseal(after, PLACE) == "现在"
    with pytest.raises(crypto.CannotOpen):
        crypto.unseal(before, PLACE)


def test_another_key_under_the_same_name_does_not_open():
    use(seal_keys="k:" + base64.b64encode(b"1" * 32).decode())
    sealed = crypto.seal("字", PLACE)
    use(seal_keys="k:" + base64.b64encode(b"2" * 32).decode())
    with pytest.raises(crypto.CannotOpen):
        crypto.unseal(sealed, PLACE)


def test_a_change_of_algorithm_leaves_the_old_seals_readable():
    before = crypto.seal("字", PLACE)
    use(seal_algorithm="sm4-gcm")
    assert crypto.unseal(before, PLACE) == "字"


def test_the_blind_index_finds_an_equal_value_of_the_same_kind_under_the_same_key_only():
    index = crypto.blind_index("phone", "15612345677")
    assert index == crypto.blind_index("phone", "15612345677")
    assert "15612345677" not in index
    assert index != crypto.blind_index("phone", "15612345678")
    assert index != crypto.blind_index("card", "15612345677")
    use(index_key="another key that is long enough for it")
    assert index != crypto.blind_index("phone", "15612345677")


def test_a_signature_is_for_its_purpose_and_its_key():
    signed = crypto.signature("cursor", "7")
    assert signed == crypto.signature("cursor", "7")
    assert signed not in (crypto.signature("link", "7"), crypto.signature("cursor", "8"))
    use(secret_key="another secret")
    assert signed != crypto.signature("cursor", "7")


@pytest.mark.parametrize(
    "number",
    [
        "15612345677",
        "156 1234 5677",
        "156-1234-5677",
        "0458-2283456",
        "110101199003071234",
        "11010119900307123X",
    ],
)
def test_numbers_by_which_a_person_is_found_are_left_out_of_a_sentence(number):
    told = crypto.without_numbers(f"已致电{number}，老人同意")
    assert told == "已致电（号码已略去），老人同意"


@pytest.mark.parametrize(
    "kept", ["兑换 DH-3-20261123-0001", "松涛-2026-12-003", "2026-11-23 09:42", "30 分", "卡号 P000001"]
)
def test_numbers_of_things_and_days_stay(kept):
    assert crypto.without_numbers(kept) == kept


def test_a_sentence_that_was_not_said_stays_unsaid():
    assert crypto.without_numbers(None) is None
