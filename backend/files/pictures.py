"""Takes a picture in: known by its content, bounded, decoded, and written anew without anything else in it.

What leaves here is a JPEG of ours: no EXIF (a phone writes where it was), no colour profile, no comment, no
second file hidden behind the first. What is refused is refused before it is decoded, in bounded memory.
"""

import hashlib
import io
import re
import threading
from dataclasses import dataclass
from typing import BinaryIO

from PIL import Image

from backend.errors import BodyTooLarge, Refused, UnsupportedType
from backend.files import colours, dimensions, heic

MOST_BYTES = 10 * 1024 * 1024
# What bounds them is memory and time (facts: phones take 24 and 48 megapixels): a JPEG is decoded at a fraction of its
# size, a HEIC in a process of its own; all else is decoded as it is.
MOST_PIXELS = 20_000_000
MOST_PIXELS_OF_A_PHOTO = 51_000_000
LONGEST_SIDE = 2048
THUMBNAIL_SIDE = 360
QUALITY = 85
# A progressive JPEG has about ten; thousands over the same pixels are made to keep a machine busy.
MOST_SCANS = 100
MOST_PIXELS_READ = MOST_SCANS * MOST_PIXELS
# What a picture never says and a page, a script or a document does, wherever it hides.
_FOREIGN = re.compile(
    rb"<(?:script|html|svg|body|iframe)[\s>/]|<!doctype\s|<\?php[\s]|%pdf-1\.|javascript:", re.IGNORECASE
)
# The end of a ZIP archive stands within the last 64 KiB of it.
_ZIP_END, _ZIP_TAIL = b"PK\x05\x06", 65_557
# Bytes that decode to something wherever a JPEG's pixels go on; without 0xFF, which would begin a marker.
_NOISE = bytes(byte for byte in hashlib.sha512(b"more of the picture").digest() if byte != 0xFF) * 4
# Decoding takes memory for every pixel: so many at once in a process, the others wait.
_decoding = threading.BoundedSemaphore(2)
# Of those that take most only one.
_decoding_large = threading.Lock()


class PictureTooLarge(BodyTooLarge):
    code, message = 41310, "图片不能超过 10 MB，请压缩后再上传"


class NotAPicture(UnsupportedType):
    code, message = 41511, "请上传 JPEG、PNG、WebP 或 HEIC 格式的图片"


class TooManyPixels(Refused):
    code, message = (42212, "图片太大：照片最多 5000 万像素，PNG、WebP 最多 2000 万像素，请缩小后再上传")


class PictureBroken(Refused):
    code, message = 42213, "图片不完整或已损坏，请重新选择"


class PictureNotClean(Refused):
    code, message = 42214, "图片里夹带了图片以外的内容，请用截图或重新拍照后上传"


@dataclass(frozen=True)
class Picture:
    """Two JPEGs of the same picture, and the size of the larger in pixels."""

    content: bytes
    thumbnail: bytes
    width: int
    height: int


def received(stream: BinaryIO) -> Picture:
    """Reads an upload. Raises PictureTooLarge, NotAPicture, TooManyPixels, PictureNotClean, PictureBroken."""
    data = stream.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise PictureTooLarge()
    kind = dimensions.kind_of(data)
    if kind is None:
        raise NotAPicture()
    pixels = _check_size(data, kind)
    _check_clean(data, kind, pixels)
    with _decoding_large if pixels > MOST_PIXELS else _decoding:
        return _written_anew(data, kind)


def _check_size(data: bytes, kind: str) -> int:
    """How many pixels it claims to have."""
    size = dimensions.size_of(data, kind)
    if size is None:
        raise PictureBroken()
    if size[0] * size[1] > (MOST_PIXELS_OF_A_PHOTO if kind in ("JPEG", "HEIF") else MOST_PIXELS):
        raise TooManyPixels()
    return size[0] * size[1]


def _check_clean(data: bytes, kind: str, pixels: int) -> None:
    if _FOREIGN.search(data) or _ZIP_END in data[-_ZIP_TAIL:]:
        raise PictureNotClean()
    scans = data.count(b"\xff\xda") if kind == "JPEG" else 0
    if scans > MOST_SCANS or scans * pixels > MOST_PIXELS_READ:
        raise PictureBroken()


def _written_anew(data: bytes, kind: str) -> Picture:
    try:
        kept = _decoded_heic(data) if kind == "HEIF" else _decoded(data, kind)
    except Refused:
        raise
    except Exception:
        # A decoder meets hostile bytes here: whatever it stumbles over, the picture is at fault.
        raise PictureBroken() from None
    width, height = kept.size
    content = _jpeg(kept)
    kept.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE))
    return Picture(content, _jpeg(kept), width, height)


def _decoded(data: bytes, kind: str) -> Image.Image:
    with Image.open(io.BytesIO(data), formats=[kind]) as opened:
        if (opened.width, opened.height) != dimensions.size_of(data, kind):
            raise PictureBroken()
        if kind == "JPEG" and _ends_early(data):
            raise PictureBroken()
        # Where the format allows it, a large picture is decoded at a fraction of its size.
        opened.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
        return colours.as_kept(opened, LONGEST_SIDE)


def _decoded_heic(data: bytes) -> Image.Image:
    with Image.open(
        io.BytesIO(heic.decoded(data, LONGEST_SIDE, MOST_PIXELS_OF_A_PHOTO)), formats=["PPM"]
    ) as opened:
        opened.load()
        return opened.copy()


def _ends_early(data: bytes) -> bool:
    """Does a JPEG's end marker stand where pixels are still to come? A file that was cut and closed is grey from
    there on, which libjpeg only warns of, to nobody. Of a whole picture nothing more is read before its end, so
    noise put there changes nothing; of a cut one it would be the next pixels.

    An eighth of the size is enough to see it. Not seen are a later, finer scan that is cut, which leaves no grey,
    and a cut in a picture with restart markers, behind which a decoder passes noise over; phones write none.
    """
    end = dimensions.jpeg_end(data)
    return end is not None and _sketch(data) != _sketch(data[:end] + _NOISE + data[end:])


def _sketch(data: bytes) -> bytes:
    with Image.open(io.BytesIO(data), formats=["JPEG"]) as opened:
        opened.draft("L", (1, 1))
        return opened.tobytes()


def _jpeg(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=QUALITY, optimize=True, exif=b"")
    return out.getvalue()
