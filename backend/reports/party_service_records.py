"""在职党员's service: their own record of it, and what their work unit is told with their consent.

Both are filled from what the work itself recorded: nothing here is typed by anybody. The unit is told totals
and kinds of service, never a day, a place or a resident (个人信息保护法 23).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, TypedDict

import sqlalchemy as sa

from backend import clock, journal, periods
from backend.db import session
from backend.errors import Refused
from backend.journal import Actor
from backend.organisations import queries as places
from backend.people import permissions, sealed
from backend.people import queries as people
from backend.people.kinds import PartyRegistrationState, PersonState
from backend.people.labels import SERVICE_ROLES
from backend.people.models import Consent, PartyRegistration, Person
from backend.people.one_person import ids_of, ids_of_all
from backend.people.permissions import Permission
from backend.volunteering import days
from backend.volunteering.limits import IN_FORCE, WHOSE
from backend.volunteering.record_models import ServiceDay, ServiceRecord
from backend.wishes.kinds import ClaimOutcome, WishState
from backend.wishes.models import Claim, Wish
from backend.wishes.views import NO_LONGER_SHOWN

CONSENT = "unit_feedback"
MOST_DAYS = 366
# Kinds of service that 主要服务内容 names at most.
_MOST_KINDS = 3
# How many people are gathered at a time.
_PAGE = 200
# The headings of the paper sheet (在职党员服务情况反馈表) in their order, each with the field that fills it.
HEADINGS = {
    "name": "姓名",
    "unit": "所在单位党组织",
    "community": "报到社区",
    "reported_on": "报到时间",
    "service_roles": "六大员岗位",
    "times": "服务次数",
    "hours": "服务时长",
    "wishes": "认领/点亮微心愿数",
    "kinds": "主要服务内容",
    "evaluation": "社区党组织评价",
    "period": "反馈期间",
    "stamp": "社区(盖章)",
    "consented_on": "本人同意日期",
}


class NotRegisteredAsMember(Refused):
    code, message = 40431, "您还没有核实过的双报到登记"


@dataclass(frozen=True)
class FeedbackRow:
    """One member's line of 在职党员服务情况反馈表; `person_id` and `minutes` are not part of the sheet.

    Evaluation and stamp are left empty: the community's party organisation writes and stamps them on the
    printed sheet, and nothing else here records an opinion on a person.
    """

    person_id: int
    name: str
    unit: str
    community: str
    reported_on: date
    service_roles: str
    times: int
    minutes: int
    claimed: int
    lit: int
    kinds: str
    period: str
    consented_on: date
    evaluation: str = ""
    stamp: str = ""

    @property
    def hours(self) -> float:
        return round(self.minutes / 60, 1)

    @property
    def wishes(self) -> str:
        return f"{self.claimed}/{self.lit}"

    @property
    def cells(self) -> dict[str, Any]:
        """The line under the sheet's own headings."""
        return {heading: getattr(self, name) for name, heading in HEADINGS.items()}


def told_by(unit_id: int, *, actor: Actor) -> tuple[Any, ...]:
    """Which members of a unit the caller may see on its sheet: all of it for the unit's own officer, those
    registered in their community for its staff."""
    reach = permissions.reach_of(actor.id, Permission.REGISTER_FEEDBACK)
    seen = sa.or_(PartyRegistration.unit_id.in_(reach), PartyRegistration.community_id.in_(reach))
    return PartyRegistration.unit_id == unit_id, seen


def feedback_rows(
    first_day: date, last_day: date, *which: Any, after: int = 0, limit: int | None = None
) -> Iterator[FeedbackRow]:
    """Verified members who agree today, in the order of their numbers, never by what they did; `which` are
    conditions on their registration (a unit, communities).

    The names are in clear: whoever shows the sheet has it noted by `note_feedback`.
    """
    left = limit
    while left is None or left > 0:
        page = _consenting(which, after, _PAGE if left is None else min(left, _PAGE))
        yield from _filled(page, first_day, last_day)
        if len(page) < _PAGE:
            return
        after, left = page[-1].person_id, None if left is None else left - len(page)


