"""QR codes drawn as SVG: a picture of its own, which a page may hold and an `<image>` of a mini-program may show."""

import io

import segno


def svg(text: str, **look: int | str) -> str:
    """`look` as segno takes it: scale, border, dark, light.

    Never the micro form, which such short texts would get: WeChat does not read it. With its name space, without which
    an SVG is drawn only inside a page of HTML.
    """
    out = io.BytesIO()
    drawn = segno.make(text, error="m", micro=False)
    drawn.save(out, kind="svg", xmldecl=False, svgns=True, nl=False, **look)
    return out.getvalue().decode()
