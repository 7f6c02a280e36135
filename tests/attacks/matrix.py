"""Everyone on everything: each operation of the API tried by each kind of person on a thing of 松涛社区.

What comes of it is kept in `matrix.json`, which a person reads before it changes: `python -m pytest
tests/attacks/test_matrix.py --write-matrix` writes it anew.
"""

import itertools
import json
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlencode

import sqlalchemy as sa

from backend import clock
from backend.api.frame import openapi as documentation
from backend.db import session, transaction
from backend.people import sealed
from backend.people.models import Person, Team
from tests.api.test_files import uploaded
from tests.house.points_queues import write_sheets
from tests.supermarket import cast as supermarket
from tests.wishes import cast as wishes

KEPT = Path(__file__).with_name("matrix.json")
# Who they are to the thing: its own people, staff of its place, of its child, sibling, parent, and nobody.
ACTORS = {
    "anonymous": None,
    "outsider": "outsider-of-everything",
    "resident": "a-neighbour",
    "owner": "ning",
    "leader": "wulan",
    "member": "pei",
    "grid": "shao",
    "staff": "tong",
    "second": "lan",
    "keeper": "bu",
    "supervisor": "yan",
    "sibling": "bai",
    "parent": "jie",
    "city": "admin",
    "auditor": "shang",
    "dispatcher": "tang",
    "liaison": "zong",
    "arbiter": "zhuo",
}
# What they do to themselves says nothing of others, and ends their sign-in.
_codes = itertools.count()
ENDING = {"DELETE /api/v1/me", "DELETE /api/v1/sessions/current"}


def operations(app):
    """`METHOD /path` → what the document says of it, for every operation of the API."""
    return {
        f"{method.upper()} {path}": told
        for path, methods in documentation.document(app)["paths"].items()
        for method, told in methods.items()
        if path.startswith("/api/")
    }


