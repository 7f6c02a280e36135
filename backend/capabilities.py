"""What each capability declares, gathered by the name of the file: `modules("labels")` are all `<capability>/labels.py`.

What stands above the capabilities asks here instead of keeping a list of them, so that a new capability is known by
being there. A capability never looks for another one.
"""

import pkgutil
from collections.abc import Iterable, Iterator
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType

import backend

# The order in which pages and documents name them; one that does not stand here follows, by its name.
ORDER = ("wishes", "volunteering", "supermarket", "points", "complaints", "people", "identity")


def in_order(names: Iterable[str]) -> list[str]:
    """These folders, each once, as ORDER has them."""
    return sorted(names, key=lambda name: (ORDER.index(name) if name in ORDER else len(ORDER), name))


def modules(part: str) -> Iterator[ModuleType]:
    """The file called `part` of every package that has one, and tables of its own."""
    packages = [one.name for one in pkgutil.iter_modules(backend.__path__) if one.ispkg]
    for package in in_order(packages):
        if _has(package, "models") and _has(package, part):
            yield import_module(f"{backend.__name__}.{package}.{part}")


def _has(package: str, part: str) -> bool:
    return find_spec(f"{backend.__name__}.{package}.{part}") is not None
