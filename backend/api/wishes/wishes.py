"""Wishes over HTTP: the wall, writing, reviewing, claiming, confirming."""

from typing import Any

from apiflask import APIBlueprint

from backend import screening
from backend.api.frame.bodies import (
    ContactOut,
    ContactQuery,
    LookIn,
    OnBehalfIn,
    PictureOut,
    ReasonIn,
    on_behalf_of,
)
from backend.api.frame.fields import (
    Actions,
    Boolean,
    Choice,
    DateTime,
    Day,
    Integer,
    List,
    Nested,
    Phone,
    QueryBoolean,
    QueryInteger,
    Schema,
    Several,
    Sought,
    Text,
)
from backend.api.frame.listing import listing
from backend.api.frame.moves import Moves
from backend.api.frame.paging import PageQuery
from backend.api.frame.round_ref import RoundRef
from backend.api.frame.route import GUESTS, get, post, put
from backend.identity.sessions import Caller
from backend.lifecycle import authorize_by_id
from backend.organisations.models import CAP_MAX
from backend.paging import Pageable
from backend.people import guests
from backend.people.models import REAL_NAME_MAX, SERVICE_ROLES
from backend.people.permissions import Permission
from backend.private_data import PrivateData
from backend.wishes import queries, queues, states, timeline_queries, wall_queries
from backend.wishes.actions import contacting, reviewing, writing
from backend.wishes.kinds import (
    ON_THE_WALL,
    SALUTATIONS,
    Category,
    ClaimOutcome,
    ConfirmMethod,
    Disclosure,
    Group,
    Party,
    Referral,
    WishState,
)
from backend.wishes.models import Wish
from backend.wishes.views import WishView

WITHOUT_SIGNING_IN = "没有登录也可以看墙上的心愿，但没有内容、许愿人、认领人、图片和操作。"
bp = APIBlueprint("wishes", __name__, url_prefix="/api/v1", tag="微心愿")


class ClaimOut(Schema):
    party = Choice("以什么名义", Party, data_key="as")
    by_name = Text(
        "认领人（办理的工作人员看到全名，其他人脱敏），或志愿队、单位的名称",
        most=80,
        allow_none=True,
        example="裴**",
    )
    promised_on = Day("承诺完成日")
    claimed_at = DateTime("认领时间")
    fulfilled_at = DateTime("送达时间", allow_none=True)
    outcome = Choice("结果；进行中为 null", ClaimOutcome, allow_none=True)
    note = Text("怎么完成的（本人、认领人和工作人员可见）", most=300, allow_none=True)
    files = List("送达时的图片", Nested(PictureOut))


