"""What a form of the notice says of one nominee (annexes 2 to 5), and what is wrong with it, in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.domain.fields import FIELD_NAMES, Problem
from app.domain.rounds import Kind

__all__ = ["FIELD_NAMES", "Nomination", "Problem"]


@dataclass(frozen=True, slots=True)
class Nomination:
    """One row of annex 2 or 3, or one form of annex 4 or 5: trimmed texts by the keys of FIELD_NAMES.

    A key is there for every field that the form has, with "" where it was left empty. `number` is the row as Excel
    counts it, or the file's place among several; `source` the file's name. `reading` says what could not be read.
    `order` is what stands under 序号, which no rule trusts: the order of preference is that of the rows.
    """

    kind: Kind
    number: int
    source: str
    fields: Mapping[str, str]
    reading: tuple[Problem, ...] = field(default=())
    order: str = ""

    @property
    def name(self) -> str:
        return self.fields.get("name", "")
