"""Charts drawn on the server as SVG, each with the table of its numbers for whoever does not see it."""

import base64
import itertools
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree

import pygal
from pygal.style import Style

# pygal puts a finder of its map plug-ins, written for old Pythons, before every later import, and each one
# then warns. There are no maps here.
sys.meta_path[:] = [one for one in sys.meta_path if type(one).__name__ != "PluginImportFixer"]


def _style(colours: tuple[str, ...]) -> Style:
    return Style(
        background="white",
        plot_background="white",
        foreground="#1f2933",
        foreground_strong="#1f2933",
        foreground_subtle="#4a5561",
        font_family='"Noto Sans CJK SC", "Microsoft YaHei", sans-serif',
        label_font_size=15,
        major_label_font_size=15,
        value_font_size=16,
        legend_font_size=15,
        colors=colours,
    )


# For parts whose names say nothing of how far a thing has come.
PLAIN = ("#3d6fa5", "#7a5195", "#2f7f86", "#8d6e3f")
# What a part is called decides its colour, as of the states on every page (console.css): open or under way blue, waiting
# for somebody amber, well done green, ended without it grey, wrong or taken away red.
BLUE, AMBER, GREEN, GREY, RED = "#3d6fa5", "#c77700", "#4d7c3f", "#5b6770", "#b3121f"
PALE_BLUE, PALE_AMBER = "#8fb3d9", "#e8b968"
MEANING = {
    "待审核": AMBER,
    "待发布": PALE_AMBER,
    "等待认领": PALE_BLUE,
    "办理中": BLUE,
    "已点亮": GREEN,
    "解决了": GREEN,
    "没有受理": GREY,
    "办结未回访": "#8a949c",
    "没有回访到": "#8a949c",
    "已撤下": "#b9c0c6",
    "没有解决": RED,
}
# Of the height of the highest bar, so that its number does not run into the line above.
HEADROOM = 1.15


@dataclass(frozen=True)
class Chart:
    """A picture as a data address, and its numbers: a head and rows."""

    title: str
    picture: str
    head: list[str]
    rows: list[list[Any]]
    wide: bool = False


def bars(title: str, unit: str, counted: Mapping[str, float]) -> Chart:
    """One bar a label."""
    highest = max(counted.values(), default=0)
    chart = _chart(pygal.Bar, list(counted), range=(0, max(highest * HEADROOM, 1)))
    chart.add(unit, [_bar(label, number) for label, number in counted.items()])
    return Chart(title, _picture(chart), ["", unit], [[label, number] for label, number in counted.items()])


def _bar(label: str, number: float) -> dict[str, Any]:
    return {"value": number, "color": MEANING[label]} if label in MEANING else {"value": number}


def groups(title: str, labels: list[str], parts: dict[str, list[int]]) -> Chart:
    """A few bars beside each other for each label, as months go by."""
    chart = _chart(
        pygal.Bar,
        labels,
        show_legend=True,
        legend_at_bottom=True,
        legend_at_bottom_columns=len(parts),
        print_values=False,
        width=1200,
        height=380,
    )
    for name, numbers in parts.items():
        chart.add(name, numbers)
    rows = [[label, *(numbers[at] for numbers in parts.values())] for at, label in enumerate(labels)]
    return Chart(title, _picture(chart), ["", *parts], rows, wide=True)


def stacks(title: str, unit: str, told: tuple[list[str], dict[str, list[int]]]) -> Chart:
    """One bar a place, from top to bottom in the order given, its parts beside each other."""
    return _across(pygal.HorizontalStackedBar, title, told, 30)


def pairs(title: str, unit: str, told: tuple[list[str], dict[str, list[Any]]]) -> Chart:
    """A bar for each part of each place: what does not add up to anything."""
    return _across(pygal.HorizontalBar, title, told, 22 * len(told[1]))


def _across(kind: Any, title: str, told: tuple[list[str], dict[str, list[Any]]], high: int) -> Chart:
    """`high` is what a place takes, in points."""
    labels, parts = told
    spare = itertools.cycle(PLAIN)
    colours = tuple(MEANING.get(name) or next(spare) for name in parts)
    chart = _chart(
        kind,
        labels[::-1],
        style=_style(colours),
        show_legend=True,
        legend_at_bottom=True,
        legend_at_bottom_columns=7,
        # pygal measures letters as Latin ones; Chinese names need more room.
        margin_left=60,
        margin_bottom=30,
        print_values=False,
        width=1200,
        height=130 + high * len(labels),
    )
    for name, numbers in parts.items():
        chart.add(name, numbers[::-1])
    rows = [[label, *(numbers[at] for numbers in parts.values())] for at, label in enumerate(labels)]
    return Chart(title, _picture(chart), ["", *parts], rows, wide=True)


def _chart(kind: Any, labels: list[str], **more: Any) -> Any:
    told = {
        "show_legend": False,
        "print_values": True,
        "print_values_position": "top",
        "width": 640,
        "height": 320,
        "margin": 12,
        **more,
    }
    chart = kind(
        style=told.pop("style", _style(PLAIN)),
        js=(),
        disable_xml_declaration=True,
        show_y_guides=True,
        value_formatter=lambda number: f"{number:g}",
        min_scale=2,
        order_min=0,
        **told,
    )
    chart.x_labels = labels
    return chart


def _picture(chart: Any) -> str:
    """As an image of its own, in which nothing runs; pygal's script goes all the same."""
    tree = chart.render_tree()
    for parent in list(tree.iter()):
        for child in [one for one in parent if str(one.tag).endswith("script")]:
            parent.remove(child)
    text = ElementTree.tostring(tree, encoding="utf-8")
    return "data:image/svg+xml;base64," + base64.b64encode(text).decode()
