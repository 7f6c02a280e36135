"""What every decision page shares: a reason in ready-made sentences or one's own words, and what comes next."""

from collections.abc import Callable
from typing import Any

from backend.console.frame.forms import Form, choice, lines


class ReasonedForm(Form):
    """A ready-made sentence or one's own words."""

    ready = choice("常用说法", needed=False)
    reason = lines("告诉许愿人的话", most=200, rows=3)


def with_sentences(form: Any, ready: tuple[str, ...]) -> Any:
    """Puts the ready-made sentences into the form's list; without JavaScript the chosen one is the reason."""
    if "ready" in form:
        form.ready.choices = {"": "自己写，或选一句再改", **{one: one for one in ready}}
        if not form.reason.raw_data or not form.reason.raw_data[0]:
            form.reason.process_data(form.ready.data or "")
            form.reason.raw_data = [form.ready.data] if form.ready.data else form.reason.raw_data
    return form


def following(after: int, wanted: Callable[[int | None], list[Any]]) -> Any | None:
    """The next of a queue behind this one; at its end the first of what was left for later."""
    found = [one for one in wanted(after) if one.id != after] or [
        one for one in wanted(None) if one.id != after
    ]
    return found[0] if found else None
