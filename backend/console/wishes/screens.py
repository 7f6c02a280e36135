"""大厅屏幕: the addresses that a screen in the hall is given, of one's own communities and of the whole city."""

from typing import Any

from backend.console.frame.page import Staff, page, render
from backend.people import place_choices
from backend.people.permissions import Permission


@page("/screens", guard=Permission.WISH_READ)
def screens(staff: Staff) -> Any:
    return render(
        "wishes/screens.html", communities=place_choices.choices(staff, Permission.WISH_READ, "community")
    )
