"""How papers end, at every length: printed by LibreOffice and read page by page.

Body text has 22 lines a page, so forty lengths meet each place of a page boundary. Every Chinese character of an
official typeface is one em wide and lines are a fixed distance apart, so any typeface of full width breaks lines and
pages as the official ones do. `test_lines_and_pages_hang_on_no_typeface` holds that of the templates.
"""

from __future__ import annotations

import datetime as dt
import io
import re
import subprocess
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import docx
import pytest
from docx.document import Document
from docx.enum.text import WD_LINE_SPACING
from docx.oxml.ns import qn
from docx.text.paragraph import Paragraph

from app.domain.papers.issuing import Issue
from app.papers.templates import FOLDER, Picture, render
from app.services.papers.paper import signed
from tests.files import png
from tests.papers.printing import print_all, require_printer
from tools.papers.catalogue import OFFICIAL

LENGTHS = range(1, 41)
ONE, JOINT = ("市实施群众满意度提升“四个工程”工作专班",), ("中共罗平县委员会", "罗平县人民政府")
PERSONS = ("阿卜杜拉·买买提", "欧阳小五", "张三")
COLLECTIVE = "演示市麒麟区东山镇便民服务中心综合窗口"
DAY = dt.date(2026, 10, 12)
DATED = "2026年10月12日"
# What belongs to the end of a paper and is no text by itself.
ENDS = {*ONE, *JOINT, DATED, "特此报告。", "附件：公示对象简要事迹", "经办人：负责人："}


@dataclass
class Sweep:
    """The pages of each paper, as lines without gaps, by paper and length."""

    pages: dict[tuple[str, int], list[list[str]]]


def filler(lines: int) -> str:
    return "\n".join(f"第{number}行文字。" for number in range(1, lines + 1))


def end_of(lines: int) -> dict[str, Any]:
    return signed(Issue(JOINT if lines % 2 else ONE, "市评选工作组"), DAY)


def contexts(lines: int) -> Mapping[str, dict[str, Any]]:
    out = [{"name": COLLECTIVE, "kind": "先进集体", "grounds": "异议成立", "clauses": "评选通知", "cases": "2026-0003"}]
    title = {"title": "罗平县异议处理情况报告", **end_of(lines)}
    return {
        "cases.docx": title
        | {"about": filler(lines), "filed": "没有收到异议。", "by_category": [], "handled": "没有。", "by_outcome": []}
        | {"cases": [], "hidden": "", "out": out if lines % 3 else [], "restored": []},
        "closing.docx": title
        | {"restored": ["甲的取消参评资格的决定已经撤销，参评资格恢复。"] * (lines % 2)}
        | {"times": [filler(lines)], "figures": [], "out": out, "goes_on": [], "goes_on_names": "张三", "withdrawn": ""}
        | {"days": [{"date": "2026年9月18日", "weekday": "星期五", "label": "第1个工作日"}] * 8},
        "report.docx": title
        | {"opening": filler(lines), "organisation": "。", "process": [], "shown": "。", "periods": [], "formal": False}
        | {"asked": "", "opinions": [], "inspected": "", "recommended": "名单如下。"}
        | {"nominees": [{"name": COLLECTIVE, "unit": COLLECTIVE, "kind": "先进集体"}] * (1 + lines % 5)},
        "notice.docx": title
        | {"warning": "", "opening": filler(lines), "window": "五个工作日。", "groups": [], "objecting": ["实名提出。"]}
        | {
            "online": "网上提出。",
            "address": "https://gongshi.example.gov.cn/periods/1",
            "contacts": [],
            "handling": ["由办理单位调查核实。"],
            "qr": Picture(png(), 28),
        }
        | {"qr_says": "扫描二维码"},
        "letters.docx": {
            "letters": [
                {"title": "异议处理答复书", "number": "罗平县异议〔2026〕1号", "to": "异议人", **end_of(lines)}
                | {"paragraphs": [*filler(lines).splitlines(), "需要询问的，请与市级专班联系。"]}
            ]
        },
    }


