"""The queues of the console: what waits for a decision, one after the other, oldest first.

A capability says what waits (`queues.py`: a query of what the asker may decide), how one of it looks, and which
decisions there are. `register()` makes all of a queue's pages from that: the list, the page of one, the POST of each
decision with the next one behind it, leaving one for later, and its part of 今日待办.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import groupby
from operator import attrgetter
from typing import Any

from flask import Response, url_for

from backend import clock
from backend.console.frame import todo
from backend.console.frame.forms import Form, JustDo, choice, lines
from backend.console.frame.page import SIGNED_IN, Staff, page, redirect_with_message, render, run_form
from backend.journal import REASON_MAX
from backend.organisations import queries as places
from backend.paging import KeysetQuery, Place

_ID = re.compile(r"<id:(\w+)>")
# So many of a queue are listed, unless it says otherwise; what is more follows as they are decided.
MOST = 200


class ReasonedForm(Form):
    """A ready-made sentence or one's own words."""

    ready = choice("常用说法", needed=False)
    reason = lines("告诉许愿人的话", most=REASON_MAX, rows=3)


def with_sentences(form: Any, ready: tuple[str, ...]) -> Any:
    """Puts the ready-made sentences into the form's list; without JavaScript the chosen one is the reason."""
    if "ready" in form:
        form.ready.choices = {"": "自己写，或选一句再改", **{one: one for one in ready}}
        if not form.reason.raw_data or not form.reason.raw_data[0]:
            form.reason.process_data(form.ready.data or "")
            form.reason.raw_data = [form.ready.data] if form.ready.data else form.reason.raw_data
    return form


@dataclass(frozen=True)
class Address:
    """The rule of a page and the name of its endpoint; `<id:…>` in it is what the decision is about."""

    rule: str
    endpoint: str

    @property
    def argument(self) -> str:
        """The name of the id in the rule."""
        return _ID.findall(self.rule)[0]


def _always(_facts: dict[str, Any]) -> bool:
    return True


@dataclass(frozen=True, kw_only=True)
class Decision:
    """One way to decide: its button, its key on the keyboard, its form, and the verb that it calls.

    `verb(id, form, staff)` is called in the transaction of the POST; `done(form)` is what is told afterwards, with the
    verb's answer in `form.outcome`. Decisions with one `address` share it, as `<any(…):name>`. `word` is the permission
    where it is another than the queue's.
    """

    name: str
    label: str
    key: int
    address: Address
    verb: Callable[[int, Any, Staff], Any]
    done: Callable[[Any], str]
    form: type[Form] = JustDo
    # Ready-made sentences; or what answers them for what is decided, where its place has its own.
    ready: tuple[str, ...] | Callable[[int], tuple[str, ...]] = ()
    word: str = ""
    # Whether the page offers it, by what the page shows; the verb decides for itself.
    open: Callable[[dict[str, Any]], bool] = _always
    # For the page: what the ids of its fields begin with, what its button says if not the label, whether it is unfolded.
    prefix: str = ""
    send: str = ""
    unfolded: bool = False

    @property
    def plain(self) -> bool:
        """Nothing has to be filled in: the label is the button."""
        return self.form is JustDo

    def blank(self, row_id: int) -> Any:
        return with_sentences(self.form(formdata=None), self._sentences(row_id))

    def sent(self, row_id: int) -> Any:
        return with_sentences(self.form(), self._sentences(row_id))

    def _sentences(self, row_id: int) -> tuple[str, ...]:
        return self.ready(row_id) if callable(self.ready) else self.ready


def _nothing(_row: Any) -> None:
    return None


def _no_facts(_staff: Staff) -> dict[str, Any]:
    return {}


