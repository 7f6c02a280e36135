"""停用: a person who abuses the product is stopped for a time, with a reason, an end and a way to object.

Who is suspended reads, takes their copy, complains and leaves; everything else waits until the end, which comes by
itself. `persons.suspended_until` repeats the end, so that a request need not ask a second time.
"""

from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from backend import clock, journal
from backend.db import Id, Model, Moment, lock_row, session
from backend.errors import NotFound, Refused, StateConflict
from backend.journal import Actor
from backend.paging import KeysetQuery
from backend.people import permissions, security_events
from backend.people.kinds import PersonState, SecurityEventKind
from backend.people.models import Person, Residency
from backend.people.permissions import Permission
from backend.personal import PersonalTable, Purpose, handler, on_merge, personal

MOST_DAYS = 180
NOT_SUSPENDED = "这位居民没有停用，或已经恢复"
_standing = sa.text("ended_at IS NULL")


class Suspended(Refused):
    """`until` and `reason` are its facts."""

    code, message = 40358, "您的账号停用到 {until}，原因：{reason}。停用期间可以查看、导出、投诉和注销"


class AlreadySuspended(Refused):
    code, message = 40965, "这位居民已经停用，请先恢复再重新停用"


class SuspensionTooLong(Refused):
    code, message = 42244, "停用的截止日应在今天到 {latest} 之间"


class OwnSuspension(Refused):
    code, message = 40359, "不能停用或恢复自己"


class PersonInOffice(Refused):
    """Else one clerk could take away the second pair of eyes."""

    code, message = 40360, "这个人今天在任，请市级管理员先结束任职，再停用"


class SuspendedPerson(StateConflict):
    """Whose hands are bound is put in charge of nothing: others would wait for somebody who may not answer."""

    message = "这个账号停用到 {until}，恢复以后才能担任"


class Suspension(Model):
    """One suspension of one person; what has ended stays, for whoever looks after the staff's power."""

    __tablename__ = "suspensions"
    __four_eyes__ = (("suspended_by_id", "person_id"), ("resumed_by_id", "person_id"))
    __personal__ = [PersonalTable("person_id", "账号停用", "suspensions", position=77)]
    __table_args__ = (
        sa.CheckConstraint(f"days BETWEEN 0 AND {MOST_DAYS}", name="days_at_most"),
        sa.CheckConstraint("until_at > since", name="ends_after_it_begins"),
        sa.CheckConstraint("suspended_by_id <> person_id", name="suspended_by_another"),
        sa.CheckConstraint("resumed_by_id IS NULL OR resumed_by_id <> person_id", name="resumed_by_another"),
        sa.CheckConstraint("resumed_by_id IS NULL OR ended_at IS NOT NULL", name="resumed_means_ended"),
        sa.Index(
            "uq_suspensions_one_standing",
            "person_id",
            unique=True,
            sqlite_where=_standing,
            postgresql_where=_standing,
        ),
        sa.Index("ix_suspensions_place", "community_id", "id"),
        sa.Index("ix_suspensions_due", "until_at", sqlite_where=_standing, postgresql_where=_standing),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    person_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("persons.id"), info=on_merge("step"))
    # Where the person lived when they were suspended: its staff answer for it.
    community_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("organisations.id"))
    since: Mapped[datetime] = mapped_column(Moment)
    until_at: Mapped[datetime] = mapped_column(Moment)
    days: Mapped[int] = mapped_column(sa.Integer)
    reason: Mapped[str | None] = mapped_column(
        sa.Text, info=personal(Purpose.SUSPENSIONS, on_erasure="erase", label="原因")
    )
    suspended_by_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("persons.id"), info=handler())
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    resumed_by_id: Mapped[int | None] = mapped_column(Id, sa.ForeignKey("persons.id"), info=handler())
    resume_reason: Mapped[str | None] = mapped_column(
        sa.Text, info=personal(Purpose.SUSPENSIONS, on_erasure="erase", label="恢复的原因")
    )

    def stands(self) -> bool:
        """Is the person suspended by it now?"""
        return self.ended_at is None and self.until_at > clock.now()


def until_in_words(moment: datetime) -> str:
    """An end as it was given: a whole day by its date, a moment with its time."""
    here = moment.astimezone(clock.CHINA)
    if here.timetz().replace(tzinfo=None) == datetime.min.time():
        return (here.date() - timedelta(days=1)).isoformat()
    return here.isoformat(timespec="seconds")


def refuse(person_id: int, suspended_until: datetime | None) -> None:
    """Refuses who is suspended now, and tells them why and until when. Raises Suspended."""
    told = facts(person_id, suspended_until)
    if told is not None:
        raise Suspended(**told)


def facts(person_id: int, suspended_until: datetime | None) -> dict[str, str] | None:
    """`until` and `reason` of who is suspended now; None for everybody else, without asking the database."""
    if suspended_until is None or suspended_until <= clock.now():
        return None
    found = in_force(person_id)
    return {"until": until_in_words(suspended_until), "reason": (found and found.reason) or ""}


