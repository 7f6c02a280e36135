"""Claims over HTTP: a party member claims a wish, gives it back or fulfils it; the wisher confirms or disputes."""

from typing import Any

from apiflask import APIBlueprint

from backend import screening
from backend.api.frame.bodies import ReasonIn
from backend.api.frame.fields import Choice, Day, ListOf, Part, Schema, Text, Truth, Whole
from backend.api.frame.paging import PageQuery, after, page
from backend.api.frame.route import paged, route
from backend.api.wishes.wishes import PARTIES, ClaimOut, WishOut, tell, tell_one
from backend.identity.sessions import Caller
from backend.wishes import queries
from backend.wishes.actions import claims

bp = APIBlueprint("claims", __name__, url_prefix="/api/v1", tag="微心愿")


class ClaimIn(Schema):
    party = Choice("以个人、志愿队或单位的名义", PARTIES, data_key="as", required=True)
    team_id = Whole("志愿队", least=1, allow_none=True, load_default=None)
    promised_on = Day("承诺完成日", allow_none=True, load_default=None)


class FulfilIn(Schema):
    note = Text("怎么完成的", most=300, required=True)
    file_ids = ListOf("图片，可不传，最多三张", Whole("编号", least=1), most=3, load_default=list)


class ConfirmIn(Schema):
    solved = Truth("问题是否解决", required=True)
    satisfaction = Whole("满意度", least=1, most=5, required=True)
    comment = Text("想说的话", most=300, allow_none=True, load_default=None)
    method = Choice("确认方式：本人、电话回访、签字", claims.METHODS, required=True)


class MyClaimOut(ClaimOut):
    id = Whole("认领编号")
    wish = Part(WishOut, "心愿")


def _screen_reason(caller: Caller, body: dict[str, Any], **_path: Any) -> screening.Screened:
    return screening.screened(body["reason"], scene=screening.COMMENT, by=caller)


def _screen_note(caller: Caller, body: dict[str, Any], **_path: Any) -> screening.Screened:
    return screening.screened(body["note"], scene=screening.COMMENT, by=caller)


def _told_move(rule: str, name: str, summary: str, verb: Any) -> None:
    """A move whose reason the other side is told: it is screened."""

    def view(caller: Caller, wish_id: int, body: dict[str, Any], found: screening.Screened) -> dict[str, Any]:
        return tell_one(verb(wish_id, body["reason"], found, by=caller), caller)

    view.__name__ = name
    path = f"/wishes/<id:wish_id>/{rule}"
    route(bp, "POST", path, body=ReasonIn, out=WishOut, before=_screen_reason, summary=summary)(view)


_told_move("release", "release_wish", "放弃认领", claims.release)
_told_move("dispute", "dispute_wish", "还没有办好", claims.dispute)


@route(bp, "POST", "/wishes/<id:wish_id>/claim", body=ClaimIn, out=WishOut, summary="认领心愿")
def claim_wish(caller: Caller, wish_id: int, body: dict[str, Any]) -> dict[str, Any]:
    return tell_one(claims.claim(wish_id, **body, by=caller), caller)


@route(
    bp,
    "POST",
    "/wishes/<id:wish_id>/fulfil",
    body=FulfilIn,
    out=WishOut,
    before=_screen_note,
    summary="点亮（送达）",
)
def fulfil_wish(
    caller: Caller, wish_id: int, body: dict[str, Any], found: screening.Screened
) -> dict[str, Any]:
    done = claims.fulfil(wish_id, body["note"], found, file_ids=body["file_ids"], by=caller)
    return tell_one(done, caller)


@route(bp, "POST", "/wishes/<id:wish_id>/confirm", body=ConfirmIn, out=WishOut, summary="确认")
def confirm_wish(caller: Caller, wish_id: int, body: dict[str, Any]) -> dict[str, Any]:
    return tell_one(claims.confirm(wish_id, **body, by=caller), caller)


@route(bp, "GET", "/me/claims", query=PageQuery, out=paged(MyClaimOut), summary="我的认领")
def my_claims(caller: Caller, query: dict[str, Any]) -> dict[str, Any]:
    start, limit = after(query["cursor"], int), query["limit"]
    rows = queries.claimed_by(caller.id, start[0] if start else None, limit + 1)
    told = page(rows, limit, lambda row: (row[0].id,))
    claims_shown = queries.claims_in_full([claim for claim, _ in told["list"]], by=caller)
    wishes = {wish["id"]: wish for wish in tell([wish for _, wish in told["list"]], caller)}
    listed = [
        {**claims_shown[claim.id], "id": claim.id, "wish": wishes[wish.id]} for claim, wish in told["list"]
    ]
    return {**told, "list": listed}
