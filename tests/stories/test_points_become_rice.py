"""Points become rice: a volunteer saves up, a neighbour without a phone is helped, the shelf is counted."""

from datetime import date, timedelta

from backend import clock, jobs
from backend.supermarket.actions import deadlines


def test_a_riders_points_become_a_bag_of_rice(town):
    bu, wulan, tong = town.phone("bu"), town.phone("wulan"), town.phone("tong")
    (shop,) = wulan.data("GET", f"/shops?communityId={town.songtao}")["list"]
    rice = next(
        item
        for item in wulan.data("GET", f"/shops/{shop['id']}/items?kind=goods")["list"]
        if item["name"].startswith("东北大米")
    )
    before = rice["available"]

    # A company gives rice and agrees to be named.
    gift = {
        "quantity": 10,
        "source": "donation",
        "donor": "林海粮油公司",
        "donorPublic": True,
        "batch": "2026-11",
        "bestBefore": (clock.today() + timedelta(days=200)).isoformat(),
        "document": "捐 0031",
    }
    bu.data("POST", f"/items/{rice['id']}/receipts", gift)
    rice = wulan.data("GET", f"/items/{rice['id']}")
    assert (rice["available"], rice["donors"]) == (before + 10, ["林海粮油公司"])

    # The rider asks for a bag: points and rice are set aside together.
    asked = wulan.data(
        "POST", "/redemptions", {"shopId": shop["id"], "lines": [{"itemId": rice["id"], "quantity": 1}]}
    )
    points = wulan.data("GET", "/me/points")
    assert (points["available"], points["held"]) == (120 - 44, 44)
    assert wulan.data("GET", f"/items/{rice['id']}")["available"] == before + 9

    # The community approves; the keeper looks, then hands over.
    tong.data("POST", f"/redemptions/{asked['id']}/approve")
    code = wulan.data("GET", f"/redemptions/{asked['id']}")["pickUpCode"]
    seen = bu.data("POST", "/redemptions/preview", {"pickUpCode": code})
    assert [(line["name"], line["quantity"]) for line in seen["lines"]] == [(rice["name"], 1)]
    done = bu.data(
        "POST", f"/redemptions/{asked['id']}/hand-over", {"pickUpCode": code, "collectedBy": "self"}
    )
    assert done["state"] == "handed_over"
    points = wulan.data("GET", "/me/points")
    assert (points["available"], points["held"]) == (76, 0)
    row = wulan.data("GET", "/me/points/statement")["list"][0]
    assert (row["points"], row["title"]) == (-44, f"兑换 {asked['number']}")
    told = [notice["kind"] for notice in wulan.data("GET", "/me/notices")["list"]]
    assert told[:2] == ["redemption_handed_over", "redemption_approved"]


def test_a_neighbour_without_a_phone_gets_soap_and_a_friend_collects_it(town):
    tong, lan, bu = town.phone("tong"), town.phone("lan"), town.phone("bu")
    (shop,) = tong.data("GET", f"/shops?communityId={town.songtao}")["list"]
    soap = next(
        item for item in tong.data("GET", f"/shops/{shop['id']}/items")["list"] if item["name"] == "香皂"
    )
    asked = tong.data(
        "POST",
        "/redemptions",
        {
            "shopId": shop["id"],
            "lines": [{"itemId": soap["id"], "quantity": 1}],
            "onBehalfOf": {"personId": town.person("e").id, "reason": "老人没有手机，凭卡办理"},
        },
    )
    path = f"/redemptions/{asked['id']}"
    assert tong.post(f"{path}/approve").status_code == 403
    lan.data("POST", f"{path}/approve")
    slip = tong.data("GET", path)["pickUpCode"]
    done = bu.data(
        "POST", f"{path}/hand-over", {"pickUpCode": slip, "collectedBy": "proxy", "proxyName": "邵景川"}
    )
    assert (done["state"], done["collectedBy"]) == ("handed_over", "proxy")


def test_nobody_comes_for_it_and_both_points_and_goods_are_free_again(town):
    ning, tong, bu = town.phone("ning"), town.phone("tong"), town.phone("bu")
    (shop,) = ning.data("GET", f"/shops?communityId={town.songtao}")["list"]
    towel = next(
        item for item in ning.data("GET", f"/shops/{shop['id']}/items")["list"] if item["name"] == "毛巾"
    )
    body = {"shopId": shop["id"], "lines": [{"itemId": towel["id"], "quantity": 2}]}
    asked = ning.data("POST", "/redemptions", body)
    tong.data("POST", f"/redemptions/{asked['id']}/approve")
    assert ning.data("GET", "/me/points")["held"] == 30
    last = date.fromisoformat(ning.data("GET", f"/redemptions/{asked['id']}")["pickUpUntil"])
    with clock.frozen_at(clock.day_ends(last)):
        for job in deadlines.JOBS:
            jobs.run(job)
        gone = ning.data("GET", f"/redemptions/{asked['id']}")
        assert (gone["state"], gone["actions"]) == ("expired", [])
        points = ning.data("GET", "/me/points")
        assert (points["available"], points["held"]) == (40, 0)
        assert bu.data("GET", f"/items/{towel['id']}")["available"] >= towel["available"]
