"""Every sentence of a refusal, as it stands in the source."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from app.domain import refusals

APP = Path(refusals.__file__).parents[2]
# These get their sentence where they are raised, as their only argument.
WITH_WORDS = {
    "AlreadyDone",
    "BadValue",
    "ChangedMeanwhile",
    "NotAllowed",
    "NotThere",
    "NothingChosen",
    "StillNeeded",
    "WrongState",
}


def test_every_refusal_is_a_whole_chinese_sentence() -> None:
    found = dict(sentences())
    assert len(found) > 80
    assert {place: said for place, said in found.items() if not said.endswith(("。", "…"))} == {}
    assert {place: said for place, said in found.items() if sum("一" <= sign <= "龥" for sign in said) < 4} == {}


def sentences() -> Iterator[tuple[str, str]]:
    """Each literal sentence by its place; what is put into it reads …"""
    for path in sorted(APP.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and (said := words_of(node, in_refusals=path.parent.name == "refusals")):
                yield f"{path.relative_to(APP)}:{node.lineno}", said


def words_of(call: ast.Call, *, in_refusals: bool) -> str:
    """Return the sentence of a call that creates a refusal, "" for any other call."""
    match call.func:
        case ast.Name(id="BadValue"):
            return literal(call.args[1])
        case ast.Name(id=name) if name in WITH_WORDS and call.args:
            return literal(call.args[0])
        case ast.Attribute(attr="__init__") if in_refusals and call.args:
            return literal(call.args[0])
        case _:
            return ""


def literal(node: ast.expr) -> str:
    """Return the text of a string, formatted or not; "" for anything else."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        said = "".join(str(part.value) if isinstance(part, ast.Constant) else "…" for part in node.values)
        return said if any("一" <= sign <= "龥" for sign in said) else ""  # its words are put in whole
    return ""
