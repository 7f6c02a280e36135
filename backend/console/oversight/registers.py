"""台账: registers that fill themselves, as pages and as files. Masked, unless a reason is given and journaled."""

import re
import tempfile
from datetime import date
from typing import Any

from flask import Response, request, send_file, url_for

from backend.console.frame import things
from backend.console.frame.forms import Form, choice, day, line
from backend.console.frame.page import Staff, asked_number, page, redirect_to, render, run_form
from backend.console.oversight import quarterly_notices
from backend.errors import NotFound
from backend.people.permissions import Permission
from backend.registers import papers, reading, scopes
from backend.registers.definition import Cursor, Register, Scope
from backend.registers.hand_outs import LONGEST_REASON, MOST_ROWS, hand_out
from backend.reports import catalogue, public_names

PAGE = 50


class ScopeForm(Form):
    class Meta(Form.Meta):
        csrf = False

    # Without one it is the widest.
    place = choice("范围", needed=False, numbers=True)
    first = day("从", needed=False)
    last = day("到", needed=False)


class FileForm(Form):
    place = choice("范围", numbers=True)
    first = day("从", needed=False)
    last = day("到", needed=False)
    kind = choice("格式", papers.FORMATS)


class OpenFileForm(FileForm):
    reason = line("用途", most=LONGEST_REASON, description="会记入日志，并印在每一页上。用完请销毁，不得转发")


def _own(staff: Staff, key: str) -> Register:
    """A register of whoever has its word; others are NotAllowed, none is NotFound."""
    found = catalogue.one(key)
    # Raises NoPlaceForRegister, which is all that somebody without the word is told.
    if not scopes.places_of(found, actor=staff):
        raise scopes.NoPlaceForRegister()
    return found


@page("/registers")
def registers(staff: Staff) -> Any:
    """Those that the person may read, in their own order."""
    own = [one for one in catalogue.REGISTERS.values() if staff.may(one.permission)]
    return render("registers/list.html", registers=[one for one in own if scopes.places_of(one, actor=staff)])


@page("/registers/<key>")
def register(staff: Staff, key: str) -> Any:
    return register_page(staff, _own(staff, key))


def register_page(staff: Staff, found: Register, **tried: Any) -> Any:
    """The first rows, or those after `after`; a refused download comes back beside its form."""
    own = dict(scopes.places_of(found, actor=staff))
    usual = scopes.usual_days(found)
    form = ScopeForm(request.args if request.method == "GET" else request.form)
    form.place.choices = own
    form.validate()
    asked = {"place": _or(form.place, next(iter(own))), "first": _or(form.first, usual[0])}
    asked["last"] = _or(form.last, usual[1])
    scope, told = _scope(staff, found, form, **asked)
    form.place.data, form.first.data, form.last.data = scope.place_id, scope.first, scope.last
    batch, following = _page(found, scope, told)
    begun = asked_number("number", 0) > 0
    sums = reading.Sums(found)
    sums.add(batch.rows)
    return render(
        "registers/page.html",
        register=found,
        heads=[(one.heading, "aside" if one.aside else "") for one in found.columns],
        left_out=[one.heading for one in found.columns if one.aside],
        notice=quarterly_notices.address(found, scope),
        scope=scope,
        form=form,
        rows=batch.rows,
        sums=sums.row() if not begun and following is None and batch.rows else [],
        number=batch.number,
        shown=reading.display_value,
        links=_links(found, batch.rows, staff),
        following=following,
        most=MOST_ROWS,
        files=tried.get("files") or _files(FileForm, own, scope),
        opened=tried.get("opened")
        or (_files(OpenFileForm, own, scope) if staff.may(Permission.REGISTER_UNMASK) else None),
    )


# The columns that bear the number of a thing, and what the journal calls that thing.
_NUMBERS = {"wishes.number": "wish", "redemptions.number": "redemption"}


def _links(found: Register, rows: list[Any], staff: Staff) -> dict[tuple[int, int], things.Link]:
    """By row and column where each number leads; what points moved for is called by the thing's own number."""
    places = [(at, column.source) for at, column in enumerate(found.columns)]
    cells = {
        (line, at): (source, row[at]) for line, row in enumerate(rows) for at, source in places if row[at]
    }
    references = {value for source, value in cells.values() if source == "transfers.reference"}
    named = things.links(references, staff)
    linked = {place: _link(source, value, named, staff) for place, (source, value) in cells.items()}
    return {place: link for place, link in linked.items() if link is not None}


