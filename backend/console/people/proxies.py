"""家人代办: staff ask somebody without WeChat whether a relative may act for them, and end it when they say so."""

from typing import Any

from flask import Response, make_response

from backend.console.frame.decisions import Address, Decision, Queue, register
from backend.console.frame.forms import Form, JustDo, one_of
from backend.console.frame.page import Staff, page, redirect_with_message, render, run_form
from backend.db import session
from backend.people import proxies, proxy_queries, residents
from backend.people.kinds import ProxyState
from backend.people.labels import PROXY_METHODS
from backend.people.masking import Level
from backend.people.models import Person
from backend.people.permissions import Permission
from backend.people.proxy_models import Proxy


class AgreeForm(Form):
    method = one_of("本人怎么同意的", PROXY_METHODS)


def _titles(found: list[Any]) -> list[str]:
    rows = [row for row, _place in found]
    return [f"{one.by_name} 想代 {one.for_name} 办事" for one in proxy_queries.view_of_two(rows)]


def _both_of(staff: Staff, proxy_id: int) -> dict[str, Any]:
    row = proxy_queries.one(proxy_id, actor=staff)
    (shown,) = proxy_queries.view_of_two([row])
    both = {
        name: residents.view_person(session.get_one(Person, one), Level.AT_WORK)
        for name, one in (("relative", shown.by_id), ("resident", shown.for_id))
    }
    return {"proxy": shown, **both}


def _facts(staff: Staff, proxy_id: int) -> dict[str, Any] | Response:
    """What waits for staff; anything else has a page that says how it stands."""
    shown = _both_of(staff, proxy_id)
    if shown["proxy"].state == ProxyState.ASKED and not shown["proxy"].has_phone:
        return shown
    return make_response(_page_of(staff, shown, JustDo(formdata=None)))


def _page_of(staff: Staff, shown: dict[str, Any], form: Form) -> Any:
    own = staff.id in (shown["proxy"].by_id, shown["proxy"].for_id)
    stands = shown["proxy"].state in (ProxyState.ASKED, ProxyState.AGREED)
    may_end = stands and not own and not shown["proxy"].has_phone
    return render("proxies/standing.html", **shown, form=form, may_end=may_end)


QUEUE = register(
    Queue(
        kind="家人代办",
        word=Permission.PROXY_ANSWER,
        find=proxy_queries.to_agree,
        titles=_titles,
        since=lambda found: found[0].asked_at,
        place=lambda found: found[1],
        identity=lambda found: found[0].id,
        listed=Address("/proxies", "proxies_waiting"),
        list_template="proxies/queue.html",
        one=Address("/proxies/<id:proxy_id>", "proxy"),
        template="proxies/page.html",
        facts=_facts,
        finished="家人代办都问过了",
        decisions=(
            Decision(
                name="agree",
                label="本人同意",
                key=1,
                address=Address("/proxies/<id:proxy_id>/agree", "agree_proxy"),
                form=AgreeForm,
                unfolded=True,
                verb=lambda one, form, actor: proxies.agree_for(one, form.method.data, actor=actor),
                done=lambda _form: "已登记，双方都会收到消息",
            ),
            Decision(
                name="decline",
                label="本人不同意",
                key=2,
                address=Address("/proxies/<id:proxy_id>/decline", "decline_proxy"),
                verb=lambda one, _form, actor: proxies.decline_for(one, actor=actor),
                done=lambda _form: "已登记，申请的人会收到消息",
            ),
        ),
    )
)


@page("/proxies/<id:proxy_id>/end", guard=Permission.PROXY_END, methods=("POST",))
def end_proxy(staff: Staff, proxy_id: int) -> Any:
    """The resident, who has no WeChat, asked for it."""
    form = JustDo()
    row: Proxy = proxy_queries.one(proxy_id, actor=staff)
    if run_form(form, lambda: proxies.end_for(proxy_id, actor=staff)):
        return redirect_with_message("console.person", "家人代办已结束，双方会收到消息", person_id=row.for_id)
    return _page_of(staff, _both_of(staff, proxy_id), form)
