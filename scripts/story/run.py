"""The story, over HTTP, as its people: wishes, an activity and a redemption, on a running server."""

import argparse
import os
import secrets
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import requests

from scripts.story import supermarket, volunteering
from scripts.story.stage import CHINA, Away, Person, Stage, Unexpected

POLL_SECONDS = 10
STATES = {
    "submitted": "已提交",
    "sent_back": "退回补充",
    "accepted": "审核通过",
    "published": "已发布",
    "claimed": "已认领",
    "fulfilled": "已送达",
    "confirmed": "已点亮",
}
CAST = {
    "ning": "宁小舟（居民）",
    "shao": "邵景川（网格员）",
    "tong": "佟雨禾（社区工作者）",
    "lan": "蓝思源（社区工作者）",
    "pei": "裴长青（在职党员）",
    "qin": "秦明远（在职党员）",
    "wulan": "乌兰舟（骑手队长）",
    "bu": "卜秀云（超市管理员）",
    "yan": "晏如松（监督员）",
}
LAMP = {
    "title": "想要一盏亮一点的台灯",
    "description": "晚上看书看不清，想要一盏光线柔和的台灯。",
    "category": "goods",
    "beneficiaryGroup": "family",
    "estimatedCost": 80,
    "disclosure": "anonymous",
    "contactPhone": "11100000012",
}
TAP = {
    "title": "修一修漏水的水龙头",
    "description": "厨房的水龙头关不紧，一直滴水。",
    "category": "repair",
    "beneficiaryGroup": "elder",
    "serviceRole": "convenience",
    "estimatedCost": 30,
    "disclosure": "title",
    "salutation": "奶奶",
}


class Story:
    """What the acts pass on to each other: the people, the place, the two wishes."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.began = datetime.now(CHINA).replace(microsecond=0)
        self.people: dict[str, Person] = {}
        self.place = 0
        self.lamp: dict[str, Any] = {}
        self.tap: dict[str, Any] = {}

    def state(self, wish: dict[str, Any], wanted: str) -> None:
        if wish["state"] != wanted:
            raise Unexpected(f"心愿“{wish['title']}”应为“{STATES[wanted]}”，服务器说是 {wish['state']}")
        number = wish["number"] or "（还没有编号）"
        self.stage.result(f"{number} {wish['title']} → {STATES[wanted]}")


def sign_in(story: Story) -> None:
    story.stage.act("登录")
    for name, who in CAST.items():
        person = story.people[name] = story.stage.sign_in(name, who)
        where = (person.me["residency"] or {}).get("communityName")
        if where is None:
            raise Unexpected("这台服务器上没有演示人物。请用 SEED=demo 启动：scripts/run")
        story.stage.line(f"{person.label}　{where}")
    story.place = story.people["ning"].me["residency"]["communityId"]
    for name in ("pei", "ning"):
        keys = ["wish_progress", "review_result", "claim_progress"]
        story.people[name].post("/me/subscriptions", {"accepted": keys, "rejected": []})
    story.stage.result("裴长青和宁小舟允许各接收一条微信订阅消息（每类一条）")


def clear_the_table(story: Story) -> None:
    """What an earlier, interrupted play left: promises of pei's, a round that is being reviewed."""
    pei, tong = story.people["pei"], story.people["tong"]
    for claim in pei.get("/me/claims", limit=50)["list"]:
        if claim["wish"]["state"] == "claimed":
            pei.post(f"/wishes/{claim['wish']['id']}/release", {"reason": "演示重新开始"})
            story.stage.line(f"裴长青先放弃上次演示留下的认领：{claim['wish']['title']}")
    for left in tong.get("/rounds", communityId=story.place, state="reviewing")["list"]:
        story.stage.line(f"第 {left['number']} 期还在审核，先把它发布")
        publish(story, left)


def publish(story: Story, one: dict[str, Any]) -> dict[str, Any]:
    tong = story.people["tong"]
    for before in tong.get("/rounds", communityId=story.place, state="published")["list"]:
        tong.post(f"/rounds/{before['id']}/close")
        story.stage.line(
            f"先结束还在发布的第 {before['number']} 期；没有人认领的心愿转入下一期，第二次上报街道"
        )
    if one["state"] == "collecting":
        one = tong.post(f"/rounds/{one['id']}/review")
    return tong.post(f"/rounds/{one['id']}/publish")


def open_round(story: Story) -> dict[str, Any]:
    story.stage.act("社区开启一期")
    clear_the_table(story)
    tong = story.people["tong"]
    found = tong.get("/rounds", communityId=story.place, state="collecting")["list"]
    if found:
        story.stage.line(f"第 {found[0]['number']} 期“{found[0]['title']}”正在征集，就用这一期")
        return found[0]
    today = datetime.now(CHINA).date()
    days = {
        "collectUntil": (today + timedelta(days=7)).isoformat(),
        "publishUntil": (today + timedelta(days=37)).isoformat(),
    }
    title = f"{today:%Y年%m月}微心愿"
    opened = tong.post("/rounds", {"communityId": story.place, "title": title, **days})
    story.stage.result(f"佟雨禾开启第 {opened['number']} 期“{title}”，征集到 {days['collectUntil']}")
    return opened


