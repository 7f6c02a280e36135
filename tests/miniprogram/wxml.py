"""Reads templates: every element with its attributes, its text and where it stands."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

# Elements of the browser's own language that never have content there, but may here.
SELF_CLOSED = ("input", "image", "import", "include")


@dataclass
class Element:
    tag: str
    attributes: dict[str, str]
    line: int
    parent: "Element | None" = None
    text: str = ""
    children: list["Element"] = field(default_factory=list)

    def all(self):
        """This element and everything in it."""
        yield self
        for child in self.children:
            yield from child.all()

    def words(self) -> str:
        """All text in it."""
        return "".join(one.text for one in self.all()).strip()


class _Reader(HTMLParser):
    CDATA_CONTENT_ELEMENTS = ("wxs",)

    def __init__(self):
        super().__init__()
        self.top = Element("", {}, 0)
        self.here = self.top

    def handle_starttag(self, tag, attrs):
        made = Element(tag, {name: value or "" for name, value in attrs}, self.getpos()[0], self.here)
        self.here.children.append(made)
        if tag not in SELF_CLOSED:
            self.here = made

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in SELF_CLOSED:
            self.here = self.here.parent

    def handle_endtag(self, tag):
        if tag not in SELF_CLOSED and self.here.tag == tag:
            self.here = self.here.parent

    def handle_data(self, data):
        self.here.text += data


def elements(path):
    """All elements of one template, in their order."""
    reader = _Reader()
    reader.feed(path.read_text(encoding="utf-8"))
    reader.close()
    return list(reader.top.all())[1:]
