"""The cases of the queues of volunteering."""

from datetime import timedelta
from functools import partial

import sqlalchemy as sa

from backend import clock
from backend.db import session, transaction
from backend.people import permissions
from backend.people.models import Person, Team
from backend.volunteering import states
from backend.volunteering.models import Activity, SignUp
from backend.volunteering.record_models import Backfill, Correction, ServiceRecord
from tests.house.queue_case import Case, ended, may, multiply

# --- what was asked for about records ------------------------------------------------------------------


def write_backfills(town, number, *, maker="lan", person="ning", **values):
    """Entered by lan for ning."""
    moment = clock.now()
    plain = {
        "person_id": town.person(person).id,
        "community_id": town.songtao,
        "state": "requested",
        "activity_name": "扫雪",
        "category": "便民服务",
        "started_at": moment - timedelta(days=2),
        "place": "雪松家园",
        "content": "扫楼前的雪",
        "minutes": 90,
        "in_charge_id": town.person(maker).id,
        "reason": "纸质签到",
        "maker_id": town.person(maker).id,
        "requested_at": moment,
        **values,
    }
    with transaction():
        if number:
            session.execute(sa.insert(Backfill), [plain] * number)


def other_backfills(town):
    """Entered by tong, for tong, and in another community."""
    write_backfills(town, 1, maker="tong")
    write_backfills(town, 1, person="tong")
    write_backfills(town, 1, community_id=town.baihua)


def write_corrections(town, number, *, certifier="lan", person="ning", community=None):
    """Of so many records of ning's, each of another day, which lan certified."""
    place, one = community or town.songtao, town.person(person).id
    with transaction():
        records = write_records(number, one, place, town.person(certifier).id)
        asked = {
            "person_id": one,
            "community_id": place,
            "state": "requested",
            "minutes": 60,
            "reason": "少记了",
            "requested_at": clock.now(),
        }
        if records:
            session.execute(sa.insert(Correction), [{**asked, "record_id": record} for record in records])


def write_records(number, person_id, community_id, certified_by_id):
    """Before all days on which anybody has served."""
    first, before = session.execute(
        sa.select(sa.func.min(ServiceRecord.started_at), sa.func.max(ServiceRecord.id))
    ).one()
    known = session.scalars(
        sa.select(ServiceRecord).where(ServiceRecord.corrects_id.is_(None)).limit(1)
    ).one()
    starts = [first - timedelta(days=1 + day) for day in range(number)]
    multiply(
        known,
        number,
        activity_id=None,
        backfill_id=None,
        source="roll_call",
        minutes=120,
        person_id=person_id,
        community_id=community_id,
        recorded_by_id=known.in_charge_id,
        certified_by_id=certified_by_id,
        started_at=lambda day: starts[day],
        ended_at=lambda day: starts[day] + timedelta(hours=2),
        served_on=lambda day: clock.business_day(starts[day]),
    )
    return session.scalars(sa.select(ServiceRecord.id).where(ServiceRecord.id > before)).all()


def other_corrections(town):
    """Of a record that tong certified, of one of tong's own, and in another community."""
    write_corrections(town, 1, certifier="tong")
    write_corrections(town, 1, person="tong")
    write_corrections(town, 1, community=town.baihua)


def nothing_requested(model):

    return session.execute(sa.delete(model).where(model.state == "requested"))


# --- hours ---------------------------------------------------------------------------------------------


def write_activities(town, number, *, state, left="checked_out", who="ning", proposer=None, **values):
    """Activities of yesterday at which ning came, and left or was not seen to leave."""
    if not number:
        return
    start = values.pop("starts_at", clock.now() - timedelta(days=1))
    with transaction():
        known = session.scalars(sa.select(Activity).where(Activity.state == "certified").limit(1)).one()
        there = session.scalars(sa.select(SignUp).where(SignUp.state == "certified").limit(1)).one()
        before = session.scalar(sa.select(sa.func.max(Activity.id)))
        facts = {
            "community_id": town.songtao,
            "team_id": None,
            "state": state,
            "repeats_id": None,
            "risk": None,
            "starts_at": start,
            "ends_at": start + timedelta(hours=2),
            "sign_up_until": None,
            "cancel_until": None,
            "ended_at": start + timedelta(hours=2) if state == "ended" else None,
            "proposed_by_id": proposer and town.person(proposer).id,
            "proposed_at": clock.now() if proposer else None,
            "certified_by_id": None,
            "certified_at": None,
        }
        multiply(known, number, **{**facts, **values})
        new = session.scalars(sa.select(Activity.id).where(Activity.id > before)).all()
        if state == "ended":
            came = {
                "person_id": town.person(who).id,
                "state": left,
                "checked_in_at": start,
                "checked_out_at": None if left == "unverified" else start + timedelta(hours=2),
                "minutes": None,
                "proposed_minutes": 120 if proposer else None,
            }
            multiply(there, number, activity_id=lambda one: new[one], **came)


def other_hours(town):
    """Where tong proposed or took part, where nobody came, what yields no hours, and in another community."""
    ended_one = partial(write_activities, town, 1, state="ended")
    ended_one(proposer="tong")
    ended_one(proposer="lan", who="tong")
    ended_one(left="no_show")
    ended_one(kind="study")
    ended_one(community_id=town.baihua)
    ended_one(proposer="wulan", community_id=town.baihua)
    ended_one(left="unverified", community_id=town.baihua)


def someone_came(activity, *states_of_them):
    wanted = sa.select(SignUp.id).where(SignUp.activity_id == activity.id, SignUp.state.in_(states_of_them))
    return session.scalar(wanted.limit(1)) is not None


