"""Who is told what about a proxy. Whoever asked learns nothing of the other one before both have agreed."""

import sqlalchemy as sa

from backend import app_pages
from backend.outbox.actions import Telling, notify_many, notify_those
from backend.people import queries as people
from backend.people.kinds import PersonState
from backend.people.labels import PROXY_RELATIONS
from backend.people.models import Person

# In one statement, whether the number is anybody's or not: it takes as long for both.
_ASKED = sa.select(Person.id).where(
    Person.id == sa.bindparam("reader", type_=sa.BigInteger),
    Person.state == sa.literal_column(f"'{PersonState.ACTIVE}'"),
)


def named(person_id: int) -> str:
    """How somebody is named to their family: masked, as everywhere in what is sent."""
    return people.masked_names({person_id})[person_id]


def _telling(proxy_id: int, person_id: int, kind: str, title: str, body: str) -> Telling:
    return Telling(person_id, kind, title, body, subject=("proxy", proxy_id), page=app_pages.page_of("proxy"))


def asked(proxy_id: int, for_id: int | None, by_id: int, relation: str) -> None:
    """To the one who would be acted for, if there is anybody: who asks, as what, and what agreeing means."""
    body = (
        f"{named(by_id)}说是您的{PROXY_RELATIONS[relation]}，申请代您填心愿、报名活动和兑换：用的是您的积分和名额，"
        "每办一件都会通知您，您随时可以结束。不认识或不愿意，请选“不同意”。"
    )
    subject, page = ("proxy", proxy_id), app_pages.page_of("proxy")
    notify_those(
        _ASKED, {"reader": for_id or 0}, "proxy_asked", "有人申请代您办事", body, subject=subject, page=page
    )


def agreed(proxy_id: int, by_id: int, for_id: int, relation: str, *, by_staff: bool) -> None:
    """To both: who may do what from now on."""
    who = PROXY_RELATIONS[relation]
    how = "社区工作人员按您说的登记了：" if by_staff else ""
    mine = f"{how}{named(by_id)}（{who}）可以代您填心愿、报名活动和兑换，您随时可以结束。"
    theirs = f"{named(for_id)}同意了，您可以代 TA 填心愿、报名活动和兑换；确认心愿、看积分明细和个人资料仍由 TA 本人办。"
    told = [(for_id, "家人可以代您办事了", mine), (by_id, "对方同意您代办了", theirs)]
    notify_many([_telling(proxy_id, one, "proxy_agreed", title, body) for one, title, body in told])


def declined(proxy_id: int, by_id: int) -> None:
    body = "您申请的家人代办对方没有同意。"
    notify_many([_telling(proxy_id, by_id, "proxy_declined", "对方没有同意代办", body)])


def ended(proxy_id: int, person_ids: list[int]) -> None:
    """To whoever did not end it themselves."""
    body = "一条家人代办已经结束，从现在起不能再用它办事。已经办的不受影响。"
    notify_many([_telling(proxy_id, one, "proxy_ended", "家人代办已结束", body) for one in person_ids])
