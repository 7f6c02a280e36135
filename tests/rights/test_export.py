"""A copy of everything held on a person: theirs in clear, others masked, readable by people and programs."""

import csv
import io
import json
import zipfile

import pytest

from backend.db import transaction
from backend.identity import binding
from backend.outbox.actions import notify
from backend.people import actions as people
from backend.rights import export, readers
from backend.wechat.simulator.rules import openid_of
from backend.wishes.actions import claims, writing
from backend.wishes.actions.contacting import contact
from tests.wishes import cast


def copy_of(person_id):
    with export.archive(person_id) as file, zipfile.ZipFile(io.BytesIO(file.read())) as packed:
        assert packed.testzip() is None
        return {name: packed.read(name) for name in packed.namelist()}


def topic(files, name):
    return json.loads(files[f"{name}.json"])


@pytest.fixture
def ning(town):
    return town.person("ning")


def test_it_holds_a_readme_and_a_json_file_for_each_topic(town, ning):
    files = copy_of(ning.id)
    readme = files["README.md"].decode()
    for one in readers.topics():
        assert f"{one.file}.json" in files
        assert f"| {one.file} | {one.title} |" in readme
    assert "第四十五条" in readme


def test_my_own_sealed_data_stands_in_it_in_clear(town, ning):
    files = copy_of(ning.id)
    (profile,) = topic(files, "profile")
    assert profile["real_name"] == "宁小舟"
    assert profile["phone"].startswith("111")
    assert profile["openid"]
    (residency,) = topic(files, "residency")
    assert residency["address"].startswith("雪松家园")
    assert residency["community"] == "松涛社区"


def test_it_holds_what_stands_under_an_account_joined_to_my_card(town):
    tong, phone = cast.by(town, "tong"), town.phone("linghu")
    with transaction():
        card = people.create_card_holder("公孙大年", town.songtao, actor=tong)
        people.declare_residency(town.songtao, None, "雪松家园九十九号楼", actor=cast.By(phone.id))
        notify(phone.id, "activity_message", "一条消息", "令狐小寒您好")
    with transaction():
        binding.bind(card.id, openid_of("linghu"), actor=tong)
    files = copy_of(card.id)
    told = {row["title"]: row["body"] for row in topic(files, "notices")}
    assert told.pop("一条消息") == "令狐小寒您好"
    assert list(told) == ["账号安全：绑定微信"]
    assert "雪松家园九十九号楼" in [row["address"] for row in topic(files, "residency")]
    assert len(topic(files, "profile")) == len(topic(files, "merged_accounts")) == 1


def test_other_people_stand_in_it_masked(town, ning):
    wish_id = cast.claimed(town)
    with transaction():
        contact(wish_id, None, actor=cast.by(town, "pei"))
        contact(wish_id, "电话回访", actor=cast.by(town, "tong"))
    files = copy_of(ning.id)
    (wish,) = [row for row in topic(files, "wishes") if row["id"] == wish_id]
    assert wish["wisher"] == "本人"
    assert wish["reviewer"] == "蓝**"
    assert wish["claimer"] == "裴**"
    assert wish["phone"] == cast.CONTENT["contact_phone"]
    seen = [row for row in topic(files, "done_to_me") if row["verb"] == "open_contact"]
    assert {(row["by"], row["reason"]) for row in seen} == {
        ("裴**", "认领人联系许愿人"),
        ("佟**", "电话回访"),
    }
    whole = b"".join(files.values()).decode(errors="ignore")
    for name in ("裴长青", "蓝思源", "佟雨禾", "邵景川", "乌兰舟"):
        assert name not in whole


def test_a_claimer_gets_the_claim_with_the_wish_but_nothing_of_the_wisher(town):
    wish_id = cast.claimed(town)
    files = copy_of(town.person("pei").id)
    (claim,) = [row for row in topic(files, "claims") if row["wish_id"] == wish_id]
    assert claim["wish_title"] == cast.CONTENT["title"]
    whole = b"".join(files.values()).decode(errors="ignore")
    assert "宁小舟" not in whole
    assert cast.CONTENT["contact_phone"] not in whole


def test_points_are_told_as_a_balance_and_a_statement(town, ning):
    files = copy_of(ning.id)
    (balance,) = topic(files, "points_balance")
    assert (balance["available"], balance["held"]) == (40, 0)
    (opening,) = topic(files, "points_statement")
    assert (opening["amount"], opening["balance"]) == (40, 40)


def test_what_i_did_myself_is_told(town):
    wish_id = cast.fulfilled(town)
    with transaction():
        claims.dispute(wish_id, "灯没亮", actor=cast.by(town, "ning"))
    acts = topic(copy_of(town.person("ning").id), "my_acts")
    assert ("dispute", "灯没亮") in {(row["verb"], row["reason"]) for row in acts}


def test_tables_open_in_a_spreadsheet_and_never_calculate(town, ning):
    with transaction():
        writing.write(town.songtao, {**cast.CONTENT, "title": "=HYPERLINK(1)"}, actor=cast.by(town, "ning"))
    raw = copy_of(ning.id)["wishes.csv"]
    assert raw.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"))))
    assert "'=HYPERLINK(1)" in {row["标题"] for row in rows}


def test_tokens_and_indexes_are_left_out(town, ning):
    town.phone("ning")
    files = copy_of(ning.id)
    (session, *_) = topic(files, "sessions")
    assert "token_digest" not in session
    assert "phone_index" not in topic(files, "profile")[0]


def test_many_rows_are_read_a_page_at_a_time(town, ning, monkeypatch):
    monkeypatch.setattr(readers, "PAGE", 2)
    with transaction():
        for number in range(5):
            writing.write(
                town.songtao, {**cast.CONTENT, "title": f"第{number}个"}, actor=cast.by(town, "ning")
            )
    titles = [row["title"] for row in topic(copy_of(ning.id), "wishes")]
    assert [f"第{number}个" for number in range(5)] == titles[-5:]
    assert len(titles) == len(set(titles))


def test_a_big_copy_goes_to_disk_and_not_into_memory(town, ning, monkeypatch):
    monkeypatch.setattr(export, "IN_MEMORY", 64)
    assert topic(copy_of(ning.id), "profile")


def test_somebody_with_nothing_gets_a_copy_too(town):
    phone = town.phone("newcomer")
    (profile,) = topic(copy_of(phone.id), "profile")
    assert profile["real_name"] is None
