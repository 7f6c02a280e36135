"""合并档案 on the console: proposed from the person's page, seen side by side, decided by a colleague."""

from backend.db import session
from backend.ledger import queries as points
from backend.people import sealed
from backend.people.models import Person


def test_two_clerks_join_two_records_from_the_persons_page(visitor, town):
    tong, lan = visitor("tong"), visitor("lan")
    gone, stays = town.person("song").id, town.person("yu").id
    assert "合并另一份档案" in tong.page(f"/console/people/{stays}")
    tong.page(f"/console/people/{stays}/merge")
    told = {"asked": "宋", "proof": "id_seen", "reason": "带着身份证来了"}
    many = tong.post(f"/console/people/{stays}/merge", {**told, "asked": "没有这个人"})
    assert many.status_code == 422
    name = sealed.real_name(town.person("song"))
    sent = tong.post(f"/console/people/{stays}/merge", {**told, "asked": name, "person": str(gone)})
    assert sent.status_code == 303
    address = sent.headers["Location"]
    own = tong.page(address)
    assert "等另一位同事处理" in own
    assert str(points.whole_of([gone])[gone]) in own
    assert tong.post(f"{address}/approve").status_code == 403
    assert "复核合并档案" in lan.page("/console/")
    assert "合并后不能撤回" in lan.page(address)
    assert lan.post(f"{address}/approve").status_code == 303
    assert session.get(Person, gone, populate_existing=True).merged_into_id == stays
    assert "已合并" in lan.page(address)
    assert tong.get(f"/console/people/{gone}").status_code == 404
    assert "已合并" in tong.page("/console/merges")
