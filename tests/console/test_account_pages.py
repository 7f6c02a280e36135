"""My account: a password of one's own, its mistakes told beside the field, other consoles ended."""

import pytest

from backend.seeds import demo

OWN = "雪松家园的春天 二零二六"


def test_two_different_passwords_are_told_beside_the_field(visitor):
    one = visitor("tong")
    one.page("/console/account")
    answer = one.post("/console/account/password", {"name": "tong", "password": OWN, "again": OWN + "啊"})
    assert answer.status_code == 422
    assert "两次输入的口令不一样" in one.text(answer)
    assert OWN not in one.text(answer)
    assert visitor().sign_in("tong").status_code == 303


@pytest.mark.parametrize(
    ("name", "password", "sentence"),
    [("tong", "短", "口令要 10 到 128 个字"), ("佟", OWN, "登录名用"), ("lan", OWN, "已有人使用")],
)
def test_what_will_not_do_is_refused_in_a_sentence(visitor, name, password, sentence):
    one = visitor("tong")
    one.page("/console/account")
    answer = one.post("/console/account/password", {"name": name, "password": password, "again": password})
    assert answer.status_code in (409, 422)
    assert sentence in one.text(answer)


def test_a_new_password_counts_at_once_and_ends_the_other_consoles(visitor):
    one, elsewhere = visitor("tong"), visitor("tong")
    one.page("/console/account")
    answer = one.post("/console/account/password", {"name": "tong", "password": OWN, "again": OWN})
    assert answer.status_code == 303
    assert "新口令已生效" in one.page("/console/account")
    assert elsewhere.get("/console/").status_code == 303
    assert visitor().sign_in("tong", demo.password()).status_code == 401
    assert visitor().sign_in("tong", OWN).status_code == 303


def test_one_of_my_consoles_is_ended_from_the_list_and_nobody_elses(visitor):
    one, elsewhere, other = visitor("tong"), visitor("tong"), visitor("lan")
    page = one.page("/console/account")
    path = page[page.index("/console/account/sessions/") :].split('"')[0]
    other.page("/console/account")
    assert other.post(path).status_code == 404
    assert one.post(path).status_code == 303
    assert elsewhere.get("/console/").status_code == 303
    assert one.get("/console/").status_code == 200
