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

from PIL import Image, ImageOps

from backend.errors import BodyTooLarge, Refused, UnsupportedType
from backend.files import dimensions

MOST_BYTES = 10 * 1024 * 1024
MOST_PIXELS = 20_000_000
LONGEST_SIDE = 2048
THUMBNAIL_SIDE = 360
QUALITY = 85
# A progressive JPEG has about ten; thousands over the same pixels are made to keep a machine busy.
MOST_SCANS = 100
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


class PictureTooLarge(BodyTooLarge):
    code, message = 41310, "图片不能超过 10 MB，请压缩后再上传"


class NotAPicture(UnsupportedType):
    code, message = 41511, "请上传 JPEG、PNG 或 WebP 格式的图片"


class TooManyPixels(Refused):
    code, message = 42212, "图片的尺寸太大，最多 2000 万像素，请缩小后再上传"


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
    _check_size(data, kind)
    _check_clean(data, kind)
    with _decoding:
        return _written_anew(data, kind)


def _check_size(data: bytes, kind: str) -> None:
    size = dimensions.size_of(data, kind)
    if size is None:
        raise PictureBroken()
    if size[0] * size[1] > MOST_PIXELS:
        raise TooManyPixels()


def _check_clean(data: bytes, kind: str) -> None:
    if _FOREIGN.search(data) or _ZIP_END in data[-_ZIP_TAIL:]:
        raise PictureNotClean()
    if kind == "JPEG" and data.count(b"\xff\xda") > MOST_SCANS:
        raise PictureBroken()


def _written_anew(data: bytes, kind: str) -> Picture:
    try:
        with Image.open(io.BytesIO(data), formats=[kind]) as opened:
            if (opened.width, opened.height) != dimensions.size_of(data, kind):
                raise PictureBroken()
            if kind == "JPEG" and _ends_early(data):
                raise PictureBroken()
            # Where the format allows it, a large picture is decoded at a fraction of its size.
            opened.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
            upright = ImageOps.exif_transpose(_flat(opened))
    except Refused:
        raise
    except Exception:
        # A decoder meets hostile bytes here: whatever it stumbles over, the picture is at fault.
        raise PictureBroken() from None
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    width, height = upright.size
    content = _jpeg(upright)
    upright.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE))
    return Picture(content, _jpeg(upright), width, height)


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


def _flat(image: Image.Image) -> Image.Image:
    """In colours without transparency, which lies on white; its orientation is still told."""
    image.load()
    exif = image.getexif()
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        drawn = image.convert("RGBA")
        flat = Image.new("RGB", image.size, "white")
        flat.paste(drawn, mask=drawn.getchannel("A"))
    else:
        flat = image.convert("RGB")
    flat.info = {}
    flat.getexif().update({0x0112: exif.get(0x0112, 1)})
    return flat


def _jpeg(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=QUALITY, optimize=True, exif=b"")
    return out.getvalue()
