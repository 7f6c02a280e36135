"""The pages of the mini-program that the server names: in notices, messages, the to-do list, codes and links.

This is the one list of them. `miniprogram_api_docs/pages.json` is written from it, and nothing else is ever sent, so that
a client that has these pages opens whatever it is told.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class AppPage:
    """`query` are the names of what is asked of it, `kinds` the things and kinds of notices and of the to-do list that
    it shows."""

    path: str
    about: str
    query: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()


# Shows the notice itself: whatever has no page of its own.
_INBOX = AppPage(
    "pages/notice/index",
    "我的消息，`GET /me/notices`",
    (),
    ("person", "person_merge", "adjustment", "opening_sheet", "stocktake", "shop_transfer", "ticket"),
)
PAGES = (
    AppPage("pages/wish/detail", "心愿，`GET /wishes/{id}`", ("id",), ("wish",)),
    AppPage("pages/activity/detail", "活动，`GET /activities/{id}`", ("id",), ("activity",)),
    AppPage("pages/shop/detail", "超市，`GET /shops/{id}`", ("id",), ("shop",)),
    AppPage("pages/item/detail", "超市里的一种，`GET /items/{id}`", ("id",), ("item",)),
    AppPage("pages/redemption/detail", "兑换单，`GET /redemptions/{id}`", ("id",), ("redemption",)),
    AppPage("pages/team/detail", "志愿队，`GET /teams/{id}`", ("id",), ("team",)),
    AppPage("pages/complaint/detail", "投诉或建议，`GET /complaints/{id}`", ("id",), ("complaint",)),
    AppPage(
        "pages/points/index",
        "我的积分，`GET /me/points`、`GET /me/points/statement`",
        (),
        ("points_adjusted", "points_opened", "points_ending"),
    ),
    AppPage("pages/security/index", "账号安全，`GET /me/security-events`", ("id",), ("security_event",)),
    AppPage("pages/service/records", "我的服务记录，`GET /me/service-records`", (), ("service_record",)),
    AppPage("pages/service/certificates", "我的服务证明，`GET /me/certificates`", (), ("certificate",)),
    AppPage(
        "pages/me/index",
        "我，`GET /me`",
        (),
        ("person_corrected", "nickname_taken_down", "suspended", "resumed"),
    ),
    _INBOX,
    AppPage(
        "pages/wish/mine",
        "我的心愿，`GET /me/wishes`",
        ("state",),
        ("wishes_to_confirm", "wishes_to_complete"),
    ),
    AppPage("pages/family/index", "家人代办，`GET /me/proxies`", (), ("proxy", "proxies_to_answer")),
    AppPage("pages/claim/mine", "我的认领，`GET /me/claims`", ("state",), ("claims_to_fulfil",)),
    AppPage(
        "pages/redemption/mine", "我的兑换单，`GET /me/redemptions`", ("state",), ("redemptions_to_collect",)
    ),
    AppPage("pages/activity/mine", "我的报名，`GET /me/sign-ups`", ("when",), ("activities_this_week",)),
    AppPage("pages/staff/wishes", "待审核的心愿，`GET /wishes/to-review`", (), ("wishes_to_review",)),
    AppPage(
        "pages/staff/residencies",
        "待核实的居住登记，`GET /residencies/to-verify`",
        (),
        ("residencies_to_verify",),
    ),
    AppPage(
        "pages/staff/members",
        "待核实的双报到登记，`GET /party-registrations/to-verify`",
        (),
        ("party_registrations_to_verify",),
    ),
    AppPage(
        "pages/staff/redemptions",
        "待审批的兑换，`GET /redemptions/to-approve`",
        (),
        ("redemptions_to_approve",),
    ),
    AppPage("pages/staff/hours", "待认定的时长，`GET /activities?state=ended`", (), ("hours_to_certify",)),
    AppPage("pages/staff/complaints", "待答复的投诉建议，`GET /complaints`", (), ("complaints_to_answer",)),
    AppPage("pages/staff/merges", "待办理的档案合并，`GET /person-merges`", (), ("merges_to_decide",)),
)
# What a page of several things shows of this kind, as the lists of the API are asked.
_ASKED = {
    "wishes_to_confirm": {"state": "fulfilled"},
    "wishes_to_complete": {"state": "sent_back"},
    "claims_to_fulfil": {"state": "claimed"},
    "redemptions_to_collect": {"state": "approved"},
    "activities_this_week": {"when": "upcoming"},
}
_BY_KIND = {kind: page for page in PAGES for kind in page.kinds}


def path_of(kind: str) -> str:
    """The page of a kind, without what is asked of it."""
    return _BY_KIND[kind].path


def label_of(kind: str) -> str:
    """What the page of a kind shows, in words."""
    return _BY_KIND[kind].about.split("，")[0]


def page_of(kind: str, thing_id: int | None = None) -> str:
    """The page that shows this thing, or all of this kind, with its query."""
    page = _BY_KIND[kind]
    asked: dict[str, str | int] = {**_ASKED.get(kind, {})}
    if "id" in page.query and thing_id is not None:
        asked["id"] = thing_id
    query = "&".join(f"{name}={value}" for name, value in asked.items())
    return f"{page.path}?{query}" if query else page.path


def page_of_notice(kind: str, subject_kind: str | None, subject_id: int | None) -> str:
    """What a notice opens: the page of its own kind, else of what it is about, else the inbox in which it stands."""
    if kind in _BY_KIND:
        return page_of(kind)
    if subject_kind in _BY_KIND:
        return page_of(subject_kind, subject_id)
    return _INBOX.path
