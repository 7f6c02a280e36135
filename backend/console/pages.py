"""Every console page, found by where it stands: a new file in a room's folder is registered by being there."""

import pkgutil
from importlib import import_module

from flask import Flask

from backend import console
from backend.console.frame import page
from backend.console.public import pages as public

# The rooms in the order of the menu, which is also the order in which kinds of work are counted on the first
# page. What makes a page comes last: its error pages answer every address that no room has taken.
ROOMS = ("wishes", "volunteering", "supermarket", "points", "people", "oversight", "frame")


def install(app: Flask) -> None:
    """Registers the console and the public pages."""
    for room in ROOMS:
        package = import_module(f"{console.__name__}.{room}")
        for module in pkgutil.iter_modules(package.__path__):
            import_module(f"{package.__name__}.{module.name}")
    app.register_blueprint(public.bp)
    page.install(app)