def report(story: Story) -> None:
    story.stage.act("居民报单")
    ning, shao = story.people["ning"], story.people["shao"]
    body = {"communityId": story.place, **LAMP, "submit": True}
    key = f"demo-{secrets.token_hex(8)}"
    story.lamp = ning.post("/wishes", body, key=key)
    story.state(story.lamp, "submitted")
    again = ning.post("/wishes", body, key=key)
    if again["id"] != story.lamp["id"] or not ning.replayed:
        raise Unexpected("同一个 Idempotency-Key 重发，服务器又填了一份心愿")
    story.stage.line("宁小舟的手机没收到回答，原样重发一次：Idempotency-Replayed: true，还是同一个心愿")
    holder = shao.post("/people", {"realName": "穆春和", "communityId": story.place, "birthYear": 1943})
    story.stage.line(f"穆奶奶没有手机，网格员为她登记，发纸质卡 {holder['cardNumber']}，并代她报单")
    proxy = {"personId": holder["id"], "reason": "老人没有手机，上门填报"}
    story.tap = shao.post("/wishes", {"communityId": story.place, **TAP, "onBehalfOf": proxy, "submit": True})
    story.state(story.tap, "submitted")


def review(story: Story) -> None:
    story.stage.act("社区审核")
    ning, tong, lan = (story.people[name] for name in ("ning", "tong", "lan"))
    waiting = lan.get("/wishes/to-review", communityId=story.place, limit=50)["list"]
    story.stage.line(f"待审核的心愿 {len(waiting)} 个")
    lamp, tap = f"/wishes/{story.lamp['id']}", f"/wishes/{story.tap['id']}"
    story.lamp = lan.post(f"{lamp}/send-back", {"reason": "请写明放在哪里用，方便挑选"})
    story.state(story.lamp, "sent_back")
    ning.put(lamp, {"description": LAMP["description"] + "放在书桌上，接普通插座。"})
    story.lamp = ning.post(f"{lamp}/submit")
    story.stage.line("宁小舟补充后再次提交，编号不变")
    story.state(story.lamp, "submitted")
    story.lamp = lan.post(f"{lamp}/accept")
    story.state(story.lamp, "accepted")
    story.tap = tong.post(f"{tap}/accept")
    story.state(story.tap, "accepted")


def put_on_the_wall(story: Story, one: dict[str, Any]) -> None:
    story.stage.act("社区下单：发布这一期")
    published = publish(story, one)
    story.stage.result(f"第 {published['number']} 期“{published['title']}”已发布")
    for wish in story.people["qin"].get("/wishes", communityId=story.place, state="published", limit=5)[
        "list"
    ]:
        story.stage.line(f"心愿墙　{wish['number']}　{wish['title']}　{wish['wisher']}")


def claim(story: Story) -> None:
    story.stage.act("党员接单")
    pei, qin = story.people["pei"], story.people["qin"]
    lamp, tap = f"/wishes/{story.lamp['id']}", f"/wishes/{story.tap['id']}"
    story.lamp = pei.post(f"{lamp}/claim", {"as": "personal"})
    story.state(story.lamp, "claimed")
    promise = story.lamp["claim"]
    story.stage.line(f"裴长青的手机上现在有这些按钮：{'、'.join(story.lamp['actions'])}")
    story.stage.line(f"别人看到的认领人：{promise['byName']}，承诺 {promise['promisedOn']} 前完成")
    story.stage.refusal(qin, qin.refused(f"{lamp}/claim", {"as": "personal"}, status=409))
    story.tap = pei.post(f"{tap}/claim", {"as": "personal"})
    story.state(story.tap, "claimed")
    contact = pei.get(f"{lamp}/contact")
    story.stage.line(f"裴长青查看联系方式：{contact['name']} {contact['phone']}（每次查看都记入日志）")
    story.stage.refusal(qin, qin.refused_get(f"{lamp}/contact", status=403))


def fulfil(story: Story) -> None:
    story.stage.act("点亮与确认")
    ning, tong, lan, pei = (story.people[name] for name in ("ning", "tong", "lan", "pei"))
    lamp, tap = f"/wishes/{story.lamp['id']}", f"/wishes/{story.tap['id']}"
    story.lamp = pei.post(f"{lamp}/fulfil", {"note": "台灯已送到，装好试过"})
    story.state(story.lamp, "fulfilled")
    story.tap = pei.post(f"{tap}/fulfil", {"note": "换了阀芯，不再滴水"})
    story.state(story.tap, "fulfilled")
    story.lamp = ning.post(f"{lamp}/confirm", {"solved": True, "satisfaction": 5, "method": "app"})
    story.stage.line("宁小舟在小程序里确认：问题解决，满意度 5")
    story.state(story.lamp, "confirmed")
    called = {"solved": True, "satisfaction": 5, "comment": "老人说很好用", "method": "call"}
    story.stage.refusal(tong, tong.refused(f"{tap}/confirm", called, status=403))
    story.tap = lan.post(f"{tap}/confirm", called)
    story.stage.line("蓝思源给穆奶奶打电话回访后登记（不是审核人，也不是认领人）")
    story.state(story.tap, "confirmed")


