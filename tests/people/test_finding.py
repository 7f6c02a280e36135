"""Staff find the resident whom they help, in their own place only: by name, the number masked."""

from backend.people import sealed


def _found(phone, query):
    return phone.data("GET", f"/people?{query}")["list"]


def test_a_grid_worker_finds_the_card_holder_of_their_own_grid_by_card_number(town):
    (one,) = _found(town.phone("shao"), "cardNumber=p000001")
    assert one["realName"] == "鄂桂兰"
    assert one["hasWeChat"] is False
    assert one["residencyStatus"] == "verified"


def test_a_phone_number_is_found_through_its_blind_index(town):
    person = town.person("ning")
    (one,) = _found(town.phone("tong"), f"phone={sealed.phone(person)}")
    assert (one["id"], one["realName"]) == (person.id, "宁小舟")
    assert "*" in one["phone"]


def test_another_communitys_staff_find_nobody(town):
    assert _found(town.phone("bai"), "cardNumber=P000001") == []
    assert _found(town.phone("bai"), f"communityId={town.songtao}") == []


def test_a_resident_may_not_search_at_all(town):
    assert town.phone("ning").get("/people?cardNumber=P000001").status_code == 403


def test_the_client_learns_the_template_ids_it_has_to_ask_for(town):
    listed = town.phone("ning").data("GET", "/subscription-templates")["list"]
    assert {"template": "wish_progress", "title": "心愿进展", "templateId": "tpl_wish_progress"} in listed
