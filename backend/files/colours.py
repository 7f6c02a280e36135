"""A decoded picture as it is kept: upright, no larger than asked, eight bits of red, green and blue as screens show them.

It has to look as it did in the upload: sixteen bits are brought to eight by their value and not cut, a colour profile
(a phone's P3, a printer's CMYK, a scanner's greys) is brought to sRGB before it is dropped, what is transparent lies on white.
"""

import contextlib
import io

from PIL import Image, ImageChops, ImageCms, ImageMath, ImageOps

ORIENTATION = 0x0112
# Modes of one channel of sixteen bits, in which Pillow opens a PNG's greys.
_SIXTEEN_BITS = ("I;16", "I;16B", "I;16L", "I;16N", "I")
_SRGB = ImageCms.createProfile("sRGB")


def as_kept(image: Image.Image, longest_side: int) -> Image.Image:
    """The picture in RGB with nothing else about it. Raises whatever a decoder stumbles over."""
    image.load()
    turned, profile = _orientation(image), image.info.get("icc_profile")
    plain = _eight_bits(image)
    # What comes now costs by the pixel: it is made small first.
    plain.thumbnail((longest_side, longest_side))
    kept = _on_white(plain) if plain.mode == "RGBA" else plain
    kept = _in_srgb(kept, profile)
    kept.info = {}
    kept.getexif().update({ORIENTATION: turned})
    return ImageOps.exif_transpose(kept)


def _orientation(image: Image.Image) -> int:
    # What a damaged EXIF would have said is not known; the pixels are whole without it.
    with contextlib.suppress(Exception):
        turned = image.getexif().get(ORIENTATION, 1)
        return turned if turned in range(1, 9) else 1
    return 1


def _eight_bits(image: Image.Image) -> Image.Image:
    """In one of L, RGB, RGBA, CMYK: what can be made smaller without mixing what is no colour."""
    clear = image.info.get("transparency")
    if image.mode in _SIXTEEN_BITS:
        return _grey_of_sixteen_bits(image, clear)
    if image.mode == "RGB" and isinstance(clear, tuple) and max(clear) > 255:
        # Of sixteen bits a channel: the pixels were brought to eight when they were read, the clear colour was not.
        image.info["transparency"] = tuple(part >> 8 for part in clear)
    if image.mode in ("LA", "PA") or clear is not None:
        return image.convert("RGBA")
    return image if image.mode in ("L", "RGB", "RGBA", "CMYK") else image.convert("RGB")


def _grey_of_sixteen_bits(image: Image.Image, clear: int | None) -> Image.Image:
    wide = image.convert("I")
    grey = ImageMath.lambda_eval(lambda given: given["convert"]((given["wide"] + 128) / 257, "L"), wide=wide)
    if clear is None:
        return grey
    seen = ImageMath.lambda_eval(
        lambda given: given["convert"](given["notequal"](given["wide"], clear) * 255, "L"), wide=wide
    )
    return Image.merge("RGBA", (grey, grey, grey, seen))


def _on_white(image: Image.Image) -> Image.Image:
    flat = Image.new("RGB", image.size, "white")
    flat.paste(image, mask=image.getchannel("A"))
    return flat


def _is_grey(image: Image.Image) -> bool:
    first, *others = image.split()
    return all(ImageChops.difference(first, one).getbbox() is None for one in others)


def _in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    # A profile that is broken, or of other channels than the picture's, says nothing.
    with contextlib.suppress(ImageCms.PyCMSError, OSError, ValueError):
        if profile and image.mode in ("L", "RGB", "CMYK"):
            own = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            # Greys that lay on white are colours by now; their profile speaks of greys.
            if own.profile.xcolor_space.strip() == "GRAY" and _is_grey(image):
                image = image.convert("L")
            if image.mode != "RGB" or "sRGB" not in ImageCms.getProfileDescription(own):
                brought = ImageCms.profileToProfile(image, own, _SRGB, outputMode="RGB")
                return brought if brought is not None else image.convert("RGB")
    return image.convert("RGB")
