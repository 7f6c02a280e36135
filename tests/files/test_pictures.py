"""What is taken for a picture, what comes out of it, and what hostile files do: nothing, in little memory."""

import contextlib
import io
import subprocess
import sys
import textwrap

import pytest
from PIL import Image

from backend.files import pictures
from backend.files.pictures import NotAPicture, PictureBroken, PictureNotClean, PictureTooLarge, TooManyPixels
from tests.files.pictures import BROKEN, NOT_PICTURES, POLYGLOTS, TOO_LARGE, drawn, from_a_phone, jpeg, saved

MEGABYTE = 1024 * 1024


def received(data):
    return pictures.received(io.BytesIO(data))


def opened(data):
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def near(found, wanted):
    return all(abs(one - other) < 40 for one, other in zip(found, wanted, strict=True))


@pytest.mark.parametrize(
    ("kind", "how"), [("JPEG", {}), ("PNG", {}), ("WEBP", {}), ("WEBP", {"lossless": True})]
)
def test_each_kind_becomes_a_jpeg_of_ours_with_a_thumbnail(kind, how):
    picture = received(saved(drawn(), kind, **how))
    whole, small = opened(picture.content), opened(picture.thumbnail)
    assert (whole.format, small.format) == ("JPEG", "JPEG")
    assert whole.size == (picture.width, picture.height) == (640, 480)
    assert max(small.size) == pictures.THUMBNAIL_SIDE
    assert near(whole.getpixel((10, 10)), (200, 30, 30))
    assert near(small.getpixel((10, small.height - 10)), (30, 30, 200))


@pytest.mark.parametrize("mode", ["L", "P", "1", "CMYK", "RGB", "YCbCr"])
def test_each_colour_space_is_understood(mode):
    kind = "JPEG" if mode in ("CMYK", "YCbCr") else "PNG"
    assert opened(received(saved(drawn(mode=mode), kind)).content).mode == "RGB"


@pytest.mark.parametrize(("mode", "clear"), [("RGBA", (0, 0, 0, 0)), ("LA", (0, 0))])
@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_what_is_transparent_lies_on_white(mode, clear, kind):
    image = Image.new(mode, (50, 50), clear)
    if kind == "WEBP":
        image = image.convert("RGBA")
    assert near(opened(received(saved(image, kind)).content).getpixel((25, 25)), (255, 255, 255))


def test_a_picture_from_a_phone_stands_upright_and_says_nothing_of_its_owner():
    raw = from_a_phone()
    assert b"SN-15600000077" in raw
    picture = received(raw)
    whole = opened(picture.content)
    assert (picture.width, picture.height) == whole.size == (480, 640)
    # Orientation 6: what was above is at the right.
    assert near(whole.getpixel((470, 320)), (200, 30, 30))
    assert near(whole.getpixel((10, 320)), (30, 30, 200))
    for data in (picture.content, picture.thumbnail):
        assert not any(said in data for said in (b"SN-156", b"SomePhone", b"Exif", b"at home", b"profile"))
        assert dict(opened(data).getexif()) == {}
        assert "icc_profile" not in opened(data).info


def test_a_large_picture_is_kept_smaller_and_a_small_one_is_not_blown_up():
    picture = received(jpeg(5000, 3000))
    assert (picture.width, picture.height) == (2048, 1229)
    picture = received(jpeg(20, 10))
    assert opened(picture.thumbnail).size == opened(picture.content).size == (20, 10)


def test_twenty_megapixels_are_taken_and_one_row_more_is_not():
    assert received(jpeg(5000, 4000)).width == 2048
    with pytest.raises(TooManyPixels):
        received(jpeg(5000, 4001))


def test_ten_megabytes_are_taken_and_one_byte_more_is_not():
    whole = jpeg()
    assert received(whole + b"\0" * (10 * MEGABYTE - len(whole)))
    with pytest.raises(PictureTooLarge):
        received(whole + b"\0" * (10 * MEGABYTE - len(whole) + 1))


def test_what_a_phone_hangs_behind_its_picture_is_left_out():
    """Moving pictures of Android phones carry a film behind the JPEG: harmless, and not kept."""
    film = b"\0\0\0\x18ftypmp42" + b"\x17" * 5000
    assert b"ftypmp42" not in received(jpeg() + film).content


@pytest.mark.parametrize(
    "how",
    [
        {},
        {"progressive": True},
        {"optimize": True, "quality": 20},
        {"subsampling": 0, "quality": 98},
        {"restart_marker_blocks": 3},
        {"restart_marker_rows": 1, "progressive": True},
    ],
)
@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
def test_no_whole_picture_is_taken_for_one_that_was_cut(how, mode):
    for size in ((640, 480), (33, 17), (1, 1)):
        noise = Image.effect_noise(size, 60).convert(mode)
        for picture in (noise, Image.new(mode, size), drawn(*size, mode=mode)):
            assert received(saved(picture, **how)).width == size[0]


@pytest.mark.parametrize("name", POLYGLOTS)
def test_a_picture_that_is_something_else_as_well_is_refused(name):
    with pytest.raises(PictureNotClean):
        received(POLYGLOTS[name]())


@pytest.mark.parametrize("name", NOT_PICTURES)
def test_what_is_no_picture_is_refused_whatever_it_is_called(name):
    with pytest.raises(NotAPicture):
        received(NOT_PICTURES[name]())


@pytest.mark.parametrize("name", TOO_LARGE)
def test_a_picture_of_too_many_pixels_is_refused(name):
    with pytest.raises(TooManyPixels):
        received(TOO_LARGE[name]())


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_picture_is_refused(name):
    with pytest.raises(PictureBroken):
        received(BROKEN[name]())


def test_random_damage_never_ends_in_a_fault_of_ours():
    import random

    chance = random.Random(6)
    whole = {kind: saved(drawn(), kind) for kind in ("JPEG", "PNG", "WEBP")}
    for _ in range(300):
        data = bytearray(chance.choice(list(whole.values())))
        for _ in range(chance.randint(1, 20)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        with contextlib.suppress(NotAPicture, PictureBroken, PictureNotClean, TooManyPixels):
            received(bytes(data))


MEASURED = """
import io, resource, sys
from backend.files import pictures
from tests.files import pictures as made

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024

pictures.received(io.BytesIO(made.jpeg()))
made_up = [(name, open(f"{sys.argv[1]}/{number}", "rb").read())
           for number, name in enumerate([*made.TOO_LARGE, *made.BROKEN, *made.POLYGLOTS])]
before = peak()
for name, data in made_up:
    try:
        pictures.received(io.BytesIO(data))
        raise SystemExit(f"{name} was taken")
    except pictures.Refused:
        pass
print(peak() - before)
before = peak()
pictures.received(io.BytesIO(open(f"{sys.argv[1]}/large", "rb").read()))
print(peak() - before)
"""


@pytest.mark.slow
def test_hostile_pictures_take_little_memory_and_a_large_one_a_bounded_amount(tmp_path):
    for number, make in enumerate([*TOO_LARGE.values(), *BROKEN.values(), *POLYGLOTS.values()]):
        (tmp_path / str(number)).write_bytes(make())
    (tmp_path / "large").write_bytes(saved(drawn(5000, 4000), "PNG"))
    asked = [sys.executable, "-c", textwrap.dedent(MEASURED), str(tmp_path)]
    answer = subprocess.run(asked, capture_output=True, text=True, timeout=120)
    assert answer.returncode == 0, answer.stderr
    hostile, large = map(int, answer.stdout.split())
    assert hostile < 40
    # 20 megapixels are 60 MB of colours, twice for a moment.
    assert large < 220
