"""Deeds are untrusted text on public pages: only tags of a short list, without attributes, come out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

import pytest
from bleach._vendor import html5lib  # a browser's own algorithm, written down as Python
from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.richtext import excerpt, first_sentences, render
from tests.xss import ALL, VECTORS

ALLOWED = {"p", "br", "strong", "em", "ul", "ol", "li", "blockquote", "h3", "h4"}
BARE_TAG = re.compile(f"</?(?:{'|'.join(sorted(ALLOWED))})>")


def elements(html: str) -> Iterator[Element]:
    """Everything a browser would make of it inside of an element of the page."""
    return (element for element in html5lib.parseFragment(html, container="div", namespaceHTMLElements=False).iter())


def faults(html: str) -> list[str]:
    """Whatever is neither text nor a bare tag of the list, as a browser reads it and as it stands there."""
    _first, *inside = elements(html)  # the first is the fragment
    wrong = [f"{element.tag} {element.attrib}" for element in inside if element.tag not in ALLOWED or element.attrib]
    return wrong + re.findall("[<>]", BARE_TAG.sub("", html))


def test_the_judge_sees_what_was_not_cleaned() -> None:
    """The counter-test: the checker finds faults in text that was not sanitised."""
    blind = [vector for family, vector in ALL if family not in ("markdown", "unicode") and not faults(vector)]
    assert blind == ["&amp;lt;img src=x onerror=hit(1)&amp;gt;"]  # dangerous only to whoever unpacks it twice


def test_the_corpus_is_wide() -> None:
    assert len(set(ALL)) == len({vector for _, vector in ALL}) >= 200
    assert {family for family, vectors in VECTORS.items() if len(vectors) < 10} == set()


@pytest.mark.parametrize("family", VECTORS)
def test_security_35_no_vector_leaves_anything_but_bare_tags_of_the_list(family: str) -> None:
    for vector in VECTORS[family]:
        for text in (vector, f"前文\n\n{vector}\n\n后文", f"前文{vector}后文", f"> {vector}\n- {vector}", vector * 3):
            html = render(text)
            assert faults(html) == [], (vector, html)
            assert faults(render(str(html))) == [], vector  # what was cleaned and is taken for a text again
            assert html.count("前文") == text.count("前文"), vector


def test_security_35_the_text_itself_survives() -> None:
    for text, html in {
        "**实事**十二件，*群众*满意": "<p><strong>实事</strong>十二件，<em>群众</em>满意</p>",
        "- 第一件\n- 第二件": "<ul>\n<li>第一件</li>\n<li>第二件</li>\n</ul>",
        "> 引文": "<blockquote>\n<p>引文</p>\n</blockquote>",
        "满意度从<90%到>98%，A&B两项": "<p>满意度从&lt;90%到&gt;98%，A&amp;B两项</p>",
        "[办事指南](https://evil.test/)": "<p>办事指南</p>",
        "<b>重点</b>工作": "<p>重点工作</p>",
        "＜实事＞": "<p>＜实事＞</p>",
        "# 太大的标题\n### 合适的标题": "太大的标题\n<h3>合适的标题</h3>",
        "": "",
    }.items():
        assert render(text) == html


MARKUP = st.sampled_from(
    [vector for _, vector in ALL]
    + [
        "<",
        ">",
        "</",
        "/>",
        "<!--",
        "-->",
        "<![CDATA[",
        "]]>",
        "&",
        "&#",
        ";",
        '"',
        "'",
        "`",
        "```",
        "[",
        "](",
        ")",
        "![",
        "]:",
    ]
    + [
        "\n",
        "\n\n",
        "    ",
        "\t",
        "> ",
        "- ",
        "1. ",
        "# ",
        "*",
        "**",
        "_",
        "\\",
        "\x00",
        "\x02",
        "\x03",
        "\ufeff",
        "\u2028",
    ]
    + ["<p>", "</p>", "<svg>", "<math>", "<style>", "<table>", "<select>", "<textarea>", "<template>", "<noscript>"]
)


@settings(max_examples=250, deadline=None, derandomize=True, database=None)
@given(st.one_of(st.text(max_size=800), st.lists(st.one_of(MARKUP, st.text(max_size=8)), max_size=24).map("".join)))
@example(">" * 800)  # as deep as 800 characters can be
@example("<b>" * 266)
@example("".join(f"{' ' * (2 * depth)}- x\n" for depth in range(27)))
@example("[" * 800)
@example("![a" * 266)
@example("*a_" * 266)
def test_security_35_any_text_gives_bare_tags_of_the_list_and_nothing_else(text: str) -> None:
    assert faults(render(text)) == []
    assert len(excerpt(text)) <= 72 + 2


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("她守了三十年。雨里也去。" + "长" * 80 + "。", "她守了三十年。雨里也去。"),
        ("**她**守了\n三十年！“雨里也去？”" + "长" * 80 + "。", "她守了 三十年！“雨里也去？”"),
        ("长" * 100 + "。又一句。", "长" * 100 + "。"),  # the first one, however long
        ("没有句号", "没有句号"),
        ("- 一项。\n- 二项。", "一项。 二项。"),
        ("。。。", "。。。"),
        ("", ""),
    ],
)
def test_an_excerpt_of_deeds_ends_with_a_sentence(text: str, shown: str) -> None:
    assert first_sentences(text) == shown
