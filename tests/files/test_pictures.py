"""What is taken for a picture, what comes out of it, and what hostile files do: nothing, in little memory."""

import contextlib
import io
import struct
import subprocess
import sys
import textwrap

import pytest
from PIL import Image, ImageCms

from backend.files import heic as heic_process
from backend.files import pictures
from backend.files.pictures import NotAPicture, PictureBroken, PictureNotClean, PictureTooLarge, TooManyPixels
from tests.files.pictures import (
    BROKEN,
    COLOURS,
    COLOURS_AND_CLEAR,
    GREY,
    GREY_AND_CLEAR,
    LIGHT_PROFILE,
    NOT_PICTURES,
    POLYGLOTS,
    TOO_LARGE,
    WIDE_PROFILE,
    drawn,
    from_a_phone,
    heic,
    heic_of_ten_bits,
    jpeg,
    large_png,
    png_of_sixteen_bits,
    saved,
)

MEGABYTE = 1024 * 1024
SEEN = (64, 128, 192)


def received(data):
    return pictures.received(io.BytesIO(data))


def opened(data):
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def close(found, wanted):
    """As near as a JPEG comes to one colour all over."""
    return all(abs(one - other) < 4 for one, other in zip(found, wanted, strict=True))


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


def test_twenty_megapixels_of_a_screenshot_are_taken_and_one_row_more_is_not():
    assert received(large_png(5000, 4000)).width == 2048
    with pytest.raises(TooManyPixels):
        received(large_png(5000, 4001))


@pytest.mark.parametrize(("width", "height"), [(5712, 4284), (8160, 6144)])
def test_photos_of_24_and_50_megapixels_are_taken(width, height):
    picture = received(jpeg(width, height))
    assert (picture.width, picture.height) == (2048, round(2048 * height / width))
    assert near(opened(picture.content).getpixel((10, 10)), (200, 30, 30))


def test_a_photo_of_more_than_phones_take_is_refused():
    with pytest.raises(TooManyPixels):
        received(jpeg(8500, 6001))


def test_scans_over_many_pixels_are_counted_together(monkeypatch):
    photo = jpeg(8160, 6144, progressive=True)
    assert received(photo).width == 2048
    monkeypatch.setattr(pictures, "MOST_PIXELS_READ", 5 * 8160 * 6144)
    with pytest.raises(PictureBroken):
        received(photo)


@pytest.mark.parametrize(
    ("colour", "pixel", "seen"),
    [
        (GREY, (0x4000,), (64, 64, 64)),
        (COLOURS, (0x4000, 0x8000, 0xC000), (64, 128, 192)),
        (GREY_AND_CLEAR, (0x4000, 0xFFFF), (64, 64, 64)),
        (GREY_AND_CLEAR, (0, 0x8000), (127, 127, 127)),
        (COLOURS_AND_CLEAR, (0x4000, 0x8000, 0xC000, 0xFFFF), (64, 128, 192)),
        (COLOURS_AND_CLEAR, (0, 0, 0, 0x8000), (127, 127, 127)),
    ],
)
def test_sixteen_bits_a_channel_look_as_they_did(colour, pixel, seen):
    assert close(opened(received(png_of_sixteen_bits(colour, pixel)).content).getpixel((5, 5)), seen)


@pytest.mark.parametrize(("colour", "pixel"), [(GREY, (0x1234,)), (COLOURS, (0x1234, 0x2345, 0x3456))])
def test_the_colour_that_means_clear_lies_on_white_in_sixteen_bits_too(colour, pixel):
    clear = png_of_sixteen_bits(colour, pixel, clear=pixel)
    assert close(opened(received(clear).content).getpixel((5, 5)), (255, 255, 255))
    other = tuple(part + 0x4000 for part in pixel)
    kept = png_of_sixteen_bits(colour, pixel, clear=other)
    assert close(opened(received(kept).content).getpixel((5, 5)), ([part >> 8 for part in pixel] * 3)[:3])


def test_more_bits_of_a_phone_look_as_they_did_too():
    assert close(opened(received(heic_of_ten_bits((0x4000, 0x8000, 0xC000))).content).getpixel((5, 5)), SEEN)


