"""What stands on a resident's page besides the registration: a section of each capability, for whoever may read it there.

A capability registers a `Section` in its own folder; the page never asks what kind of thing it shows. A few lines of each
stand on the page, the others on a page of their own.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import url_for

from backend.console.frame.page import Staff
from backend.errors import NotFound
from backend.paging import Pageable

LATEST = 5


@dataclass(frozen=True)
class Subject:
    """Whose page it is, and the words that whoever looks has where this person lives."""

    person_id: int
    words: frozenset[str]


@dataclass(frozen=True)
class Line:
    """One thing of a person's: what it is, where it is shown, how it stands and since when."""

    title: str
    address: str | None = None
    number: str = ""
    # A state, and the kind of word that it is.
    state: tuple[str, str] | None = None
    at: datetime | None = None
    said: str = ""


@dataclass(frozen=True)
class Section:
    """Found for whoever has `word` where the person lives. `rows` are what happened, the newest first; `facts` are what
    there is to say in a few numbers; `onward` is a page of the capability's own that tells more."""

    name: str
    heading: str
    word: str
    position: int
    empty: str = ""
    rows: Callable[[Staff, Subject], Pageable] | None = None
    lines: Callable[[Staff, Subject, list[Any]], list[Line]] | None = None
    facts: Callable[[Staff, Subject], list[tuple[str, str]]] | None = None
    onward: tuple[str, str] | None = None


@dataclass(frozen=True)
class SectionView:
    """A section as the page shows it; `more` is where the rest stands, and what the link says."""

    name: str
    heading: str
    empty: str
    facts: list[tuple[str, str]]
    lines: list[Line]
    more: tuple[str, str] | None


SECTIONS: dict[str, Section] = {}


def register(section: Section) -> Section:
    SECTIONS[section.name] = section
    return section


def readable(staff: Staff, subject: Subject) -> list[SectionView]:
    """The sections that this person may read, in their order."""
    ordered = sorted(SECTIONS.values(), key=lambda one: one.position)
    return [_show(section, staff, subject) for section in ordered if section.word in subject.words]


def _show(section: Section, staff: Staff, subject: Subject) -> SectionView:
    rows = (
        [row for _place, row in section.rows(staff, subject).page(None, LATEST + 1)] if section.rows else []
    )
    more = None
    if section.onward is not None:
        endpoint, label = section.onward
        more = url_for(endpoint, person_id=subject.person_id), label
    elif len(rows) > LATEST:
        more = url_for("console.person_section", person_id=subject.person_id, section=section.name), "全部"
    return SectionView(
        name=section.name,
        heading=section.heading,
        empty=section.empty,
        facts=section.facts(staff, subject) if section.facts else [],
        lines=lines_of(section, staff, subject, rows[:LATEST]),
        more=more,
    )


def lines_of(section: Section, staff: Staff, subject: Subject, rows: list[Any]) -> list[Line]:
    return section.lines(staff, subject, rows) if section.lines and rows else []


def one(name: str, subject: Subject) -> Section:
    """A section that has a page of its own. Raises NotFound for who may not read it."""
    found = SECTIONS.get(name)
    if found is None or found.rows is None or found.word not in subject.words:
        raise NotFound()
    return found
