"""积分 → 期初积分: a sheet is uploaded on its page, a colleague confirms it on the page of the sheet."""

import io

from backend import clock
from backend.ledger import queries as points


def test_a_book_is_brought_in_by_one_and_confirmed_by_another_on_the_pages(visitor, town):
    tong, lan = visitor("tong"), visitor("lan")
    year = clock.today().year + 1
    before = points.balance(town.person("e").id)["available"]
    book = f"卡号,姓名,积分,到期年份\nP000001,鄂桂兰,120,{year}\nP000001,鄂某某,1,{year}\n".encode()
    tong.page("/console/points/opening-balances")
    told = {"sheet": (io.BytesIO(book), "账本.csv"), "community": str(town.songtao)}
    answer = tong.post("/console/points/opening-balances", told, content_type="multipart/form-data")
    assert answer.status_code == 303, tong.text(answer)
    path = answer.headers["Location"]
    page = tong.page(path)
    assert "您上传的由同事确认。" in page
    assert "<b>120</b> 积分" in page
    assert "本社区没有这位已核实的居民" in tong.page(f"{path}?kind=unreadable")
    assert tong.post(f"{path}/confirm").status_code == 403
    assert "账本.csv" in lan.page("/console/")
    assert "鄂桂兰" in lan.page(path)
    assert lan.post(f"{path}/confirm").status_code == 303
    assert "已全部入账，1 行，共 120 积分。" in lan.page(path)
    assert points.balance(town.person("e").id)["available"] == before + 120
    assert lan.page("/console/points/opening-balances").count("账本.csv") == 1
    assert tong.get("/console/points/opening-balances/blank").status_code == 200
