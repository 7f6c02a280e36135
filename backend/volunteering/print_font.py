"""The Chinese font of printed papers, cut down to the signs that one paper needs.

The font (Noto Serif SC, SIL Open Font License) comes from a package and has outlines of the PostScript kind
(CFF). Those are turned into TrueType ones, under which every reader finds the text again: some take the
signs of a CFF font in a PDF for others (docs/decisions/0033).
"""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.resources import as_file, files
from typing import Any

from fontTools import subset
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont, newTable

# The sign that stands where type has none (缺字符).
MISSING = "〓"
# How far, in thousandths of the height, a curve may depart from the drawn one.
_ERROR = 1.0
# Limits of TrueType's own programs, of which these outlines have none.
_NO_PROGRAMS = (
    "maxTwilightPoints maxStorage maxFunctionDefs maxInstructionDefs maxStackElements maxSizeOfInstructions"
    " maxComponentElements maxPoints maxContours maxCompositePoints maxCompositeContours maxComponentDepth"
)


def _source() -> Any:
    return files("pylopdf_fonts_zh_cn").joinpath("NotoSerifSC-Regular.otf")


@cache
def _signs() -> frozenset[int]:
    with as_file(_source()) as path, TTFont(path, lazy=True) as font:
        return frozenset(font.getBestCmap())


def printable(text: str) -> str:
    """The text with `MISSING` for every sign that the font does not have."""
    return "".join(sign if sign.isspace() or ord(sign) in _signs() else MISSING for sign in text)


@contextmanager
def cut_to(text: str) -> Iterator[str]:
    """A file with the signs of `text` as a TrueType font, for as long as the block lasts."""
    with tempfile.NamedTemporaryFile(suffix=".ttf", delete=False) as file:
        name = file.name
    try:
        with as_file(_source()) as path:
            _cut(os.fspath(path), text, name)
        yield name
    finally:
        os.unlink(name)


def _cut(path: str, text: str, target: str) -> None:
    options = subset.Options()
    options.layout_features, options.notdef_outline = [], True
    options.drop_tables += ["VORG", "BASE", "vhea", "vmtx"]
    with subset.load_font(path, options) as font:
        cutter = subset.Subsetter(options)
        cutter.populate(text=text + MISSING)
        cutter.subset(font)
        _to_true_type(font)
        font.save(target)


def _to_true_type(font: Any) -> None:
    names, drawn = font.getGlyphOrder(), font.getGlyphSet()
    glyphs = {}
    for name in names:
        pen = TTGlyphPen(drawn)
        drawn[name].draw(Cu2QuPen(pen, _ERROR, reverse_direction=True))
        glyphs[name] = pen.glyph()
    del font["CFF "]
    font["loca"], outlines = newTable("loca"), newTable("glyf")
    outlines.glyphOrder, outlines.glyphs = names, glyphs
    font["glyf"] = outlines
    for name, glyph in glyphs.items():
        glyph.recalcBounds(outlines)
        font["hmtx"][name] = (font["hmtx"][name][0], getattr(glyph, "xMin", 0))
    limits = font["maxp"]
    limits.tableVersion, limits.maxZones = 0x00010000, 1
    for limit in _NO_PROGRAMS.split():
        setattr(limits, limit, 0)
    font["post"].formatType = 3.0
    font.sfntVersion = "\x00\x01\x00\x00"
