"""合并档案: two records of one person become one, asked for by oneself or begun by staff, agreed to by another one.

Points go over lot by lot, hours and orders and all the rest with them, in one transaction; afterwards the one record is
gone. What is append-only goes on naming it, and is read as the other one's (`people.one_person`).
"""

from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from backend import clock, crypto, journal, text
from backend.db import lock_row, savepoint, session
from backend.errors import NotFound, Refused, StateConflict
from backend.identity import sessions
from backend.identity.models import Session
from backend.jobs import Job
from backend.journal import Actor, JournalLine
from backend.ledger.merging import move_points
from backend.lifecycle import FourEyes, authorize, transition
from backend.moves import check_source
from backend.outbox.actions import notify
from backend.people import (
    accounts,
    one_person,
    permissions,
    proxies,
    sealed,
    security_events,
    sign_ins,
    states,
)
from backend.people.kinds import MergeState, PersonState, SecurityEventKind
from backend.people.models import Person, Residency
from backend.people.permissions import Permission
from backend.people.person_merges import PersonMerge
from backend.people.sameness import name_key
from backend.rights import merge_checks, merge_rows
from backend.volunteering.record_queries import minutes_of

RECOVERIES_A_DAY = 3
_DAY = timedelta(days=1)
# What came in with a request that was on its way is brought after the rest within so long.
FOLLOWED = timedelta(hours=3)


class RecoveryNeedsPhone(StateConflict):
    message = "请先用“获取手机号”登记手机号，再申请找回原来的档案"


class TooManyRecoveries(Refused):
    code, message = 42998, "一天最多申请找回 {most} 次，请明天再来，或带证件到社区办理"


class MergeSamePerson(StateConflict):
    message = "这是同一份档案，请选择另一份"


class MergeGone(StateConflict):
    message = "其中一份档案已经合并或注销，请刷新"


class MergeOpen(StateConflict):
    message = "要并入的档案已有一份合并申请在等处理"


# --- asked for by oneself ----------------------------------------------------------------------------


def ask(real_name: str, card_number: str | None = None, *, actor: Actor) -> None:
    """Somebody with a phone says that they have been here before. Whether something was found is told to nobody but
    the staff: the answer, and what is looked up for it, are the same.

    Raises RecoveryNeedsPhone, TooManyRecoveries.
    """
    me = lock_row(Person, actor.id)
    if me.phone_index is None:
        raise RecoveryNeedsPhone()
    _count(actor.id)
    journal.write("recover", "person", actor.id, actor=actor)
    found = _other_record(me, real_name, card_number)
    place = _community_of(found.id if found else me.id) or _community_of(me.id)
    if found is None or place is None:
        return
    try:
        with savepoint():
            _add(found.id, me.id, place, MergeState.ASKED, actor=actor)
    except sa.exc.IntegrityError:
        # It is asked for already, by whoever it was: the staff look at the proof anyway.
        return


def _count(person_id: int) -> None:
    line, now = JournalLine, clock.now()
    asked = session.scalars(
        sa.select(line.at)
        .where(line.subject_kind == "person", line.subject_id == person_id, line.verb == "recover")
        .where(line.at > now - _DAY)
    ).all()
    if len(asked) >= RECOVERIES_A_DAY:
        again = min(asked) + _DAY - now
        raise TooManyRecoveries(most=RECOVERIES_A_DAY).retry_after(again.total_seconds())


def _other_record(me: Person, real_name: str, card_number: str | None) -> Person | None:
    """The one with this name and this card, or else this name and my phone."""
    phone, card = sealed.phone(me) or "", text.card(card_number or "")
    others = (Person.state == PersonState.ACTIVE, Person.id != me.id)
    by_card = Person.card_number == card
    by_phone = Person.phone_index.in_(crypto.blind_indexes("phone", phone))
    rows = session.scalars(sa.select(Person).where(*others, sa.or_(by_card, by_phone)).order_by(Person.id))
    named = [one for one in rows if name_key(sealed.real_name(one) or "") == name_key(real_name)]
    with_card = [one for one in named if card and one.card_number == card]
    return next(iter(with_card or ([] if card else named)), None)


def _community_of(person_id: int) -> int | None:
    return session.scalar(sa.select(Residency.community_id).where(Residency.person_id == person_id))


# --- by staff ----------------------------------------------------------------------------------------


def begin(from_id: int, into_id: int, proof: str, reason: str, *, actor: Actor) -> PersonMerge:
    """Who saw the proof proposes that `from_id` goes and `into_id` remains.

    Raises NotFound unless one of them lives where the clerk works, and the other one there as well or nowhere yet;
    FourEyes for oneself and for a second account with one's own number; MergeSamePerson, MergeOpen, InvalidInput.
    """
    place = _place(from_id, into_id, actor)
    journal.check_reason(reason)
    if from_id == into_id:
        raise MergeSamePerson()
    _refuse_own(from_id, into_id, actor)
    _lock_both(from_id, into_id)
    try:
        with savepoint():
            made = _add(from_id, into_id, place, MergeState.PROPOSED, proof, reason, actor=actor)
    except sa.exc.IntegrityError:
        raise MergeOpen() from None
    _tell_proposed(made)
    return made


