"""开办清单: what a new city has to have before its first round, found in the books themselves, so that it ticks itself.

Names of places, and numbers; nothing about a person.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from backend import backup_age, clock, config
from backend.config_faults import DEMO_SPONSOR
from backend.db import session
from backend.identity import first_links
from backend.journal import Actor
from backend.organisations.models import Organisation
from backend.outbox import group_messages
from backend.people import permissions
from backend.people.models import Appointment, Residency
from backend.people.permissions import Permission
from backend.points.opening_models import OpeningSheet, OpeningState
from backend.supermarket.models import Item, Shop
from backend.wishes.models import Round

# One makes what another checks: each community needs two of its own.
STAFF_NEEDED = 2
# Of places that lack something so many are named.
MOST_NAMED = 12


@dataclass(frozen=True)
class Step:
    """A thing to be done once. `said` is how it stands; `missing` names places that lack it. What is `optional` need
    not be done before the first round."""

    key: str
    done: bool
    said: str
    missing: tuple[str, ...] = ()
    optional: bool = False


def steps(*, actor: Actor) -> list[Step]:
    """In the order in which they are best done."""
    communities = _communities()
    return [
        _places(communities),
        _administrators(),
        _staff(communities),
        _entering(actor),
        _sponsor(),
        _shops(),
        _residents(communities),
        _opening_points(),
        _templates(),
        _sign_in(),
        _group(),
        _backup(),
        _round(),
    ]


def left(found: list[Step]) -> list[Step]:
    """What has to be done still."""
    return [one for one in found if not one.done and not one.optional]


def begun() -> bool:
    """A round was published: whoever is at work needs no guide any more."""
    return session.scalar(sa.select(Round.id).where(Round.published_at.is_not(None)).limit(1)) is not None


def _communities() -> dict[int, str]:
    wanted = sa.select(Organisation.id, Organisation.name).where(
        Organisation.kind == "community", Organisation.closed_at.is_(None)
    )
    return {row.id: row.name for row in session.execute(wanted.order_by(Organisation.id))}


def _places(communities: dict[int, str]) -> Step:
    grids = sa.select(Organisation.parent_id, sa.func.count()).where(
        Organisation.kind == "grid", Organisation.closed_at.is_(None)
    )
    below = dict(session.execute(grids.group_by(Organisation.parent_id)).all())
    said = f"{len(communities)} 个社区，{sum(below.values())} 个网格"
    return Step(
        "places", bool(communities), said, _lacking(communities, lambda one: one in below, "还没有网格")
    )


def _lacking(communities: dict[int, str], has: Callable[[int], bool], what: str) -> tuple[str, ...]:
    names = [name for one, name in communities.items() if not has(one)]
    told = [f"{what}：{'、'.join(names[:MOST_NAMED])}"] if names else []
    return (*told, *([f"等 {len(names)} 个社区"] if len(names) > MOST_NAMED else []))


def _in_office() -> tuple[Any, ...]:
    today = clock.today()
    return Appointment.from_day <= today, sa.or_(Appointment.to_day.is_(None), Appointment.to_day >= today)


def _administrators() -> Step:
    granting = permissions.roles_with(Permission.APPOINTMENT_GRANT)
    wanted = sa.select(sa.func.count(sa.distinct(Appointment.person_id))).where(
        Appointment.role.in_(granting), *_in_office()
    )
    number = session.scalars(wanted).one()
    return Step("administrators", number >= 2, f"{number} 位市级管理员")


def _staff(communities: dict[int, str]) -> Step:
    wanted = (
        sa.select(Appointment.organisation_id, sa.func.count(sa.distinct(Appointment.person_id)))
        .where(Appointment.role == "community_staff", *_in_office())
        .group_by(Appointment.organisation_id)
    )
    there = dict(session.execute(wanted).all())
    everybody = sa.select(sa.func.count(sa.distinct(Appointment.person_id))).where(*_in_office())
    enough = {one for one in communities if there.get(one, 0) >= STAFF_NEEDED}
    missing = _lacking(communities, lambda one: one in enough, "社区工作者不到两位")
    done = bool(communities) and len(enough) == len(communities)
    return Step("staff", done, f"{session.scalars(everybody).one()} 人在任", missing)


def _entering(actor: Actor) -> Step:
    without = first_links.how_many(actor=actor)
    said = f"还有 {without} 人没有登录过" if without else "在任的人都能登录"
    return Step("entering", without == 0, said, optional=True)


def _sponsor() -> Step:
    settings = config.settings()
    missing = []
    if settings.sponsor == DEMO_SPONSOR or not settings.sponsor.strip():
        missing.append("主办单位（SPONSOR）还是演示的")
    if not settings.filing_number:
        missing.append("没有备案编号（FILING_NUMBER）")
    if not settings.supervision_phone:
        missing.append("没有监督电话（SUPERVISION_PHONE）")
    return Step("sponsor", not missing, settings.sponsor, tuple(missing))


def _shops() -> Step:
    stocked = sa.exists().where(Item.shop_id == Shop.id, Item.on_hand > 0)
    wanted = sa.select(Shop.name, stocked.label("stocked")).order_by(Shop.id)
    rows = session.execute(wanted).all()
    empty = [row.name for row in rows if not row.stocked]
    missing = (f"还没有库存：{'、'.join(empty[:MOST_NAMED])}",) if empty else ()
    said = f"{len(rows)} 家超市，{len(rows) - len(empty)} 家有库存"
    return Step("shops", bool(rows) and not empty, said, missing)


def _residents(communities: dict[int, str]) -> Step:
    wanted = sa.select(Residency.community_id, sa.func.count()).group_by(Residency.community_id)
    there = dict(session.execute(wanted).all())
    missing = _lacking(communities, lambda one: one in there, "还没有居民")
    return Step("residents", bool(there), f"{sum(there.values())} 位居民", missing)


def _opening_points() -> Step:
    wanted = sa.select(OpeningSheet.state, sa.func.count()).group_by(OpeningSheet.state)
    there = dict(session.execute(wanted).all())
    confirmed, waiting = there.get(OpeningState.CONFIRMED, 0), there.get(OpeningState.PROPOSED, 0)
    said = f"{confirmed} 张纸质积分账已入账" + (f"，{waiting} 张等确认" if waiting else "")
    return Step("opening_points", confirmed > 0 and not waiting, said, optional=True)


def _templates() -> Step:
    chosen = len(config.settings().templates)
    return Step("templates", chosen > 0, f"已设 {chosen} 个订阅消息模板", optional=True)


def _sign_in() -> Step:
    settings = config.settings()
    said = f"已接入{settings.oidc_name}" if settings.oidc_issuer else "没有接入单位的统一身份认证"
    return Step("sign_in", bool(settings.oidc_issuer), said, optional=True)


def _group() -> Step:
    """Told in its group: by whether the last message came through."""
    if not config.settings().staff_robot_url:
        return Step("group", False, "没有设工作群机器人", optional=True)
    last = group_messages.last()
    if last is None:
        return Step("group", True, "已设工作群机器人，还没有发过", optional=True)
    ended = {"sent": "已发到群里", "dead": "没有发出去", "waiting": "正在发"}[last.state]
    return Step("group", last.state != "dead", f"最近一条（{last.day:%m月%d日}）{ended}", optional=True)


def _backup() -> Step:
    age = backup_age.age()
    if age is None:
        return Step("backup", False, "这台机器上还没有做过备份")
    hours = int(age.total_seconds() // 3600)
    return Step("backup", age <= backup_age.TOO_OLD, f"上次备份在 {hours} 小时前" if hours else "刚做过备份")


def _round() -> Step:
    begun, published = session.execute(
        sa.select(sa.func.count(), sa.func.count(Round.published_at)).select_from(Round)
    ).one()
    return Step("round", published > 0, f"已开启 {begun} 期，其中 {published} 期发布过")