def look_back(story: Story) -> None:
    story.stage.act("心愿的经过")
    for name, wish in (("ning", story.lamp), ("shao", story.tap)):
        story.stage.line(f"{wish['number']}　{wish['title']}")
        for row in story.people[name].get(f"/wishes/{wish['id']}/timeline")["list"]:
            reason = f"　{row['reason']}" if row["reason"] else ""
            story.stage.line(f"    {row['at'][11:19]}　{row['label']}　{row['byName'] or ''}{reason}")
    story.stage.act("各人收到的消息")
    mine = {story.lamp["id"], story.tap["id"]}
    for person in story.people.values():
        notices = person.get("/me/notices", limit=50)["list"]
        fresh = [n for n in notices if n["subjectKind"] == "wish" and n["subjectId"] in mine]
        if fresh:
            story.stage.line(f"{person.label}（未读 {person.get('/me')['unreadNotices']}）")
        for notice in reversed(fresh):
            story.stage.line(f"    {notice['title']}：{notice['body']}")


def points_of(story: Story) -> dict[str, int]:
    return {name: story.people[name].get("/me/points")["available"] for name in ("pei", "ning")}


def compare_points(story: Story, before: dict[str, int]) -> None:
    story.stage.act("积分")
    now = points_of(story)
    for name in before:
        story.stage.line(f"{story.people[name].label}　{before[name]} → {now[name]}")
        for row in story.people[name].get("/me/points/statement", limit=2)["list"]:
            story.stage.line(f"    {row['at'][:16].replace('T', ' ')}　{row['points']:+d}　{row['title']}")


def show_wechat(story: Story, simulator: str) -> None:
    """The worker needs a moment: asks the simulator until nothing new comes, ten seconds at most."""
    story.stage.act("微信模拟器收到的订阅消息")
    deadline, found, quiet = time.monotonic() + POLL_SECONDS, [], 0
    while time.monotonic() < deadline and quiet < 3:
        try:
            told = requests.get(f"{simulator}/simulator/messages", timeout=5).json()
        except (requests.RequestException, ValueError):
            story.stage.line(f"连不上微信模拟器 {simulator}，这一段跳过")
            return
        fresh = [m for m in told if datetime.fromisoformat(m["at"]) >= story.began]
        quiet = quiet + 1 if fresh and len(fresh) == len(found) else 0
        found = fresh
        time.sleep(0.5)
    for message in reversed(found):
        story.stage.line(f"{message['name']}　{'　'.join(message['data'].values())}")
    if not found:
        story.stage.line(f"等了 {POLL_SECONDS} 秒还没有；后台进程（flask worker）在运行吗？")


def play(stage: Stage, simulator: str) -> None:
    story = Story(stage)
    sign_in(story)
    before = points_of(story)
    current = open_round(story)
    report(story)
    review(story)
    put_on_the_wall(story, current)
    claim(story)
    fulfil(story)
    look_back(story)
    compare_points(story, before)
    volunteering.play(stage, story.people, story.place)
    supermarket.play(stage, story.people, story.place)
    show_wechat(story, simulator)
    stage.end("演示完成。再运行一次，会开启新的一期。")


def running_at() -> list[str]:
    """Where scripts/run serves: as PORT says, else as it wrote down in DATA_DIR, else where it does without settings."""
    ports = [os.environ.get(name) for name in ("PORT", "WECHAT_SIMULATOR_PORT")]
    kept = Path(os.environ.get("DATA_DIR") or "var") / "running-at"
    known = kept.read_text().split() if kept.exists() else []
    usual = known if len(known) == 2 else ["http://127.0.0.1:8000", "http://127.0.0.1:8001"]
    return [
        f"http://127.0.0.1:{port}" if port else address for port, address in zip(ports, usual, strict=True)
    ]


def main() -> int:
    product, simulated = running_at()
    parser = argparse.ArgumentParser(
        prog="scripts/demo", description="在运行中的服务器上演示微心愿、志愿服务和积分兑换"
    )
    parser.add_argument("--url", default=product, help="服务器地址（默认 %(default)s）")
    parser.add_argument("--simulator", default=simulated, help="微信模拟器地址（默认 %(default)s）")
    wanted = parser.parse_args()
    try:
        play(Stage(wanted.url.rstrip("/")), wanted.simulator.rstrip("/"))
    except (Away, Unexpected) as fault:
        print(f"\n演示停下了：{fault}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