def _place(from_id: int, into_id: int, actor: Actor) -> int:
    """The community whose staff decide: where the remaining record lives, or else the other one."""
    active = sa.select(sa.func.count()).where(
        Person.id.in_((from_id, into_id)), Person.state == PersonState.ACTIVE
    )
    homes = [home for one in (into_id, from_id) if (home := _community_of(one)) is not None]
    there = all(permissions.appointed(actor.id, Permission.PERSON_MERGE, home) for home in homes)
    if session.scalar(active) != len({from_id, into_id}) or not homes or not there:
        raise NotFound()
    return homes[0]


def _refuse_own(from_id: int, into_id: int, actor: Actor) -> None:
    both = (from_id, into_id)
    if actor.id in both or any(accounts.same_phone(one, actor.id) for one in both):
        raise FourEyes()


def _add(
    from_id: int,
    into_id: int,
    place: int,
    state: MergeState,
    proof: str | None = None,
    reason: str | None = None,
    *,
    actor: Actor,
) -> PersonMerge:
    made = PersonMerge(
        community_id=place, from_id=from_id, into_id=into_id, state=state, begun_at=clock.now()
    )
    if state == MergeState.PROPOSED:
        made.proof, made.reason = proof, crypto.without_numbers(reason or "")
        made.proposed_by_id, made.proposed_at = actor.id, clock.now()
    session.add(made)
    session.flush()
    verb = "begin" if state == MergeState.PROPOSED else "ask"
    journal.write(
        verb, "person_merge", made.id, actor=actor, states=(None, state), reason=made.reason, place=place
    )
    return made


def propose(
    merge_id: int, proof: str, reason: str, from_id: int | None = None, *, actor: Actor
) -> PersonMerge:
    """Who saw the proof of what somebody asked for; `from_id` where it is another record than was found.

    Raises as `begin`, and MergeDecided.
    """
    row = lock_row(PersonMerge, merge_id)
    authorize(states.PROPOSE_MERGE, row, actor)
    check_source(states.PROPOSE_MERGE, row)
    gone_id = from_id or row.from_id
    if gone_id != row.from_id:
        _place(gone_id, row.into_id, actor)
    _refuse_own(gone_id, row.into_id, actor)
    if gone_id == row.into_id:
        raise MergeSamePerson()
    facts: dict[str, Any] = {"from_id": gone_id, "proof": proof}
    told: dict[str, Any] = {"proposed_by_id": actor.id, "proposed_at": clock.now()}
    try:
        with savepoint():
            row.reason = crypto.without_numbers(reason)
            transition(states.PROPOSE_MERGE, row, actor=actor, reason=reason, permitted=True, **facts, **told)
    except sa.exc.IntegrityError:
        raise MergeOpen() from None
    _tell_proposed(row)
    return row


def _tell_proposed(row: PersonMerge) -> None:
    """Both records hear of it, so that whoever did not want it can say so before it is done."""
    for one in (row.from_id, row.into_id):
        notify(
            one,
            "merge_proposed",
            "有人提出合并您的档案",
            "社区工作人员提出把您的两份档案合成一份，正在等另一位工作人员复核。如果不是您要求的，请马上联系社区。",
            subject=("person_merge", row.id),
        )


def reject(merge_id: int, reason: str, *, actor: Actor) -> PersonMerge:
    """Nothing is joined, and who asked is told why. Raises FourEyes, MergeDecided."""
    row = lock_row(PersonMerge, merge_id)
    told: dict[str, Any] = {"decided_by_id": actor.id, "decided_at": clock.now(), "decision_reason": reason}
    transition(states.REJECT_MERGE, row, actor=actor, reason=reason, **told)
    notify(
        row.into_id,
        "merge_rejected",
        "档案没有合并",
        f"您的两份档案没有合并，原因：{reason}",
        subject=("person_merge", row.id),
    )
    return row


