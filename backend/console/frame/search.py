"""搜索: one field in the head of every page, which finds a thing by its number, and people, goods and places by name.

Each folder says what it finds (`register`), as it says what waits: only whoever has the word is shown its group, and
only what lies in their places. A number that is exactly one thing's leads straight to it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import request, url_for

from backend.console.frame.forms import Form, line
from backend.console.frame.page import Staff, page, redirect_to, render

# So many of a kind are shown; the rest stands in the list of its kind.
MOST = 5
LEAST_SIGNS, MOST_SIGNS = 2, 40


@dataclass(frozen=True)
class Hit:
    """Something that was found: what it is called, what tells it from others, and its page."""

    title: str
    about: str
    address: str


@dataclass(frozen=True, kw_only=True)
class Source:
    """`find` answers the first that fit, `MOST` + 1 at most; `whole` is where all of them are listed. `exact` is the page
    of the one thing that has this very number."""

    label: str
    word: str
    find: Callable[[str, int, Staff], Sequence[Hit]]
    whole: Callable[[str], str]
    exact: Callable[[str, Staff], str | None] = lambda _asked, _staff: None


@dataclass(frozen=True)
class Group:
    """What was found of one kind, and where there is more."""

    label: str
    hits: Sequence[Hit]
    more: str | None


SOURCES: list[Source] = []


def register(source: Source) -> Source:
    SOURCES.append(source)
    return source


class SearchForm(Form):
    class Meta(Form.Meta):
        csrf = False

    q = line("搜索", most=MOST_SIGNS, needed=False, looked_for=True)


def sources_of(staff: Staff) -> list[Source]:
    return [one for one in SOURCES if staff.may(one.word)]


@page("/search")
def search(staff: Staff) -> Any:
    form = SearchForm(request.args)
    asked = (form.q.data or "").strip() if form.validate() else ""
    own = sources_of(staff) if len(asked) >= LEAST_SIGNS else []
    exact = {address for one in own if (address := one.exact(asked, staff))}
    if len(exact) == 1:
        return redirect_to(exact.pop())
    groups = [group for one in own if (group := _group(one, asked, staff)).hits]
    return render("search/page.html", form=form, asked=asked, least=LEAST_SIGNS, groups=groups)


def _group(source: Source, asked: str, staff: Staff) -> Group:
    hits = source.find(asked, MOST + 1, staff)
    return Group(source.label, hits[:MOST], source.whole(asked) if len(hits) > MOST else None)


def listed_at(endpoint: str, **filters: Any) -> str:
    """The list of a kind, filtered by what was looked for."""
    return url_for(f"console.{endpoint}", **filters)