def note_feedback(rows: Iterable[FeedbackRow], unit_id: int, *, actor: Actor) -> None:
    """A journal line for each member told about, which they find in the copy of their data."""
    journal.write_all("open_feedback", "person", [row.person_id for row in rows], actor=actor, place=unit_id)


def _consenting(which: tuple[Any, ...], after: int, limit: int) -> list[Any]:
    wanted = (
        sa.select(
            Person.id.label("person_id"),
            Person.real_name_sealed,
            PartyRegistration.unit_id,
            PartyRegistration.community_id,
            PartyRegistration.declared_at,
            PartyRegistration.service_roles,
            Consent.given_at,
        )
        .join(PartyRegistration, PartyRegistration.person_id == Person.id)
        .join(Consent, sa.and_(Consent.person_id == Person.id, Consent.document == CONSENT))
        .where(
            *which,
            PartyRegistration.state == PartyRegistrationState.VERIFIED,
            Person.state == PersonState.ACTIVE,
            Consent.withdrawn_at.is_(None),
            Person.id > after,
        )
    )
    return list(session.execute(wanted.order_by(Person.id).limit(limit)))


def _filled(page: list[Any], first_day: date, last_day: date) -> Iterator[FeedbackRow]:
    ids = [one.person_id for one in page]
    served, claims = _served(ids, first_day, last_day), _claims(ids, first_day, last_day)
    named = places.names({place for one in page for place in (one.unit_id, one.community_id)})
    for one in page:
        kinds = served.get(one.person_id, [])
        claimed, lit = claims.get(one.person_id, (0, 0))
        yield FeedbackRow(
            person_id=one.person_id,
            name=sealed.unsealed_name(one.person_id, one.real_name_sealed) or "",
            unit=named[one.unit_id],
            community=named[one.community_id],
            reported_on=clock.business_day(one.declared_at),
            service_roles="、".join(SERVICE_ROLES[role] for role in one.service_roles),
            times=sum(kind.times for kind in kinds),
            minutes=sum(kind.minutes for kind in kinds),
            claimed=claimed,
            lit=lit,
            kinds="、".join(kind.category for kind in kinds[:_MOST_KINDS]),
            period=f"{first_day} 至 {last_day}",
            consented_on=clock.business_day(one.given_at),
        )


def _served(ids: list[int], first_day: date, last_day: date) -> dict[int, list[Any]]:
    """By person, the kinds of service, the one with most time first: what that person mainly did."""
    minutes = sa.func.sum(days.MINUTES).label("minutes")
    times = sa.func.count(ServiceRecord.id.distinct()).label("times")
    rows = session.execute(
        sa.select(WHOSE.label("person_id"), ServiceRecord.category, times, minutes)
        .outerjoin(ServiceDay, days.DAYS_OF_RECORD)
        .where(
            ServiceRecord.person_id.in_(ids_of_all(ids)),
            days.DAY.between(first_day, last_day),
            ServiceRecord.minutes > 0,
            IN_FORCE,
        )
        .group_by(WHOSE, ServiceRecord.category)
        .order_by(WHOSE, minutes.desc(), ServiceRecord.category)
    )
    found: dict[int, list[Any]] = {}
    for row in rows:
        found.setdefault(row.person_id, []).append(row)
    return found


def _claims(ids: list[int], first_day: date, last_day: date) -> dict[int, tuple[int, int]]:
    """By person: wishes claimed, and wishes lit (brought and confirmed), in these days."""
    claimed = _within(Claim.claimed_at, first_day, last_day)
    lit = sa.and_(Claim.outcome == ClaimOutcome.CONFIRMED, _within(Claim.ended_at, first_day, last_day))
    rows = session.execute(
        sa.select(
            Claim.person_id,
            sa.func.sum(sa.case((claimed, 1), else_=0)),
            sa.func.sum(sa.case((lit, 1), else_=0)),
        )
        .where(Claim.person_id.in_(ids), sa.or_(claimed, lit))
        .group_by(Claim.person_id)
    )
    return {person_id: (int(one), int(other)) for person_id, one, other in rows}


