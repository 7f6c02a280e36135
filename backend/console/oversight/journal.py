"""日志: who did what, when, why. For the auditor: filters, nothing unmasked, nothing that can be changed."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from flask import request

from backend import clock
from backend.console.frame.forms import Form, choice, day
from backend.console.frame.journal_words import KINDS, OPENINGS, VERBS
from backend.console.frame.page import Staff, asked_number, asked_page, next_page_url, page, render
from backend.db import session
from backend.journal import JournalLine
from backend.organisations import queries as places
from backend.organisations.models import Organisation
from backend.paging import KeysetQuery
from backend.people import permissions
from backend.people import queries as people
from backend.people.permissions import Permission

PAGE = 100
# Opening what is sealed needs a reason each time and has no limit: a day of calling back is many openings, and
# work must not stop. Who reviews is told of such days instead.
MANY_OPENINGS = 20
DAYS_LOOKED_AT = 7


class Filters(Form):
    class Meta(Form.Meta):
        csrf = False

    kind = choice("对象", KINDS, needed=False)
    verb = choice("做了什么", VERBS, needed=False)
    first = day("从", needed=False)
    last = day("到", needed=False)


def _lines(staff: Staff, asked: dict[str, Any]) -> KeysetQuery:
    """The lines asked for, newest first. Lines without a place are for whoever reads the whole city's."""
    wanted = sa.select(JournalLine).where(_within(staff))
    for column in ("subject_kind", "subject_id", "actor_id"):
        if asked.get(column):
            wanted = wanted.where(getattr(JournalLine, column) == asked[column])
    if asked["verb"]:
        verbs = OPENINGS if asked["verb"] == "openings" else (asked["verb"],)
        wanted = wanted.where(JournalLine.verb.in_(verbs))
    if asked["first"]:
        wanted = wanted.where(JournalLine.at >= clock.day_starts(asked["first"]))
    if asked["last"]:
        wanted = wanted.where(JournalLine.at < clock.day_ends(asked["last"]))
    return KeysetQuery(wanted, (JournalLine.id.desc(),))


def _within(staff: Staff) -> sa.ColumnElement[bool]:
    here = JournalLine.organisation_id.in_(permissions.reach_of(staff.id, Permission.JOURNAL_READ))
    return sa.or_(here, JournalLine.organisation_id.is_(None)) if _whole_city(staff) else here


@dataclass(frozen=True)
class Openings:
    """How often a person opened what is sealed on one day: something to look at, no measure of anybody."""

    day: date
    actor_id: int
    times: int


def _many_openings(staff: Staff) -> list[Openings]:
    """Of these last days, the newest first, and then as people were registered: nobody is ranked."""
    days = [clock.today() - timedelta(days=back) for back in range(DAYS_LOOKED_AT)]
    day = sa.case(*((JournalLine.at >= clock.day_starts(one), back) for back, one in enumerate(days)))
    wanted = (
        sa.select(day.label("back"), JournalLine.actor_id, sa.func.count().label("times"))
        .where(
            _within(staff),
            JournalLine.at >= clock.day_starts(days[-1]),
            JournalLine.verb.in_(OPENINGS),
            JournalLine.actor_id.is_not(None),
        )
        .group_by("back", JournalLine.actor_id)
        .having(sa.func.count() >= MANY_OPENINGS)
        .order_by("back", JournalLine.actor_id)
    )
    return [Openings(days[row.back], row.actor_id, row.times) for row in session.execute(wanted)]


def _whole_city(staff: Staff) -> bool:
    city = session.scalar(sa.select(Organisation.id).where(Organisation.kind == "city").limit(1))
    return city is not None and permissions.appointed(staff.id, Permission.JOURNAL_READ, city)


def _asked(form: Filters) -> dict[str, Any]:
    def day_of(field: Any) -> date | None:
        return field.data if not field.errors else None

    return {
        "subject_kind": form.kind.data,
        "subject_id": asked_number("subject"),
        "actor_id": asked_number("actor"),
        "verb": form.verb.data,
        "first": day_of(form.first),
        "last": day_of(form.last),
    }


@page("/journal", guard=Permission.JOURNAL_READ)
def journal(staff: Staff) -> Any:
    form = Filters(request.args)
    form.verb.choices = {"": "全部", "openings": "查看个人信息（全部）", **VERBS}
    form.kind.choices = {"": "全部", **KINDS}
    form.validate()
    lines, following = asked_page(_lines(staff, _asked(form)), PAGE)
    many = _many_openings(staff)
    return render(
        "journal/page.html",
        form=form,
        lines=lines,
        many=many,
        many_openings=MANY_OPENINGS,
        names=people.masked_names({one.actor_id for one in (*lines, *many) if one.actor_id}),
        places=places.names({line.organisation_id for line in lines if line.organisation_id}),
        kinds=KINDS,
        following=following and next_page_url(following),
    )