def _link(source: str, value: Any, named: dict[str, things.Link], staff: Staff) -> things.Link | None:
    if source in _NUMBERS:
        return things.Link(value, url_for("console.thing_numbered", kind=_NUMBERS[source], number=value))
    if not staff.may(Permission.POINTS_READ):
        return None
    if source == "transfers.reference":
        return things.Link(named[value].words, url_for("console.transfer_named", reference=value))
    if source == "accounts.address" and (holder := re.match(r"person:(\d+):", value)):
        return things.Link(value, url_for("console.statement", person_id=int(holder[1])))
    return None


@page("/things/<any(wish, redemption):kind>")
def thing_numbered(staff: Staff, kind: str) -> Response:
    """The page of what bears this number, which says itself who may read it."""
    thing_id = public_names.numbered(kind, request.args.get("number", ""))
    address = things.address_of(kind, thing_id, staff) if thing_id is not None else None
    if address is None:
        raise NotFound()
    return redirect_to(address)


def _or(field: Any, usual: Any) -> Any:
    return usual if field.data is None or field.errors else field.data


def _scope(
    staff: Staff, found: Register, form: Form, place: int, first: date, last: date
) -> tuple[Scope, bool]:
    """Days the wrong way round are told beside the form, over the rows of the usual ones."""
    try:
        return scopes.scope_for(found, place, first, last, actor=staff), True
    except scopes.PeriodReversed as refusal:
        form.refuse(refusal)
        return scopes.scope_for(found, place, None, None, actor=staff), False


def _page(found: Register, scope: Scope, told: bool) -> tuple[reading.Batch, str | None]:
    """A page of rows and the address of the next one, if there is one."""
    number = max(0, asked_number("number", 0)) if told else 0
    after = _cursor(request.args.get("after", "")) if number else ()
    read = reading.batches(found, scope, reading.Names(), after, number, PAGE)
    batch = next(read, reading.Batch([], after, number))
    if len(batch.rows) < PAGE or not found.rows.page(scope, batch.after, 1):
        return batch, None
    place = {"place": scope.place_id, "first": scope.first, "last": scope.last}
    onward: dict[str, Any] = {**place, "after": "-".join(map(str, batch.after)), "number": batch.number}
    return batch, url_for("console.register", key=found.key, **onward)


def _cursor(text: str) -> Cursor:
    parts = text.split("-")
    return tuple(map(int, parts)) if all(one.isdecimal() and len(one) < 19 for one in parts) else ()


def _files(form: type[FileForm], own: dict[int, str], scope: Scope) -> FileForm:
    made = form(formdata=None, place=scope.place_id, first=scope.first, last=scope.last)
    made.place.choices = own
    return made


@page("/registers/<key>/file", methods=("POST",))
def register_file(staff: Staff, key: str) -> Any:
    """The masked register as a file."""
    return _download(staff, _own(staff, key), FileForm(), "files")


@page("/registers/<key>/open-file", guard=Permission.REGISTER_UNMASK, methods=("POST",))
def register_open_file(staff: Staff, key: str) -> Any:
    """The same with names in clear, for a reason that stands in the journal and on every page."""
    return _download(staff, _own(staff, key), OpenFileForm(), "opened")


def _download(staff: Staff, found: Register, form: FileForm, which: str) -> Any:
    """Journaled in one transaction; then read and written outside of any, and sent when it is whole."""
    form.place.choices = dict(scopes.places_of(found, actor=staff))
    reason = form.reason.data if isinstance(form, OpenFileForm) else None

    def work() -> Scope:
        scope = scopes.scope_for(found, form.place.data, form.first.data, form.last.data, actor=staff)
        hand_out(found, scope, reason, actor=staff)
        return scope

    if not run_form(form, work):
        return register_page(staff, found, **{which: form})
    return _sent(papers.Paper(found, form.outcome, f"{staff.name}（{staff.id}）", reason), form.kind.data)


def _sent(paper: papers.Paper, kind: str) -> Any:
    names = reading.Names(clear=paper.reason is not None)
    # Sent and closed by the server, which removes it then.
    file = tempfile.TemporaryFile()  # noqa: SIM115
    try:
        batches = reading.batches(paper.register, paper.scope, names)
        papers.write(kind, file, paper, (batch.rows for batch in batches))
        file.seek(0)
    except BaseException:
        file.close()
        raise
    return send_file(
        file, mimetype=papers.TYPES[kind], as_attachment=True, download_name=paper.file_name(kind)
    )
