"""合并档案: two records side by side; who saw the proof proposes that they become one, a colleague decides."""

from dataclasses import replace
from typing import Any

from flask import Response, request

from backend.console.frame import sentences
from backend.console.frame.decisions import Address, Decision, Queue, register, with_sentences
from backend.console.frame.forms import Form, choice, line, one_of
from backend.console.frame.page import Staff, page, redirect_with_message, render, run_form
from backend.console.frame.resident_form import WhoForm
from backend.journal import REASON_MAX
from backend.people import queries as people
from backend.people import queues, residents
from backend.people.kinds import MergeState
from backend.people.labels import MERGE_PROOFS
from backend.people.permissions import Permission
from backend.people.person_merges import PersonMerge
from backend.rights import merge_checks, merge_queries, merging


class ProposeForm(Form):
    proof = one_of("凭什么知道是同一个人", MERGE_PROOFS)
    ready = choice("常用说法", needed=False)
    reason = line("核实的情况", most=REASON_MAX, description="记入日志，复核的同事能看到；不要写证件号码")


class BeginForm(WhoForm):
    """From the page of the record that remains; the other one is searched for."""

    asked = line("要并入的另一份档案", most=40, looked_for=True, description="卡号、手机号或姓名")
    proof = one_of("凭什么知道是同一个人", MERGE_PROOFS)
    ready = choice("常用说法", needed=False)
    reason = line("核实的情况", most=REASON_MAX, description="记入日志，复核的同事能看到；不要写证件号码")

    def find_beside(self, staff: Staff, person_id: int) -> None:
        """A record does not become one with itself."""
        self.find(staff)
        self.person.choices = [(value, face) for value, face in self.person.choices if value != person_id]
        if len(self.person.choices) == 1:
            self.person.data = self.person.choices[0][0]


class RejectForm(Form):
    ready = choice("常用说法", needed=False)
    reason = line("为什么不合并", most=REASON_MAX, description="本人能看到")


@page("/people/<id:person_id>/merge", guard=Permission.PERSON_MERGE, methods=("GET", "POST"))
def begin_merge(staff: Staff, person_id: int) -> Any:
    person, home = residents.resident(staff, person_id, Permission.PERSON_MERGE)
    form = with_sentences(BeginForm(), sentences.MERGE)
    if request.method == "POST":
        form.find_beside(staff, person_id)

    def work() -> PersonMerge:
        return merging.begin(form.person.data, person_id, form.proof.data, form.reason.data, actor=staff)

    if request.method == "POST" and run_form(form, work):
        done = "已提出，等另一位同事复核"
        return redirect_with_message("console.person_merge", done, merge_id=form.outcome.id)
    return render(
        "merges/begin.html",
        form=form,
        person=residents.view_resident(staff, person, home, Permission.PERSON_MERGE),
    )


@page("/merges", guard=Permission.PERSON_MERGE)
def person_merges(staff: Staff) -> Any:
    rows = merge_queries.merges(actor=staff).rows(50)
    return render("merges/list.html", rows=merge_queries.view_merges(rows, actor=staff))


def _titles(rows: list[PersonMerge]) -> list[str]:
    names = people.masked_names({one.into_id for one in rows})
    return [f"{names[one.into_id]} 的两份档案" for one in rows]


def _facts(staff: Staff, merge_id: int) -> dict[str, Any] | Response:
    row = merging.one(merge_id, actor=staff)
    (shown,) = merge_queries.view_merges([row], actor=staff)
    still = row.state in (MergeState.ASKED, MergeState.PROPOSED)
    return {"row": shown, "conflicts": merge_checks.conflicts(row.from_id, row.into_id) if still else []}


_ONE = Address("/merges/<id:merge_id>", "person_merge")
REJECT = Decision(
    name="reject",
    label="不合并",
    key=2,
    address=Address("/merges/<id:merge_id>/reject", "reject_merge"),
    form=RejectForm,
    ready=sentences.REJECT_MERGE,
    verb=lambda one, form, actor: merging.reject(one, form.reason.data, actor=actor),
    done=lambda _form: "没有合并，本人会收到消息",
)
APPROVE = Decision(
    name="approve",
    label="是同一个人，合并",
    key=1,
    address=Address("/merges/<id:merge_id>/approve", "approve_merge"),
    verb=lambda one, _form, actor: merging.approve(one, actor=actor),
    done=lambda _form: "已合并，本人会收到消息",
)
PROPOSE = Decision(
    name="propose",
    label="核实过，提交复核",
    key=1,
    address=Address("/merges/asked/<id:merge_id>/propose", "propose_merge"),
    form=ProposeForm,
    ready=sentences.MERGE,
    unfolded=True,
    verb=lambda one, form, actor: merging.propose(one, form.proof.data, form.reason.data, actor=actor),
    done=lambda _form: "已提交，等另一位同事复核",
)
CHECK = register(
    Queue(
        kind="核实找回档案",
        word=Permission.PERSON_MERGE,
        find=queues.merges_to_check,
        titles=_titles,
        since=lambda row: row.begun_at,
        one=Address("/merges/asked/<id:merge_id>", "asked_merge"),
        template="merges/page.html",
        facts=_facts,
        finished="找回档案的申请都处理完了",
        decisions=(
            PROPOSE,
            replace(REJECT, address=Address("/merges/asked/<id:merge_id>/reject", "reject_asked_merge")),
        ),
    )
)
DECIDE = register(
    Queue(
        kind="复核合并档案",
        word=Permission.PERSON_MERGE,
        find=queues.merges_to_approve,
        titles=_titles,
        since=lambda row: row.proposed_at or row.begun_at,
        one=_ONE,
        template="merges/page.html",
        facts=_facts,
        finished="合并档案都复核完了",
        decisions=(APPROVE, REJECT),
    )
)
