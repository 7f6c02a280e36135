"""Reading activities and sign-ups. Lists cost a fixed number of statements, however many rows they have."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import sqlalchemy as sa

from backend import clock, nearness, private_data
from backend.db import session, view_of
from backend.errors import NotFound
from backend.journal import Actor
from backend.lifecycle import open_to
from backend.nearness import Point
from backend.organisations import queries as places
from backend.organisations.models import Organisation
from backend.paging import KeysetQuery, containing
from backend.people import at_kiosk, guests, permissions
from backend.people import queries as people
from backend.people.masking import Level, level_of
from backend.people.models import Team
from backend.people.permissions import Permission
from backend.volunteering import buttons, clashes, joining, sessions, states
from backend.volunteering.models import (
    ATTENDED,
    OVER,
    SEATED,
    Activity,
    ActivityKind,
    ActivityState,
    SignUp,
    SignUpState,
    facts_of,
)
from backend.volunteering.views import ActivityView, MySignUpView, SignUpView

# Which activities are the asking person's own.
OWN = ORGANISED, SIGNED_UP = "organised", "signed_up"
WHEN = UPCOMING, PAST = "upcoming", "past"
NO_ORGANISER = "暂无负责人"
_PUBLIC = sa.text(f"activities.state <> '{ActivityState.DRAFT}' AND activities.taken_down_at IS NULL")
TAKEN_DOWN = "（已撤下的活动）"


@dataclass(frozen=True)
class _Context:
    """What the caller is to the activities of a page."""

    words: dict[int, frozenset[str]]
    leaders: dict[int, tuple[int, str]]
    mine: dict[int, SignUp]
    positions: dict[int, int]
    sessions: dict[int, list[sessions.Session]]
    nothing: frozenset[str] = field(default=frozenset())

    def facts(self, activity: Activity, person_id: int) -> frozenset[str]:
        leader = self.leaders.get(activity.team_id, (None, ""))[0] if activity.team_id else None
        mine = self.mine.get(activity.id)
        return facts_of(activity, person_id, leader, mine is not None and mine.state in ATTENDED)


def activities(
    *,
    community_id: int | None,
    category: str | None,
    state: Collection[str] | None,
    first_day: date | None,
    last_day: date | None,
    can_join: bool = False,
    team_id: int | None = None,
    mine: str | None = None,
    q: str | None = None,
    near: Point | None = None,
    actor: Actor,
) -> KeysetQuery:
    """Activities by their start: from a day on the next one first, without a day the latest first. With `near` by how
    far they are, each with the square of it: where they take place, or else where their community has its office.

    Of the days from the first to the last what touches them, also what began before and is not over yet. Drafts are
    listed to those who plan them: the team's leader and the community's staff. What the person `can_join` is listed by
    its start, too. `mine` is what the person organises or has signed up for.
    """
    wanted = sa.select(Activity).where(joining.joinable(actor) if can_join else visible_to(actor))
    for column, value in (
        (Activity.community_id, community_id),
        (Activity.category, category),
        (Activity.team_id, team_id),
    ):
        if value is not None:
            wanted = wanted.where(column == value)
    if state:
        wanted = wanted.where(Activity.state.in_(state))
    if mine is not None:
        wanted = wanted.where(_organised_by(actor) if mine == ORGANISED else _signed_up(actor))
    if q is not None:
        wanted = wanted.where(containing(q, Activity.title))
    if last_day is not None:
        wanted = wanted.where(Activity.starts_at < clock.day_ends(last_day))
    if first_day is not None and last_day is not None:
        wanted = wanted.where(sessions.between(clock.day_starts(first_day), clock.day_ends(last_day)))
    if can_join:
        first_day = first_day or clock.today()
    if first_day is not None:
        wanted = wanted.where(Activity.ends_at > clock.day_starts(first_day))
    if near is not None:
        return _nearest(wanted, near)
    if first_day is None:
        return KeysetQuery(wanted, (Activity.starts_at.desc(), Activity.id.desc()))
    return KeysetQuery(wanted, (Activity.starts_at, Activity.id))


def _nearest(wanted: Any, point: Point) -> KeysetQuery:
    latitude = sa.func.coalesce(Activity.latitude, Organisation.latitude)
    longitude = sa.func.coalesce(Activity.longitude, Organisation.longitude)
    far = nearness.square(point, latitude, longitude)
    placed = wanted.join(Organisation, Organisation.id == Activity.community_id).add_columns(far)
    return KeysetQuery(placed, (far, Activity.id))


def _organised_by(actor: Actor) -> sa.ColumnElement[bool]:
    led = sa.select(Team.id).where(Team.leader_id == actor.id)
    return sa.or_(Activity.in_charge_id == actor.id, Activity.team_id.in_(led))


def _signed_up(actor: Actor) -> sa.ColumnElement[bool]:
    live = sa.select(SignUp.activity_id).where(SignUp.person_id == actor.id, SignUp.state.not_in(OVER))
    return Activity.id.in_(live)


def series_of(activity_id: int, *, actor: Actor) -> KeysetQuery:
    """The activities of a weekly series that the person may see, in the order of their start; one alone is its own."""
    wanted = sa.select(Activity).where(one(activity_id, actor=actor).series(), visible_to(actor))
    return KeysetQuery(wanted, (Activity.starts_at, Activity.id))


def visible_to(actor: Actor) -> sa.ColumnElement[bool]:
    """Of each activity whether the person may see it: a draft, and what was taken down, is known to those who plan it."""
    led = sa.select(Team.id).where(Team.leader_id == actor.id)
    return sa.or_(
        _PUBLIC,
        Activity.team_id.in_(led),
        Activity.community_id.in_(permissions.reach_of(actor.id, Permission.ACTIVITY_READ)),
    )


def one(activity_id: int, *, actor: Actor) -> Activity:
    """An activity that the person may see; else NotFound."""
    activity = session.get(Activity, activity_id)
    if activity is None:
        raise NotFound()
    words = permissions.permissions_in(actor.id, activity.place_id)
    if not activity.visible_to(actor.id, words, activity.facts_about(actor.id)):
        raise NotFound()
    return activity


def view_activities(found: Sequence[Activity], *, actor: Actor) -> list[ActivityView]:
    """Activities as this person sees them; seven statements for a page, one more for who organises any of them."""
    if not found:
        return []
    standing = _context_of(found, actor)
    guest = guests.is_guest(actor)
    counts = _counts([activity.id for activity in found])
    clashing = _clashing(found, standing, actor)
    names = places.names({activity.community_id for activity in found})
    unnamed = guest or at_kiosk.is_visitor(actor.id)
    in_charge = {} if unnamed else _names_in_charge(found, standing)
    return [
        view_of(
            ActivityView,
            activity,
            community_name=names[activity.community_id],
            team_name=standing.leaders.get(activity.team_id, (None, None))[1] if activity.team_id else None,
            in_charge="" if unnamed else in_charge[activity.in_charge_id],
            confirmed=sum(counts.get((activity.id, state), 0) for state in SEATED),
            waiting=counts.get((activity.id, SignUpState.WAITLISTED), 0),
            sessions=standing.sessions.get(activity.id, []),
            clashing=clashing.get(activity.id),
            my_sign_up=_own_sign_up(activity, standing),
            warnings=_warnings(activity, standing, actor),
            actions=[] if guest else _actions(activity, standing, counts, actor),
            distance_km=None,
        )
        for activity in found
    ]


def _names_in_charge(found: Sequence[Activity], standing: _Context) -> dict[int | None, str]:
    """Who is in charge of each: masked, but for colleagues among themselves, and for who calls the roll there."""
    seen: dict[int | None, Level] = {
        activity.in_charge_id: level_of(
            standing.words.get(activity.community_id, standing.nothing), Permission.SIGN_UP_RECORD
        )
        for activity in found
    }
    return people.names_by_level(seen, gone=NO_ORGANISER)


def _warnings(activity: Activity, standing: _Context, actor: Actor) -> list[str]:
    """For who plans it: what of a person stands in the words that everybody reads. Where it takes place is no secret."""
    words = standing.words.get(activity.community_id, standing.nothing)
    if "leader" not in standing.facts(activity, actor.id) and Permission.ACTIVITY_ORGANISE not in words:
        return []
    found = private_data.found_in(activity.title, activity.description, activity.place, activity.risk)
    return [one for one in found if one != private_data.PrivateData.ADDRESS]


def _context_of(found: Sequence[Activity], actor: Actor) -> _Context:
    team_ids = {activity.team_id for activity in found if activity.team_id is not None}
    # The name of a team that was taken down stands nowhere else, either.
    name = sa.case((Team.taken_down_at.is_(None), Team.name), else_=None)
    rows = session.execute(sa.select(Team.id, Team.leader_id, name).where(Team.id.in_(team_ids)))
    leaders = {row[0]: (row[1], row[2]) for row in rows} if team_ids else {}
    live = sa.select(SignUp).where(
        SignUp.person_id == actor.id,
        SignUp.activity_id.in_([activity.id for activity in found]),
        SignUp.state.not_in(OVER),
    )
    mine = {row.activity_id: row for row in session.scalars(live)}
    words = permissions.permissions_in_many(actor.id, {activity.community_id for activity in found})
    told = sessions.of_rows(found)
    return _Context(words, leaders, mine, _positions(mine.values()), told)


def _clashing(found: Sequence[Activity], standing: _Context, actor: Actor) -> dict[int, int]:
    """To whoever organises it, how many have something else at the same time, while it can still be moved."""
    ours = [
        activity.id
        for activity in found
        if activity.state == ActivityState.PUBLISHED
        and clock.now() < activity.ends_at
        and _organises(activity, standing, actor)
    ]
    return dict.fromkeys(ours, 0) | clashes.numbers(ours)


def _organises(activity: Activity, standing: _Context, actor: Actor) -> bool:
    words = standing.words.get(activity.community_id, standing.nothing)
    return Permission.ACTIVITY_ORGANISE in words or "leader" in standing.facts(activity, actor.id)


def _counts(ids: list[int]) -> dict[tuple[int, str], int]:
    rows = session.execute(
        sa.select(SignUp.activity_id, SignUp.state, sa.func.count())
        .where(SignUp.activity_id.in_(ids))
        .group_by(SignUp.activity_id, SignUp.state)
    )
    return {(activity_id, state): count for activity_id, state, count in rows}


def _positions(sign_ups: Iterable[SignUp]) -> dict[int, int]:
    """The place in the waitlist, by sign-up: how many wait since earlier, and oneself."""
    waiting = [row for row in sign_ups if row.state == SignUpState.WAITLISTED]
    if not waiting:
        return {}
    ahead = sa.orm.aliased(SignUp)
    rows = session.execute(
        sa.select(SignUp.id, sa.func.count())
        .join(ahead, sa.and_(ahead.activity_id == SignUp.activity_id, ahead.id <= SignUp.id))
        .where(SignUp.id.in_([row.id for row in waiting]), ahead.state == SignUpState.WAITLISTED)
        .group_by(SignUp.id)
    )
    return dict(rows.all())


def _own_sign_up(activity: Activity, standing: _Context) -> SignUpView | None:
    mine = standing.mine.get(activity.id)
    if mine is None:
        return None
    return _view_sign_up(
        mine,
        standing.positions.get(mine.id),
        buttons.of_sign_up(mine, activity, standing.sessions.get(activity.id, ())),
    )


def _view_sign_up(row: SignUp, position: int | None, actions: list[str]) -> SignUpView:
    on_behalf = row.reporter_id is not None
    return view_of(SignUpView, row, waitlist_position=position, on_behalf=on_behalf, actions=actions)


def view_attended(row: SignUp) -> SignUpView:
    """The volunteer's own sign-up after it was checked in or out, without asking the database again: a whole hall
    checks in within a minute."""
    moves = open_to(states.SIGN_UP_BUTTONS, row, frozenset(), frozenset({"volunteer"}))
    return _view_sign_up(row, None, moves)


def _actions(activity: Activity, standing: _Context, counts: dict, actor: Actor) -> list[str]:
    words = standing.words.get(activity.community_id, standing.nothing)
    facts = standing.facts(activity, actor.id)
    found = open_to(states.ACTIVITY_MOVES, activity, words, facts)
    if activity.proposed_at is None and "certify" in found:
        found.remove("certify")
    if activity.kind != ActivityKind.VOLUNTEER_SERVICE and "propose_hours" in found:
        found.remove("propose_hours")
    if "end" in found and buttons.to_come(standing.sessions.get(activity.id, ())):
        found.remove("end")
    if "cancel" in found and any(counts.get((activity.id, state)) for state in ATTENDED):
        found.remove("cancel")
    return [*found, *_more_actions(activity, standing, words, facts)]


def _more_actions(
    activity: Activity, standing: _Context, words: frozenset[str], facts: frozenset[str]
) -> list[str]:
    """What is not a change of the activity's own state, and yet has a button."""
    organiser = Permission.ACTIVITY_ORGANISE in words or "leader" in facts
    begun = clock.now() >= activity.starts_at
    mine = standing.mine.get(activity.id)
    until = activity.sign_up_until or activity.ends_at
    open_still = not begun or buttons.to_come(standing.sessions.get(activity.id, ()))
    told = {
        "edit": organiser
        and (
            activity.state == ActivityState.DRAFT
            or (activity.state == ActivityState.PUBLISHED and open_still)
        ),
        "repeat": organiser and activity.state != ActivityState.CANCELLED,
        "show_code": organiser and activity.state == ActivityState.PUBLISHED,
        "message": organiser and activity.state in states.MESSAGE.sources,
        "roll_call": organiser and activity.state in states.ROLL_CALL.sources,
        "sign_up": activity.state == ActivityState.PUBLISHED and clock.now() <= until and mine is None,
    }
    return [name for name, true in told.items() if true] + (
        buttons.of_sign_up(mine, activity, standing.sessions.get(activity.id, ())) if mine is not None else []
    )


