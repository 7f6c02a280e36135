"""What is done on the page of a place: added below it, renamed, moved, merged, closed, opened again."""

from collections.abc import Callable
from typing import Any

from backend import reorganising
from backend.console.frame.page import Staff, page, redirect_with_message, render, run_form
from backend.console.people.place_forms import filled, forms_for, possible
from backend.people.permissions import Permission
from backend.reports import communities


def _change(name: str, place_id: int, work: Callable[[Any], Any], done: str) -> Any:
    """The form of that name was sent: on to the page of what the verb answers, or to the same page with what is wrong."""
    found = communities.place(place_id)
    if name not in possible(found):
        # The city itself is neither moved nor closed; what was closed meanwhile is only opened again.
        return redirect_with_message("console.place", "这个组织现在不能这样办", place_id=place_id)
    form = filled(name, found)
    if run_form(form, lambda: work(form)):
        return redirect_with_message("console.place", done.format(found.name), place_id=form.outcome.id)
    found = communities.place(place_id)
    return render("places/place.html", place=found, forms=forms_for(found, form))


@page("/places/<id:place_id>/add", guard=Permission.ORGANISATION_MANAGE, methods=("POST",))
def add_place(staff: Staff, place_id: int) -> Any:
    def work(form: Any) -> Any:
        told = (form.kind.data, form.place_name.data, form.short.data or None)
        return reorganising.add(place_id, *told, reason=form.reason.data, actor=staff)

    return _change("add", place_id, work, "已在“{}”下面新增")


@page("/places/<id:place_id>/rename", guard=Permission.ORGANISATION_MANAGE, methods=("POST",))
def rename_place(staff: Staff, place_id: int) -> Any:
    def work(form: Any) -> Any:
        told = (form.place_name.data, form.short.data)
        return reorganising.rename(place_id, *told, reason=form.reason.data, actor=staff)

    return _change("rename", place_id, work, "“{}”已改名")


@page("/places/<id:place_id>/cap", guard=Permission.ORGANISATION_MANAGE, methods=("POST",))
def cap_place(staff: Staff, place_id: int) -> Any:
    def work(form: Any) -> Any:
        return reorganising.set_wish_cost_cap(place_id, form.cap.data, reason=form.reason.data, actor=staff)

    return _change("cap", place_id, work, "“{}”的心愿金额上限已修改")


@page("/places/<id:place_id>/move", guard=Permission.ORGANISATION_MANAGE, methods=("POST",))
def move_place(staff: Staff, place_id: int) -> Any:
    def work(form: Any) -> Any:
        return reorganising.move(place_id, form.parent.data, reason=form.reason.data, actor=staff)

    return _change("move", place_id, work, "“{}”已划归这里")


@page("/places/<id:place_id>/merge", guard=Permission.ORGANISATION_MANAGE, methods=("POST",))
def merge_place(staff: Staff, place_id: int) -> Any:
    def work(form: Any) -> Any:
        return reorganising.merge(place_id, form.into.data, reason=form.reason.data, actor=staff)

    return _change("merge", place_id, work, "“{}”已并入这里")


@page("/places/<id:place_id>/close", guard=Permission.ORGANISATION_MANAGE, methods=("POST",))
def close_place(staff: Staff, place_id: int) -> Any:
    def work(form: Any) -> Any:
        return reorganising.close(place_id, reason=form.reason.data, actor=staff)

    return _change("close", place_id, work, "“{}”已撤销")


@page("/places/<id:place_id>/reopen", guard=Permission.ORGANISATION_MANAGE, methods=("POST",))
def reopen_place(staff: Staff, place_id: int) -> Any:
    def work(form: Any) -> Any:
        return reorganising.reopen(place_id, reason=form.reason.data, actor=staff)

    return _change("reopen", place_id, work, "“{}”已恢复")
