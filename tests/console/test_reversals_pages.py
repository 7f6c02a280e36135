"""冲销入库 on the console: shown to who may, done once, with a reason, and back on the item's page in red."""

from tests.supermarket import cast


def _page(item_id, receipt):
    return f"/console/stock/items/{item_id}/receipts/{receipt.id}/reverse"


def test_a_supervisor_takes_a_receipt_back_from_the_items_page(town, visitor):
    shop_id = cast.opened(town)
    rice = cast.goods(town, shop_id, stock=0)
    receipt = cast.received(town, rice, 120)
    yan = visitor("yan")
    path = _page(rice, receipt)
    assert path in yan.page(f"/console/stock/items/{rice}")
    assert "冲销这笔入库" in yan.page(path)
    assert yan.post(path, {"reason": ""}).status_code == 422
    answer = yan.post(path, {"ready": "数量录错了，按实际数量重新入库", "reason": ""})
    assert answer.status_code == 303
    shown = yan.page(f"/console/stock/items/{rice}")
    assert f"已冲销 {receipt.reference} 的 120" in shown
    assert f"冲销 {receipt.reference}" in shown
    assert "已冲销</span>" in shown
    assert path not in shown
    again = yan.post(path, {"reason": "再来一次"})
    assert again.status_code == 409
    assert "已经冲销过了" in yan.text(again)
    assert cast.stock(rice)[0] == 0


def test_whoever_booked_it_is_told_who_takes_it_back(town, visitor):
    shop_id = cast.opened(town)
    rice = cast.goods(town, shop_id, stock=0)
    receipt = cast.received(town, rice, 5)
    bu = visitor("bu")
    path = _page(rice, receipt)
    assert path not in bu.page(f"/console/stock/items/{rice}")
    assert "自己办的入库由监督员或另一位管理员冲销" in bu.page(path)
    assert bu.post(path, {"reason": "我来"}).status_code == 403
    for name, status in (("tong", 403), ("shang", 403)):
        assert visitor(name).get(path).status_code == status
