"""What people of a crowd do when they take out their phone, one errand at a time; and what staff do for them."""

import random
from collections.abc import Callable
from typing import Any

from scripts.benchmark.people import Hall, Line, Person

WRONG = "这不是一个数"


def errand(line: Line, hall: Hall, person: Person, dice: random.Random) -> None:
    """One of them, as often as its weight says."""
    (chosen,) = dice.choices(list(ERRANDS), list(ERRANDS.values()))
    chosen(line, hall, person, dice)


def look_around(line: Line, hall: Hall, person: Person, dice: random.Random) -> None:
    """Opens the app, looks at the wall, pages on, opens a wish."""
    line.get("open the app", person.token, "/me")
    wall = f"/wishes?communityId={hall.plan['place']}"
    told = line.get("wall", person.token, wall)
    if told and told["nextCursor"] and dice.random() < 0.5:
        told = line.get("wall, further on", person.token, f"{wall}&cursor={told['nextCursor']}")
    if told and told["list"] and dice.random() < 0.7:
        wish = dice.choice(told["list"])["id"]
        line.get("wish", person.token, f"/wishes/{wish}")
        line.get("timeline", person.token, f"/wishes/{wish}/timeline")


def look_at_points(line: Line, hall: Hall, person: Person, dice: random.Random) -> None:
    line.get("points", person.token, "/me/points")
    told = line.get("statement", person.token, "/me/points/statement")
    if told and told["nextCursor"] and dice.random() < 0.3:
        line.get("statement, further on", person.token, f"/me/points/statement?cursor={told['nextCursor']}")
    if dice.random() < 0.3:
        line.get("notices", person.token, "/me/notices")


def light_a_wish(line: Line, hall: Hall, person: Person, dice: random.Random) -> None:
    """A party member claims one, brings it, and whoever wished for it says so. Others look at the wall."""
    if not person.member:
        return look_around(line, hall, person, dice)
    if len(person.claimed) > 1 or (person.claimed and dice.random() < 0.5):
        return _bring(line, hall, person)
    if hall.taken and dice.random() < 0.15:
        wish, wisher = dice.choice(hall.taken)
        # Somebody was quicker. Who wished for it is refused for another reason.
        expected = 403 if wisher == person.id else 409
        line.post("claim, too late", person.token, f"/wishes/{wish}/claim", PERSONAL, expected)
        return None
    if not (found := _next(hall.wishes)):
        return look_around(line, hall, person, dice)
    wish, wisher = found
    if wisher == person.id:
        hall.wishes.append((wish, wisher))
    elif line.post("claim", person.token, f"/wishes/{wish}/claim", PERSONAL) is not None:
        person.claimed.append((wish, wisher))
        hall.taken.append((wish, wisher))
    return None


PERSONAL = {"as": "personal"}


def _bring(line: Line, hall: Hall, person: Person) -> None:
    wish, wisher = person.claimed.pop(0)
    if line.post("fulfil", person.token, f"/wishes/{wish}/fulfil", {"note": "送到了"}) is not None:
        said = {"solved": True, "satisfaction": 5, "method": "app"}
        line.post("confirm", hall.by_id[wisher].token, f"/wishes/{wish}/confirm", said)


def volunteer(line: Line, hall: Hall, person: Person, dice: random.Random) -> None:
    """Looks for an activity; checks in where one is signed up, and out again; or signs up for another day."""
    line.get("activities", person.token, f"/activities?communityId={hall.plan['place']}")
    if person.inside is not None or (person.live and dice.random() < 0.7):
        return _through_the_door(line, hall, person)
    activity = dice.choice(hall.plan["later"])
    line.get("activity", person.token, f"/activities/{activity}")
    # No free seat: on the waitlist, which is no refusal.
    if line.post("sign-up", person.token, f"/activities/{activity}/sign-up", {}, 200, 201) is not None:
        line.post("cancel sign-up", person.token, f"/activities/{activity}/cancel-sign-up", {})
    return None