@pytest.fixture(scope="module")
def sweep(tmp_path_factory: pytest.TempPathFactory) -> Sweep:
    """All lengths of a paper in one file, a section each: LibreOffice takes as long for a file as for forty pages."""
    require_printer()
    folder = tmp_path_factory.mktemp("ends")
    files = {name: joined([render(name, contexts(lines)[name]) for lines in LENGTHS]) for name in contexts(LENGTHS[0])}
    print_all(files, folder)
    pages: dict[tuple[str, int], list[list[str]]] = {}
    for name in files:
        lines = 0
        for page in pages_of(folder / f"{name.removesuffix('.docx')}.pdf"):
            lines += page[0] in TITLES
            pages.setdefault((name, lines), []).append(page)
    return Sweep(pages)


TITLES = ("罗平县异议处理情况报告", "异议处理答复书")


def joined(papers: list[bytes]) -> bytes:
    """These files as sections of one, each from a new page on."""
    whole, *others = (docx.Document(io.BytesIO(content)) for content in papers)
    end = whole.element.body.sectPr
    for other in others:
        last = whole.element.body[-2]
        if last.tag != qn("w:p"):
            last = whole.add_paragraph()._p
        last.get_or_add_pPr().append(deepcopy(end))
        for part in [*other.element.body][:-1]:
            end.addprevious(part)
    out = io.BytesIO()
    whole.save(out)
    return out.getvalue()


def pages_of(pdf: Path) -> list[list[str]]:
    command = ["pdftotext", "-layout", str(pdf), "-"]
    said = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout
    pages = [["".join(line.split()) for line in page.splitlines()] for page in said.split("\f")[:-1]]
    return [[line for line in page if line and not re.fullmatch(r"—\d+—", line)] for page in pages]


@pytest.mark.soak
def test_no_signature_stands_alone_on_a_page(sweep: Sweep) -> None:
    """All names and the date stand on one page, below text of the paper; at all lengths, one or two signing."""
    assert len(sweep.pages) == 5 * len(LENGTHS)
    for (paper, lines), pages in sweep.pages.items():
        where = f"{paper}, {lines} lines"
        names = JOINT if lines % 2 else ONE
        (page,) = [page for page in pages if DATED in page]
        at = page.index(DATED)
        assert page[at - len(names) : at] == [*names], where  # a line each, the date below
        assert set(page[:at]) - ENDS, where
        assert sum(name in line for page in pages for line in page for name in names) == len(names), where


@pytest.mark.soak
def test_titles_and_names_are_whole_in_their_lines(sweep: Sweep) -> None:
    for (paper, lines), pages in sweep.pages.items():
        said = [line for page in pages for line in page]
        assert "异议处理答复书" in said if paper == "letters.docx" else "罗平县异议处理情况报告" in said, (paper, lines)
        if paper == "report.docx":  # a name longer than its cell ends its lines where words end
            rows = [line for line in said if "综合窗口" in line or "东山镇" in line]
            assert all("综合窗" not in line.replace("综合窗口", "") for line in rows), rows


@pytest.mark.parametrize("name", [*OFFICIAL])
def test_lines_and_pages_hang_on_no_typeface(name: str) -> None:
    """Every style of text sets the distance of its lines in points; Chinese and Latin typefaces are named for each."""
    paper = docx.Document(str(FOLDER / name))
    used = {paragraph.style.name for paragraph in every_paragraph(paper)} - {"Normal"}
    for style in (paper.styles[used_name] for used_name in used | {"Normal"}):
        form = style.paragraph_format
        assert form.line_spacing_rule is WD_LINE_SPACING.EXACTLY, (name, style.name)
        faces = style.element.rPr.rFonts
        assert faces.get(qn("w:eastAsia")) in WANTED, (name, style.name)
        assert faces.get(qn("w:ascii")) == "Times New Roman"


WANTED = {"方正小标宋简体", "仿宋_GB2312", "黑体", "楷体_GB2312", "宋体"}


def every_paragraph(paper: Document) -> list[Paragraph]:
    return [Paragraph(each, paper._body) for each in paper.element.body.iter(qn("w:p"))]
