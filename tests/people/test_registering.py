"""Residents registered at the counter: a household shares a phone, one person has one card, years that can be."""

from urllib.parse import quote

import pytest

from backend import clock
from backend.db import session, transaction
from backend.people import sealed
from backend.people.models import Person
from tests.wishes import cast

LONG = "Christopher Alexander Johnson-Smith"
FOUR_PARTS = "阿卜杜热合曼·阿卜杜克热木·买买提艾力·吐尔逊江·艾则孜"


@pytest.fixture
def tong(town):
    return town.phone("tong")


def body(town, name, **more):
    return {"realName": name, "communityId": town.songtao, **more}


def test_a_couple_with_one_phone_gets_two_cards_and_staff_are_told(town, tong):
    first = tong.data("POST", "/people", body(town, "钱桂花", phone="15600000077", birthYear=1950))
    assert first["warnings"] == []
    for told in (
        body(town, "孙大爷", phone="156-0000-0077"),
        body(town, "钱桂花", phone="15600000077", birthYear=1980),
    ):
        answer = tong.post("/people", told)
        assert answer.status_code == 201
        assert any("这个手机号还登记在另外" in one for one in answer.json["data"]["warnings"])
    again = tong.post("/people", body(town, "钱　桂花", phone="+86 156 0000 0077", birthYear=1950))
    assert (again.status_code, again.json["error"]) == (409, "ALREADY_REGISTERED")
    assert again.json["data"] == {"cardNumber": first["cardNumber"]}


def test_one_person_written_in_two_ways_and_a_namesake_are_told(town, tong):
    first = tong.data("POST", "/people", body(town, "周某", address="雪松家园９号楼2单元"))
    (told,) = tong.data("POST", "/people", body(town, "周　某", address="雪松家园 9 栋 2 单元"))["warnings"]
    assert f"姓名和住址相同）：{first['cardNumber']}" in told
    assert tong.data("POST", "/people", body(town, "周某", address="林语苑 3 号"))["warnings"] == []
    (told,) = tong.data("POST", "/people", body(town, "周某"))["warnings"]
    assert first["cardNumber"] in told


@pytest.mark.parametrize("name", [LONG, FOUR_PARTS, "长" * 60])
def test_long_names_are_names_everywhere(town, tong, name):
    made = tong.data("POST", "/people", body(town, name))
    assert sealed.real_name(session.get(Person, made["id"])) == name
    ning = town.phone("ning")
    assert ning.put("/me", {"realName": name}).status_code == 200
    child = {"realName": name, "birthYear": clock.today().year - 8, "relation": "mother"}
    assert ning.post("/me/children", child).status_code == 201


def test_a_name_of_sixty_one_signs_is_too_long(town, tong):
    assert "realName" in tong.post("/people", body(town, "长" * 61)).json["data"]


@pytest.mark.parametrize("year", [1899, 2100, "next"])
def test_nobody_was_born_in_years_to_come(town, tong, year):
    year = clock.today().year + 1 if year == "next" else year
    ning = town.phone("ning")
    child = {"realName": "小满", "birthYear": year, "relation": "mother"}
    for answer in (
        ning.put("/me", {"birthYear": year}),
        ning.post("/me/children", child),
        tong.post("/people", body(town, "未来", birthYear=year)),
    ):
        assert (answer.status_code, list(answer.json["data"])) == (422, ["birthYear"])
    assert ning.put("/me", {"birthYear": clock.today().year}).status_code == 200


def test_a_child_is_there_once_and_twins_have_names_of_their_own(town):
    ning, year = town.phone("ning"), clock.today().year - 8
    first = ning.post("/me/children", {"realName": "宁小满", "birthYear": year, "relation": "mother"})
    again = ning.post("/me/children", {"realName": "宁 小满", "birthYear": year, "relation": "mother"})
    assert (first.status_code, again.status_code, again.json["error"]) == (201, 409, "ALREADY_GUARDIAN")
    for other in ({"realName": "宁小雪", "birthYear": year}, {"realName": "宁小满", "birthYear": year - 3}):
        assert ning.post("/me/children", {**other, "relation": "mother"}).status_code == 201


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("+852 6123 4567", "+85261234567"),
        ("00853-6612-3456", "+85366123456"),
        ("'137-0000-0006", "13700000006"),
        ("\u202d13700000006\u202c", "13700000006"),
        ("١٣٧٠٠٠٠٠٠٠٦", "13700000006"),
        ("8613700000006", "13700000006"),
    ],
)
def test_a_number_is_kept_and_found_however_it_is_written(town, tong, typed, kept):
    made = tong.data("POST", "/people", body(town, "高粱", phone=typed))
    assert sealed.phone(session.get(Person, made["id"])) == kept
    for asked in (typed, kept):
        found = tong.data("GET", f"/people?phone={quote(asked)}")
        assert [one["id"] for one in found["list"]] == [made["id"]]


def test_a_card_is_found_without_its_p_and_its_zeros(town, tong):
    made = tong.data("POST", "/people", body(town, "高粱"))
    number = int(made["cardNumber"][1:])
    for asked in (str(number), f"p{number:06d}", f"P-{number:06d}", f"P%20{number}"):
        assert [one["id"] for one in tong.data("GET", f"/people?cardNumber={asked}")["list"]] == [made["id"]]


def test_a_landline_is_called_back_and_nobody_signs_in_by_it(town, tong):
    assert tong.post("/people", body(town, "高粱", phone="0458-2288123")).status_code == 422
    ning = town.phone("ning")
    wish = {
        "title": "台灯",
        "description": "想要一盏台灯",
        "category": "goods",
        "beneficiaryGroup": "elder",
        "estimatedCost": 80,
        "disclosure": "anonymous",
        "communityId": town.songtao,
    }
    for typed in ("0458-2288123", "(0458) 2288123 转 801", "+85261234567", "１３８１２３４５６７８"):
        assert ning.post("/wishes", {**wish, "contactPhone": typed}).status_code == 201
        complaint = {"kind": "suggestion", "text": "路灯坏了", "contactBack": typed}
        assert ning.post("/complaints", complaint).status_code == 201
    assert "contactPhone" in ning.post("/wishes", {**wish, "contactPhone": "2288123"}).json["data"]


def test_the_wall_says_the_whole_family_name_and_of_a_foreigner_none(town):
    ning = town.phone("ning")
    wish_id = cast.submitted(town, disclosure="title", salutation="女士")
    for name, title in (("欧阳娜娜", "欧阳女士"), ("欧某", "欧女士"), ("😀小明", "居民"), (LONG, "居民")):
        with transaction():
            sealed.keep_real_name(session.get(Person, ning.id), name)
        assert ning.data("GET", f"/wishes/{wish_id}")["wisher"] == title