@pytest.mark.parametrize(("colour", "pixel"), [(GREY, (0x4000,)), (GREY_AND_CLEAR, (0x4000, 0xFFFF))])
def test_greys_of_a_profile_are_those_that_a_screen_shows(colour, pixel):
    """A quarter of the light looks half as bright as white; dropped with its profile, it would turn dark."""
    scanned = png_of_sixteen_bits(colour, pixel, profile=LIGHT_PROFILE)
    assert close(opened(received(scanned).content).getpixel((5, 5)), (137, 137, 137))


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "HEIF"])
@pytest.mark.parametrize("exif", [b"Exif\0\0MM\0*garbage that is no directory", b"no TIFF at all"])
def test_a_damaged_exif_is_left_out_and_the_picture_is_taken(kind, exif):
    data = heic(640, 480, exif=exif) if kind == "HEIF" else saved(drawn(), kind, exif=exif)
    assert near(opened(received(data).content).getpixel((10, 10)), (200, 30, 30))


def test_the_colours_of_a_profile_are_those_that_a_screen_shows():
    """The same numbers mean a stronger red in a wide profile: dropped with it, the picture would turn pale."""
    swapped = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB"))
    wide = saved(drawn(), icc_profile=WIDE_PROFILE)
    plain = opened(received(jpeg()).content).getpixel((10, 10))
    assert opened(received(wide).content).getpixel((10, 10))[0] > plain[0] + 5
    other = saved(drawn(), icc_profile=swapped.tobytes())
    assert close(opened(received(other).content).getpixel((10, 10)), plain)


def test_a_photo_as_phones_take_them_is_converted_and_stands_upright():
    picture = received(heic(640, 480, orientation=6))
    whole = opened(picture.content)
    assert (whole.format, whole.size) == ("JPEG", (480, 640))
    # Turned by a quarter: what was above lies on the right.
    assert near(whole.getpixel((470, 320)), (200, 30, 30))
    assert near(whole.getpixel((10, 320)), (30, 30, 200))
    assert b"SomePhone" not in picture.content


def test_a_heic_that_lies_about_its_size_is_bounded_by_its_own_process():
    whole = heic(4000, 3000)
    assert received(whole).width == 2048
    small = whole.replace(struct.pack(">II", 4000, 3000), struct.pack(">II", 40, 30))
    with pytest.raises(PictureBroken):
        received(small)
    with pytest.raises(TooManyPixels):
        received(whole.replace(struct.pack(">II", 4000, 3000), struct.pack(">II", 40000, 30000)))


def test_damaged_heics_are_refused_and_nothing_of_ours_fails():
    whole = heic(64, 64)
    for cut in (20, len(whole) // 2, len(whole) - 10):
        with pytest.raises((PictureBroken, NotAPicture)):
            received(whole[:cut])


def test_a_decoder_that_does_not_come_back_is_a_broken_picture(monkeypatch):
    monkeypatch.setattr(heic_process, "SECONDS", 0)
    with pytest.raises(PictureBroken):
        received(heic(64, 64))


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
before = peak()
pictures.received(io.BytesIO(open(f"{sys.argv[1]}/photo", "rb").read()))
print(peak() - before)
pictures.received(io.BytesIO(open(f"{sys.argv[1]}/heic", "rb").read()))
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024)
"""


@pytest.mark.slow
def test_hostile_pictures_take_little_memory_and_a_large_one_a_bounded_amount(tmp_path):
    for number, make in enumerate([*TOO_LARGE.values(), *BROKEN.values(), *POLYGLOTS.values()]):
        (tmp_path / str(number)).write_bytes(make())
    (tmp_path / "large").write_bytes(saved(drawn(5000, 4000), "PNG"))
    (tmp_path / "photo").write_bytes(jpeg(8160, 6144, progressive=True))
    (tmp_path / "heic").write_bytes(heic(8064, 6048))
    asked = [sys.executable, "-c", textwrap.dedent(MEASURED), str(tmp_path)]
    answer = subprocess.run(asked, capture_output=True, text=True, timeout=120)
    assert answer.returncode == 0, answer.stderr
    hostile, large, photo, child = map(int, answer.stdout.split())
    assert hostile < 40
    # 20 megapixels are 60 MB of colours, twice for a moment.
    assert large < 220
    # A progressive photo of 50 megapixels keeps three bytes for each pixel; the child of a HEIC has a bound of its own.
    assert photo < 320
    assert child < 520
