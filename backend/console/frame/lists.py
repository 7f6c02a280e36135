"""One list for everything that staff look through: filters and order in the address, how many there are, the columns that
answer its question, and the same as a sheet.

    register(Listed(name="心愿", rule="/wishes", endpoint="wishes", word=Permission.WISH_READ, form=…, find=…, rows=…,
                    columns=(Column("编号", lambda one: one.number), …)))

The address is the whole view: whoever is sent it sees the same, in their own places.
"""

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from flask import request, send_file, url_for

from backend import clock
from backend.console.frame.forms import Form, JustDo, choice, day
from backend.console.frame.labels import day as day_words
from backend.console.frame.labels import when
from backend.console.frame.page import (
    Staff,
    asked_number,
    page,
    redirect_with_message,
    render,
    row_id,
    run_form,
)
from backend.paging import KeysetQuery
from backend.registers import definition, hand_outs, list_papers, papers

PAGE = 50
BATCH = 500
MOST = hand_outs.MOST_IN_A_LIST


class Filters(Form):
    """What every list can be asked: between which days, and in which order. A list adds its own filters."""

    class Meta(Form.Meta):
        csrf = False

    first = day("从", needed=False)
    last = day("到", needed=False)
    sort = choice("排序", needed=False)


@dataclass(frozen=True)
class Column:
    """`value` is plain: a text, a number, a day, a moment. `kind` is text, number, day, moment or state; of a state
    `words` are its kind. `address` makes it the link of its row. `on_paper` is what the sheet says instead: a file leaves
    the house, so its names are masked for everybody."""

    heading: str
    value: Callable[[Any], Any]
    kind: str = "text"
    words: Mapping[str, str] | None = None
    address: Callable[[Any], str] | None = None
    late: Callable[[Any], bool] | None = None
    on_paper: Callable[[Any], Any] | None = None
    width: int = 14

    def printed(self, row: Any) -> Any:
        return self.on_paper(row) if self.on_paper else self.plain(row)

    def plain(self, row: Any) -> Any:
        found = self.value(row)
        return self.words.get(found, found) if self.words and found is not None else found


@dataclass(frozen=True)
class Bulk:
    """What is printed of the rows that are ticked: `facts` makes what the template is given, of the rows that `find`
    answers for them. A tick is no right: who may not see a row in the list prints nothing of it."""

    label: str
    rule: str
    endpoint: str
    template: str
    facts: Callable[[Sequence[Any], Staff], dict[str, Any]]
    word: str | None = None


@dataclass(frozen=True)
class Cell:
    """One field of the page: its words, how it looks, where it leads."""

    text: str
    kind: str
    address: str | None
    state: str | None
    late: bool


@dataclass(frozen=True, kw_only=True)
class Listed:
    """`form` makes the filters with what this person may choose; `plain` are those that are always in sight, if the form
    has them. `find` answers the rows of what was asked (a value for each filter that was filled in well) in one of the
    `sorts`, of which the first is the usual; `rows` turns a page of them into what the columns show, each with its `id`.
    `bulk` is what can be printed of chosen rows. `facts` are for a `template` that has more than the list."""

    name: str
    rule: str
    endpoint: str
    word: str
    form: Callable[[Staff], Filters]
    plain: tuple[str, ...]
    sorts: Mapping[str, str]
    find: Callable[[dict[str, Any], str, Staff], KeysetQuery]
    rows: Callable[[Sequence[Any], Staff], Sequence[Any]]
    columns: tuple[Column, ...]
    bulk: tuple[Bulk, ...] = ()
    measure: str = "条"
    template: str = "lists/page.html"
    facts: Callable[[Staff], dict[str, Any]] = lambda _staff: {}


def register(listed: Listed) -> Listed:
    """Makes the page and its sheet."""

    def list_page(staff: Staff) -> Any:
        return _page(listed, staff, JustDo(formdata=None))

    def sheet(staff: Staff) -> Any:
        return _sheet(listed, staff)

    list_page.__name__, sheet.__name__ = listed.endpoint, f"{listed.endpoint}_sheet"
    page(listed.rule, guard=listed.word)(list_page)
    page(f"{listed.rule}/sheet", guard=listed.word, methods=("POST",))(sheet)
    for one in listed.bulk:
        _print_chosen(listed, one)
    return listed


def _print_chosen(listed: Listed, bulk: Bulk) -> None:
    def chosen_page(staff: Staff) -> Any:
        # No more than one page has boxes to tick.
        ids = {number for one in request.args.getlist("id") if (number := row_id(one))}
        found = listed.find({}, next(iter(listed.sorts)), staff).chosen(sorted(ids)[:PAGE]) if ids else []
        if not found:
            return redirect_with_message(f"console.{listed.endpoint}", f"请先勾选，再点“{bulk.label}”")
        back = url_for(f"console.{listed.endpoint}")
        return render(bulk.template, back=back, listed=listed.name, **bulk.facts(found, staff))

    chosen_page.__name__ = bulk.endpoint
    page(bulk.rule, guard=bulk.word or listed.word)(chosen_page)