def _within(moment: Any, first_day: date, last_day: date) -> Any:
    return sa.and_(moment >= clock.day_starts(first_day), moment < clock.day_ends(last_day))


class PartyService(TypedDict):
    """A party member's own sheet: service and wishes between two days, in minutes and pieces."""

    first_day: date
    last_day: date
    unit_name: str
    community_name: str
    reported_on: date
    service_roles: list[str]
    times: int
    minutes: int
    wishes_claimed: int
    wishes_lit: int
    services: list[Any]
    wishes: list[Any]


def mine(first_day: date, last_day: date, *, actor: Actor) -> PartyService:
    """What the caller did as a party member of their community: service and wishes, for their own eyes.

    Raises NotRegisteredAsMember, PeriodReversed, PeriodInFuture, PeriodTooLong.
    """
    periods.check(first_day, last_day, MOST_DAYS)
    registration = people.verified_registration(actor.id)
    if registration is None:
        raise NotRegisteredAsMember()
    named = places.names({registration.unit_id, registration.community_id})
    services, wishes = _my_services(actor.id, first_day, last_day), _my_wishes(actor.id, first_day, last_day)
    claimed, lit = _claims([actor.id], first_day, last_day).get(actor.id, (0, 0))
    return {
        "first_day": first_day,
        "last_day": last_day,
        "unit_name": named[registration.unit_id],
        "community_name": named[registration.community_id],
        "reported_on": clock.business_day(registration.declared_at),
        "service_roles": registration.service_roles,
        "times": len(services),
        "minutes": sum(one.minutes for one in services),
        "wishes_claimed": claimed,
        "wishes_lit": lit,
        "services": services,
        "wishes": wishes,
    }


def _my_services(person_id: int, first_day: date, last_day: date) -> list[Any]:
    """At most eight hours a day of one year: a list that needs no pages. Of what was served over midnight, the
    minutes that fell on these days."""
    about = (
        ServiceRecord.id,
        ServiceRecord.activity_name,
        ServiceRecord.category,
        ServiceRecord.organising_body,
    )
    first = sa.func.min(days.DAY)
    wanted = (
        sa.select(*about, first.label("served_on"), sa.func.sum(days.MINUTES).label("minutes"))
        .outerjoin(ServiceDay, days.DAYS_OF_RECORD)
        .where(
            ServiceRecord.person_id.in_(ids_of(person_id)),
            days.DAY.between(first_day, last_day),
            ServiceRecord.minutes > 0,
            IN_FORCE,
        )
        .group_by(*about)
    )
    return list(session.execute(wanted.order_by(first, ServiceRecord.id)))


# What was taken down is shown to its claimer no more than to anybody else.
_title = sa.case((Wish.state == WishState.TAKEN_DOWN, NO_LONGER_SHOWN), else_=Wish.title).label("title")


def _my_wishes(person_id: int, first_day: date, last_day: date) -> list[Any]:
    """Claims made or lit in these days; a member has few at a time."""
    lit = sa.and_(Claim.outcome == ClaimOutcome.CONFIRMED, _within(Claim.ended_at, first_day, last_day))
    wanted = (
        sa.select(Claim.wish_id, Wish.number, _title, Claim.claimed_at, Claim.fulfilled_at, Claim.outcome)
        .join(Wish, Wish.id == Claim.wish_id)
        .where(Claim.person_id == person_id, sa.or_(_within(Claim.claimed_at, first_day, last_day), lit))
    )
    return list(session.execute(wanted.order_by(Claim.claimed_at, Claim.id)))
