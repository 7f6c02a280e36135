"""Filing a complaint or suggestion, answering it, and sending it one level up."""

from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from backend import clock, config, journal, working_days
from backend.complaints import notices, sealed, states
from backend.complaints.models import About, Complaint, ComplaintKind, ComplaintState, SubjectKind
from backend.db import lock_row, session
from backend.errors import Refused
from backend.journal import Actor
from backend.lifecycle import transition
from backend.organisations import queries as places
from backend.organisations.models import Organisation, Reach
from backend.people import queries as people
from backend.people.models import Person

# Which level answers at first: never the one that it is about.
_LEVEL: dict[str, str] = {
    About.SERVICE: "community",
    About.COMMUNITY_STAFF: "street",
    About.STREET_STAFF: "city",
}
_ABOVE = {"community": "street", "street": "city"}


class TooManyComplaints(Refused):
    code, message = 42995, "今天已经提交了 {most} 条，请明天再提交；急事请打社区电话"


class AppealedOnce(Refused):
    code, message = 40986, "已经复核过一次，复核答复为最终答复；仍有意见可拨打 12345"


class NobodyAbove(Refused):
    code, message = 40987, "已经由市级承办，没有更上一级"


def file(
    complaint_kind: str,
    text: str,
    *,
    about: str = About.SERVICE,
    anonymous: bool = False,
    contact: str | None = None,
    community_id: int | None = None,
    subject: tuple[SubjectKind, int] | None = None,
    actor: Actor,
) -> Complaint:
    """Takes a complaint in. A relief report goes to the city: what burdens a community often comes from above.

    Without `community_id` it is about where the person lives; who lives nowhere yet is answered by the city. That the
    person may read `subject` was asked before.
    Raises NotACommunity, TooManyComplaints.
    """
    lock_row(Person, actor.id)
    _check_count(actor.id)
    if community_id is not None:
        places.community(community_id)
    else:
        home = people.home(actor.id)
        community_id = home.community_id if home else None
    made = Complaint(
        person_id=actor.id,
        complaint_kind=complaint_kind,
        about=about,
        place_id=_place(complaint_kind, about, community_id),
        state=ComplaintState.RECEIVED,
        anonymous=anonymous,
        filed_at=clock.now(),
        due_on=_due(),
        subject_kind=subject[0] if subject else None,
        subject_id=subject[1] if subject else None,
    )
    session.add(made)
    session.flush()
    made.text_sealed = sealed.keep(made, "text", text)
    made.contact_sealed = sealed.keep(made, "contact", contact)
    session.flush()
    journal.write("file", "complaint", made.id, actor=actor, states=(None, made.state), place=made.place_id)
    notices.received(made)
    return made


def _check_count(person_id: int) -> None:
    most, now, day = config.settings().complaints_per_day, clock.now(), timedelta(days=1)
    of_a_day = (Complaint.person_id == person_id, Complaint.filed_at > now - day)
    filed = session.scalars(sa.select(Complaint.filed_at).where(*of_a_day)).all()
    if len(filed) >= most:
        raise TooManyComplaints(most=most).retry_after((min(filed, default=now) + day - now).total_seconds())


def _place(complaint_kind: str, about: str, community_id: int | None) -> int:
    if community_id is None:
        return places.city_id()
    return _above(community_id, "city" if complaint_kind == ComplaintKind.RELIEF_REPORT else _LEVEL[about])


def _above(place_id: int, kind: str) -> int:
    """The organisation of a kind that a place belongs to; the place itself where it is of that kind."""
    return session.scalars(
        sa.select(Organisation.id)
        .join(Reach, Reach.ancestor_id == Organisation.id)
        .where(Reach.descendant_id == place_id, Organisation.kind == kind)
    ).one()


def _due() -> date:
    """COMPLAINT_DAYS of any kind, as the rules for complaints count; a free day goes on to the next working one."""
    return working_days.on_or_after(clock.today() + timedelta(days=config.settings().complaint_days))


def answer(complaint_id: int, text: str, *, actor: Actor) -> Complaint:
    """Whoever stands where it lies answers it, never who complained. The complainant is told at once."""
    found = lock_row(Complaint, complaint_id)
    transition(
        states.ANSWER,
        found,
        actor=actor,
        answer_sealed=sealed.keep(found, "answer", text),
        answered_by_id=actor.id,
        ended_at=clock.now(),
    )
    notices.answered(found)
    return found


def escalate(complaint_id: int, reason: str, *, actor: Actor | None) -> Complaint:
    """One level up, with a new deadline: staff who cannot decide it, or time. Raises NobodyAbove."""
    found = lock_row(Complaint, complaint_id)
    _lift(states.ESCALATE, found, reason, actor=actor)
    notices.escalated(found)
    return found


def appeal(complaint_id: int, reason: str, *, actor: Actor) -> Complaint:
    """The complainant is not content with the answer: the next level looks at it again, once."""
    found = lock_row(Complaint, complaint_id)
    _lift(
        states.APPEAL,
        found,
        None,
        actor=actor,
        text_sealed=sealed.keep(found, "text", f"{sealed.text(found)}\n\n【对答复的意见】{reason}"),
        appealed_at=clock.now(),
        answer_sealed=None,
        answered_by_id=None,
        ended_at=None,
    )
    notices.escalated(found)
    return found


def _lift(move: Any, found: Complaint, reason: str | None, *, actor: Actor | None, **facts: Any) -> None:
    here = places.get(found.place_id)

    def provided() -> None:
        if move is states.APPEAL and found.appealed_at is not None:
            raise AppealedOnce()
        if here.kind not in _ABOVE and move is states.ESCALATE:
            raise NobodyAbove()

    # The city reviews its own answers: there is nobody above it in this house.
    above = _above(found.place_id, _ABOVE[here.kind]) if here.kind in _ABOVE else here.id
    transition(
        move,
        found,
        actor=actor,
        precondition=provided,
        reason=reason,
        place_id=above,
        due_on=_due(),
        reminded_at=None,
        **facts,
    )


def withdraw(complaint_id: int, *, actor: Actor) -> Complaint:
    """The complainant takes it back."""
    found = lock_row(Complaint, complaint_id)
    transition(states.WITHDRAW, found, actor=actor, ended_at=clock.now())
    return found


def leave(person_id: int) -> None:
    """The complainant cancels their account: what they said is still answered, but nobody is named or called."""
    session.execute(
        sa.update(Complaint)
        .where(Complaint.person_id == person_id)
        .values(anonymous=True, contact_sealed=None),
        execution_options={"synchronize_session": False},
    )


def erase_texts(complaint_id: int, *, ended_before: datetime) -> None:
    """What was said and answered goes; that there was a complaint, and how long it took, stays."""
    found = lock_row(Complaint, complaint_id)
    if found.ended_at is None or found.ended_at >= ended_before:
        return
    found.text_sealed, found.contact_sealed = None, None
    if found.answer_sealed is not None:
        found.answer_sealed = sealed.keep(found, "answer", "（已按期删除）")
    session.flush()
