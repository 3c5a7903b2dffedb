"""The changes that are made, and the places that are left as they are."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.mutants.__main__ import make_all, read_equivalents
from tools.mutants.mutating import make_mutants

PATH = Path("app/domain/example.py")


def changes(source: str) -> list[tuple[str, str]]:
    return [(mutant.before, mutant.after) for mutant in make_mutants(PATH, source)]


@pytest.mark.parametrize(
    ("source", "after"),
    [
        ("a = b < c", ["b <= c"]),
        ("a = b >= c", ["b > c"]),
        ("a = b == c", ["b != c"]),
        ("a = b is not c", ["b is c"]),
        ("a = b in c", ["b not in c"]),
        ("a = b <= c < d", ["b < c < d", "b <= c <= d"]),
        ("a = b + c", ["b - c"]),
        ("a = b and c", ["b or c"]),
        ("a = not b", ["b"]),
        ("a = b if c else d", ["b if not c else d"]),
        ("a = [b for b in c if b.d]", ["[b for b in c if not b.d]"]),
        ("a = 5", ["6", "4"]),
        ("a = True", ["False"]),
        ("a += b", ["a -= b", "pass"]),
        ("a = a.b()", ["pass"]),
        ("a.b = c", ["pass"]),
        ("a(b)", ["pass"]),
        ("for a in b:\n    break", ["continue"]),
        ("for a in b:\n    continue", ["break"]),
        ("if a:\n    b = c", ["if not a:"]),
        ("def a():\n    return b", ["return None"]),
        ("def a():\n    raise b", ["pass"]),
        ("def a():\n    yield b", ["pass"]),
    ],
)
def test_what_is_changed(source: str, after: list[str]) -> None:
    found = [change for _, change in changes(source)]
    shown = [change.removeprefix("a = ") for change in found]
    assert shown == after


@pytest.mark.parametrize(
    "source",
    [
        '"""A docstring."""',
        "a: Literal[1] | None",
        "def a(b: Literal[1]) -> c | None:\n    ...",
        "@dataclass(frozen=True)\nclass A(B, total=False):\n    b: int",
        "class A:\n    def __repr__(self):\n        return 'A' + 1",
        "if TYPE_CHECKING:\n    a = 1",
        "a = zip(b, c, strict=True)",
        "a = b",
        "a = 'text'",
    ],
)
def test_what_is_left_as_it_is(source: str) -> None:
    assert changes(source) == []


def test_a_mutant_says_where_it_is() -> None:
    source = (
        "A = 1\nclass B:\n    def c(self, d=True):\n        def e():\n            return (f\n                and g)\n"
    )
    assert [(one.line, one.function, one.scope, one.after) for one in make_mutants(PATH, source)] == [
        (1, "", "", "A = 2"),
        (1, "", "", "A = 0"),
        (3, "B", "B", "def c(self, d=False):"),  # a default is of the definition, not of the body
        (5, "B.c.e", "B.c", "return None"),
        (5, "B.c.e", "B.c", "return f or g"),
    ]


def test_a_change_stays_in_its_mutant() -> None:
    larger, smaller = make_mutants(PATH, "A = 5")
    for mutant, value in ((larger, 6), (smaller, 4), (larger, 6)):
        names: dict[str, object] = {}
        exec(mutant.compile(), names)  # noqa: S102 - of this test
        assert names["A"] == value


def test_what_is_listed_as_equivalent_is_a_mutant_and_has_a_reason() -> None:
    listed = read_equivalents()
    assert listed.keys() - {mutant.key for mutant in make_all()} == set()
    assert [key for key, reason in listed.items() if len(reason) < 20] == []
