"""Annexes 4 and 5 as they are written."""

from __future__ import annotations

import io

import docx
import pytest

from app.domain.periods.rounds import Kind
from app.papers.forms import FORM_FIELDS
from tests.papers.nominations import COLLECTIVE, TITLE, read
from tests.qujing import write_form


def text_of(content: bytes) -> str:
    paper = docx.Document(io.BytesIO(content))
    return "\n".join("".join(node.itertext()) for node in paper.element.body)


@pytest.mark.parametrize("kind", Kind)
def test_a_blank_form_says_what_the_notice_says_and_nothing_is_filled_in(kind: Kind) -> None:
    blank = write_form(kind, {}, TITLE, None)
    text = text_of(blank)
    for said in (
        "填 表 说 明",
        "本表适用于“曲靖市提升人民群众获得感幸福感安全感先进个人”推荐评选工作。纸质版材料请用A3纸双面合页打印",
        "（本单位承诺对推荐材料中所有信息真实性负完全责任，若有失实和造假行为，愿承担一切后果。）",
        "（同意推荐，上报审核审批）",
        "市委 市政府",
    ):
        assert said in text
    assert "{" not in text
    nomination, photo = read(blank)
    assert (set(nomination.fields.values()), photo) == ({""}, None)


def test_a_text_in_a_form_cannot_break_it() -> None:
    deeds = "\x00\x0b\ud800坏\uffff字\a\f</w:t>&#0;"
    nomination, _ = read(write_form(Kind.COLLECTIVE, COLLECTIVE | {"deeds": deeds}, TITLE, None))
    assert nomination.fields["deeds"] == "坏字</w:t>&#0;"


def test_every_field_of_a_form_has_its_place_in_the_template() -> None:
    for kind, fields in FORM_FIELDS.items():
        marks = {key: f"〔{key}〕" for key in fields}
        text = text_of(write_form(kind, marks, TITLE, None))
        assert [key for key, mark in marks.items() if mark not in text] == []
