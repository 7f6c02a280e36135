"""What the hall's screen shows: the wall page by page, the week's activities, the rounds. Nothing of a person."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from backend import clock
from backend.db import session, sql_list
from backend.errors import NotFound
from backend.organisations.models import Organisation
from backend.volunteering.models import Activity, ActivityState
from backend.wishes.models import ON_THE_WALL, Round, RoundState, Wish, WishState

ON_A_PAGE = 9
MOST_PAGES = 8
_ON_THE_WALL = sa.text(f"wishes.state IN {sql_list(ON_THE_WALL)}")


def place_name(place_id: int | None) -> str | None:
    """The name of the community that a screen stands in. Raises NotFound for anything else."""
    if place_id is None:
        return None
    found = session.get(Organisation, place_id)
    if found is None or found.kind != "community":
        raise NotFound()
    return found.name


def _here(wanted: Any, place_id: int | None) -> Any:
    return wanted if place_id is None else wanted.where(Wish.community_id == place_id)


def pages(place_id: int | None) -> int:
    """How many pages there are to turn: the newest, as far as anyone will wait for them."""
    count = session.scalar(_here(sa.select(sa.func.count()).select_from(Wish).where(_ON_THE_WALL), place_id))
    return max(1, min(MOST_PAGES, -(-count // ON_A_PAGE)))


def page_of_wishes(place_id: int | None, number: int) -> Sequence[sa.Row[Any]]:
    """One page: what still waits first, then the newest."""
    wanted = (
        sa.select(Wish.number, Wish.title, Wish.state, Organisation.name.label("community"))
        .join(Organisation, Organisation.id == Wish.community_id)
        .where(_ON_THE_WALL)
        .order_by(
            sa.case((Wish.state == WishState.PUBLISHED, 0), else_=1), Wish.published_at.desc(), Wish.id.desc()
        )
        .offset((number - 1) * ON_A_PAGE)
        .limit(ON_A_PAGE)
    )
    return session.execute(_here(wanted, place_id)).all()


def week(place_id: int | None) -> Sequence[sa.Row[Any]]:
    """Activities of the next seven days that anyone may join or see, the next one first."""
    wanted = (
        sa.select(
            Activity.title,
            Activity.place,
            Activity.starts_at,
            Activity.ends_at,
            Organisation.name.label("community"),
        )
        .join(Organisation, Organisation.id == Activity.community_id)
        .where(
            Activity.state == ActivityState.PUBLISHED,
            Activity.ends_at > clock.now(),
            Activity.starts_at < clock.day_ends(clock.today() + timedelta(days=6)),
        )
        .order_by(Activity.starts_at, Activity.id)
        .limit(ON_A_PAGE)
    )
    if place_id is not None:
        wanted = wanted.where(Activity.community_id == place_id)
    return session.execute(wanted).all()


def round_sentences(place_id: int | None) -> list[str]:
    """A sentence for each round that runs here; for the whole city how many there are."""
    wanted = sa.select(Round).where(Round.state != RoundState.CLOSED).order_by(Round.id)
    if place_id is None:
        found = list(session.scalars(wanted))
        states = [one.state for one in found]
        live = sum(state in (RoundState.COLLECTING, RoundState.REVIEWING) for state in states)
        return (
            [f"{live} 个社区正在征集", f"{states.count(RoundState.PUBLISHED)} 个社区正在发布"]
            if found
            else []
        )
    told = {
        RoundState.COLLECTING: "正在征集，到{0.collect_until.month}月{0.collect_until.day}日截止",
        RoundState.REVIEWING: "正在审核",
        RoundState.PUBLISHED: "正在发布，到{0.publish_until.month}月{0.publish_until.day}日",
    }
    return [
        f"第 {one.number} 期 {one.title}：{told[one.state].format(one)}"
        for one in session.scalars(wanted.where(Round.community_id == place_id))
    ]
