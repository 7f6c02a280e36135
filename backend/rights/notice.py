"""The documents a person is told and agrees to, each in versions (个人信息保护法 14, 17, 23, 29).

A version is a file that never changes once published: a new text is a new file, and consent to it is asked
anew. The newest by name is the current one.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from backend.errors import NotFound

FOLDER = Path(__file__).parent / "documents"
# In the order in which the mini-program shows them; only the first is a condition of using it.
DOCUMENTS = ("privacy", "sensitive_data", "unit_feedback", "pictures")
REQUIRED = frozenset({"privacy"})


@dataclass(frozen=True)
class Document:
    """One version of a document; `text` is Markdown without its heading."""

    document: str
    version: str
    title: str
    text: str
    required: bool


def current(name: str) -> Document:
    """The version in force. Raises NotFound."""
    if name not in DOCUMENTS:
        raise NotFound()
    return _read(name, versions(name)[-1])


def everything() -> list[Document]:
    """All documents in force."""
    return [current(name) for name in DOCUMENTS]


def versions(name: str) -> list[str]:
    """All versions ever published, oldest first."""
    return sorted(path.stem for path in (FOLDER / name).glob("*.md"))


def one(name: str, version: str) -> Document:
    """A version, also one of the past: what somebody agreed to stays readable. Raises NotFound."""
    if name not in DOCUMENTS or version not in versions(name):
        raise NotFound()
    return _read(name, version)


@cache
def _read(name: str, version: str) -> Document:
    head, _, text = (FOLDER / name / f"{version}.md").read_text(encoding="utf-8").partition("\n")
    return Document(name, version, head.removeprefix("# ").strip(), text.strip(), name in REQUIRED)
