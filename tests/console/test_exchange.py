"""时长交换 on the console: what waits, what came back, hours of other platforms beside one's own."""

import io

from backend.db import session
from backend.people import sealed
from backend.people.models import Person
from tests.volunteering.test_exchange import brought, delivered, row_of


def test_the_console_brings_them_in_and_shows_them_apart(visitor, town):
    tong, person = visitor("tong"), town.person("wulan")
    page = tong.page("/console/exchange")
    assert "尚未同步" in page
    brought(town, row_of(town))
    page = tong.page(f"/console/people/{person.id}/hours")
    assert sealed.real_name(session.get(Person, person.id)) in page
    assert "省志愿服务平台：2.5 小时" in page
    assert "不计入上面的时长" in page
    answer = tong.post("/console/exchange/records")
    assert answer.get_data().startswith(b"\xef\xbb\xbf")
    answer.close()
    number = delivered(town)[0]["记录编号"]
    tong.page("/console/exchange")
    back = ("结果.csv", f"记录编号,结果\n{number},成功\n".encode())
    answer = tong.post(
        "/console/exchange/answers",
        {"sheet": (io.BytesIO(back[1]), back[0])},
        content_type="multipart/form-data",
    )
    assert answer.status_code == 303
    assert "已同步 1 条" in tong.page("/console/exchange")
    assert visitor("shao").get("/console/exchange").status_code == 403
