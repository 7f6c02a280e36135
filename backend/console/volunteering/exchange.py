"""时长交换: service records on their way to the national system, what came back, and hours from elsewhere."""

import tempfile
from typing import Any

from flask import send_file

from backend import clock
from backend.console.frame.forms import Form, JustDo
from backend.console.frame.page import Staff, page, redirect_with_message, render, run_form
from backend.console.frame.uploads import UploadForm
from backend.imports import reading
from backend.people import residents
from backend.people.permissions import Permission
from backend.volunteering import record_queries
from backend.volunteering.actions import exchange as actions
from backend.volunteering.exchange import VERSION, FilePlatform


@page("/exchange", guard=Permission.SERVICE_RECORD_SYNCHRONISE)
def exchange(staff: Staff) -> Any:
    return _page(staff, JustDo(), UploadForm())


def _page(staff: Staff, form: Form, upload: Form, **told: Any) -> Any:
    waiting = actions.pending(actor=staff)
    facts = {"refused": [], **told}
    return render(
        "exchange/page.html",
        form=form,
        upload=upload,
        waiting=waiting,
        most=actions.MOST_RECORDS,
        version=VERSION,
        **facts,
    )


@page("/exchange/records", guard=Permission.SERVICE_RECORD_SYNCHRONISE, methods=("POST",))
def deliver_records(staff: Staff) -> Any:
    """What waits, as a file in the shape of the exchange; it goes on waiting until an answer says otherwise."""
    form = JustDo()
    # Sent and closed by the server, which removes it then.
    file = tempfile.TemporaryFile()  # noqa: SIM115
    try:
        written = run_form(
            form,
            lambda people: actions.note_delivery(people, actor=staff),
            precheck=lambda: actions.deliver(FilePlatform(file), actor=staff),
        )
        if not written:
            file.close()
            return _page(staff, form, UploadForm(formdata=None))
    except BaseException:
        file.close()
        raise
    file.seek(0)
    name = f"志愿服务记录_待同步_{clock.today()}.csv"
    return send_file(file, mimetype="text/csv", as_attachment=True, download_name=name)


@page(
    "/exchange/answers",
    guard=Permission.SERVICE_RECORD_SYNCHRONISE,
    methods=("POST",),
    largest=reading.MOST_BYTES,
)
def take_answers(staff: Staff) -> Any:
    """The file that came back: what it names as taken is synchronised from now on."""
    form = UploadForm()

    def read() -> FilePlatform:
        return FilePlatform(back=form.table())

    if not run_form(form, lambda back: actions.take_over_answers(back, actor=staff), precheck=read):
        return _page(staff, JustDo(), form)
    count, refused = form.outcome
    if refused:
        return _page(staff, JustDo(), UploadForm(formdata=None), refused=refused, count=count)
    return redirect_with_message("console.exchange", f"已同步 {count} 条服务记录")


@page("/people/<id:person_id>/hours", guard=Permission.PERSON_READ)
def hours_of_person(staff: Staff, person_id: int) -> Any:
    """This system's hours, and beside them, apart, those that other platforms hold."""
    found, home = residents.resident(staff, person_id)
    return render(
        "exchange/hours.html",
        person=residents.view_resident(staff, found, home),
        own=record_queries.totals(person_id),
        elsewhere=actions.held_elsewhere(person_id),
        may_import=staff.may(Permission.HOURS_ELSEWHERE_IMPORT),
    )
