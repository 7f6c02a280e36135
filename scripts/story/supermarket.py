"""The third loop of the story: points become a bag of salt, and the salt goes back again."""

from typing import Any

from scripts.story.stage import Person, Stage, Unexpected


def play(stage: Stage, people: dict[str, Person], place: int) -> None:
    """An order from request to hand-over, then its return, so that 乌兰舟 keeps the points."""
    stage.act("兑换超市：申请、审批、核销、退回")
    wulan, tong, bu, yan = (people[name] for name in ("wulan", "tong", "bu", "yan"))
    shop, item = _chosen(wulan, place)
    before = wulan.get("/me/points")
    stage.line(
        f"乌兰舟有 {before['available']} 积分；{shop['name']}的{item['name']} {item['points']} 积分一{item['unit']}"
    )
    order = wulan.post(
        "/redemptions", {"shopId": shop["id"], "lines": [{"itemId": item["id"], "quantity": 1}]}
    )
    now = wulan.get("/me/points")
    stage.result(
        f"{order['number']} 已申请：冻结 {now['held'] - before['held']} 积分，库存预留 1 {item['unit']}"
    )
    one = f"/redemptions/{order['id']}"
    stage.refusal(bu, bu.refused(f"{one}/approve", {}, status=403))
    tong.post(f"{one}/approve")
    code = wulan.get(one)["pickUpCode"]
    stage.result(f"佟雨禾审批通过，取货码 {code} 只在乌兰舟手机上显示")
    _counter(stage, bu, one, code)
    _return(stage, wulan, yan, one, before)


def _chosen(wulan: Person, place: int) -> tuple[dict[str, Any], dict[str, Any]]:
    shop = wulan.get("/shops", communityId=place)["list"][0]
    goods = [
        item
        for item in wulan.get(f"/shops/{shop['id']}/items", limit=50)["list"]
        if item["kind"] == "goods" and item["available"]
    ]
    if not goods:
        raise Unexpected("兑换超市的货架空了，请先入库")
    return shop, min(goods, key=lambda item: item["points"])


def _counter(stage: Stage, bu: Person, one: str, code: str) -> None:
    wrong = f"{(int(code) + 1) % 10**8:08d}"
    stage.refusal(bu, bu.refused("/redemptions/preview", {"pickUpCode": wrong}, status=404))
    seen = bu.post("/redemptions/preview", {"pickUpCode": code})
    lines = "、".join(f"{line['name']} × {line['quantity']}" for line in seen["lines"])
    stage.line(f"卜秀云输入取货码，先看再发：{seen['personName']}　{lines}")
    bu.post(f"{one}/hand-over", {"pickUpCode": code, "collectedBy": "self"})
    stage.result("已核销：积分扣减和出库是同一步")
    stage.refusal(bu, bu.refused(f"{one}/hand-over", {"pickUpCode": code, "collectedBy": "self"}, status=409))


def _return(stage: Stage, wulan: Person, yan: Person, one: str, before: dict[str, Any]) -> None:
    yan.post(f"{one}/return", {"reason": "包装破损"})
    after = wulan.get("/me/points")
    if after["available"] != before["available"]:
        raise Unexpected(f"退回后应有 {before['available']} 积分，得到 {after['available']}")
    stage.result(f"晏如松办理退回：冲正一笔，积分回到 {after['available']}，货也回到库里")
