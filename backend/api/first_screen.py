"""The first screen and what waits for me: what several capabilities have, each in one call."""

from typing import Any

from apiflask import APIBlueprint

from backend.api.frame.fields import (
    Actions,
    Boolean,
    Choice,
    DateTime,
    Day,
    Integer,
    List,
    Nested,
    QueryInteger,
    Schema,
    Text,
)
from backend.api.frame.opening_hours import OpeningHours
from backend.api.frame.round_ref import RoundRef
from backend.api.frame.route import GUESTS, get
from backend.identity.sessions import Caller
from backend.opening_hours import MOST
from backend.organisations.models import NAME_MAX
from backend.people.models import TEAM_NAME_MAX
from backend.reports import first_screen, to_do
from backend.supermarket import limits
from backend.supermarket.models import ItemKind
from backend.text import PHONE_MAX
from backend.volunteering.models import (
    CATEGORY_MAX,
    PLACE_MAX,
    TITLE_MAX,
    ActivityKind,
    ActivityState,
    SignUpState,
)
from backend.volunteering.states import ACTIVITY_ACTIONS, SIGN_UP_ACTIONS
from backend.wishes.kinds import ON_THE_WALL, Category, Group, Party, RoundState
from backend.wishes.states import WISH_ACTIONS
from backend.wishes.views import WishView

bp = APIBlueprint("first_screen", __name__, url_prefix="/api/v1", tag="首页")

# Of a description a card shows the beginning.
BEGINNING = 60


class HomeCommunityOut(Schema):
    id = Integer("编号")
    name = Text("名称", most=NAME_MAX, example="松涛社区")
    telephone = Text("办公电话", most=PHONE_MAX, allow_none=True, example="0458-2288123")
    opening_hours = List("办公时间；没有填写时为空", Nested(OpeningHours), most=MOST)


class HomeRoundOut(Schema):
    id = Integer("编号")
    number = Integer("第几期")
    title = Text("名称", most=60)
    state = Choice("状态", RoundState)
    collect_until = Day("征集截止日")
    publish_until = Day("发布截止日")


class HomeClaimOut(Schema):
    party = Choice("以什么名义", Party, data_key="as")
    by_name = Text("认领人（脱敏），或志愿队、单位；没有登录时为 null", most=80, allow_none=True)
    promised_on = Day("承诺完成日")


class HomePictureOut(Schema):
    id = Integer("编号")
    thumbnail_url = Text("缩略图", most=500)


class HomeSignUpOut(Schema):
    id = Integer("报名编号")
    state = Choice("状态", SignUpState)
    actions = Actions(SIGN_UP_ACTIONS, example=["cancel_sign_up"])


class WishCardOut(Schema):
    id = Integer("编号")
    number = Text("心愿编号", most=60, allow_none=True, example="松涛-01-003")
    state = Choice("状态", ON_THE_WALL)
    title = Text("标题", most=60)
    description = Text("内容的开头；没有登录时是空的", most=BEGINNING + 1, least=0)
    category = Choice("类别", Category)
    beneficiary_group = Choice("受益人群", Group)
    community_id = Integer("社区")
    community_name = Text("社区名称", most=80)
    wisher = Text("许愿人（按其选择的公开方式）；没有登录时是空的", most=20, least=0, example="王女士")
    claim = Nested(HomeClaimOut, "认领", allow_none=True)
    round = Nested(RoundRef, "所属的期", allow_none=True)
    files = List("第一张图片", Nested(HomePictureOut), most=1)
    published_at = DateTime("发布时间", allow_none=True)
    actions = Actions(WISH_ACTIONS, example=["claim"])