def _page(listed: Listed, staff: Staff, sheet_form: Form) -> Any:
    form = _form(listed, staff)
    asked, sort = _asked(form, listed)
    found = listed.find(asked, sort, staff)
    after = asked_number("after")
    read = found.page(None if after is None else found.place_of(after), PAGE + 1)
    shown = listed.rows([row for _place, row in read[:PAGE]], staff)
    bulk = [one for one in listed.bulk if one.word is None or staff.may(one.word)]
    return render(
        listed.template,
        listed=listed.name,
        noun=listed.name.removesuffix("列表"),
        measure=listed.measure,
        form=form,
        plain=[form[name] for name in listed.plain if name in form],
        folded=[one for one in form if one.name not in (*listed.plain, "sort")],
        unfolded=any(name not in listed.plain for name in asked),
        filtered=bool(asked),
        number=found.count_up_to(MOST + 1),
        most=MOST,
        columns=[(one.heading, one.kind) for one in listed.columns],
        rows=[(row.id if bulk else None, [_cell(column, row) for column in listed.columns]) for row in shown],
        bulk=[(one.label, url_for(f"console.{one.endpoint}")) for one in bulk],
        following=_address(after=read[PAGE - 1][0][-1]) if len(read) > PAGE else None,
        begun=after is not None,
        beginning=_address(),
        everything=url_for(f"console.{listed.endpoint}"),
        sheet_address=f"{url_for(f'console.{listed.endpoint}_sheet')}?{_query()}",
        sheet_form=sheet_form,
        **listed.facts(staff),
    )


def _form(listed: Listed, staff: Staff) -> Filters:
    form = listed.form(staff)
    form.sort.choices = dict(listed.sorts)
    form.validate()
    if form.sort.data not in listed.sorts:
        form.sort.data = next(iter(listed.sorts))
    return form


def _asked(form: Filters, listed: Listed) -> tuple[dict[str, Any], str]:
    """What was filled in well; what was not stands beside its field, and leaves nothing out."""
    values = {one.name: one.data for one in form if one.name != "sort" and not one.errors and one.data}
    return values, form.sort.data


def _query(**more: Any) -> str:
    kept = {name: value for name, value in request.args.items() if value and name not in ("after", "before")}
    return urlencode({**kept, **more})


def _address(**more: Any) -> str:
    """This list as it is asked for, from its beginning or from behind a row."""
    return f"{request.path.removesuffix('/sheet')}?{_query(**more)}"


def _cell(column: Column, row: Any) -> Cell:
    value = column.plain(row)
    return Cell(
        text=_words(value),
        kind=column.kind,
        address=column.address(row) if column.address else None,
        state=column.value(row) if column.kind == "state" else None,
        late=column.late(row) if column.late else False,
    )


def _words(value: Any) -> str:
    if isinstance(value, datetime):
        return when(value)
    if isinstance(value, date):
        return day_words(value)
    return "" if value is None else str(value)


# --- the same as a sheet -------------------------------------------------------------------------------


def _sheet(listed: Listed, staff: Staff) -> Any:
    """Journaled in one transaction; then read and written outside of any, and sent when it is whole."""
    filters, form = _form(listed, staff), JustDo()
    asked, sort = _asked(filters, listed)
    found = listed.find(asked, sort, staff)

    def work() -> None:
        number = found.count_up_to(MOST + 1)
        names = [filters[name].label.text for name in asked]
        hand_outs.hand_out_list(listed.name, number, names, staff.posts[0].place_id, actor=staff)

    if not run_form(form, work, repeatable=True):
        return _page(listed, staff, form)
    columns = [
        definition.Column(one.heading, "", None, one.kind if one.kind != "state" else "text", width=one.width)
        for one in listed.columns
    ]
    told = "；".join(f"{filters[name].label.text} {_chosen(filters[name])}" for name in asked)
    paper = list_papers.list_paper(listed.name, columns, told, f"{staff.name}（{staff.id}）")
    return _sent(paper, _batches(listed, found, staff))


def _chosen(field: Any) -> str:
    """A filter's value as its reader knows it."""
    choices = getattr(field, "choices", None)
    if isinstance(choices, dict):
        return str({str(key): said for key, said in choices.items()}.get(str(field.data), field.data))
    return "是" if field.data is True else _words(field.data)


def _batches(listed: Listed, found: KeysetQuery, staff: Staff) -> Iterator[list[list[Any]]]:
    after, left = None, MOST
    while left > 0:
        read = found.page(after, min(BATCH, left))
        if not read:
            return
        shown = listed.rows([row for _place, row in read], staff)
        yield [[_on_paper(column.printed(row)) for column in listed.columns] for row in shown]
        after, left = read[-1][0], left - len(read)


def _on_paper(value: Any) -> Any:
    """Days and moments as the registers are given them: in China's time, as texts that the sheet takes for what they
    are."""
    if isinstance(value, datetime):
        return f"{value.astimezone(clock.CHINA):%Y-%m-%d %H:%M}"
    return value.isoformat() if isinstance(value, date) else value


def _sent(paper: papers.Paper, rows: papers.Rows) -> Any:
    # Sent and closed by the server, which removes it then.
    file = tempfile.TemporaryFile()  # noqa: SIM115
    try:
        papers.write_xlsx(file, paper, rows)
        file.seek(0)
    except BaseException:
        file.close()
        raise
    return send_file(
        file, mimetype=papers.TYPES["xlsx"], as_attachment=True, download_name=paper.file_name("xlsx")
    )