def sign_ups_of(person_id: int, among: Collection[str] | None = None, when: str | None = None) -> KeysetQuery:
    """The person's sign-ups with their activities, newest first; what is to come by its start, what is past backwards."""
    wanted = (
        sa.select(SignUp, Activity)
        .join(Activity, Activity.id == SignUp.activity_id)
        .where(SignUp.person_id == person_id)
    )
    if among:
        wanted = wanted.where(SignUp.state.in_(among))
    if when == UPCOMING:
        return KeysetQuery(wanted.where(Activity.ends_at > clock.now()), (Activity.starts_at, SignUp.id))
    if when == PAST:
        wanted = wanted.where(Activity.ends_at <= clock.now())
        return KeysetQuery(wanted, (Activity.starts_at.desc(), SignUp.id.desc()))
    return KeysetQuery(wanted, (SignUp.id.desc(),))


def view_my_sign_ups(rows: Sequence[tuple[SignUp, Activity]], *, actor: Actor) -> list[MySignUpView]:
    """The person's own sign-ups, each with its activity."""
    activities = {
        one.id: one if one.taken_down_at is None else _without_words(one)
        for one in view_activities(list({row[1] for row in rows}), actor=actor)
    }
    positions = _positions(row[0] for row in rows)
    return [
        MySignUpView(
            **vars(
                _view_sign_up(
                    mine,
                    positions.get(mine.id),
                    buttons.of_sign_up(mine, activity, activities[activity.id].sessions),
                )
            ),
            activity=activities[activity.id],
        )
        for mine, activity in rows
    ]


def _without_words(shown: ActivityView) -> ActivityView:
    """What was taken down, for who had signed up: when it was to be, and nothing of what it said."""
    return replace(shown, title=TAKEN_DOWN, description="", place=TAKEN_DOWN, risk=None, team_name=None)


def view_sign_up(sign_up: SignUp, *, actor: Actor) -> SignUpView:
    """One sign-up after a move of it, with what the caller may do next."""
    activity = session.get_one(Activity, sign_up.activity_id)
    if sign_up.person_id == actor.id:
        words: frozenset[str] = frozenset()
        facts = frozenset({"volunteer"})
    else:
        words = permissions.permissions_in(actor.id, sign_up.place_id)
        facts = sign_up.facts_about(actor.id)
    position = _positions([sign_up]).get(sign_up.id)
    moves = buttons.of_sign_up(sign_up, activity, sessions.of_row(activity), words, facts)
    return _view_sign_up(sign_up, position, moves)
