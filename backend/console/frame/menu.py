"""What stands in the head of every console page: the menu by words, the look that was chosen."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from flask import Response, flash, g, request, url_for

from backend import config
from backend.console.frame.forms import JustDo
from backend.console.frame.page import PUBLIC, Staff, bp, own_address, page, redirect_to

YEAR = 365 * 24 * 3600
KEYS_OFF = "keys_off"
# Neither of them: as the system has it.
DARK, LIGHT = "dark", "light"
LOOKS = {"large", "contrast", KEYS_OFF, DARK, LIGHT}
# What one press on the theme's button makes of it.
THEME = "theme"
THEME_WORDS = {DARK: "深色", LIGHT: "浅色"}
NEXT_THEME = {None: DARK, DARK: LIGHT, LIGHT: None}


# The loops of the work, in the order in which they are shown; the first has no heading. All lines stand on the page:
# whoever looks for a page reads a heading and five lines, and opens it with one click.
HEADINGS = ("", "微心愿", "志愿服务", "积分超市", "居民与权益", "台账与数据", "本地设置", "系统")


@dataclass(frozen=True)
class Entry:
    """A line of the menu under its heading, for whoever has one of its words; without words for everyone.

    Lines stand in the order of their folders, those with a `position` after the others.
    """

    heading: str
    label: str
    endpoint: str
    words: tuple[str, ...] = ()
    position: int = 0


@dataclass(frozen=True)
class Group:
    """Lines of one loop of the work, under its heading."""

    heading: str
    entries: tuple[Entry, ...]


_lines: list[Entry] = []


def use(entries: Iterable[Entry]) -> None:
    """What the folders say in MENU of their `__init__.py`; a heading that nobody knows is a KeyError."""
    home = Entry("", "今日待办", "console.today")
    order = {heading: number for number, heading in enumerate(HEADINGS)}
    _lines[:] = sorted((home, *entries), key=lambda line: (order[line.heading], line.position))


def groups() -> list[Group]:
    """The whole menu."""
    by_heading = groupby(_lines, key=lambda line: line.heading)
    return [Group(heading, tuple(lines)) for heading, lines in by_heading]


def menu_of(staff: Staff | None) -> list[Group]:
    """The lines that this person may open, by group; a group of which they may open none is left out."""
    if staff is None or staff.first:
        return []
    open_to = (
        Group(one.heading, tuple(line for line in one.entries if not line.words or staff.may(*line.words)))
        for one in groups()
    )
    return [one for one in open_to if one.entries]


def current(shown: list[Group]) -> Entry | None:
    """The line whose page, or a page below it, is asked for; `/console/` itself has every page below it."""
    lines = [line for group in shown for line in group.entries]
    if not lines:
        return None
    home, *others = lines
    if request.path == url_for(home.endpoint):
        return home
    above = [line for line in others if request.path.startswith(url_for(line.endpoint))]
    return max(above, key=lambda line: len(url_for(line.endpoint)), default=None)


def waits(shown: list[Group], by_rule: dict[str, int]) -> dict[str, int]:
    """How many things wait below each line, by its endpoint: each is counted at the line whose address is the longest
    above its own."""
    lines = {line.endpoint: url_for(line.endpoint) for group in shown for line in group.entries if line.words}
    found: dict[str, int] = {}
    for rule, number in by_rule.items():
        address = f"{bp.url_prefix}{rule}"
        above = [one for one, own in lines.items() if f"{address}/".startswith(f"{own.rstrip('/')}/")]
        if above:
            nearest = max(above, key=lambda one: len(lines[one]))
            found[nearest] = found.get(nearest, 0) + number
    return found


def look() -> set[str]:
    """`large`, `contrast`, `keys_off` and the theme, as chosen in this browser."""
    return set(request.cookies.get("look", "").split("-")) & LOOKS


def _turned(asked: str) -> set[str | None]:
    """The look after one of its buttons was pressed."""
    now = look()
    if asked != THEME:
        return {*(now ^ ({asked} & LOOKS))}
    theme = next((one for one in (DARK, LIGHT) if one in now), None)
    return {*(now - {DARK, LIGHT}), NEXT_THEME[theme]}


@bp.app_context_processor
def _head() -> dict[str, Any]:
    staff = g.get("staff")
    menu = menu_of(staff)
    return {
        "staff": staff,
        "menu": menu,
        "current": current(menu),
        "waits": waits(menu, g.get("waits", {})),
        "look": look(),
        "theme": next((words for one, words in THEME_WORDS.items() if one in look()), "自动"),
        "settings": config.settings(),
        "just_do": JustDo,
    }


@page("/look", guard=PUBLIC, methods=("POST",))
def change_look() -> Response:
    """Turns large type, high contrast, the theme or single keys, for this browser."""
    asked = request.form.get("turn", "")
    answer = redirect_to(own_address(request.form.get("next")))
    chosen = "-".join(sorted(filter(None, _turned(asked))))
    if asked == KEYS_OFF:
        flash("单键快捷键已关闭" if KEYS_OFF in chosen else "单键快捷键已打开")
    answer.set_cookie("look", chosen, max_age=YEAR, httponly=True, samesite="Lax", secure=request.is_secure)
    return answer
