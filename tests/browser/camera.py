"""The manual's pictures: parts of pages, few colours, the same from one run to the next."""

from __future__ import annotations

import io
from pathlib import Path

from PIL import Image
from playwright.sync_api import Locator, Page

COLOURS = 40
MARGIN = 16  # px of the page around what is shown


class Camera:
    """Takes pictures into a folder. What differs in every run, such as a new password, is masked."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.taken: list[str] = []

    def page(self, page: Page, name: str, high: int, masked: str = "") -> None:
        """Take the top of the page, `high` px of it."""
        wide = page.evaluate("innerWidth")
        self._keep(page, name, {"x": 0, "y": 0, "width": wide, "height": high}, masked)

    def part(self, page: Page, name: str, first: Locator, last: Locator | None = None) -> None:
        """Take the page from the top of one element to its end, or to the end of another."""
        top, end = first.bounding_box(), (last or first).bounding_box()
        assert top is not None, name
        assert end is not None, name
        over = page.evaluate("scrollY")
        y = max(0.0, top["y"] + over - MARGIN)
        high = end["y"] + over + end["height"] + MARGIN - y
        self._keep(page, name, {"x": 0, "y": y, "width": page.evaluate("innerWidth"), "height": high}, "")

    def _keep(self, page: Page, name: str, clip: dict[str, float], masked: str) -> None:
        page.evaluate("document.activeElement?.blur()")
        hidden = [page.locator(masked)] if masked else []
        shot = page.screenshot(
            full_page=True,
            clip=clip,  # type: ignore[arg-type] # four floats by name, which is what it is
            animations="disabled",
            caret="hide",
            mask=hidden,
            mask_color="#d8dde3",
        )
        with Image.open(io.BytesIO(shot)) as image:
            few = image.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
        few.save(self.folder / f"{name}.png", optimize=True)
        self.taken.append(name)
