"""Who is told what of a ticket, by stage: its number and what it is about, never its words or a name."""

from collections.abc import Iterable, Sequence

import sqlalchemy as sa

from backend import clock
from backend.db import session
from backend.organisations import queries as places
from backend.outbox.actions import Telling, notify_many
from backend.people.kinds import PersonState
from backend.people.models import Person
from backend.tickets import acting
from backend.tickets.holding_models import Assignment, Follower
from backend.tickets.models import Ticket


def received(ticket: Ticket) -> None:
    _notify_reporters([ticket], "ticket_received", "事项已收到", "您上报的“{title}”已收到，编号 {number}。")


def dispatched(ticket: Ticket) -> None:
    """The reporter learns who has it, and until when; the holder that there is something new."""
    name = places.get(ticket.lead_id or 0).name
    body = f"“{{title}}”（{{number}}）由{name}办理，期限 {_day(ticket)}。"
    _notify_reporters([ticket], "ticket_assigned", "事项有人办理了", body)
    body = f"新事项“{{title}}”（{{number}}），请签收，期限 {_day(ticket)}。"
    _notify(_holders(ticket), ticket, "ticket_to_handle", "有新的事项", body)


def helping(ticket: Ticket, organisation_id: int) -> None:
    body = "请协同办理“{title}”（{number}）。"
    _notify(acting.people_of(organisation_id), ticket, "ticket_to_handle", "请协同办理", body)


def decided(ticket: Ticket) -> None:
    body = "“{title}”（{number}）的退回申请没有同意，仍由您单位办理，期限不变。"
    _notify(_holders(ticket), ticket, "ticket_decided", "退回申请已裁定", body)


def asked(ticket: Ticket) -> None:
    _notify_reporters(
        [ticket], "ticket_asked", "请补充情况", "办理单位请您补充“{title}”（{number}）的情况，补充前不计时。"
    )


def extended(ticket: Ticket) -> None:
    body = f"“{{title}}”（{{number}}）的期限延长到 {_day(ticket)}。"
    _notify_reporters([ticket], "ticket_extended", "期限延长了", body)
    _notify(_holders(ticket), ticket, "ticket_decided", "延期已同意", body)


def answered(tickets: Sequence[Ticket]) -> None:
    """Each of those that are answered together, and who follows them."""
    body = "“{title}”（{number}）已有答复，请看看解决了没有。"
    _notify_reporters(tickets, "ticket_answered", "事项有答复了", body)
    rows = session.execute(
        sa.select(Follower.ticket_id, Follower.person_id).where(
            Follower.ticket_id.in_([one.id for one in tickets])
        )
    ).all()
    by_id = {one.id: one for one in tickets}
    follow = "您关注的“{title}”（{number}）已有答复。"
    notify_many(
        [
            _telling(person, by_id[one], "ticket_answered", "关注的事项有答复了", follow)
            for one, person in rows
        ]
    )


def reopened(ticket: Ticket) -> None:
    body = f"“{{title}}”（{{number}}）没有解决，第 {ticket.round} 次办理，期限 {_day(ticket)}。"
    _notify(_holders(ticket), ticket, "ticket_reopened", "事项重新办理", body)


def ended(ticket: Ticket) -> None:
    """Not one of ours, or lawfully answered before: the way, or why, stands on the ticket."""
    _notify_reporters([ticket], "ticket_ended", "事项已有结果", "“{title}”（{number}）已有结果，请查看说明。")


def _day(ticket: Ticket) -> str:
    return f"{clock.business_day(ticket.due_at):%Y年%m月%d日}" if ticket.due_at else ""


def _holders(ticket: Ticket) -> list[int]:
    live = session.scalars(
        sa.select(Assignment.organisation_id).where(
            Assignment.ticket_id == ticket.id, Assignment.ended_at.is_(None), Assignment.part == "lead"
        )
    )
    return sorted({person for organisation_id in live for person in acting.people_of(organisation_id)})


def _notify(people: Iterable[int], ticket: Ticket, kind: str, title: str, body: str) -> None:
    notify_many([_telling(person, ticket, kind, title, body) for person in people])


def _notify_reporters(tickets: Sequence[Ticket], kind: str, title: str, body: str) -> None:
    """Who wants to hear of it, and is here."""
    ids = {one.reporter_id for one in tickets if one.reporter_id is not None and one.reply_wanted}
    here = set(
        session.scalars(sa.select(Person.id).where(Person.id.in_(ids), Person.state == PersonState.ACTIVE))
    )
    notify_many(
        [_telling(one.reporter_id or 0, one, kind, title, body) for one in tickets if one.reporter_id in here]
    )


def _telling(person_id: int, ticket: Ticket, kind: str, title: str, body: str) -> Telling:
    said = body.format(title=ticket.title, number=ticket.number)
    return Telling(person_id, kind, title, said, subject=("ticket", ticket.id))
