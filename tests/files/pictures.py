"""Pictures good and bad, made on the spot."""

import io
import struct
import zlib

import pillow_heif
from PIL import Image
from PIL.ExifTags import GPS, IFD, Base

RED, BLUE = (200, 30, 30), (30, 30, 200)
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def drawn(width=640, height=480, mode="RGB"):
    """Red above, blue below, so that a turn is seen."""
    image = Image.new("RGB", (width, height), RED)
    image.paste(BLUE, (0, height // 2, width, height))
    return image.convert(mode)


def saved(image, kind="JPEG", **how):
    out = io.BytesIO()
    image.save(out, kind, **how)
    return out.getvalue()


def jpeg(width=640, height=480, **how):
    return saved(drawn(width, height), "JPEG", **how)


def from_a_phone(orientation=6):
    """A JPEG that says where and with what it was taken, lying on its side."""
    exif = Image.Exif()
    exif[Base.Make], exif[Base.Model] = "SomePhone", "SN-15600000077"
    exif[Base.Orientation] = orientation
    exif.get_ifd(IFD.GPSInfo)[GPS.GPSLatitude] = (46.0, 58.0, 33.0)
    return jpeg(exif=exif, comment=b"at home", icc_profile=b"not a profile but kept")


def cut_and_closed(whole, rest=b"", share=0.5):
    """A JPEG of which a share of the coded pixels is left, with an end marker put behind it."""
    begins = whole.index(b"\xff\xda") + 14
    cut = whole[: begins + int((len(whole) - begins) * share)].rstrip(b"\xff")
    return cut + b"\xff\xd9" + rest


def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


# Colour kinds of a PNG.
GREY, COLOURS, GREY_AND_CLEAR, COLOURS_AND_CLEAR = 0, 2, 4, 6


def png_of_sixteen_bits(colour, pixel, clear=None, width=40, height=30, profile=None):
    """One colour all over, in sixteen bits a channel; `clear` is the colour that means transparent."""
    row = b"\0" + struct.pack(f">{len(pixel)}H", *pixel) * width
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 16, colour, 0, 0, 0))
    if profile:
        header += chunk(b"iCCP", b"profile\0\0" + zlib.compress(profile))
    if clear:
        header += chunk(b"tRNS", struct.pack(f">{len(clear)}H", *clear))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(row * height)) + chunk(b"IEND", b"")


def _xyz(values):
    return b"XYZ \0\0\0\0" + struct.pack(">3i", *(round(value * 65536) for value in values))


def _curve(gamma):
    return b"curv\0\0\0\0" + struct.pack(">IH", 1, round(gamma * 256)) + b"\0\0"


def profile_of(red, green, blue):
    """A colour profile (ICC.1:2001) of these primaries, each as X, Y, Z under D50, with a gamma of 2.2."""
    tags = {b"rXYZ": _xyz(red), b"gXYZ": _xyz(green), b"bXYZ": _xyz(blue)}
    return _profile(b"RGB ", tags | dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), _curve(2.2)))


def _profile(space, of_space):
    name = b"wide\0"
    described = b"desc\0\0\0\0" + struct.pack(">I", len(name)) + name + bytes(78)
    tags = {b"desc": described, b"cprt": b"text\0\0\0\0none\0\0\0\0", b"wtpt": _xyz((0.9642, 1, 0.8249))}
    tags |= of_space
    table, body, begin = b"", b"", 128 + 4 + 12 * len(tags)
    for tag, data in tags.items():
        table += tag + struct.pack(">II", begin + len(body), len(data))
        body += data + b"\0" * (-len(data) % 4)
    head = struct.pack(">I4sI4s4s4s", begin + len(body), b"none", 0x02400000, b"mntr", space, b"XYZ ")
    head += bytes(12) + b"acsp" + bytes(28) + struct.pack(">3i", 63190, 65536, 54061)
    return head.ljust(128, b"\0") + struct.pack(">I", len(tags)) + table + body


# Display P3, in which phones take their pictures.
WIDE_PROFILE = profile_of((0.5151, 0.2412, -0.0011), (0.2920, 0.6922, 0.0419), (0.1571, 0.0666, 0.7841))

# Greys of a scanner that counts light and not what the eye sees.
LIGHT_PROFILE = _profile(b"GRAY", {b"kTRC": _curve(1)})


def heic(width, height, orientation=1, exif=None):
    """As a phone takes it: turned by its container, with where it was taken."""
    told = Image.Exif()
    told[Base.Make], told[Base.Orientation] = "SomePhone", orientation
    written, out = pillow_heif.from_pillow(drawn(width, height)), io.BytesIO()
    written.save(out, quality=80, exif=exif or told.tobytes())
    return out.getvalue()


