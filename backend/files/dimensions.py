"""What a picture claims to be, read from its first bytes before anything is decoded.

A decoder may take memory for all pixels as soon as it is shown a file (WebP's does), so the size is read
here, from the headers alone. JPEG: ITU-T T.81; PNG: W3C PNG 5.6; WebP: the RIFF container of its own.
"""

import re
import struct

from backend.files import heic

# JPEG frames (SOF0–15 without DHT, JPG, DAC): their segment holds height and width.
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_STANDALONE = frozenset({0x01, *range(0xD0, 0xD9)})
# What ends a stretch of coded pixels: any marker but a stuffed zero, a restart or a filling byte.
_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]", re.DOTALL)
# ImageSpatialExtentsProperty: four bytes of version and flags, then width and height.
_EXTENT = re.compile(rb"ispe\0\0\0\0(.{8})", re.DOTALL)


def kind_of(data: bytes) -> str | None:
    """`JPEG`, `PNG`, `WEBP` or `HEIF` by content; None for all else, whatever its name says."""
    if data[:3] == b"\xff\xd8\xff":
        return "JPEG"
    if data[:8] == b"\x89PNG\r\n\x1a\n":
        return "PNG"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WEBP"
    return "HEIF" if data[4:8] == b"ftyp" and _brands(data) & heic.BRANDS else None


def _brands(data: bytes) -> set[bytes]:
    """The brand of an ISO media file, and those that it says it is compatible with."""
    end = min(int.from_bytes(data[:4], "big"), 256)
    found = {data[8:12], *(data[at : at + 4] for at in range(16, end - 3, 4))}
    return set() if b"avif" in found else found


def size_of(data: bytes, kind: str) -> tuple[int, int] | None:
    """(width, height) in pixels as the headers claim; None when they cannot be read."""
    try:
        size = {"JPEG": _jpeg, "PNG": _png, "WEBP": _webp, "HEIF": _heif}[kind](data)
    except (struct.error, IndexError):
        return None
    return size if size and min(size) > 0 else None


def _png(data: bytes) -> tuple[int, int] | None:
    return struct.unpack(">II", data[16:24]) if data[12:16] == b"IHDR" else None


def _jpeg(data: bytes) -> tuple[int, int] | None:
    """The largest of all frames it has: a second one must not be a way around."""
    found, at = [], 2
    while at + 4 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker == 0xFF or marker in _STANDALONE:
            at += 1 if marker == 0xFF else 2
            continue
        length = struct.unpack(">H", data[at + 2 : at + 4])[0]
        if marker in _FRAMES:
            height, width = struct.unpack(">HH", data[at + 5 : at + 9])
            found.append((width, height))
        if marker == 0xDA:
            break
        at += 2 + length
    return max(found, key=lambda size: size[0] * size[1], default=None)


def jpeg_end(data: bytes) -> int | None:
    """Where the end marker stands at which a decoder stops; None without one. A preview's own lies within a
    segment, and segments are stepped over."""
    at = 2
    while found := _MARKER.search(data, at):
        at = found.start()
        if data[at + 1] == 0xD9:
            return at
        at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return None


def _webp(data: bytes) -> tuple[int, int] | None:
    chunk = data[12:16]
    if chunk == b"VP8X":
        width, height = (int.from_bytes(data[at : at + 3], "little") + 1 for at in (24, 27))
        return width, height
    if chunk == b"VP8L" and data[20] == 0x2F:
        bits = struct.unpack("<I", data[21:25])[0]
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if chunk == b"VP8 " and data[23:26] == b"\x9d\x01\x2a":
        width, height = struct.unpack("<HH", data[26:30])
        return width & 0x3FFF, height & 0x3FFF
    return None


def _heif(data: bytes) -> tuple[int, int] | None:
    """The largest of all its pictures: a grid of tiles says its whole size in a property of its own."""
    found = (struct.unpack(">II", one[1]) for one in _EXTENT.finditer(data))
    return max(found, key=lambda size: size[0] * size[1], default=None)