class WishOut(Schema):
    id = Integer("编号")
    number = Text("心愿编号：社区-期-序", most=60, allow_none=True, example="松涛-01-003")
    state = Choice("状态", WishState)
    community_id = Integer("社区")
    community_name = Text("社区名称", most=80)
    title = Text("标题", most=60)
    description = Text("内容；没有登录时是空的", most=500, least=0, lines=True)
    category = Choice("类别", Category)
    beneficiary_group = Choice("受益人群", Group)
    service_role = Choice("六大员", SERVICE_ROLES, allow_none=True)
    estimated_cost = Integer("预估金额（元）")
    wanted_by = Day("期望时间", allow_none=True)
    disclosure = Choice("公开方式", Disclosure)
    wisher = Text("许愿人（按其选择的公开方式）；没有登录时是空的", most=20, least=0, example="王女士")
    wisher_name = Text(
        "许愿人的全名；只给办理这里心愿的工作人员，其他人和儿童的心愿是 null",
        most=REAL_NAME_MAX,
        allow_none=True,
    )
    claim = Nested(ClaimOut, "认领", allow_none=True)
    round = Nested(RoundRef, "所属的期", allow_none=True)
    on_behalf = Boolean("是否由工作人员、监护人或家人代办")
    by_family = Boolean("是否由同意过的家人代办")
    on_behalf_reason = Text("代办的原因（仅本人和工作人员可见）", most=500, allow_none=True)
    grid_name = Text("网格（仅本人和工作人员可见）", most=80, allow_none=True)
    files = List("图片", Nested(PictureOut))
    needs_look = Boolean("内容安全检查存疑或未能检查，请仔细查看（仅审核人员可见）", allow_none=True)
    has_address = Boolean("是否留有地址（内容只对认领人显示）")
    review_reason = Text("退回、不予受理或转介的原因（仅本人和工作人员可见）", most=500, allow_none=True)
    referred_to = Choice("转介去向", Referral, allow_none=True)
    carried_over = Boolean("是否由上一期结转")
    solved = Boolean("是否实际解决", allow_none=True)
    satisfaction = Integer("满意度 1–5", allow_none=True)
    confirm_method = Choice("怎么确认的（仅本人和工作人员可见）", ConfirmMethod, allow_none=True)
    comment = Text("许愿人确认时说的话（仅本人和工作人员可见）", most=300, allow_none=True)
    merged_into_id = Integer("合并到哪个心愿（仅本人和工作人员可见）", allow_none=True)
    reopens_id = Integer("由哪个没有解决的心愿再次提出（仅本人和工作人员可见）", allow_none=True)
    reopened_as_id = Integer("再次提出的心愿（仅本人和工作人员可见）", allow_none=True)
    redacted_at = DateTime("社区最近一次遮盖部分内容的时间（仅本人和工作人员可见）", allow_none=True)
    private_data = List(
        "标题和内容里可能有的个人信息（仅审核人员可见）", Choice("类别", PrivateData), allow_none=True
    )
    warnings = List(
        "您写的文字里可能有的个人信息，大家都会看到；只提醒，不拦截（仅写的人可见）",
        Choice("类别", PrivateData),
        example=["phone"],
    )
    created_at = DateTime("填写时间")
    submitted_at = DateTime("提交时间", allow_none=True)
    published_at = DateTime("发布时间", allow_none=True)
    fulfilled_at = DateTime("送达时间", allow_none=True)
    closed_at = DateTime("办结时间", allow_none=True)
    actions = Actions(states.WISH_ACTIONS, example=["claim"])


class WishContent(Schema):
    title = Text("标题", most=30, required=True, example="想要一盏亮一点的台灯")
    description = Text("内容", most=500, required=True, lines=True)
    category = Choice("类别", Category, required=True)
    beneficiary_group = Choice("受益人群", Group, required=True)
    service_role = Choice("希望哪一类帮助", SERVICE_ROLES, allow_none=True, load_default=None)
    estimated_cost = Integer("预估金额（元）", most=CAP_MAX, required=True, example=80)
    wanted_by = Day("期望时间", allow_none=True, load_default=None)
    disclosure = Choice("公开方式", Disclosure, required=True)
    salutation = Choice("公开称谓，与姓氏连用", SALUTATIONS, allow_none=True, load_default=None)
    address = Text("地址；加密保存，认领后只给认领人看", most=120, allow_none=True)
    contact_phone = Phone("联系电话，也可以是带区号的座机；加密保存", landline=True, allow_none=True)
    file_ids = List("图片，最多三张，先用 POST /files 上传", Integer("编号", least=1), most=3)


class WishIn(WishContent):
    community_id = Integer("社区", required=True, least=1)
    on_behalf_of = Nested(
        OnBehalfIn, "代没有手机的居民、孩子或同意过的家人填报", allow_none=True, load_default=None
    )
    submit = Boolean("立即提交；否则存为草稿", load_default=False)


class WallQuery(PageQuery):
    community_id = QueryInteger("社区", least=1, load_default=None)
    category = Choice("类别", Category, load_default=None)
    service_role = Choice("六大员", SERVICE_ROLES, load_default=None)
    state = Several("状态", ON_THE_WALL, load_default=None)
    round_id = QueryInteger("哪一期", least=1, load_default=None)
    beneficiary_group = Choice("受益人群", Group, load_default=None)
    claimable = QueryBoolean("只看我现在可以认领的", load_default=False)
    q = Sought("编号或标题里的词")


class MineQuery(PageQuery):
    state = Several("状态", WishState, load_default=None)


class QueueQuery(PageQuery):
    community_id = QueryInteger("社区", least=1, load_default=None)