def heic_of_ten_bits(pixel, width=64, height=64):
    """One colour all over, as phones take pictures of more than eight bits a channel."""
    row = struct.pack("<3H", *pixel) * width
    written, out = pillow_heif.from_bytes("RGB;16", (width, height), row * height), io.BytesIO()
    written.save(out, quality=100)
    return out.getvalue()


def large_png(width, height):
    """A true PNG of black and white pixels: huge to decode, tiny to send."""
    row = b"\0" * (1 + (width + 7) // 8)
    packer, data = zlib.compressobj(9), b""
    for _ in range(height):
        data += packer.compress(row)
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", data + packer.flush()) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def png_with_text_bomb():
    """A small PNG with a comment that grows to a hundred megabytes."""
    whole = saved(drawn(8, 8), "PNG")
    text = chunk(b"zTXt", b"Comment\0\0" + zlib.compress(b"\0" * 100_000_000, 9))
    return whole[:33] + text + whole[33:]


def claiming(width, height):
    """A JPEG whose frame says another size than its pixels have."""
    data = bytearray(jpeg(64, 64))
    at = data.index(b"\xff\xc0")
    data[at + 5 : at + 9] = struct.pack(">HH", height, width)
    return bytes(data)


def webp_claiming(width, height):
    """An extended WebP that claims a canvas of its own."""
    inner = saved(drawn(64, 64), "WEBP", lossless=True)[12:]
    canvas = b"\x02\0\0\0" + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    body = b"WEBPVP8X" + struct.pack("<I", 10) + canvas + inner
    return b"RIFF" + struct.pack("<I", len(body)) + body


def with_many_scans(count=3000):
    """A JPEG that wants to be drawn over and over."""
    whole = jpeg(64, 64, progressive=True)
    start = whole.rindex(b"\xff\xda")
    return whole[:start] + whole[start:-2] * count + b"\xff\xd9"


def zip_archive():
    import zipfile

    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("run.js", "alert(1)")
    return out.getvalue()


def commented(text):
    """A JPEG with these bytes in a comment of its own."""
    whole = jpeg()
    return whole[:2] + b"\xff\xfe" + struct.pack(">H", len(text) + 2) + text + whole[2:]


POLYGLOTS = {
    "zip behind": lambda: jpeg() + zip_archive(),
    "page behind": lambda: jpeg() + b"<html><script>alert(1)</script></html>",
    "page in a comment": lambda: commented(b"<HTML ><body onload=alert(1)>"),
    "script in a comment": lambda: commented(b"*/<script src=x>"),
    "php in a comment": lambda: commented(b"<?php system($_GET[0]); ?>"),
    "pdf in a comment": lambda: commented(b"%PDF-1.7 1 0 obj"),
    "svg behind a png": lambda: saved(drawn(), "PNG") + SVG,
    "zip behind a webp": lambda: saved(drawn(), "WEBP") + zip_archive(),
}
NOT_PICTURES = {
    "svg": lambda: SVG,
    "gif": lambda: saved(drawn(), "GIF"),
    "bmp": lambda: saved(drawn(), "BMP"),
    "tiff": lambda: saved(drawn(), "TIFF"),
    "pdf": lambda: b"%PDF-1.7\n1 0 obj",
    "page": lambda: b"<html><script>alert(1)</script></html>",
    "zip": zip_archive,
    "program": lambda: b"MZ\x90\0" + b"\0" * 500,
    "nothing": lambda: b"",
    "wave sound": lambda: b"RIFF\x24\0\0\0WAVEfmt ",
}
TOO_LARGE = {
    "100 megapixels": lambda: large_png(10_000, 10_000),
    "a bomb of 2500 megapixels": lambda: large_png(50_000, 50_000),
    "a jpeg claiming 4000 megapixels": lambda: claiming(65_000, 65_000),
    "a webp claiming 268 megapixels": lambda: webp_claiming(16_383, 16_383),
}
BROKEN = {
    "truncated jpeg": lambda: jpeg()[:-400],
    "half a jpeg": lambda: jpeg()[: len(jpeg()) // 2],
    "half a jpeg with an end": lambda: cut_and_closed(jpeg()),
    "half a jpeg with an end and the rest behind it": lambda: cut_and_closed(jpeg(), jpeg()[-2000:]),
    "half a progressive jpeg with an end": lambda: cut_and_closed(jpeg(progressive=True), share=0.02),
    "head of a jpeg": lambda: jpeg()[:4],
    "truncated png": lambda: saved(drawn(), "PNG")[:-40],
    "truncated webp": lambda: saved(drawn(), "WEBP")[:-40],
    "a png without a head": lambda: b"\x89PNG\r\n\x1a\n" + b"\0" * 40,
    "a webp without a head": lambda: b"RIFF\0\0\0\0WEBP" + b"\0" * 4,
    "a webp that claims another size": lambda: webp_claiming(4000, 4000),
    "a jpeg of no size": lambda: claiming(0, 64),
    "a jpeg of many scans": with_many_scans,
    "a text bomb": png_with_text_bomb,
}
