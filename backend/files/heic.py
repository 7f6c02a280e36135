"""HEIC, as phones take pictures: decoded in a process of its own, which may take so much memory and time and no more.

What a HEIC's headers claim does not bind the coded picture inside, so its decoder is not let loose on hostile bytes
within the web process. The child answers the picture as it is kept, as a PPM.
"""

import io
import resource
import subprocess
import sys
from pathlib import Path

from PIL import Image

from backend.files import colours

# The brands of the HEIF container that hold pictures coded as HEVC (ISO/IEC 23008-12, annex B); AVIF is another.
BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})
# 48 megapixels take 335 MB in all at the most, and 2.5 s on an idle core.
MEMORY = 1024 * 1024 * 1024
SECONDS = 20


_HERE = Path(__file__).parents[2]


class Undecodable(Exception):
    """The bytes are no whole HEIC picture, or take more memory or time than one may."""


def decoded(data: bytes, longest_side: int, most_pixels: int) -> bytes:
    """The picture as a PPM. Raises Undecodable."""
    asked = [sys.executable, "-m", "backend.files.heic", str(longest_side), str(most_pixels)]
    try:
        # Without the environment: the decoder has no business with the installation's secrets.
        answer = subprocess.run(  # noqa: S603 - our own program, and the bytes come by standard input
            asked, input=data, capture_output=True, timeout=2 * SECONDS, check=True, cwd=_HERE, env={}
        )
    except (subprocess.SubprocessError, OSError):
        raise Undecodable() from None
    return answer.stdout


def main(longest_side: int, most_pixels: int) -> None:
    """Reads a HEIC from standard input and writes the PPM to standard output."""
    # Only the child loads the decoder.
    import pi_heif

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    pi_heif.options.DECODE_THREADS = 1
    pi_heif.register_heif_opener(thumbnails=False)
    Image.MAX_IMAGE_PIXELS = None
    with Image.open(io.BytesIO(sys.stdin.buffer.read()), formats=["HEIF"]) as opened:
        if opened.width * opened.height > most_pixels:
            raise Undecodable()
        colours.as_kept(opened, longest_side).save(sys.stdout.buffer, "PPM")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