@dataclass(kw_only=True, eq=False)
class Queue:
    """What of one kind waits for a decision by whoever has the permission `word`.

    `find(actor=…)` is the capability's query. `titles` says of several rows at once what each is about, so that it may
    look something up for all of them, and `notes` what one has to know before opening it; `since`, `due` and `place` are
    asked of each row. `finished` is said when nothing is left.

    `facts(staff, id)` is what the page of one shows beside the forms, or an answer to give instead of that page;
    `gone(staff, id)` is asked before, where the page is opened and not where a decision was refused. Where the page of
    one is made elsewhere, there is no `template`, and `elsewhere(staff, id, forms)` shows a form that came back refused.
    Without `listed` there is no list but 今日待办.
    """

    kind: str
    word: str
    find: Callable[..., KeysetQuery]
    titles: Callable[[list[Any]], list[str]]
    since: Callable[[Any], datetime]
    one: Address
    notes: Callable[[list[Any]], list[str]] | None = None
    due: Callable[[Any], date | None] = _nothing
    # The same of several rows at once, where something has to be looked up for it.
    dues: Callable[[list[Any]], list[date]] | None = None
    # Nobody waits for it yet: `since` only says where in the list it stands.
    to_come: bool = False
    place: Callable[[Any], int] = attrgetter("community_id")
    identity: Callable[[Any], int] = attrgetter("id")
    # Parts of the addresses beside the id, for queues that share them; another address of one than its page.
    parts: dict[str, Any] = field(default_factory=dict)
    link: Callable[[Any], str] | None = None
    template: str = ""
    facts: Callable[[Staff, int], dict[str, Any] | Response] | None = None
    gone: Callable[[Staff, int], Response | None] | None = None
    elsewhere: Callable[[Staff, int, dict[str, Any]], Any] | None = None
    # Who may open the page of one, where it is another permission than the queue's.
    guard: str = ""
    decisions: tuple[Decision, ...] = ()
    finished: str = ""
    then: Callable[["Queue", Staff, int, Place | None, str | None], Response] | None = None
    later: Address | None = None
    listed: Address | None = None
    list_template: str = ""
    list_facts: Callable[[Staff], dict[str, Any]] = _no_facts
    most: int = MOST

    def waiting(self, staff: Staff, most: int) -> list[todo.Waiting]:
        """The first that wait for this person, as they are listed."""
        rows = self.find(actor=staff).rows(most)
        dues = self.dues(rows) if self.dues else [self.due(row) for row in rows]
        names = places.names({self.place(row) for row in rows})
        notes = self.notes(rows) if self.notes else [""] * len(rows)
        return [
            todo.Waiting(
                self.kind,
                title,
                names[self.place(row)],
                since := self.since(row),
                self.address_of(row),
                due,
                self.to_come or since > clock.now(),
                note,
            )
            for row, title, due, note in zip(rows, self.titles(rows), dues, notes, strict=True)
        ]

    def count(self, staff: Staff) -> int:
        """How many wait for this person."""
        return self.find(actor=staff).count()

    def head(self, staff: Staff) -> dict[str, Any]:
        """What a list shows: `waiting`, and in `only` how many they are where there are more."""
        return todo.head(self.waiting(staff, self.most + 1), self.most)

    def address_of(self, row: Any) -> str:
        if self.link is not None:
            return self.link(row)
        return url_for(f"console.{self.one.endpoint}", **self.arguments(self.one, self.identity(row)))

    def arguments(self, address: Address, row_id: int) -> dict[str, Any]:
        """The parts of one of the queue's addresses."""
        return {**self.parts, address.argument: row_id}

    def action(self, decision: Decision, row_id: int) -> str:
        """Where a decision is sent."""
        shared = sum(one.address == decision.address for one in self.decisions) > 1
        parts = self.arguments(decision.address, row_id) | ({"name": decision.name} if shared else {})
        return url_for(f"console.{decision.address.endpoint}", **parts)

    def following(self, staff: Staff, decided: int, place: Place | None) -> Any | None:
        """What stands behind `decided`, which stood at `place`; at the end the first of what was left for later."""
        waiting = self.find(actor=staff)
        behind = waiting.rows(1, place) if place else []
        found = behind or [row for row in waiting.rows(2) if self.identity(row) != decided]
        return found[0] if found else None

    def show(self, staff: Staff, row_id: int, tried: dict[str, Any] | None = None, **more: Any) -> Any:
        """The page of one, with a form that came back refused among the blank ones."""
        if self.elsewhere is not None:
            return self.elsewhere(staff, row_id, tried or {})
        facts = self.facts(staff, row_id) if self.facts else {}
        if isinstance(facts, Response):
            return facts
        open_to = [one for one in self.decisions if one.word == SIGNED_IN or staff.may(one.word or self.word)]
        facts = {
            "queue": self,
            "ways": [one for one in open_to if one.open(facts)],
            "forms": {one.name: one.blank(row_id) for one in self.decisions} | (tried or {}),
            "waiting": self.count(staff) if self.later and staff.may(self.word) else 0,
            **facts,
            **more,
        }
        return render(self.template, **facts)

    def open(self, staff: Staff, row_id: int) -> Any:
        """The same for who comes to it, unless there is nothing left to decide."""
        return (self.gone(staff, row_id) if self.gone else None) or self.show(staff, row_id)

    def decide(self, staff: Staff, row_id: int, decision: Decision) -> Any:
        """One decision; then the next one comes up."""
        form = decision.sent(row_id)
        # Read before: what is decided may move to another place in the order.
        place = self.find(actor=staff).place_of(row_id)
        if not run_form(form, lambda: decision.verb(row_id, form, staff)):
            return self.show(staff, row_id, {decision.name: form})
        return (self.then or next_one)(self, staff, row_id, place, decision.done(form))

    def leave(self, staff: Staff, row_id: int) -> Response:
        """Leaves this one for later."""
        return next_one(self, staff, row_id, self.find(actor=staff).place_of(row_id), None)