class ReferIn(ReasonIn):
    to = Choice("转介去向：临时救助、12345 热线、网格", Referral, required=True)


class MergeIn(ReasonIn):
    into_id = Integer("并入的心愿", required=True, least=1)


class MoveOut(Schema):
    at = DateTime("时间")
    move = Choice("操作", timeline_queries.STEPS)
    label = Text("操作名称", most=20)
    from_state = Choice("之前的状态", WishState, allow_none=True)
    to_state = Choice("之后的状态", WishState, allow_none=True)
    by_name = Text(
        "办理人（本社区办理的人和同事看到全名，其他人看到脱敏的）", most=REAL_NAME_MAX, allow_none=True
    )
    reason = Text("原因", most=500, allow_none=True)


class TimelineOut(Schema):
    list = List("按时间先后", Nested(MoveOut), most=1000)


class WishDetailOut(WishOut):
    timeline = List("经过，按时间先后", Nested(MoveOut), most=1000)


def serialize_many(wishes: list[Any], caller: Caller) -> list[dict[str, Any]]:
    """Wishes as WishOut wants them, as this caller may see them."""
    return [serialize_view(shown) for shown in queries.view_wishes(wishes, actor=caller)]


def serialize_view(shown: WishView) -> dict[str, Any]:
    return vars(shown)


def serialize(wish: Any, caller: Caller) -> dict[str, Any]:
    return serialize_many([wish], caller)[0]


def _serialize_views(views: list[WishView], _caller: Caller) -> list[dict[str, Any]]:
    return [serialize_view(shown) for shown in views]


@listing(
    bp,
    "/wishes",
    "心愿墙",
    WishOut,
    _serialize_views,
    guard=GUESTS,
    query=WallQuery,
    description=WITHOUT_SIGNING_IN,
)
def list_wishes(caller: Caller, **filters: Any) -> Pageable:
    return wall_queries.wall(**filters, actor=caller)


def _screen_new(caller: Caller, body: dict[str, Any]) -> screening.Screened | None:
    """A draft is seen by its writer alone; what is submitted will be read by everyone."""
    if not body["submit"]:
        return None
    return screening.screened(body["title"], body["description"], scene=screening.POST, actor=caller)


@post(bp, "/wishes", "填报心愿", body=WishIn, out=WishOut, status=201, precheck=_screen_new)
def write_wish(
    caller: Caller, body: dict[str, Any], precheck_result: screening.Screened | None
) -> dict[str, Any]:
    community_id, submitting = body.pop("community_id"), body.pop("submit")
    wish = writing.write(
        community_id, body, on_behalf_of=on_behalf_of(body), handing_in=submitting, actor=caller
    )
    if submitting:
        wish = writing.submit(wish.id, precheck_result, actor=caller)
    return serialize(wish, caller)


@get(
    bp,
    "/wishes/<id:wish_id>",
    "一个心愿，连同经过",
    GUESTS,
    out=WishDetailOut,
    description=WITHOUT_SIGNING_IN + "经过是空的。",
    at_kiosk=True,
)
def get_wish(caller: Caller, wish_id: int) -> dict[str, Any]:
    wish, shown = queries.seen_and_view(wish_id, actor=caller)
    told = [] if guests.is_guest(caller) else timeline_queries.timeline(wish, actor=caller)
    return serialize_view(shown) | {"timeline": told}


@put(bp, "/wishes/<id:wish_id>", "修改草稿或补充材料", body=WishContent(partial=True), out=WishOut)
def edit_wish(caller: Caller, wish_id: int, body: dict[str, Any]) -> dict[str, Any]:
    return serialize(writing.edit(wish_id, body, actor=caller), caller)


@get(bp, "/wishes/<id:wish_id>/timeline", "心愿的经过", out=TimelineOut, at_kiosk=True)
def wish_timeline(caller: Caller, wish_id: int) -> dict[str, Any]:
    return {"list": timeline_queries.timeline(queries.one(wish_id, actor=caller), actor=caller)}


