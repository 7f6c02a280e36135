"""更正: a volunteer asks to have a record put right; other staff decide, with the old record before them."""

from typing import Any

from backend.console.frame import sentences
from backend.console.frame.decisions import Address, Decision, Queue, ReasonedForm, register
from backend.console.frame.page import Staff
from backend.people.permissions import Permission
from backend.volunteering import desk_queries, queues, record_queries
from backend.volunteering.actions import corrections as verbs
from backend.volunteering.record_models import Correction


class RejectCorrectionForm(ReasonedForm):
    pass


def _titles(found: list[Correction]) -> list[str]:
    records = record_queries.records_by_id({one.record_id for one in found})
    return [records[one.record_id].activity_name for one in found]


def _facts(staff: Staff, correction_id: int) -> dict[str, Any]:
    asked, record = desk_queries.correction(correction_id, actor=staff)
    return {
        "asked": record_queries.view_corrections([asked], actor=staff)[0],
        "record": record_queries.view_records([record])[0],
        "barred": staff.id in (asked.person_id, record.certified_by_id),
    }


# Once agreed to, a new record counts in the old one's place; the old one stays to be read.
QUEUE = register(
    Queue(
        kind="更正申请",
        word=Permission.SERVICE_RECORD_DECIDE,
        find=queues.corrections_to_decide,
        titles=_titles,
        since=lambda found: found.requested_at,
        listed=Address("/hours/corrections", "corrections"),
        list_template="hours/requests.html",
        list_facts=lambda _staff: {"title": "更正申请"},
        most=100,
        one=Address("/hours/corrections/<id:correction_id>", "correction"),
        template="hours/correction.html",
        facts=_facts,
        finished="更正申请都处理完了",
        decisions=(
            Decision(
                name="approve",
                label="同意更正",
                key=1,
                address=Address("/hours/corrections/<id:correction_id>/approve", "approve_correction"),
                verb=lambda one, _form, actor: verbs.approve(one, actor=actor),
                done=lambda _form: "已更正",
            ),
            Decision(
                name="reject",
                label="不同意",
                key=2,
                address=Address("/hours/corrections/<id:correction_id>/reject", "reject_correction"),
                form=RejectCorrectionForm,
                ready=sentences.REJECT_CORRECTION,
                send="不同意，告诉本人",
                verb=lambda one, form, actor: verbs.reject(one, form.reason.data, actor=actor),
                done=lambda _form: "已答复：不更正",
            ),
        ),
    )
)
