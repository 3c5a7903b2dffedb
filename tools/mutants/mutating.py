"""Makes the mutants of a module: its syntax tree with one small change each.

What is changed: operators of comparisons, arithmetic and logic; conditions, into their opposite; whole numbers, by one;
True and False; break and continue; a returned value, into None; and statements, into nothing. What is not: annotations,
docstrings, decorators, `__repr__`, `TYPE_CHECKING` blocks, `strict` of `zip`, and texts. A returned False, 0 or "" does
not become None: it is as false, and mypy finds it.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import CodeType

LONGEST_SHOWN = 140  # characters of the expression that a mutant is described by
_PAIRS: tuple[tuple[type[ast.AST], type[ast.AST]], ...] = (
    *((ast.Lt, ast.LtE), (ast.Gt, ast.GtE), (ast.Eq, ast.NotEq), (ast.In, ast.NotIn), (ast.Is, ast.IsNot)),
    *((ast.And, ast.Or), (ast.Add, ast.Sub), (ast.Mult, ast.FloorDiv), (ast.BitOr, ast.BitAnd)),
)
_SWAPS: dict[type[ast.AST], type[ast.AST]] = {
    **dict(_PAIRS),
    **{second: first for first, second in _PAIRS},
    ast.Div: ast.Mult,
    ast.Mod: ast.FloorDiv,
}
_NOT_MUTATED = {"annotation", "returns", "decorator_list"}
_NEGATED = (ast.Name, ast.Attribute, ast.Call, ast.NamedExpr, ast.Subscript)
# Where the fields of a node are: the node, the name of the field, the place in its list.
_Place = tuple[ast.AST, str, int | None]


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change of one module.

    `function` is the qualified name around it, empty at the level of the module; `scope` is that of the outermost
    function, or of the class where there is none. `before` and `after` are the largest expression around the change
    that can be shown whole.
    """

    path: Path
    line: int
    function: str
    scope: str
    before: str
    after: str
    tree: ast.Module
    place: _Place
    replacement: ast.AST

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What names this mutant when lines have moved."""
        return (self.path.as_posix(), self.function, self.before, self.after)

    def compile(self) -> CodeType:
        """Return the module's code with the change."""
        original = _replace(self.place, self.replacement)
        try:
            return compile(self.tree, str(self.path.resolve()), "exec", dont_inherit=True)
        finally:
            _replace(self.place, original)


def make_mutants(path: Path, source: str) -> list[Mutant]:
    """Return every mutant of a module, in the order of its source."""
    tree = ast.parse(source)
    mutants = []
    for way in _walk(tree, []):
        node, place = _at(way[-1]), way[-1]
        for replacement in _replacements(node, place[1]):
            ast.copy_location(replacement, node)
            ast.fix_missing_locations(replacement)
            shown = _shown_around(way)
            before = _write(shown)
            original = _replace(place, replacement)
            after = _write(replacement if shown is original else shown)
            _replace(place, original)
            statement = next(each for each in map(_at, reversed(way)) if isinstance(each, ast.stmt))
            names = list(_names(way))
            function, scope = ".".join(name for name, _ in names), ".".join(name for name, outer in names if outer)
            mutants.append(Mutant(path, statement.lineno, function, scope, before, after, tree, place, replacement))
    return mutants


def _walk(node: ast.AST, way: list[_Place]) -> Iterator[list[_Place]]:
    """Yield the way to each node that may be changed."""
    for field, value in ast.iter_fields(node):
        if field in _NOT_MUTATED or (field == "keywords" and isinstance(node, ast.ClassDef)):
            continue
        for index, child in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if isinstance(child, ast.AST) and not _is_left_out(child):
                here = [*way, (node, field, index)]
                yield here
                yield from _walk(child, here)


def _names(way: list[_Place]) -> Iterator[tuple[str, bool]]:
    """Yield the classes and functions that a way goes through the body of, and whether no function is around them."""
    inside = False
    for node, field, _ in way:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and field == "body":
            yield node.name, not inside
            inside = inside or isinstance(node, ast.FunctionDef)


def _is_left_out(node: ast.AST) -> bool:
    match node:
        case ast.Expr(value=ast.Constant()):  # a docstring
            return True
        case ast.FunctionDef(name="__repr__") | ast.If(test=ast.Name(id="TYPE_CHECKING")):
            return True
        case ast.keyword(arg="strict"):
            return True
    return False


def _replacements(node: ast.AST, field: str) -> Iterator[ast.AST]:
    """Yield what a node is replaced by, one mutant each. `field` is where its parent has it."""
    match node:
        case ast.Compare(ops=ops):
            for index, operator in enumerate(ops):
                if swapped := _SWAPS.get(type(operator)):
                    changed = copy.copy(node)
                    changed.ops = [*ops[:index], swapped(), *ops[index + 1 :]]  # type: ignore[list-item]
                    yield changed
        case ast.BinOp(op=operator) | ast.BoolOp(op=operator) | ast.AugAssign(op=operator):
            if swapped := _SWAPS.get(type(operator)):
                with_op = copy.copy(node)
                with_op.op = swapped()  # type: ignore[assignment]
                yield with_op
        case ast.UnaryOp(op=ast.Not()):
            yield node.operand
        case ast.Constant(value=bool() as value):
            yield ast.Constant(not value)
        case ast.Constant(value=int() as value):
            yield from (ast.Constant(value + 1), ast.Constant(value - 1))
        case ast.Break():
            yield ast.Continue()
        case ast.Continue():
            yield ast.Break()
        case ast.Return(value=ast.expr() as value) if not (isinstance(value, ast.Constant) and not value.value):
            yield ast.Return(ast.Constant(None))
    if isinstance(node, ast.Expr | ast.Raise | ast.AugAssign | ast.Delete) or _is_change(node):
        yield ast.Pass()
    if field in ("test", "ifs") and isinstance(node, _NEGATED):
        yield ast.UnaryOp(ast.Not(), node)


def _is_change(node: ast.AST) -> bool:
    """Tell whether an assignment changes what was there, so that the code runs without it too."""
    if not isinstance(node, ast.Assign):
        return False
    named = {each.id for target in node.targets for each in ast.walk(target) if isinstance(each, ast.Name)}
    used = {each.id for each in ast.walk(node.value) if isinstance(each, ast.Name)}
    return bool(named & used) or not all(isinstance(target, ast.Name | ast.Tuple) for target in node.targets)


def _at(place: _Place) -> ast.AST:
    parent, field, index = place
    value = getattr(parent, field)
    return value if index is None else value[index]


def _replace(place: _Place, new: ast.AST) -> ast.AST:
    """Put a node into a place and return what was there."""
    original = _at(place)
    parent, field, index = place
    if index is None:
        setattr(parent, field, new)
    else:
        getattr(parent, field)[index] = new
    return original


def _shown_around(way: list[_Place]) -> ast.AST:
    """Return the largest part of a statement around the end of the way that is short enough to be shown."""
    shown = _at(way[-1])
    for node in map(_at, reversed(way)):
        if isinstance(node, ast.expr | ast.stmt | ast.comprehension | ast.keyword):
            if len(_write(node)) > LONGEST_SHOWN:
                break
            shown = node
        if isinstance(node, ast.stmt):
            break
    return shown


def _write(node: ast.AST) -> str:
    """Write a node as source in one line; of a statement with a body, its head."""
    text = ast.unparse(node)
    if isinstance(node, ast.stmt) and hasattr(node, "body"):
        text = next(line for line in text.splitlines() if not line.startswith("@"))
    return " ".join(text.split())