def approve(merge_id: int, *, actor: Actor) -> PersonMerge:
    """Another one of the staff agrees: from now on there is one record.

    Both persons are locked in the order of their ids, then both purses: whoever spends, signs up or decides meanwhile
    comes before it or finds the record gone. Raises FourEyes, MergeDecided, MergeGone, and what `merge_checks` refuses.
    """
    row = lock_row(PersonMerge, merge_id)
    authorize(states.APPROVE_MERGE, row, actor)
    check_source(states.APPROVE_MERGE, row)
    _refuse_own(row.from_id, row.into_id, actor)
    gone_id, remaining_id = row.from_id, row.into_id
    _lock_both(gone_id, remaining_id)
    merge_checks.refuse(gone_id, remaining_id)
    minutes = minutes_of([gone_id]).get(gone_id, 0)
    points = _join(row, actor)
    told: dict[str, Any] = {
        "decided_by_id": actor.id,
        "decided_at": clock.now(),
        "points": points,
        "minutes": minutes,
    }
    transition(states.APPROVE_MERGE, row, actor=actor, permitted=True, **told)
    facts = {"into": remaining_id, "merge": merge_id}
    gone = (PersonState.ACTIVE, PersonState.MERGED)
    journal.write("merge", "person", gone_id, actor=actor, states=gone, place=row.community_id, facts=facts)
    title = f"原来的档案并入了这份，带来 {points} 积分、{minutes} 分钟服务时长"
    security_events.record(remaining_id, SecurityEventKind.MERGE, title)
    return row


def _lock_both(*ids: int) -> None:
    """In the order of their ids, after what they act for and who acts for them. Raises MergeGone where one of them is no
    record any more."""
    for one in sorted(ids):
        proxies.hold(one)
    for one in sorted(ids):
        if lock_row(Person, one).state != PersonState.ACTIVE:
            raise MergeGone()


def _join(row: PersonMerge, actor: Actor) -> int:
    """Points, rows, facts and sign-ins; answers the points."""
    gone_id, remaining_id = row.from_id, row.into_id
    points = move_points(gone_id, remaining_id, merge_id=row.id, community_id=row.community_id, actor=actor)
    newer = _signed_in_last(gone_id) > _signed_in_last(remaining_id)
    gone = session.get_one(Person, gone_id)
    openid, card, facts = gone.openid, gone.card_number, _said_of(gone)
    sessions.close_all(gone_id)
    merge_rows.move(gone_id, remaining_id)
    one_person.join(gone_id, remaining_id)
    stays = session.get_one(Person, remaining_id)
    _keep_facts(stays, card, *facts)
    _keep_sign_in(stays, openid, newer)
    session.flush()
    return points


def _said_of(gone: Person) -> tuple[str, str | None, str | None, int | None]:
    return gone.nickname, sealed.real_name(gone), sealed.phone(gone), gone.birth_year


def _keep_facts(
    stays: Person,
    card: str | None,
    nickname: str,
    real_name: str | None,
    phone: str | None,
    birth_year: int | None,
) -> None:
    """What the remaining record does not say yet, it learns from the other one."""
    stays.card_number = stays.card_number or card
    stays.nickname = stays.nickname or nickname
    stays.birth_year = stays.birth_year or birth_year
    if stays.real_name_sealed is None:
        sealed.keep_real_name(stays, real_name)
    if stays.phone_sealed is None:
        sealed.keep_phone(stays, phone)


def _keep_sign_in(stays: Person, openid: str | None, newer: bool) -> None:
    """Both WeChat accounts sign in to it; the one that did so last gets the messages."""
    if openid is None:
        return
    before, stays.openid = stays.openid, openid if newer or stays.openid is None else stays.openid
    session.flush()
    if before is not None:
        sign_ins.keep_another(stays.id, before if newer else openid)


def _signed_in_last(person_id: int) -> float:
    last = session.scalar(sa.select(sa.func.max(Session.created_at)).where(Session.person_id == person_id))
    return last.timestamp() if last else 0.0


# --- what was on its way -----------------------------------------------------------------------------


def to_follow() -> list[int]:
    """Merges of these hours: a request of the record that went may have been on its way."""
    fresh = (PersonMerge.state == MergeState.APPROVED, PersonMerge.decided_at > clock.now() - FOLLOWED)
    return list(session.scalars(sa.select(PersonMerge.id).where(*fresh)))


def follow(merge_id: int) -> None:
    """Brings what came in since; mostly nothing."""
    row = lock_row(PersonMerge, merge_id)
    remaining_id = one_person.remaining_id(row.from_id)
    for one in sorted((row.from_id, remaining_id)):
        proxies.hold(one)
    for one in sorted((row.from_id, remaining_id)):
        lock_row(Person, one)
    approved_by = session.get_one(Person, row.decided_by_id)
    move_points(row.from_id, remaining_id, merge_id=row.id, community_id=row.community_id, actor=approved_by)
    merge_rows.move(row.from_id, remaining_id)


def one(merge_id: int, *, actor: Actor) -> PersonMerge:
    """One in a place of this member of staff. Raises NotFound."""
    found = session.get(PersonMerge, merge_id)
    if found is None or not permissions.appointed(actor.id, Permission.PERSON_MERGE, found.community_id):
        raise NotFound()
    return found


JOBS = [Job("rights.follow_merges", 3600, to_follow, follow)]