def _through_the_door(line: Line, hall: Hall, person: Person) -> None:
    coming = person.inside is None
    activity = person.live.popleft() if person.inside is None else person.inside
    code = hall.code(line, activity)
    if code is None:
        return
    what = "check-in" if coming else "check-out"
    done = line.post(what, person.token, f"/activities/{activity}/{what}", {"code": code})
    person.inside = activity if coming and done is not None else None


def redeem(line: Line, hall: Hall, person: Person, dice: random.Random) -> None:
    """Asks for something of the shop; thinks better of it now and then."""
    line.get("shop", person.token, f"/shops/{hall.plan['shop']}/items")
    wanted = {"itemId": dice.choice(hall.plan["items"]), "quantity": 1}
    order = {"shopId": hall.plan["shop"], "lines": [wanted]}
    told = line.post("redemption request", person.token, "/redemptions", order, 201)
    if told is None:
        return
    if dice.random() < 0.25:
        line.post("cancel", person.token, f"/redemptions/{told['id']}/cancel", {})
    else:
        hall.requested.append((told["id"], person))


def approve(line: Line, hall: Hall, _person: Person, dice: random.Random) -> None:
    """A clerk looks at what waits, and decides the oldest."""
    clerk = dice.choice(hall.plan["clerks"])
    line.get("to approve", clerk, f"/redemptions/to-approve?shopId={hall.plan['shop']}")
    if not (found := _next(hall.requested)):
        return
    order, owner = found
    if dice.random() < 0.1:
        line.post("reject", clerk, f"/redemptions/{order}/reject", {"reason": "本季度已经领过同类物品"})
    elif line.post("approval", clerk, f"/redemptions/{order}/approve", {}) is not None:
        hall.approved.append((order, owner))


def hand_over(line: Line, hall: Hall, _person: Person, dice: random.Random) -> None:
    """Somebody shows their code at the counter; the keeper looks it up and hands over."""
    if not (found := _next(hall.approved)):
        return
    order, owner = found
    told = line.get("order", owner.token, f"/redemptions/{order}")
    if told is None:
        return
    keeper, code = dice.choice(hall.plan["keepers"]), {"pickUpCode": told["pickUpCode"]}
    line.post("preview", keeper, "/redemptions/preview", code)
    line.post("hand-over", keeper, f"/redemptions/{order}/hand-over", {**code, "collectedBy": "self"})


def _next(waiting: Any) -> Any:
    try:
        return waiting.popleft()
    except IndexError:
        return None


def ask_wrongly(line: Line, hall: Hall, person: Person, dice: random.Random) -> None:
    """Old bookmarks, broken apps, forged tokens: each is refused as it should be."""
    wrong: tuple[tuple[str, Any, str, Any, int], ...] = (
        ("GET", person.token, "/wishes/999999999", None, 404),
        ("GET", "no-such-token", "/me", None, 401),
        ("GET", person.token, "/me/points/statement?cursor=broken", None, 422),
        ("POST", person.token, "/redemptions", b"{no json", 400),
        ("POST", person.token, "/redemptions", {"shopId": hall.plan["shop"], "lines": WRONG}, 422),
        ("POST", person.token, "/redemptions", {"shopId": hall.plan["shop"], "more": WRONG}, 422),
        ("GET", person.token, "/redemptions/to-approve", None, 403),
        ("POST", person.token, f"/activities/{hall.plan['later'][0]}/check-in", {"code": "AAAAAAAA"}, 409),
    )
    method, token, path, body, expected = dice.choice(wrong)
    if method == "GET":
        line.get("asked wrongly", token, path, expected)
    else:
        line.post("asked wrongly", token, path, body, expected)


# Residents mostly look; staff keep pace with what is asked of them.
ERRANDS: dict[Callable[[Line, Hall, Person, random.Random], None], int] = {
    look_around: 28,
    look_at_points: 14,
    light_a_wish: 12,
    volunteer: 14,
    redeem: 12,
    approve: 10,
    hand_over: 9,
    ask_wrongly: 5,
}
