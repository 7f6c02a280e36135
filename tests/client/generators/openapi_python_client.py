"""The three loops with the package that openapi-python-client makes; started with the server's address.

Modules are found by the names of their operations: the generator puts them in folders named as the tags are.
"""

import importlib
import os
import pkgutil
import sys
from datetime import UTC, datetime, timedelta

import made
from made import AuthenticatedClient, Client, api, models
from made.types import UNSET

BASE_URL = sys.argv[1]
OPERATIONS = {
    module.rsplit(".", 1)[1]: module
    for _finder, module, is_package in pkgutil.walk_packages(api.__path__, f"{api.__name__}.")
    if not is_package
}
codes = iter(range(1000))


def call(name, client, *ids, **more):
    """What an operation answers: the data of its success, or its refusal."""
    answer = importlib.import_module(OPERATIONS[name]).sync_detailed(*ids, client=client, **more)
    assert not isinstance(answer.parsed, models.Refusal), answer.parsed
    assert answer.parsed is not None, (name, answer.status_code, answer.content[:500])
    return answer.parsed.data


def signed_in(name):
    code = f"sim:{name}:python-{os.getpid()}-{next(codes)}"
    told = call("sign_in", Client(base_url=BASE_URL), body=models.SignInIn(code=code))
    return AuthenticatedClient(base_url=BASE_URL, token=told.token)


def minutes(number):
    return datetime.now(UTC) + timedelta(minutes=number)


def wishes():
    ning, tong, lan, pei = map(signed_in, ("ning", "tong", "lan", "pei"))
    home = call("get_me", ning).residency
    assert isinstance(home, models.ResidencyOut)
    today = minutes(0).date()
    window = {"collect_until": today + timedelta(days=7), "publish_until": today + timedelta(days=37)}
    asked = models.RoundIn(community_id=home.community_id, title="腊月", **window)
    open_round = call("open_round", tong, body=asked).id
    wish = call(
        "write_wish",
        ning,
        body=models.WishIn(
            community_id=home.community_id,
            title="想要一盏台灯",
            description="晚上看书看不清。",
            category=models.WishInCategory.GOODS,
            beneficiary_group=models.WishInBeneficiaryGroup.FAMILY,
            estimated_cost=80,
            disclosure=models.WishInDisclosure.ANONYMOUS,
            submit=True,
        ),
        idempotency_key=f"python-{os.getpid()}-wish",
    )
    assert wish.claim is None
    nothing = models.Nothing()
    call("accept_wish", lan, wish.id, body=nothing)
    call("review_round", tong, open_round, body=nothing)
    call("publish_round", tong, open_round, body=nothing)
    claim = models.ClaimIn(as_=models.ClaimInAs.PERSONAL)
    claimed = call("claim_wish", pei, wish.id, body=claim)
    assert isinstance(claimed.claim, models.ClaimOut)
    assert claimed.claim.by_name == "裴**"
    assert models.WishOutActionsItem.FULFIL in claimed.actions
    call("fulfil_wish", pei, wish.id, body=models.FulfilIn(note="已送到"))
    said = models.ConfirmIn(solved=True, satisfaction=5, method=models.ConfirmInMethod.APP)
    assert call("confirm_wish", ning, wish.id, body=said).state == models.WishOutState.CONFIRMED
    call("close_round", tong, open_round, body=nothing)


def volunteering():
    wulan, gao, tong = map(signed_in, ("wulan", "gao", "tong"))
    (team,) = [one for one in call("list_my_teams", wulan).list_ if one.part == models.MyTeamOutPart.LEADER]
    community_id = call("get_me", wulan).residency.community_id
    me = call("put_me", gao, body=models.ProfileIn(real_name="高晴川", birth_year=1991))
    plan = models.ActivityIn(
        community_id=community_id,
        team_id=team.id,
        title="擦楼道扶手",
        kind=models.ActivityInKind.VOLUNTEER_SERVICE,
        category="便民服务",
        place="东门",
        starts_at=minutes(-125),
        ends_at=minutes(10),
        capacity=3,
    )
    activity = call("plan_activity", wulan, body=plan)
    assert activity.my_sign_up is None
    nothing = models.Nothing()
    call("publish_activity", wulan, activity.id, body=nothing)
    call("sign_up", gao, activity.id, body=models.SignUpIn())
    code = call("check_in_code", wulan, activity.id).code
    call("check_in", gao, activity.id, body=models.CheckIn(code=code))
    call("check_out", gao, activity.id, body=models.CheckIn(code=code))
    here = models.CalledIn(person_id=me.id, checked_in_at=minutes(-125), checked_out_at=minutes(0))
    call("call_roll", wulan, activity.id, body=[here])
    call("end_activity", wulan, activity.id, body=nothing)
    call("propose_hours", wulan, activity.id, body=[])
    certified = call("certify_hours", tong, activity.id, body=[])
    assert certified.state == models.ActivityOutState.CERTIFIED
    assert call("my_service_records", gao).totals.minutes == 125


def supermarket():
    wulan, tong, bu = map(signed_in, ("wulan", "tong", "bu"))
    community_id = call("get_me", wulan).residency.community_id
    shop = call("list_shops", wulan, community_id=community_id).list_[0]
    (soap,) = [one for one in call("list_items", wulan, shop.id, limit=50).list_ if one.name == "香皂"]
    lines = [models.LineIn(item_id=soap.id, quantity=1)]
    order = call("request_redemption", wulan, body=models.RedemptionIn(shop_id=shop.id, lines=lines))
    assert order.team_id in (None, UNSET)
    call("approve_redemption", tong, order.id, body=models.Nothing())
    code = call("get_redemption", wulan, order.id).pick_up_code
    call("preview_redemption", bu, body=models.PreviewIn(pick_up_code=code))
    by_self = models.HandOverIn(pick_up_code=code, collected_by=models.HandOverInCollectedBy.SELF)
    handed = call("hand_over_redemption", bu, order.id, body=by_self)
    assert handed.state == models.RedemptionOutState.HANDED_OVER
    again = importlib.import_module(OPERATIONS["hand_over_redemption"])
    refused = again.sync(order.id, client=bu, body=by_self)
    assert refused.error == models.RefusalError.REDEMPTION_MOVED_ON


if __name__ == "__main__":
    print(made.__name__)
    wishes()
    volunteering()
    supermarket()
    print("3 loops")
