"""Every console page, found by where it stands: a folder, and a new file in it, is registered by being there."""

import pkgutil
from importlib import import_module
from types import ModuleType

from flask import Flask

from backend import capabilities, console
from backend.console.frame import menu, page, things
from backend.console.kiosk import terminal
from backend.console.public import pages as public


def folders() -> list[ModuleType]:
    """In the order of the menu, which is also the order in which kinds of work are counted on the first page.

    What makes a page comes last: its error pages answer every address that no folder has taken.
    """
    names = {found.name for found in pkgutil.iter_modules(console.__path__) if found.ispkg} - {"frame"}
    return [import_module(f"{console.__name__}.{name}") for name in (*capabilities.in_order(names), "frame")]


def install(app: Flask) -> None:
    """Registers the console, the public pages and those of terminals, and puts together the menu."""
    entries: list[menu.Entry] = []
    shown: list[tuple[str, str, str]] = []
    for folder in folders():
        for module in pkgutil.iter_modules(folder.__path__):
            import_module(f"{folder.__name__}.{module.name}")
        entries += getattr(folder, "MENU", ())
        shown += getattr(folder, "THINGS", ())
    menu.use(entries)
    # A person's own page comes before their statement, for whoever may open it.
    things.use(sorted(shown, key=lambda one: one[1] == "statement"))
    app.register_blueprint(public.bp)
    app.register_blueprint(terminal.bp)
    page.install(app)
