"""What the HTTP tests of the supermarket share: its people, items and orders."""

NAMES = ("wulan", "ning", "tong", "lan", "bu", "yan", "bai", "mei")


def signed_in(town):
    """Phones of the supermarket's people, by name."""
    return {name: town.phone(name) for name in NAMES}


def put_up(phones, shop, **more):
    body = {"shopId": shop, "kind": "goods", "name": "香皂", "points": 10, **more}
    return phones["bu"].data("POST", "/items", body)


def stocked(phones, shop, units=5, **more):
    item = put_up(phones, shop, **more)
    phones["bu"].data("POST", f"/items/{item['id']}/receipts", {"quantity": units, "source": "purchase"})
    return item["id"]


def ask(phones, shop, item_id, units=1, name="wulan", **more):
    body = {"shopId": shop, "lines": [{"itemId": item_id, "quantity": units}], **more}
    return phones[name].data("POST", "/redemptions", body)
