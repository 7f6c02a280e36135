"""Draws the floors of the house from its imports into `docs/floors.svg`.

`python -m scripts.draw_floors` after a new room, or after a room imports another one for the first time. Floors come
from the first import contract in `pyproject.toml`, arrows from the imports themselves. An arrow that follows from two
others is left out: who may import `people` through `outbox` may import it directly, too.
"""

import tomllib
from collections import defaultdict
from collections.abc import Iterator
from html import escape
from pathlib import Path

import grimp

TOP = Path(__file__).resolve().parents[1]
PAGE = TOP / "docs" / "floors.svg"
ROOT = "backend"
# Stands beside the floors: Alembic runs it, nothing imports it.
BESIDE = {"migrations"}
DOORS = ("api", "console")

# Which rooms a room imports, by name.
Arrows = dict[str, set[str]]

WIDTH, ROOM_HEIGHT, FOLDER_HEIGHT, BETWEEN = 1120, 30, 22, 50
LETTER, FOLDER_LETTER = 8.4, 7.2
# Rooms that are alone on their floor stand aside by turns, so that no arrow runs through one unseen.
ASIDE = (-170, 0, 170)


def contract() -> list[list[str]]:
    """The floors from the top down, each with its rooms, as lint-imports is told."""
    settings = tomllib.loads((TOP / "pyproject.toml").read_text(encoding="utf-8"))
    layers = settings["tool"]["importlinter"]["contracts"][0]["layers"]
    return [
        [room.strip().removeprefix(f"{ROOT}.") for room in layer.replace("|", ":").split(":")]
        for layer in layers
    ]


def imports(graph: grimp.ImportGraph) -> Arrows:
    """Every room with the rooms that one of its files imports."""
    arrows: Arrows = defaultdict(set)
    for module in graph.modules - {ROOT}:
        room = module.split(".")[1]
        if room in BESIDE:
            continue
        arrows[room] |= {
            imported.split(".")[1]
            for imported in graph.find_modules_directly_imported_by(module)
            if imported != ROOT
        } - {room}
    return dict(arrows)


def reduced(arrows: Arrows) -> Arrows:
    """Without the arrows that follow from others (the transitive reduction; there are no circles)."""
    below = {room: _below(room, arrows) for room in arrows}
    return {
        room: {one for one in direct if not any(one in below[other] for other in direct - {one})}
        for room, direct in arrows.items()
    }


def _below(room: str, arrows: Arrows) -> set[str]:
    seen: set[str] = set()
    waiting = [room]
    while waiting:
        for one in arrows[waiting.pop()] - seen:
            seen.add(one)
            waiting.append(one)
    return seen


class Box:
    """A room on the picture: where it stands, and for a door its folders."""

    def __init__(self, name: str, folders: list[str]) -> None:
        self.name, self.folders = name, folders
        longest = max([len(name) * LETTER, *(len(line) * FOLDER_LETTER for line in self.lines())])
        self.width = longest + 26
        self.height = ROOM_HEIGHT + FOLDER_HEIGHT * len(self.lines()) + (8 if folders else 0)
        self.x = self.y = 0.0

    def lines(self) -> list[str]:
        """The folders of a door, the frame last: it lies below the others."""
        rooms = [one for one in self.folders if one != "frame"]
        rows = [" · ".join(rooms[start : start + 4]) for start in range(0, len(rooms), 4)]
        return [*rows, "frame"] if "frame" in self.folders else rows

    def svg(self) -> Iterator[str]:
        middle = self.x + self.width / 2
        yield (
            f'<rect x="{self.x:.0f}" y="{self.y:.0f}" width="{self.width:.0f}" height="{self.height}" rx="5" '
            'fill="#fff" stroke="#334155"/>'
        )
        yield f'<text x="{middle:.0f}" y="{self.y + 20:.0f}" class="room">{escape(self.name)}</text>'
        for number, line in enumerate(self.lines()):
            yield (
                f'<text x="{middle:.0f}" y="{self.y + 46 + FOLDER_HEIGHT * number:.0f}" class="folder">{escape(line)}</text>'
            )


def folders(graph: grimp.ImportGraph, room: str) -> list[str]:
    """The rooms behind a door: its packages and its single files."""
    return sorted(one.rpartition(".")[2] for one in graph.find_children(f"{ROOT}.{room}"))


def stand(floors: list[list[Box]]) -> float:
    """Gives each box its place, floor below floor; answers the height of the whole."""
    top = 30.0
    for number, floor in enumerate(floors):
        gap = (WIDTH - sum(box.width for box in floor)) / (len(floor) + 1)
        x = gap + (ASIDE[number % len(ASIDE)] if len(floor) == 1 else 0)
        for box in floor:
            box.x, box.y = x, top
            x += box.width + gap
        top += max(box.height for box in floor) + BETWEEN
    return top


def arrow(upper: Box, lower: Box) -> str:
    """From the lower edge of the one that imports to the upper edge of the other; on one floor from below."""
    x1, y1 = upper.x + upper.width / 2, upper.y + upper.height
    x2 = lower.x + lower.width / 2
    if upper.y == lower.y:
        return f'<path d="M{x1:.0f} {y1:.0f}C{x1:.0f} {y1 + 22:.0f} {x2:.0f} {y1 + 26:.0f} {x2:.0f} {y1 + 2:.0f}"/>'
    y2 = lower.y - 2
    bend = min((y2 - y1) / 2, 60)
    return (
        f'<path d="M{x1:.0f} {y1:.0f}C{x1:.0f} {y1 + bend:.0f} {x2:.0f} {y2 - bend:.0f} {x2:.0f} {y2:.0f}"/>'
    )


def picture() -> str:
    """The whole SVG, the same for the same imports."""
    graph = grimp.build_graph(ROOT, cache_dir=None)
    arrows = reduced(imports(graph))
    floors = [
        [Box(room, folders(graph, room) if room in DOORS else []) for room in floor] for floor in contract()
    ]
    height = stand(floors)
    box_of = {box.name: box for floor in floors for box in floor}
    bands = [
        f'<rect x="8" y="{floor[0].y - 13:.0f}" width="{WIDTH - 16}" rx="8" '
        f'height="{max(box.height for box in floor) + 26}" class="floor"/>'
        for floor in floors
    ]
    lines = [
        arrow(box_of[upper], box_of[lower]) for upper in box_of for lower in sorted(arrows.get(upper, ()))
    ]
    boxes = [line for box in box_of.values() for line in box.svg()]
    return "\n".join([*_head(height), *bands, '<g class="arrows">', *lines, "</g>", *boxes, "</svg>", ""])


def _head(height: float) -> list[str]:
    return [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:.0f}" role="img">',
        "<title>The floors of backend/ and what imports what</title>",
        "<!-- Drawn by `python -m scripts.draw_floors`. -->",
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" '
        'orient="auto"><path d="M0 0L8 4L0 8Z" fill="#64748b"/></marker></defs>',
        "<style>text{text-anchor:middle;font-family:ui-monospace,Menlo,Consolas,monospace;fill:#0f172a}"
        ".room{font-size:14px}.folder{font-size:12px;fill:#475569}.floor{fill:#eef2f7}"
        ".arrows path{fill:none;stroke:#64748b;stroke-width:1.1;marker-end:url(#tip)}</style>",
        f'<rect width="{WIDTH}" height="{height:.0f}" fill="#fff"/>',
    ]


def main() -> None:
    PAGE.write_text(picture(), encoding="utf-8")
    print(f"{PAGE.relative_to(TOP)} is written.")


if __name__ == "__main__":
    main()