class Things:
    """One thing of each kind in 松涛社区, in a state in which something can be done with it."""

    def __init__(self, town):
        self.town = town
        self.phones = {actor: town.phone(name) for actor, name in ACTORS.items()}
        self.phones["resident"].agrees().data("PUT", "/me/residency", {"communityId": town.songtao})
        self._post("staff", f"/residencies/{self.phones['resident'].id}/verify")
        self.ids = self._wishes() | self._volunteering() | self._supermarket() | self._people()

    def _wishes(self):
        town = self.town
        (published, claimed), round_id = wishes.published(town, 2)
        self._post("member", f"/wishes/{claimed}/claim", {"as": "personal"})
        fulfilled = wishes.submitted(town, title="第三个", description="另一件事")
        collecting = wishes.open_round(town)
        return {
            "wish_id": published,
            "submitted": wishes.submitted(town, title="第四个", description="又一件事"),
            "claimed": claimed,
            "sent": fulfilled,
            "round_id": collecting,
            "published_round": round_id,
        }

    def _volunteering(self):
        riders = session.scalars(sa.select(Team.id).where(Team.name == "骑手先锋队")).one()
        starts = clock.now() + timedelta(days=3)
        about = {"title": "清雪", "kind": "volunteer_service", "category": "便民服务", "place": "东门"}
        times = {"startsAt": _told(starts), "endsAt": _told(starts + timedelta(hours=2))}
        body = {"communityId": self.town.songtao, "teamId": riders, "capacity": 5, **about, **times}
        activity = self._post("leader", "/activities", body)["id"]
        self._post("leader", f"/activities/{activity}/publish")
        self._post("owner", f"/activities/{activity}/sign-up")
        self._post("leader", f"/activities/{activity}/message", {"text": "请自带手套"})
        self._post("resident", f"/teams/{riders}/join")
        worked = {"started_at": clock.now() - timedelta(days=2)}
        filled = {
            "communityId": self.town.songtao,
            "personId": self.phones["owner"].id,
            "activityName": "清扫",
            "category": "便民服务",
            "place": "东门",
            "content": "清扫单元门前的雪",
            "startedAt": _told(worked["started_at"]),
            "minutes": 60,
            "reason": "当时没有登记",
        }
        backfill = self._post("staff", "/service-records/backfill", filled)["id"]
        record = session.execute(
            sa.text(
                "SELECT id, person_id FROM service_records WHERE community_id = :here ORDER BY id LIMIT 1"
            ),
            {"here": self.town.songtao},
        ).one()
        number = session.scalar(
            sa.text("SELECT number FROM certificates WHERE issuer_id = :here ORDER BY id LIMIT 1"),
            {"here": self.town.songtao},
        )
        correction = session.scalar(sa.text("SELECT min(id) FROM record_corrections"))
        return {
            "activity_id": activity,
            "team_id": riders,
            "backfill_id": backfill,
            "record_id": record.id,
            "correction_id": correction or 1,
            "number": number,
        }

    def _supermarket(self):
        supermarket.rich(self.town, "ning", 50)
        shop = supermarket.opened(self.town)
        item = supermarket.goods(self.town, shop, points=5)
        order = supermarket.asked(self.town, shop, {item: 1}, "ning")
        counted = {"lines": [{"itemId": item, "counted": 9, "reason": "少一件"}]}
        other = supermarket.opened(self.town)
        sent = {"toShopId": other, "quantity": 1, "reason": "那边缺货"}
        code = {"code": "6901234567892", "factor": 1}
        return {
            "to_shop_id": other,
            "transfer_id": self._post("keeper", f"/items/{item}/transfers", sent)["id"],
            "barcode_id": self._post("keeper", f"/items/{item}/barcodes", code)["id"],
            "batch_id": session.scalar(
                sa.text("SELECT max(id) FROM batches WHERE item_id = :item"), {"item": item}
            ),
            "shop_id": shop,
            "item_id": item,
            "movement_id": session.scalar(
                sa.text("SELECT max(id) FROM stock_movements WHERE kind = 'receipt'")
            ),
            "redemption_id": order,
            "stocktake_id": self._post("keeper", f"/shops/{shop}/stocktakes", counted)["id"],
        }

    def _people(self):
        town, owner = self.town, self.phones["owner"].id
        newcomer = town.phone("somebody-new")
        newcomer.agrees().data("PUT", "/me/residency", {"communityId": town.songtao})
        unit = session.scalar(sa.text("SELECT unit_id FROM party_registrations ORDER BY person_id LIMIT 1"))
        joins = {"unitId": unit, "communityId": town.songtao, "serviceRoles": []}
        newcomer.data("PUT", "/me/party-registration", joins)
        wanted = {"personId": owner, "points": 5, "reason": "漏发"}
        child = self._post(
            "owner", "/me/children", {"realName": "宁小朵", "birthYear": 2018, "relation": "mother"}
        )
        twice = [
            self._post("staff", "/people", {"realName": "高大全", "communityId": town.songtao})["id"]
            for _ in range(2)
        ]
        told = {"fromId": twice[0], "intoId": twice[1], "proof": "known", "reason": "同一个人"}
        return {
            "change_id": self._post(
                "parent", "/duty-item-changes", {"proposal": "写清楚", "why": "没有牵头单位"}
            )["id"],
            "import_id": session.scalar(sa.text("SELECT max(id) FROM duty_imports")),
            "kiosk_id": self._post("staff", "/kiosks", {"communityId": town.songtao, "name": "大厅"})["id"],
            "merge_id": self._post("staff", "/person-merges", told)["id"],
            "twice": twice,
            "person_id": newcomer.id,
            "card_holder": town.person("e").id,
            "asking": self.phones["resident"].id,
            "signed_up": owner,
            "complaint_id": self._post("owner", "/complaints", {"kind": "suggestion", "text": "路灯不亮"})[
                "id"
            ],
            "guardianship_id": child["list"][0]["id"],
            **self._proxies(),
            "adjustment_id": self._post("staff", "/points/adjustments", wanted)["id"],
            "opening_id": write_sheets(town, 1, maker="tong"),
            "notice_id": session.scalar(
                sa.text("SELECT max(id) FROM notices WHERE person_id = :them"), {"them": owner}
            ),
            "file_id": uploaded(self.phones["owner"])["id"],
            "unit_id": unit,
            "organisation_id": town.songtao,
            "community_id": town.songtao,
            "event": "wish_confirmed",
            "document": "privacy",
            "version": "2026-11",
            "code": "no-such-code",
            "event_id": self.phones["owner"].data("GET", "/me/security-events")["list"][0]["id"],
        }

    def _proxies(self):
        """The leader asks to act for the owner, and for a card holder; all are of age."""
        with transaction():
            for name in ("ning", "wulan"):
                session.get(Person, self.town.person(name).id).birth_year = clock.today().year - 40
        number = sealed.phone(self.town.person("ning"))
        asked = {"proxy_id": {"phone": number}, "card_proxy": {"cardNumber": "P000001"}}
        return {
            name: self._post("leader", "/me/proxies", {**told, "relation": "child"})["id"]
            for name, told in asked.items()
        }

    def _post(self, actor, path, body=None):
        return self.phones[actor].data("POST", path, body)

    def path(self, operation):
        """The address of an operation on our things."""
        path = operation.split(" ")[1]
        for name, stands_for in INSTEAD.get(operation, {}).items():
            path = path.replace(f"{{{name}}}", str(self.ids[stands_for]))
        return path.format(**self.ids)

    def body(self, told):
        """The document's example, with the ids of our own things in it."""
        content = told.get("requestBody", {}).get("content", {}).get("application/json")
        return None if content is None else self._ours(content.get("example", {}))

    def _ours(self, value):
        if isinstance(value, list):
            return [self._ours(one) for one in value]
        if not isinstance(value, dict):
            return value
        ours = {
            "communityId": self.town.songtao,
            "shopId": self.ids["shop_id"],
            "toShopId": self.ids["to_shop_id"],
            "itemId": self.ids["item_id"],
            "personId": self.ids["signed_up"],
            "fromId": self.ids["twice"][0],
            "intoId": self.ids["twice"][1],
            "unitId": self.ids["unit_id"],
            "teamId": self.ids["team_id"],
            # The day of an example passes.
            "until": (clock.today() + timedelta(days=2)).isoformat(),
        }
        mine = {key: ours.get(key, self._ours(inner)) for key, inner in value.items()}
        if "onBehalfOf" in mine:
            # Nobody here acts for a relative who agreed: staff do, and say why.
            mine["onBehalfOf"]["reason"] = "老人没有手机"
        # Pictures and slots of the example are of another city.
        return {key: inner for key, inner in mine.items() if key not in ("fileIds", "slotIds", "gridId")}

    def tried(self, operation, told, actor, body=None):
        """What this person gets with this body, or the example: `in`, or the refusal that kept them out."""
        phone = self.phones[actor]
        path = self.path(operation)
        asked = {
            one["name"]: ASKED.get(one["name"], self.ids["wish_id"])
            for one in told.get("parameters", ())
            if one["in"] == "query" and (one.get("required") or one["name"] == "reason")
        }
        path += f"?{urlencode(asked)}" if asked else ""
        body = self.body(told) if body is None else body
        if operation == "POST /api/v1/sessions":
            body = {"code": f"sim:somebody:{next(_codes)}"}
        elif operation == "POST /api/v1/wishes":
            # A draft may be written by anyone; to submit it is what one must be allowed.
            body["submit"] = True
        # Not every answer is JSON: pictures and papers come as themselves.
        answer = phone.client.open(
            path,
            method=operation.split(" ")[0],
            headers=phone.headers,
            **({} if body is None else {"json": body}),
        )
        status = answer.status_code
        answer.close()
        return str(status) if status in (401, 403, 404) else "in"


