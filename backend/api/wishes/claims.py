"""Claims over HTTP: a party member claims a wish, gives it back or fulfils it; the wisher confirms or disputes."""

from typing import Any

from apiflask import APIBlueprint

from backend import screening
from backend.api.frame.bodies import ReasonIn
from backend.api.frame.fields import Boolean, Choice, Day, Integer, List, Nested, Schema, Several, Text
from backend.api.frame.listing import listing
from backend.api.frame.moves import Moves
from backend.api.frame.paging import PageQuery
from backend.api.frame.route import post
from backend.api.wishes.wishes import ClaimOut, WishOut, serialize, serialize_view
from backend.identity.sessions import Caller
from backend.paging import Pageable
from backend.wishes import queries
from backend.wishes.actions import claims
from backend.wishes.kinds import ConfirmMethod, Party, WishState
from backend.wishes.models import Claim, Wish
from backend.wishes.views import without_words

bp = APIBlueprint("claims", __name__, url_prefix="/api/v1", tag="微心愿")


class ClaimIn(Schema):
    party = Choice("以个人、志愿队或单位的名义", Party, data_key="as", required=True)
    team_id = Integer("志愿队", least=1, allow_none=True, load_default=None)
    promised_on = Day("承诺完成日", allow_none=True, load_default=None)


class FulfilIn(Schema):
    note = Text("怎么完成的", most=300, required=True)
    file_ids = List("图片，可不传，最多三张", Integer("编号", least=1), most=3, load_default=list)


class ConfirmIn(Schema):
    solved = Boolean("问题是否解决", required=True)
    satisfaction = Integer("满意度", least=1, most=5, required=True)
    comment = Text("想说的话", most=300, allow_none=True, load_default=None)
    method = Choice("确认方式：本人、电话回访、签字", ConfirmMethod, required=True)


class MyClaimOut(ClaimOut):
    id = Integer("认领编号")
    wish = Nested(WishOut, "心愿")


class MyClaimsQuery(PageQuery):
    state = Several("心愿的状态；放弃后由别人认领的不算", WishState, load_default=None)


def _screen_reason(caller: Caller, body: dict[str, Any], **_path: Any) -> screening.Screened:
    return screening.screened(body["reason"], scene=screening.COMMENT, actor=caller)


def _screen_note(caller: Caller, body: dict[str, Any], **_path: Any) -> screening.Screened:
    return screening.screened(body["note"], scene=screening.COMMENT, actor=caller)


# The other side is told the reason, so it is screened.
move = Moves(bp, "/wishes/<id:wish_id>", WishOut, serialize)
move("release", "release_wish", "放弃认领", claims.release, body=ReasonIn, precheck=_screen_reason)
move("dispute", "dispute_wish", "还没有办好", claims.dispute, body=ReasonIn, precheck=_screen_reason)


@post(bp, "/wishes/<id:wish_id>/claim", "认领心愿", body=ClaimIn, out=WishOut)
def claim_wish(caller: Caller, wish_id: int, body: dict[str, Any]) -> dict[str, Any]:
    return serialize_view(claims.claim(wish_id, **body, actor=caller))


@post(bp, "/wishes/<id:wish_id>/fulfil", "点亮（送达）", body=FulfilIn, out=WishOut, precheck=_screen_note)
def fulfil_wish(
    caller: Caller, wish_id: int, body: dict[str, Any], precheck_result: screening.Screened
) -> dict[str, Any]:
    done = claims.fulfil(wish_id, body["note"], precheck_result, file_ids=body["file_ids"], actor=caller)
    return serialize(done, caller)


@post(bp, "/wishes/<id:wish_id>/confirm", "确认", body=ConfirmIn, out=WishOut, at_kiosk=True)
def confirm_wish(caller: Caller, wish_id: int, body: dict[str, Any]) -> dict[str, Any]:
    return serialize(claims.confirm(wish_id, **body, actor=caller), caller)


def _serialize_claims(rows: list[tuple[Claim, Wish]], caller: Caller) -> list[dict[str, Any]]:
    views = queries.claims_in_full([claim for claim, _ in rows], actor=caller)
    shown = queries.view_wishes([wish for _, wish in rows], actor=caller)
    wishes = {one.id: serialize_view(one if one.visible else without_words(one)) for one in shown}
    return [{**vars(views[claim.id]), "id": claim.id, "wish": wishes[wish.id]} for claim, wish in rows]


@listing(bp, "/me/claims", "我的认领", MyClaimOut, _serialize_claims, query=MyClaimsQuery)
def my_claims(caller: Caller, state: list[str] | None) -> Pageable:
    return queries.claimed_by(caller.id, state)
