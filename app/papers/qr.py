"""The address of a page as a picture for a telephone's camera, to be printed."""

from __future__ import annotations

import io

import segno


def qr_png(address: str) -> bytes:
    """Draw a PNG in black and white, eight dots a module, with the white around it that ISO/IEC 18004 asks for."""
    written = io.BytesIO()
    segno.make_qr(address, error="m").save(written, kind="png", scale=8, border=4)
    return written.getvalue()
