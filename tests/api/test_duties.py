"""Lists of duties over HTTP: uploading, looking, confirming; who reads what; categories and estates for everybody."""

import io

import pytest

from tests.api.test_frame import refusal

HEAD = "编号,名称,牵头部门,配合部门,法律依据,事项分类\n"
ROWS = "S-1,食品安全检查,市市场监管局,,《食品安全法》,market.restaurant\nS-2,看不懂,市飞行局,,,\n"


@pytest.fixture
def office(town):
    return town.phone("zhuo")


def uploaded(phone, text, **more):
    file = (io.BytesIO(text.encode("utf-8-sig")), "清单.csv")
    form = {"kind": "taken_back", "title": "收回清单", "validFrom": "2026-12-15", "file": file, **more}
    answer = phone.client.post("/api/v1/duty-lists/imports", data=form, headers=phone.headers)
    assert answer.status_code == 201, answer.get_data(as_text=True)
    return answer.json["data"]


def test_a_sheet_is_uploaded_looked_at_and_confirmed(town, office):
    made = uploaded(office, HEAD + ROWS)
    # A row could not be read, so nothing of the former 50 is left out.
    assert made["counts"] == {"new": 1, "same": 50, "changed": 0, "reopened": 0, "unreadable": 1}
    assert (made["state"], made["listId"]) == ("preview", None)
    path = f"/duty-lists/imports/{made['id']}"
    (row,) = office.data("GET", f"{path}/rows?kind=unreadable")["list"]
    assert row["row"] == 3
    assert row["faults"] == ["牵头部门：没有叫“市飞行局”的单位，请按系统里的名称填写"]
    confirmed = office.data("POST", f"{path}/confirm", {})
    assert confirmed["state"] == "confirmed"
    versions = office.data("GET", "/duty-lists?kind=taken_back")["list"]
    assert [(one["version"], one["validTo"]) for one in versions] == [(2, None), (1, "2026-12-14")]
    refusal(office.post(f"{path}/confirm"), 409, "LIST_IMPORTED")
    again = uploaded(office, HEAD + ROWS.split("\n")[0], validFrom="2027-01-01")
    assert again["counts"]["unreadable"] == 0
    assert again["counts"]["same"] == 1


def test_others_neither_upload_nor_look(town, office):
    made = uploaded(office, HEAD + ROWS)
    for name in ("tang", "admin", "ning"):
        phone = town.phone(name)
        refusal(phone.get(f"/duty-lists/imports/{made['id']}"), 403, "NOT_ALLOWED")
        refusal(phone.post(f"/duty-lists/imports/{made['id']}/confirm"), 403, "NOT_ALLOWED")


def test_routing_is_for_staff_and_categories_are_for_everybody(town):
    path = f"/routing?category=road.pothole&organisationId={town.songtao}"
    shown = town.phone("rao").data("GET", path)
    assert (shown["outcome"], shown["suggestions"][0]["leadName"]) == ("one", "林海街道")
    refusal(town.phone("ning").get(path), 403, "NOT_ALLOWED")
    guest = town.phone(None)
    codes = [one["code"] for one in guest.data("GET", "/ticket-categories?limit=50")["list"]]
    assert {"environment.rubbish", "safety.collapse", "noise.drone"} <= set(codes)
    assert guest.data("GET", f"/estates?communityId={town.baihua}")["list"][0]["name"] == "白桦林小区"


def test_a_proposal_is_seen_by_who_made_it_and_who_decides(town, office):
    tang = town.phone("tang")
    body = {"itemId": None, "proposal": "无人机噪声归口", "why": "没有单位认领"}
    change = tang.data("POST", "/duty-item-changes", body)
    assert [one["id"] for one in tang.data("GET", "/duty-item-changes")["list"]] == [change["id"]]
    assert town.phone("rao").data("GET", "/duty-item-changes")["list"] == []
    decide = f"/duty-item-changes/{change['id']}/decide"
    refusal(tang.post(decide, {"granted": True, "reason": "我看可以"}), 403, "NOT_ALLOWED")
    assert office.data("POST", decide, {"granted": False, "reason": "另有规定"})["state"] == "rejected"
    own = office.data("POST", "/duty-item-changes", body)
    refusal(
        office.post(f"/duty-item-changes/{own['id']}/decide", {"granted": True, "reason": "自己定"}),
        403,
        "FOUR_EYES",
    )
