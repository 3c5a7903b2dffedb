"""QR codes of addresses, for a telephone's camera: inline SVG, with the address as text beside it."""

from __future__ import annotations

import segno
from markupsafe import Markup

_QUIET_ZONE = 4  # modules of white around it, as ISO/IEC 18004 asks


def qr(content: str, title: str) -> Markup:
    """Return `content` as a QR code. `title` is its text for screen readers."""
    code = segno.make_qr(content, error="m")
    svg = code.svg_inline(border=_QUIET_ZONE, title=title, svgclass="qr", lineclass=None, omitsize=True)
    return Markup(svg.replace("<svg ", '<svg role="img" ', 1))  # noqa: S704 - drawn by the library, the title escaped
