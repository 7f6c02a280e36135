"""Suspending a person and letting them go on: what is decided (`people.suspensions`), and that they are told."""

from datetime import date, datetime

from backend.db import session
from backend.jobs import Job
from backend.journal import Actor
from backend.outbox.actions import notify
from backend.people import suspensions
from backend.people.models import Person
from backend.people.suspensions import Suspension, until_in_words
from backend.rights.freed import end_suspension, freed
from backend.volunteering.actions import leaders, sign_ups, waitlist

# What the person is told of, for their list of what happened to their account.
SUSPENDED, RESUMED = "suspended", "resumed"


def suspend(person_id: int, reason: str, until: date | datetime, *, actor: Actor) -> Suspension:
    """Stops a person at once, in every open session, and tells them why, until when, and how to object.

    Places in what begins before the end go to those who wait. Raises as `suspensions.suspend`.
    """
    waitlist.hold_of(person_id)
    made = suspensions.suspend(person_id, reason, until, actor=actor)
    given_back = sign_ups.give_back_until(made.until_at, actor=session.get_one(Person, person_id))
    notify(
        person_id,
        SUSPENDED,
        "您的账号已停用",
        f"停用到 {until_in_words(made.until_at)}，到期自动恢复。原因：{_bare(reason)}。停用期间可以查看、导出、投诉和注销。"
        f"{f'期间 {given_back} 个活动的名额已让出。' if given_back else ''}"
        "有不同意见，请在“投诉与建议”里提出，选“社区工作人员”，由街道答复。",
    )
    leaders.tell_of_absence(person_id)
    return made


def resume(person_id: int, reason: str, *, actor: Actor) -> Suspension:
    """Ends the suspension before its time. Raises as `suspensions.resume`."""
    with freed(person_id):
        found = suspensions.resume(person_id, reason, actor=actor)
    notify(person_id, RESUMED, "您的账号已恢复", f"您的账号已提前恢复使用，说明：{_bare(reason)}。")
    return found


def _bare(sentence: str) -> str:
    """Without its full stop, to stand inside another sentence."""
    return sentence.rstrip("。.")


JOBS = [Job("suspensions.end", 3600, suspensions.passed, end_suspension)]
