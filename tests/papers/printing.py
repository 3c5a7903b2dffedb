"""LibreOffice as a printer: renders papers to pages, as text and as pictures."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from lxml import html
from PIL import Image

NEEDED = ("soffice", "pdfinfo", "pdftotext", "pdftoppm")
_DOTS = 40  # an inch: enough to see whether something stands there
_PAPER = {(210, 297): "A4", (297, 210): "A4 across", (297, 420): "A3", (420, 297): "A3 across"}


@dataclass(frozen=True)
class Printed:
    """One paper as it came out of the printer: the size of each page, its text without gaps, how much ink it took."""

    sizes: list[str]
    text: str
    ink: list[float]


def require_printer() -> None:
    missing = [name for name in NEEDED if shutil.which(name) is None]
    if missing:
        pytest.skip(f"{', '.join(missing)} not installed: no paper can be looked at")


def print_all(papers: Mapping[str, bytes], folder: Path) -> dict[str, Printed]:
    """Every paper by its file name, printed in one run of LibreOffice with a profile of its own."""
    for name, content in papers.items():
        (folder / name).write_bytes(content)
    profile = f"-env:UserInstallation=file://{folder}/profile"
    command = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", str(folder)]
    subprocess.run([*command, *(str(folder / name) for name in papers)], check=True, capture_output=True, timeout=120)
    return {name: _look(folder / f"{name.rpartition('.')[0]}.pdf") for name in papers}


@dataclass(frozen=True)
class Line:
    """One line as it stands on its page, in millimetres from the upper left corner; its text without gaps."""

    page: int
    left: float
    right: float
    top: float
    height: float
    text: str


def lines_of(folder: Path, name: str) -> list[Line]:
    """The lines of a paper that `print_all` printed, from the first page on, from the top down."""
    pdf = folder / f"{name.rpartition('.')[0]}.pdf"
    tree = html.fromstring(
        _run("pdftotext", "-bbox-layout", str(pdf), "-").encode(), parser=html.HTMLParser(encoding="utf-8")
    )
    found = []
    for number, page in enumerate(tree.iter("page"), 1):
        for line in page.iter("line"):
            left, top, right, low = (float(line.get(edge)) / 72 * 25.4 for edge in ("xmin", "ymin", "xmax", "ymax"))
            text = _plain("".join(line.itertext()))
            found.append(Line(number, left, right, top, low - top, text))
    return sorted(found, key=lambda line: (line.page, line.top, line.left))


def _look(pdf: Path) -> Printed:
    said = _run("pdfinfo", "-l", "999", str(pdf))
    sizes = [line.partition(":")[2].split()[:3] for line in said.splitlines() if " size:" in line and "Page" in line]
    _run("pdftoppm", "-r", str(_DOTS), "-gray", str(pdf), str(pdf.with_suffix("")))
    pictures = sorted(pdf.parent.glob(f"{pdf.stem}-*.pgm"))
    return Printed(
        sizes=[_size(float(width), float(height)) for width, _, height in sizes],
        text=_plain(_run("pdftotext", "-layout", str(pdf), "-")),
        ink=[_ink(picture) for picture in pictures],
    )


def _plain(text: str) -> str:
    """Text without gaps; a hyphen that ends no line is printed as U+2011."""
    return "".join(text.split()).replace("\u2011", "-")


def _size(width: float, height: float) -> str:
    """Of points; the name of the paper, within a millimetre."""
    millimetres = (width / 72 * 25.4, height / 72 * 25.4)
    for (wide, high), name in _PAPER.items():
        if abs(millimetres[0] - wide) < 1 and abs(millimetres[1] - high) < 1:
            return name
    return f"{millimetres[0]:.0f} × {millimetres[1]:.0f} mm"


def _ink(picture: Path) -> float:
    """The share of a page that is not white."""
    with Image.open(picture) as page:
        counts = page.convert("L").histogram()
    return sum(counts[:160]) / sum(counts)


def _run(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout
