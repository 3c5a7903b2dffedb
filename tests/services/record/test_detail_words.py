"""Whatever the code can write into the record has a word: each act, each detail, each value that is a code."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import pytest

from app.domain.cases.states import Action
from app.evidence.scanner import Verdict
from app.services.record.act_names import ACT_NAMES
from app.services.record.detail_words import CODES, DETAIL_NAMES, codes_named, codes_of

_ACT = re.compile(r"[a-z_]+\.[a-z_]+")
_WRITERS = ("did", "did_by", "_did", "Act", "record_made")
_KEPT_IN = ("details", "counts")
_NOT_DETAILS = {"caller", "actor", "action", "subject"}


def _modules() -> Iterator[tuple[Path, ast.Module]]:
    for path in sorted(Path("app").rglob("*.py")):
        yield path, ast.parse(path.read_text("utf-8"))


def _calls(tree: ast.Module) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in _WRITERS:
                yield node


def _written_acts(call: ast.Call) -> Iterator[str]:
    """The acts that a call names: texts, and texts that are put together of a state or a verdict."""
    for node in chain.from_iterable(map(ast.walk, call.args)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and _ACT.fullmatch(node.value):
            yield node.value
        if isinstance(node, ast.JoinedStr) and (said := ast.unparse(node)).find(".") > 0:
            if "kind" in said:
                kinds = ("evidence", "document", "casefile")
                ends = [*Verdict] if "verdict" in said else ["expired"]
                yield from (f"{kind}.{end}" for kind in kinds for end in ends if (kind, end) != ("document", "expired"))
            elif "Action" in said or "action" in said:
                yield from (f"case.{action}" for action in Action)


def _acts() -> set[str]:
    found: set[str] = set()
    for path, tree in _modules():
        calls = list(_calls(tree))
        for call in calls:
            found.update(_written_acts(call))
        if calls and "services" in path.parts:  # an act that stands in a variable or a table before it is written
            texts = {
                node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)
            }
            kinds = {act.partition(".")[0] for act in ACT_NAMES}
            found |= {text for text in texts if _ACT.fullmatch(text) and text.partition(".")[0] in kinds}
    return {act for act in found if not act.endswith((".docx", ".xlsx"))}


def _details() -> set[str]:
    found: set[str] = set()
    for _, tree in _modules():
        calls = list(_calls(tree))
        if not calls:
            continue
        for call in calls:
            found |= {keyword.arg for keyword in call.keywords if keyword.arg}
            spread = [keyword.value for keyword in call.keywords if keyword.arg is None]
            found |= set(chain.from_iterable(map(_keys, [*spread, *call.args])))
        for node in ast.walk(tree):
            targets = getattr(node, "targets", [getattr(node, "target", None)])
            names = {ast.unparse(target).removeprefix("self.") for target in targets if target is not None}
            if isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign) and node.value is not None:
                if names & set(_KEPT_IN):
                    found |= set(_keys(node.value))
                found |= {said[1] for name in names if (said := re.fullmatch(r"""details\[['"](\w+)['"]\]""", name))}
    return found - _NOT_DETAILS


def _keys(node: ast.AST) -> Iterator[str]:
    for part in ast.walk(node):
        if isinstance(part, ast.Dict):
            yield from (key.value for key in part.keys if isinstance(key, ast.Constant) and isinstance(key.value, str))
        if isinstance(part, ast.DictComp) and isinstance(part.generators[0].iter, ast.Tuple):
            yield from ast.literal_eval(part.generators[0].iter)


@pytest.mark.walk
def test_every_act_that_the_code_can_write_has_a_name() -> None:
    acts = _acts()
    assert len(acts) > 130  # the walk finds them: those in variables and tables too
    assert {"user.bound", "case.urge", "nominee.photo_received", "contact.stopped", "evidence.infected"} <= acts
    assert acts - ACT_NAMES.keys() == set()


@pytest.mark.walk
def test_every_detail_that_the_code_can_write_has_a_name() -> None:
    details = _details()
    assert len(details) > 70
    assert {"recused", "by_channel", "questions", "decision", "casefile"} - details <= {"casefile"}
    assert details - DETAIL_NAMES.keys() == set()


def test_a_code_has_the_word_of_its_act() -> None:
    assert codes_of("revocation.proposed", "ground")["deceit"] == "隐瞒情况、弄虚作假骗取表彰奖励"
    assert codes_of("proceeding.recorded", "kind")["approval"] == "批复"
    assert codes_of("case.decline", "ground")["withdrawn"] == "受理前异议人已经撤回"
    assert codes_of("case.confirm", "conclusion")["withdrawn"] == "异议人撤回"
    assert codes_of("reach.set", "channel")["sms"] == "短信"
    assert codes_of("objection.filed", "channel")["letter"] == "信函" or CODES["channel"]["letter"]
    assert codes_of("user.added", "login") == {}


def test_the_details_are_searched_by_words() -> None:
    assert "deceit" in codes_named("弄虚作假")
    assert codes_named("没有这样的字") == set()
