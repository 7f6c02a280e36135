"""首次登录链接: slips for staff without a way in, printed by one administrator and confirmed by another."""

from typing import Any

from flask import request, url_for

from backend import config
from backend.console.frame.decisions import Address, Decision, Queue, home, register
from backend.console.frame.forms import JustDo
from backend.console.frame.page import Staff, page, render, run_form
from backend.identity import first_links
from backend.people import queries as people
from backend.people.permissions import Permission


@page("/appointments/links", guard=Permission.APPOINTMENT_GRANT)
def first_links_page(staff: Staff) -> Any:
    """Who has no way in yet, to be chosen from."""
    return _page(staff, JustDo(formdata=None))


def _page(staff: Staff, form: Any) -> Any:
    shown = first_links.newcomers(actor=staff)
    total = first_links.how_many(actor=staff) if len(shown) == first_links.MOST else len(shown)
    return render("first_links/page.html", form=form, shown=shown, total=total, days=first_links.STANDS.days)


@page("/appointments/links/print", guard=Permission.APPOINTMENT_GRANT, methods=("POST",))
def print_first_links(staff: Staff) -> Any:
    """The codes are on the answer to the form and nowhere else: no redirect, and nothing that keeps them."""
    form = JustDo()
    chosen = request.form.getlist("person", type=int)
    if not run_form(form, lambda: first_links.create(chosen, actor=staff)):
        return _page(staff, form)
    batch, slips = form.outcome
    address = config.settings().public_address or request.host_url.rstrip("/")
    return render(
        "first_links/slips.html",
        slips=slips,
        by_one=batch.by_one,
        until=batch.expires_at,
        address=f"{address}{url_for('console.enter_by_link')}",
    )


def _titles(rows: list[Any]) -> list[str]:
    names = people.officer_names({row.made_by_id for row in rows})
    return [f"{names[row.made_by_id]}打印的 {row.links} 个链接" for row in rows]


def _facts(staff: Staff, link_batch_id: int) -> dict[str, Any]:
    return {"batch": first_links.view_batch(link_batch_id, actor=staff)}


QUEUE = register(
    Queue(
        kind="确认首次登录链接",
        word=Permission.APPOINTMENT_GRANT,
        find=first_links.to_confirm,
        titles=_titles,
        since=lambda row: row.made_at,
        place=lambda row: row.place_id,
        one=Address("/first-links/<id:link_batch_id>", "decide_first_links"),
        template="first_links/decide.html",
        facts=_facts,
        then=home,
        decisions=(
            Decision(
                name="grant",
                label="确认，可以登录",
                key=1,
                address=Address("/first-links/<id:link_batch_id>", "decided_first_links"),
                verb=lambda one, _form, actor: first_links.decide(one, True, actor=actor),
                done=lambda _form: "已确认，这些链接可以用了",
            ),
            Decision(
                name="refuse",
                label="不同意",
                key=2,
                address=Address("/first-links/<id:link_batch_id>", "decided_first_links"),
                verb=lambda one, _form, actor: first_links.decide(one, False, actor=actor),
                done=lambda _form: "没有同意，这些链接已作废",
            ),
        ),
    )
)