def refuse_charge(person: Person) -> None:
    """Refuses to put somebody who is suspended now in charge of a team or an office. Raises SuspendedPerson."""
    if person.suspended_until is not None and person.suspended_until > clock.now():
        raise SuspendedPerson(until=until_in_words(person.suspended_until))


def in_force(person_id: int) -> Suspension | None:
    """The suspension that stands now."""
    return session.scalar(
        sa.select(Suspension).where(
            Suspension.person_id == person_id,
            Suspension.ended_at.is_(None),
            Suspension.until_at > clock.now(),
        )
    )


def suspend(person_id: int, reason: str, until: date | datetime, *, actor: Actor) -> Suspension:
    """Staff of the community where the person lives stop them until the end of that day, or until that moment.

    Raises NotFound and NotAllowed out of place, OwnSuspension, PersonInOffice, SuspensionTooLong,
    AlreadySuspended.
    """
    person, home = person_of_staff(person_id, actor=actor)
    ends, now = _end(until), clock.now()
    if person.suspended_until is not None and person.suspended_until > now:
        raise AlreadySuspended()
    if session.scalar(sa.select(sa.exists().where(permissions.active_today(person_id)))):
        raise PersonInOffice()
    _end_passed(person_id)
    made = Suspension(
        person_id=person_id,
        community_id=home.community_id,
        since=now,
        until_at=ends,
        days=_days(ends),
        reason=reason,
        suspended_by_id=actor.id,
    )
    session.add(made)
    person.suspended_until = ends
    session.flush()
    _journal("suspend", made, reason, actor, {"until": until_in_words(ends)})
    security_events.record(person_id, SecurityEventKind.SUSPENDED, f"账号停用到 {until_in_words(ends)}")
    return made


def resume(person_id: int, reason: str, *, actor: Actor) -> Suspension:
    """The same staff let the person go on before the end. Raises NotFound, NotAllowed, OwnSuspension,
    StateConflict."""
    person, _home = person_of_staff(person_id, actor=actor)
    found = in_force(person_id)
    if found is None:
        raise StateConflict(NOT_SUSPENDED)
    found.ended_at, found.resumed_by_id, found.resume_reason = clock.now(), actor.id, reason
    person.suspended_until = None
    session.flush()
    _journal("resume", found, reason, actor)
    return found


def person_of_staff(person_id: int, *, actor: Actor) -> tuple[Person, Residency]:
    """The person under their lock, with where they live. Raises NotFound, NotAllowed, OwnSuspension."""
    person, home = lock_row(Person, person_id), session.get(Residency, person_id, populate_existing=True)
    if home is None or person.state != PersonState.ACTIVE:
        raise NotFound()
    permissions.require(actor.id, Permission.PERSON_SUSPEND, home.community_id)
    if person_id == actor.id:
        raise OwnSuspension()
    return person, home


def _end(until: date | datetime) -> datetime:
    ends = until if isinstance(until, datetime) else clock.day_ends(until)
    if ends <= clock.now() or _days(ends) > MOST_DAYS:
        latest = clock.today() + timedelta(days=MOST_DAYS)
        raise SuspensionTooLong(latest=latest.isoformat())
    return ends


def _days(ends: datetime) -> int:
    """How many days after today the last day of a suspension is."""
    last = (ends - timedelta(microseconds=1)).astimezone(clock.CHINA).date()
    return (last - clock.today()).days


def _journal(
    verb: str, row: Suspension, reason: str | None, actor: Actor | None, facts: dict[str, str] | None = None
) -> None:
    journal.write(
        verb, "person", row.person_id, actor=actor, reason=reason, place=row.community_id, facts=facts
    )


def passed() -> list[int]:
    """Ids of suspensions whose end has come, for the job that says so in the journal."""
    due = sa.select(Suspension.id).where(Suspension.ended_at.is_(None), Suspension.until_at <= clock.now())
    return list(session.scalars(due.order_by(Suspension.id).limit(500)))


def person_of(suspension_id: int) -> int:
    """Whom it stops."""
    return session.get_one(Suspension, suspension_id).person_id


def end(suspension_id: int) -> None:
    """Time ends it; the person may act again since that moment, whether this was written down or not."""
    row = lock_row(Suspension, suspension_id)
    if row.ended_at is None and row.until_at <= clock.now():
        row.ended_at = row.until_at
        session.flush()
        _journal("suspension_over", row, None, None)


def _end_passed(person_id: int) -> None:
    before = sa.select(Suspension.id).where(Suspension.person_id == person_id, Suspension.ended_at.is_(None))
    for one in session.scalars(before).all():
        end(one)


def of_places(*, actor: Actor) -> KeysetQuery:
    """All suspensions in the places where `actor` looks after them, newest first."""
    reach = permissions.reach_of(actor.id, Permission.SUSPENSION_READ)
    wanted = sa.select(Suspension).where(Suspension.community_id.in_(reach))
    return KeysetQuery(wanted, (Suspension.id.desc(),))
