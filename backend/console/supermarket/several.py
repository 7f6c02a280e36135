"""Several orders approved at once, on a day that has many: those that are ticked, each decided for itself."""

from typing import Any

from flask import flash, request
from wtforms.validators import InputRequired

from backend.console.frame.forms import Form, ticks
from backend.console.frame.page import Staff, page, redirect_with_message, render, run_in_parts
from backend.db import transaction
from backend.errors import Refused
from backend.people.permissions import Permission
from backend.supermarket import list_queries, queues
from backend.supermarket.actions import approvals

# So many stand on the page: what can be read before it is ticked.
MOST = 50


class SeveralForm(Form):
    orders = ticks("要通过的", {}, validators=[InputRequired("请先勾选要通过的")])


@page("/redemptions/several", guard=Permission.REDEMPTION_APPROVE, methods=("GET", "POST"))
def approve_several(staff: Staff) -> Any:
    """What waits for this clerk, with nothing ticked beforehand. One that cannot be approved any more keeps nobody else
    from theirs: it is told, with the reason."""
    waiting = list_queries.rows(queues.to_approve(actor=staff).rows(MOST), actor=staff)
    form = SeveralForm()
    form.orders.choices = {str(one.id): one.number for one in waiting}
    if request.method == "POST" and run_in_parts(
        form, lambda: _approve([int(one) for one in form.orders.data], staff)
    ):
        done, failed = form.outcome
        for sentence in failed:
            flash(sentence)
        return redirect_with_message("console.redemptions", f"已通过 {done} 张")
    return render("redemptions/several.html", form=form, waiting=waiting)


def _approve(ids: list[int], staff: Staff) -> tuple[int, list[str]]:
    """How many were approved, and of each other one why not."""
    failed = []
    for order_id in ids:
        try:
            with transaction():
                approvals.approve(order_id, actor=staff)
        except Refused as refusal:
            failed.append(f"有一张没有通过：{refusal.sentence}")
    return len(ids) - len(failed), failed
