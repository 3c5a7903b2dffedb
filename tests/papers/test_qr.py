"""The printed code of an address: readable from paper, with the white around it that the standard asks for."""

from __future__ import annotations

import io

from PIL import Image, ImageOps

from app.papers.qr import qr_png

MODULE = 8  # dots


def test_four_white_modules_stand_around_a_code_of_whole_modules() -> None:
    picture = Image.open(io.BytesIO(qr_png("https://gongshi.example.gov.cn/periods/1"))).convert("L")
    left, top, right, bottom = ImageOps.invert(picture).getbbox() or (0, 0, 0, 0)
    margins = (left, top, picture.width - right, picture.height - bottom)
    assert margins == (4 * MODULE,) * 4
    assert (right - left) % MODULE == 0
    assert ((right - left) // MODULE - 17) % 4 == 0  # 21, 25, 29… modules: a version there is