class ActivityCardOut(Schema):
    id = Integer("编号")
    state = Choice("状态", ActivityState)
    title = Text("名称", most=TITLE_MAX)
    kind = Choice("类型", ActivityKind)
    category = Text("服务类别", most=CATEGORY_MAX)
    place = Text("地点", most=PLACE_MAX)
    starts_at = DateTime("开始")
    ends_at = DateTime("结束")
    capacity = Integer("名额")
    confirmed = Integer("已占名额")
    team_name = Text("志愿队名称", most=TEAM_NAME_MAX, allow_none=True)
    my_sign_up = Nested(HomeSignUpOut, "我的报名", allow_none=True)
    actions = Actions(ACTIVITY_ACTIONS, example=["sign_up"])


class ItemCardOut(Schema):
    id = Integer("编号")
    kind = Choice("类别：物品、场地、活动支持", ItemKind)
    name = Text("名称", most=limits.ITEM_NAME_MAX)
    unit = Text("单位", most=limits.UNIT_MAX)
    points = Integer("每单位的积分")
    available = Integer("可兑换的数量；场地和活动支持为 null", allow_none=True)
    picture = Text("第一张图片的缩略图", most=500, allow_none=True)


class ShopCardOut(Schema):
    id = Integer("编号")
    name = Text("名称", most=limits.SHOP_NAME_MAX)
    open_now = Boolean("现在是否开门")
    items = List("现在可以兑换的，最多四种", Nested(ItemCardOut), most=first_screen.ITEMS)


class HomeMeOut(Schema):
    id = Integer("我的编号")
    nickname = Text("昵称", most=40, least=0)
    points = Integer("可用积分")
    unread_notices = Integer("未读消息数")
    to_do = Integer("待办一共几件")


class HomeOut(Schema):
    community = Nested(HomeCommunityOut, "社区和它的办公室")
    round = Nested(HomeRoundOut, "现在的一期：发布中的，没有时是征集中或审核中的", allow_none=True)
    wishes = List("墙上最新的心愿，最多五个", Nested(WishCardOut), most=first_screen.WISHES)
    activities = List("就要开始的活动，最多五个", Nested(ActivityCardOut), most=first_screen.ACTIVITIES)
    shop = Nested(ShopCardOut, "社区的兑换超市", allow_none=True)
    me = Nested(HomeMeOut, "我；没有登录时为 null", allow_none=True)


class HomeQuery(Schema):
    community_id = QueryInteger(
        "社区；不填为我居住的社区，没有登记时是第一个社区", least=1, load_default=None
    )


class ToDoOut(Schema):
    kind = Choice("类别", [one.kind for one in to_do.kinds()])
    count = Integer("几件")
    oldest_at = DateTime("最早的一件从何时起等着；活动是最近一场的开始时间")
    page = Text("点开的页面，连同参数", most=200, example="pages/wish/mine?state=fulfilled")


class ToDosOut(Schema):
    total = Integer("一共几件")
    list = List("按类别；没有的不列出", Nested(ToDoOut))


def _wish(shown: WishView) -> dict[str, Any]:
    whole = " ".join(shown.description.split())
    beginning = whole if len(whole) <= BEGINNING else whole[:BEGINNING] + "…"
    pictures = [one for one in shown.files if one["thumbnail_url"]]
    return {**vars(shown), "description": beginning, "files": pictures[:1]}


@get(
    bp,
    "/home",
    "首页",
    GUESTS,
    query=HomeQuery,
    out=HomeOut,
    description="打开小程序的第一屏只要这一次请求，不超过 12 KB。没有登录也可以看，me 为 null，没有的内容和心愿墙一样。",
)
def home(caller: Caller, query: dict[str, Any]) -> dict[str, Any]:
    shown = first_screen.first_screen(query["community_id"], actor=caller)
    return {**vars(shown), "wishes": [_wish(one) for one in shown.wishes]}


@get(
    bp,
    "/me/to-do",
    "我的待办",
    out=ToDosOut,
    description="居民看到等自己办的，工作人员还看到任职范围里等自己办的；数字和工作后台的“今日待办”一致。",
)
def my_to_do(caller: Caller) -> dict[str, Any]:
    found = to_do.to_do(actor=caller)
    return {"total": sum(one.count for one in found), "list": found}