def joint_head(staff: Staff, *queues: Queue) -> dict[str, Any]:
    """What one list of several queues shows, oldest first."""
    most = queues[0].most
    found = [one for queue in queues for one in queue.waiting(staff, most + 1)]
    return todo.head(sorted(found, key=lambda one: one.since), most)


def next_one(queue: Queue, staff: Staff, decided: int, place: Place | None, sentence: str | None) -> Response:
    """On to the next one, or home when nothing is left."""
    row = queue.following(staff, decided, place)
    if row is None:
        return redirect_with_message("console.today", sentence and f"{sentence}。{queue.finished}")
    parts = queue.arguments(queue.one, queue.identity(row))
    return redirect_with_message(f"console.{queue.one.endpoint}", sentence, **parts)


def home(_queue: Queue, _staff: Staff, _decided: int, _place: Place | None, sentence: str | None) -> Response:
    """Back to 今日待办: what is decided on a page that is not only there for it is not gone through in a row."""
    return redirect_with_message("console.today", sentence)


def stay(queue: Queue, _staff: Staff, decided: int, _place: Place | None, sentence: str | None) -> Response:
    """Back to the page of what was decided, which says what became of it."""
    parts = queue.arguments(queue.one, decided)
    return redirect_with_message(f"console.{queue.one.endpoint}", sentence, **parts)


QUEUES: list[Queue] = []


def register(*queues: Queue) -> Queue:
    """Makes the pages of a queue. Queues that share their addresses, and differ in a part of them, come together."""
    first = queues[0]
    for queue in queues:
        QUEUES.append(queue)
        todo.PROVIDERS.append(todo.Provider(queue.word, queue.waiting, queue.count, queue.one.rule))

    def meant(parts: dict[str, Any]) -> Queue:
        return next(one for one in queues if one.parts.items() <= parts.items())

    if first.listed:
        _page(first.listed, first.word, "GET", lambda staff: _list(first, staff))
    if first.template:
        _page(first.one, first.guard or first.word, "GET", _on_one(meant, first.one, Queue.open))
    if first.later:
        _page(first.later, first.word, "GET", _on_one(meant, first.later, Queue.leave))
    for address, shared in groupby(first.decisions, attrgetter("address")):
        _decisions(meant, address, list(shared), first.word)
    return first


def _page(address: Address, guard: str, method: str, view: Callable[..., Any]) -> None:
    view.__name__ = address.endpoint
    page(address.rule, guard=guard, methods=(method,))(view)


def _list(queue: Queue, staff: Staff) -> Any:
    return render(queue.list_template, **queue.head(staff), **queue.list_facts(staff))


def _on_one(
    meant: Callable[..., Queue], address: Address, work: Callable[[Queue, Staff, int], Any]
) -> Callable[..., Any]:
    return lambda staff, **parts: work(meant(parts), staff, parts[address.argument])


def _decisions(meant: Callable[..., Queue], address: Address, shared: list[Decision], word: str) -> None:
    """The POST of one decision, or of several at an address that says which."""

    def view(staff: Staff, name: str = shared[0].name, **parts: Any) -> Any:
        queue = meant(parts)
        decision = next(one for one in queue.decisions if one.name == name)
        return queue.decide(staff, parts[address.argument], decision)

    names = f"/<any({', '.join(one.name for one in shared)}):name>" if len(shared) > 1 else ""
    _page(Address(address.rule + names, address.endpoint), shared[0].word or word, "POST", view)
