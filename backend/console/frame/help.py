"""帮助: a few sentences for each page, said in `help.py` of its folder by the page's endpoint. A page without its own has
those of the line of the menu above it. Opened by `?`, beside the keys, which console.js lists as it has bound them."""

from collections.abc import Mapping
from typing import Any

from flask import g, request

from backend.console.frame import menu
from backend.console.frame.menu import Entry
from backend.console.frame.page import Staff, bp, page, render

_sentences: dict[str, tuple[str, ...]] = {
    "console.today": (
        "要您办的都在这里：逾期的和快到期的在前，菜单里的数字是每一项有几件等着。",
        "按回车打开第一条，办完一条自动到下一条。",
    )
}


def use(told: Mapping[str, tuple[str, ...]]) -> None:
    """What a folder says of its pages."""
    _sentences.update(told)


def of_page(endpoint: str | None, line: Entry | None) -> tuple[str, ...]:
    """What is said of a page, or else of its line of the menu."""
    return _sentences.get(endpoint or "") or _sentences.get(line.endpoint if line else "", ())


@bp.app_context_processor
def _help_of_the_page() -> dict[str, Any]:
    staff = g.get("staff")
    return {"help": of_page(request.endpoint, menu.current(menu.menu_of(staff)) if staff else None)}


@page("/help")
def help_page(staff: Staff) -> Any:
    """All of it, for the lines of one's own menu: to be read before the first day, and without a script."""
    lines = [
        (line.label, line.endpoint, _sentences.get(line.endpoint, ()))
        for group in menu.menu_of(staff)
        for line in group.entries
    ]
    return render("help/page.html", lines=lines)