def hours_wait(move, proposed, left, activity, actor):
    """Hours of volunteer service with somebody to count; `left` says whether one of them was not seen to leave."""
    if activity.kind != "volunteer_service" or (activity.proposed_at is not None) != proposed:
        return False
    if not someone_came(activity, "checked_out", "unverified"):
        return False
    return left in (None, not someone_came(activity, "unverified")) and may(move, activity, actor)


def no_hours():
    return ended(Activity, "cancelled", "ended")


# --- what is about to begin ----------------------------------------------------------------------------


def _noon(days):
    return clock.day_starts(clock.today() + timedelta(days=days)) + timedelta(hours=23, minutes=30)


def write_published(days, town, number):
    """Shortly before midnight, so that it is not over."""
    write_activities(town, number, state="published", starts_at=_noon(days))


def other_published(town):
    """The day after tomorrow, yesterday, a draft, and in another community."""
    for days in (-2, 2):
        write_activities(town, 1, state="published", starts_at=_noon(days))
    for days in (0, 1):
        write_activities(town, 1, state="draft", starts_at=_noon(days))
        write_activities(town, 1, state="published", starts_at=_noon(days), community_id=town.baihua)


def takes_place(days, activity, actor):
    """Of several days it is listed on each of them."""
    day = clock.today() + timedelta(days=days)
    return (
        activity.starts_at < clock.day_ends(day)
        and activity.ends_at > clock.day_starts(day)
        and activity.state == "published"
        and activity.ends_at > clock.now()
        and may(states.ORGANISE, activity, actor)
    )


# --- nobody is in charge --------------------------------------------------------------------------------


def gone():
    """Somebody who has left."""
    with transaction():
        left = Person(nickname="", state="cancelled", created_at=clock.now())
        session.add(left)
        session.flush()
        return left.id


def write_without_organiser(town, number, **values):
    if number:
        write_activities(town, number, state="published", **{"in_charge_id": gone(), **values})


def other_organisers(town):
    """Somebody in charge, called off, and in another community."""
    write_activities(town, 1, state="published")
    write_activities(town, 1, state="cancelled", in_charge_id=gone())
    write_without_organiser(town, 1, community_id=town.baihua)


def without_organiser(activity, actor):
    absent = session.get(Person, activity.in_charge_id).state != "active"
    return (
        absent and activity.state in ("draft", "published", "ended") and may(states.ORGANISE, activity, actor)
    )


def somebody_in_charge():
    return session.execute(sa.update(Activity).values(in_charge_id=Activity.created_by_id))


def write_teams(town, number, **values):
    values = {"leader_id": gone(), **values}
    with transaction():
        known = session.scalars(sa.select(Team).where(Team.community_id == town.songtao).limit(1)).one()
        facts = {"name": lambda one: f"无队长 {one} {values}", **values}
        multiply(known, number, **facts)


def other_teams(town):
    write_teams(town, 1, leader_id=town.person("wulan").id)
    write_teams(town, 1, community_id=town.baihua)


def without_leader(team, actor):
    absent = session.get(Person, team.leader_id).state != "active"
    return absent and permissions.appointed(actor.id, "team:manage", team.community_id)


def all_led():
    active = sa.select(sa.func.min(Person.id)).where(Person.state == "active").scalar_subquery()
    return session.execute(sa.update(Team).values(leader_id=active))


HOURS = {"model": Activity, "empty": no_hours, "others": other_hours, "page": "/console/hours"}
SOON = {
    "model": Activity,
    "empty": lambda: ended(Activity, "cancelled", "published"),
    "others": other_published,
    "shows": "/console/activities/{id}/cancel",
}
CASES = {
    "核对补录": Case(
        Backfill,
        write_backfills,
        partial(nothing_requested, Backfill),
        lambda row, actor: may(states.APPROVE_BACKFILL, row, actor),
        path="/service-records/backfill/to-decide",
        page="/console/hours/backfills",
        others=other_backfills,
    ),
    "更正申请": Case(
        Correction,
        write_corrections,
        partial(nothing_requested, Correction),
        lambda row, actor: may(states.APPROVE_CORRECTION, row, actor),
        path="/service-records/corrections/to-decide",
        page="/console/hours/corrections",
        others=other_corrections,
    ),
    "申报时长": Case(
        write=partial(write_activities, state="ended"),
        waits=partial(hours_wait, states.PROPOSE, False, True),
        shows="申报时长</button>",
        **HOURS,
    ),
    "没有签退，待决定": Case(
        write=partial(write_activities, state="ended", left="unverified"),
        waits=partial(hours_wait, states.PROPOSE, False, False),
        shows="申报时长</button>",
        **HOURS,
    ),
    "认定时长": Case(
        write=partial(write_activities, state="ended", proposer="wulan"),
        waits=partial(hours_wait, states.CERTIFY, True, None),
        shows="认定 <kbd>1</kbd></button>",
        **HOURS,
    ),
    "没有负责人的活动": Case(
        Activity,
        write_without_organiser,
        somebody_in_charge,
        without_organiser,
        others=other_organisers,
        shows="/console/activities/{id}/organiser",
    ),
    "没有队长的志愿队": Case(
        Team, write_teams, all_led, without_leader, others=other_teams, shows="/console/teams/{id}/leader"
    ),
    "今天的活动": Case(write=partial(write_published, 0), waits=partial(takes_place, 0), **SOON),
    "明天的活动": Case(write=partial(write_published, 1), waits=partial(takes_place, 1), **SOON),
}