@listing(
    bp,
    "/wishes/to-review",
    "待审核的心愿",
    WishOut,
    serialize_many,
    guard=Permission.WISH_REVIEW,
    query=QueueQuery,
)
def wishes_to_review(caller: Caller, community_id: int | None) -> Pageable:
    return queues.to_review(community_id, actor=caller)


@listing(
    bp, "/wishes/to-look", "图片或留言待查看的心愿", WishOut, serialize_many, guard=Permission.WISH_REVIEW
)
def wishes_to_look_at(caller: Caller) -> Pageable:
    return queues.to_look_at(actor=caller)


@post(
    bp,
    "/wishes/<id:wish_id>/look",
    "查看存疑的图片和留言",
    Permission.WISH_REVIEW,
    body=LookIn,
    out=WishOut,
    may=reviewing.lock_looked_at,
)
def look_at_wish(caller: Caller, wish_id: int, body: dict[str, Any]) -> dict[str, Any]:
    return serialize(reviewing.look(wish_id, **body, actor=caller), caller)


def _screen_stored(caller: Caller, wish_id: int) -> screening.Screened | None:
    """The words as they stand; should they be edited in this moment, the verdict is not about them."""
    wish = queries.one(wish_id, actor=caller)
    if wish.state not in states.SUBMIT.sources:
        return None
    return screening.screened(*writing.public_texts(wish), scene=screening.POST, actor=caller)


move = Moves(bp, "/wishes/<id:wish_id>", WishOut, serialize)
move("submit", "submit_wish", "提交心愿", writing.submit, precheck=_screen_stored)
move("withdraw", "withdraw_wish", "撤回心愿", writing.withdraw)
move("accept", "accept_wish", "审核通过", reviewing.accept)
move("republish", "republish_wish", "街道重新发布", reviewing.republish)
move(
    "send-back",
    "send_back_wish",
    "退回补充",
    reviewing.send_back,
    body=ReasonIn,
    description="认领之前都可以；再次提交后要重新审核。",
)
move("decline", "decline_wish", "不予受理", reviewing.decline, body=ReasonIn, description="认领之前都可以。")
move("explain", "explain_wish", "街道说明退回", reviewing.explain, body=ReasonIn)


def _may_refer(wish_id: int, *, actor: Caller) -> None:
    authorize_by_id(states.REFER, Wish, wish_id, actor=actor)


@post(bp, "/wishes/<id:wish_id>/refer", "转介", body=ReferIn, out=WishOut, may=_may_refer)
def refer_wish(caller: Caller, wish_id: int, body: dict[str, Any]) -> dict[str, Any]:
    return serialize(reviewing.refer(wish_id, body["to"], body["reason"], actor=caller), caller)


def _may_merge(wish_id: int, *, actor: Caller) -> None:
    authorize_by_id(states.MERGE, Wish, wish_id, actor=actor)


@post(
    bp,
    "/wishes/<id:wish_id>/merge",
    "合并到另一个心愿",
    body=MergeIn,
    out=WishOut,
    may=_may_merge,
    description="同一件事报了两次：认领之前，并入本社区另一个还在办理的心愿。",
)
def merge_wish(caller: Caller, wish_id: int, body: dict[str, Any]) -> dict[str, Any]:
    return serialize(reviewing.merge(wish_id, body["into_id"], body["reason"], actor=caller), caller)


@get(
    bp,
    "/wishes/<id:wish_id>/contact",
    "许愿人的联系方式",
    query=ContactQuery,
    out=ContactOut,
    writes=True,
    description="认领人在认领期间可看；工作人员要写明理由。每次查看都记入日志。",
)
def wish_contact(caller: Caller, wish_id: int, query: dict[str, Any]) -> contacting.Contact:
    return contacting.contact(wish_id, query["reason"], actor=caller)


@listing(
    bp,
    "/me/wishes",
    "我的心愿（含代办）",
    WishOut,
    serialize_many,
    query=MineQuery,
    description="我的、我代办的和我代孩子填的，新的在前；`state` 可以有几个，用逗号隔开。自助终端上没有代办的。",
    at_kiosk=True,
)
def my_wishes(caller: Caller, state: list[str] | None) -> Pageable:
    return queries.written_by(caller.id, state)
