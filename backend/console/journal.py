"""日志: who did what, when, why. For the auditor: filters, nothing unmasked, nothing that can be changed."""

from datetime import date
from typing import Any

import sqlalchemy as sa
from flask import request, url_for

from backend import clock
from backend.console.forms import Form, choice, day
from backend.console.frame import Staff, page, show
from backend.console.verbs import KINDS, OPENINGS, VERBS
from backend.db import session
from backend.journal import JournalLine
from backend.organisations import queries as places
from backend.organisations.models import Organisation
from backend.people import permissions
from backend.people import queries as people

PAGE = 100


class Filters(Form):
    class Meta(Form.Meta):
        csrf = False

    kind = choice("对象", KINDS, needed=False)
    verb = choice("做了什么", VERBS, needed=False)
    first = day("从", needed=False)
    last = day("到", needed=False)


def _lines(staff: Staff, asked: dict[str, Any]) -> list[JournalLine]:
    """A page of lines, newest first. Lines without a place are for whoever reads the whole city's."""
    reach = permissions.reach_of(staff.id, "journal:read")
    here = JournalLine.organisation_id.in_(reach)
    if _whole_city(staff):
        here = sa.or_(here, JournalLine.organisation_id.is_(None))
    wanted = sa.select(JournalLine).where(here)
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
    if asked["before"]:
        wanted = wanted.where(JournalLine.id < asked["before"])
    return list(session.scalars(wanted.order_by(JournalLine.id.desc()).limit(PAGE + 1)))


def _whole_city(staff: Staff) -> bool:
    city = session.scalar(sa.select(Organisation.id).where(Organisation.kind == "city").limit(1))
    return city is not None and permissions.appointed(staff.id, "journal:read", city)


def _asked(form: Filters) -> dict[str, Any]:
    def day_of(field: Any) -> date | None:
        return field.data if not field.errors else None

    return {
        "subject_kind": form.kind.data,
        "subject_id": request.args.get("subject", type=int),
        "actor_id": request.args.get("actor", type=int),
        "verb": form.verb.data,
        "first": day_of(form.first),
        "last": day_of(form.last),
        "before": request.args.get("before", type=int),
    }


@page("/journal", guard="journal:read")
def journal(staff: Staff) -> Any:
    form = Filters(request.args)
    form.verb.choices = {"": "全部", "openings": "查看个人信息（全部）", **VERBS}
    form.kind.choices = {"": "全部", **KINDS}
    form.validate()
    lines = _lines(staff, _asked(form))
    onto = {**request.args, "before": lines[PAGE - 1].id} if len(lines) > PAGE else None
    lines = lines[:PAGE]
    return show(
        "journal/page.html",
        form=form,
        lines=lines,
        names=people.masked_names({line.actor_id for line in lines if line.actor_id}),
        places=places.names({line.organisation_id for line in lines if line.organisation_id}),
        verbs=VERBS,
        kinds=KINDS,
        following=onto and url_for("console.journal", **onto),
    )