def _told(moment):
    return moment.astimezone(clock.CHINA).isoformat(timespec="seconds")


# What an operation may want to know in its address.
ASKED = {
    "category": "building.leak",
    "reason": "核对",
    "from": "2026-01-01",
    "to": "2026-06-30",
    "kind": "wish",
}
# Where another thing of the kind shows more than the usual one.
INSTEAD = {
    **{
        f"POST /api/v1/wishes/{{wish_id}}/{verb}": {"wish_id": "submitted"}
        for verb in ("accept", "decline", "refer", "send-back", "withdraw", "look")
    },
    **{
        f"POST /api/v1/wishes/{{wish_id}}/{verb}": {"wish_id": "claimed"}
        for verb in ("release", "fulfil", "confirm", "dispute")
    },
    "GET /api/v1/wishes/{wish_id}/contact": {"wish_id": "claimed"},
    "POST /api/v1/rounds/{round_id}/close": {"round_id": "published_round"},
    "POST /api/v1/proxies/{proxy_id}/agree": {"proxy_id": "card_proxy"},
    "POST /api/v1/people/{person_id}/bind": {"person_id": "card_holder"},
    "POST /api/v1/people/{person_id}/cancel": {"person_id": "card_holder"},
    "POST /api/v1/people/{person_id}/one-time-code": {"person_id": "card_holder"},
    "POST /api/v1/activities/{activity_id}/sign-ups/{person_id}/allow-clash": {"person_id": "signed_up"},
    "POST /api/v1/activities/{activity_id}/sign-ups/{person_id}/excuse": {"person_id": "signed_up"},
    **{
        f"POST /api/v1/teams/{{team_id}}/members/{{person_id}}/{verb}": {"person_id": "asking"}
        for verb in ("accept", "decline")
    },
}


def kept():
    return json.loads(KEPT.read_text(encoding="utf-8")) if KEPT.exists() else {}


def keep(table):
    """One operation a line, so that a change is seen at a glance."""
    lines = [
        f"  {json.dumps(name)}: {json.dumps(row, ensure_ascii=False)}" for name, row in sorted(table.items())
    ]
    KEPT.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
