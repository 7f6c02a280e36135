"""日志: who did what, when, why. For the auditor: filters, nothing unmasked, nothing that can be changed."""

from datetime import date
from typing import Any

from flask import request

from backend.console.frame import things
from backend.console.frame.forms import Form, choice, day
from backend.console.frame.journal_words import BY_KIND, KINDS, VERBS
from backend.console.frame.page import Staff, asked_number, asked_page, next_page_url, page, render
from backend.people import journal_queries
from backend.people import queries as people
from backend.people.permissions import Permission

PAGE = 100


class Filters(Form):
    class Meta(Form.Meta):
        csrf = False

    kind = choice("对象", KINDS, needed=False)
    verb = choice("做了什么", needed=False)
    first = day("从", needed=False)
    last = day("到", needed=False)


def _verbs(asked: str) -> tuple[str, tuple[str, ...]]:
    """A deed of the list is of one kind of thing: `wish:accept`, or `person:create+register` where two are called alike.
    A verb alone is of all kinds."""
    kind, colon, deeds = asked.partition(":")
    if not colon:
        return "", journal_queries.OPENINGS if asked == "openings" else (asked,) if asked else ()
    return kind, tuple(deeds.split("+"))


def _asked(form: Filters) -> dict[str, Any]:
    def day_of(field: Any) -> date | None:
        return field.data if not field.errors else None

    kind, verbs = _verbs(form.verb.data or "")
    return {
        "subject_kind": kind or form.kind.data,
        "subject_id": asked_number("subject"),
        "actor_id": asked_number("actor"),
        "verbs": verbs,
        "first": day_of(form.first),
        "last": day_of(form.last),
    }


@page("/journal", guard=Permission.JOURNAL_READ)
def journal(staff: Staff) -> Any:
    form = Filters(request.args)
    asked = form.verb.data or ""
    # An address may still ask for a verb of all kinds; the list has the deeds of each kind under its name.
    alone = {asked: VERBS[asked]} if asked in VERBS else {}
    general = {"": "全部", "openings": "查看个人信息（全部）", **alone}
    form.verb.choices = {"所有对象": list(general.items()), **BY_KIND}
    form.kind.choices = {"": "全部", **KINDS}
    form.validate()
    lines, following = asked_page(journal_queries.lines(_asked(form), actor=staff), PAGE)
    many = journal_queries.many_openings(actor=staff)
    return render(
        "journal/page.html",
        form=form,
        lines=journal_queries.view_lines(lines),
        called=things.names((one.subject_kind, one.subject_id) for one in lines),
        many=many,
        many_openings=journal_queries.MANY_OPENINGS,
        names=people.masked_names({one.actor_id for one in many}),
        kinds=KINDS,
        following=following and next_page_url(following),
    )
